//! An integrator: hears all events of the fleet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use gildhall_proto::JobId;
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, ExchangeDeclareOptions, QueueBindOptions,
    QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Connection, ConnectionProperties, ExchangeKind};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::wait::{runtime, until, wait};

const QUEUE: &str = "an-integrator";
const EXCHANGE: &str = "gildhall.events";
const COME_BACK_AFTER: Duration = Duration::from_millis(200);

/// An event as it came.
#[derive(Debug, Clone)]
pub struct Heard {
    pub routing_key: String,
    pub content_type: String,
    pub message_id: String,
    /// All headers that are text.
    pub headers: BTreeMap<String, String>,
    pub data: Value,
}

impl Heard {
    /// A CloudEvents attribute; nothing where there is none.
    pub fn attribute(&self, name: &str) -> &str {
        let header = self.headers.get(&format!("cloudEvents_{name}"));
        header.map_or("", String::as_str)
    }

    pub fn is_about(&self, job: JobId) -> bool {
        self.attribute("subject") == job.to_string()
    }
}

/// Listens from its start on with a durable queue, and comes back when it is cut off.
pub struct Events {
    heard: Arc<Mutex<Vec<Heard>>>,
    task: JoinHandle<()>,
}

impl Events {
    /// Returns once nothing more can be missed.
    pub fn listen(url: &str) -> Events {
        let heard = Arc::default();
        let (bound, mut is_bound) = watch::channel(false);
        let task = runtime().spawn(keep_listening(url.to_owned(), Arc::clone(&heard), bound));
        let waited = wait(async {
            let bound = is_bound.wait_for(|bound| *bound);
            tokio::time::timeout(Duration::from_secs(30), bound)
                .await
                .is_ok_and(|bound| bound.is_ok())
        });
        assert!(waited, "the queue of the integrator is not there");
        Events { heard, task }
    }

    /// Everything heard so far, in the order of its coming.
    pub fn heard(&self) -> Vec<Heard> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.clone()
    }

    /// What was heard of a job, in the order in which it happened, repeats left out.
    pub fn of(&self, job: JobId) -> Vec<Heard> {
        let mut known = BTreeSet::new();
        let mut heard = self.heard();
        heard.retain(|one| one.is_about(job) && known.insert(one.attribute("id").to_owned()));
        heard.sort_by_key(|one| moment(one.attribute("time")));
        heard
    }

    /// Waits for an event of this type about a job.
    #[track_caller]
    pub fn wait_for(&self, job: JobId, kind: &str) -> Heard {
        until(&format!("{kind} of {job}"), Duration::from_secs(30), || {
            let heard = self.of(job);
            heard.into_iter().find(|one| one.attribute("type") == kind)
        })
    }

    /// Waits until of every job's end there is an event, and makes sure that it is one and the same however often it
    /// was told.
    #[track_caller]
    pub fn each_completed_once(&self, jobs: &[JobId]) {
        for &job in jobs {
            self.wait_for(job, "video.completed");
        }
        let mut ends: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for one in self.heard() {
            let terminal = ["video.completed", "video.failed", "video.cancelled"];
            if terminal.contains(&one.attribute("type")) {
                let ids = ends.entry(one.attribute("subject").to_owned());
                ids.or_default().insert(one.attribute("id").to_owned());
            }
        }
        for job in jobs {
            assert_eq!(ends[&job.to_string()].len(), 1, "ends of {job}");
        }
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn moment(time: &str) -> time::OffsetDateTime {
    let format = &time::format_description::well_known::Rfc3339;
    time::OffsetDateTime::parse(time, format).expect("CloudEvents times are of RFC 3339")
}

async fn keep_listening(url: String, heard: Arc<Mutex<Vec<Heard>>>, bound: watch::Sender<bool>) {
    loop {
        // Whatever ended it, the broker is away or comes back.
        let _ = listen_once(&url, &heard, &bound).await;
        tokio::time::sleep(COME_BACK_AFTER).await;
    }
}

async fn listen_once(
    url: &str,
    heard: &Mutex<Vec<Heard>>,
    bound: &watch::Sender<bool>,
) -> lapin::Result<()> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    let durable = ExchangeDeclareOptions {
        durable: true,
        ..ExchangeDeclareOptions::default()
    };
    let (none, topic) = (FieldTable::default, ExchangeKind::Topic);
    channel
        .exchange_declare(EXCHANGE.into(), topic, durable, none())
        .await?;
    channel
        .queue_declare(QUEUE.into(), QueueDeclareOptions::durable(), none())
        .await?;
    let all = QueueBindOptions::default();
    channel
        .queue_bind(QUEUE.into(), EXCHANGE.into(), "#".into(), all, none())
        .await?;
    bound.send_replace(true);
    let mut deliveries = channel
        .basic_consume(
            QUEUE.into(),
            "".into(),
            BasicConsumeOptions::default(),
            none(),
        )
        .await?;
    while let Some(delivery) = deliveries.next().await {
        let delivery = delivery?;
        let one = read(&delivery);
        heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(one);
        delivery.ack(BasicAckOptions::default()).await?;
    }
    Ok(())
}

fn read(delivery: &Delivery) -> Heard {
    let properties = &delivery.properties;
    let short = |value: &Option<lapin::types::ShortString>| {
        value.as_ref().map(ToString::to_string).unwrap_or_default()
    };
    let table = properties.headers().clone().unwrap_or_default();
    let text = |value: &AMQPValue| match value {
        AMQPValue::LongString(text) => Some(String::from_utf8_lossy(text.as_bytes()).into_owned()),
        _ => None,
    };
    let headers = table
        .inner()
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), text(value)?)));
    Heard {
        routing_key: delivery.routing_key.to_string(),
        content_type: short(properties.content_type()),
        message_id: short(properties.message_id()),
        headers: headers.collect(),
        // What is no JSON is shown as nothing, and the test that looks at it fails.
        data: serde_json::from_slice(&delivery.data).unwrap_or_default(),
    }
}
