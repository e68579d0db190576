//! An integrator of the events: a queue of its own, bound to Gildhall's exchange.
//!
//! It goes through RabbitMQ's management plugin, which needs no AMQP library. Programs in earnest consume over AMQP;
//! what arrives is the same.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use ureq::typestate::WithBody;
use ureq::{Agent, RequestBuilder};

use crate::api::{good, json as read};
use crate::error::DemoError;
use crate::stop::Stop;

/// The exchange of events.
const EXCHANGE: &str = "gildhall.events";
/// The integrator's queue.
const QUEUE: &str = "demo.integrator";
/// The queue goes when nobody has asked it for an hour.
const EXPIRES_MS: u32 = 3_600_000;
/// How long an event may take from the job's end to the queue.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(100);
const REQUEST_PATIENCE: Duration = Duration::from_secs(10);

/// The integrator.
pub struct Integrator {
    /// `http://user:password@host:port/api`.
    base: String,
    vhost: String,
    agent: Agent,
}

/// A message as it was taken from the queue.
#[derive(Debug, Deserialize)]
pub struct Message {
    exchange: String,
    routing_key: String,
    properties: Properties,
    payload: String,
}

#[derive(Debug, Deserialize)]
struct Properties {
    content_type: Option<String>,
    message_id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    headers: serde_json::Map<String, Value>,
}

impl Integrator {
    /// Makes a queue that hears of the ends of all jobs of `tenant` from now on.
    pub fn bind(management: &str, vhost: &str, tenant: &str) -> Result<Integrator, DemoError> {
        let config = Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false)
            .timeout_global(Some(REQUEST_PATIENCE));
        let integrator = Integrator {
            base: format!("{management}/api"),
            vhost: vhost.to_owned(),
            agent: config.build().into(),
        };
        // As Gildhall declares it itself: whoever comes first makes it, and the other finds it.
        let exchange = json!({"type": "topic", "durable": true});
        integrator.put(&format!("/exchanges/{vhost}/{EXCHANGE}"), &exchange)?;
        let queue = json!({"durable": true, "arguments": {"x-expires": EXPIRES_MS}});
        integrator.put(&format!("/queues/{vhost}/{QUEUE}"), &queue)?;
        for end in ["completed", "failed", "cancelled"] {
            integrator.listen_for(&format!("{tenant}.video.{end}"))?;
        }
        Ok(integrator)
    }

    /// The event of a job's end.
    pub fn wait_for(&self, job: &str, stop: &Stop) -> Result<Message, DemoError> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            // Others may lie there when a named folder is used again.
            if let Some(message) = self.take()?.into_iter().find(|event| event.is_about(job)) {
                return Ok(message);
            }
            stop.pause(POLL)?;
        }
        Err(DemoError::TooLate {
            what: "the event of the job's end has not come".to_owned(),
            waited_s: PATIENCE.as_secs(),
        })
    }

    /// Takes what is in the queue.
    fn take(&self) -> Result<Vec<Message>, DemoError> {
        let path = format!("/queues/{}/{QUEUE}/get", self.vhost);
        let wish = json!({"count": 100, "ackmode": "ack_requeue_false", "encoding": "auto"});
        let answer = self.post(&path).send(wish.to_string());
        read(&format!("POST {path}"), answer)
    }

    fn listen_for(&self, routing_key: &str) -> Result<(), DemoError> {
        let path = format!("/bindings/{}/e/{EXCHANGE}/q/{QUEUE}", self.vhost);
        let binding = json!({"routing_key": routing_key, "arguments": {}});
        let answer = self.post(&path).send(binding.to_string());
        good(&format!("POST {path}"), answer).map(drop)
    }

    fn put(&self, path: &str, body: &Value) -> Result<(), DemoError> {
        let request = self.agent.put(format!("{}{path}", self.base));
        let request = request.content_type("application/json");
        good(&format!("PUT {path}"), request.send(body.to_string())).map(drop)
    }

    fn post(&self, path: &str) -> RequestBuilder<WithBody> {
        let request = self.agent.post(format!("{}{path}", self.base));
        request.content_type("application/json")
    }
}

impl Message {
    /// Whether the CloudEvents `subject` is this job.
    fn is_about(&self, job: &str) -> bool {
        self.properties.headers.get("cloudEvents_subject") == Some(&Value::from(job))
    }

    /// The message as JSON for people: where it came from, its headers, its body.
    pub fn shown(&self) -> Value {
        let body = serde_json::from_str(&self.payload);
        json!({
            "exchange": self.exchange,
            "routing_key": self.routing_key,
            "properties": {
                "content_type": self.properties.content_type,
                "message_id": self.properties.message_id,
                "type": self.properties.kind,
                "headers": self.properties.headers,
            },
            "body": body.unwrap_or_else(|_| Value::from(self.payload.as_str())),
        })
    }

    /// The routing key.
    pub fn routing_key(&self) -> &str {
        &self.routing_key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_the_plugin_is_read() {
        let message: Message = serde_json::from_value(json!({
            "payload_bytes": 13, "redelivered": false, "exchange": EXCHANGE,
            "routing_key": "demo.video.completed", "message_count": 0,
            "properties": {
                "type": "video.completed", "message_id": "e", "delivery_mode": 2, "content_type": "application/json",
                "headers": {"cloudEvents_subject": "j", "cloudEvents_type": "video.completed"},
            },
            "payload": "{\"job_id\":\"j\"}", "payload_encoding": "string",
        }))
        .expect("a message");
        assert!(message.is_about("j") && !message.is_about("k"));
        let shown = message.shown();
        assert_eq!(shown["body"]["job_id"], "j");
        assert_eq!(shown["properties"]["headers"]["cloudEvents_subject"], "j");
    }
}
