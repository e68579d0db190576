//! Looks up how much there is to do, for `/metrics`. Every relay finds the same, so none of it depends on which one is asked.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join, join3};

use super::numbers::{self, Round};
use super::{RoundError, every};
use crate::broker::Broker;
use crate::ledger::{Backlog, Ledger, Stored, TenantLoad};
use crate::telemetry::{Labels, OTHER, names};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(5);
/// Between two sums over all assets, which read every one of them.
const SUM_EVERY: Duration = Duration::from_secs(600);
/// Statuses of jobs that have not ended.
const STATUSES: [&str; 4] = ["pending", "queued", "processing", "retrying"];

/// What is looked at, and for whom.
pub(super) struct Gauges {
    pub ledger: Arc<Ledger>,
    pub broker: Broker,
    pub labels: Labels,
}

impl Gauges {
    /// Looks for ever. What could not be looked up is no number until the next look.
    pub async fn keep(self) {
        let looking = async {
            let mut ticks = every(EVERY);
            loop {
                ticks.tick().await;
                let (jobs, queues, janitor) =
                    join3(self.jobs(), self.queues(), self.janitor()).await;
                for looked in [jobs, queues, janitor] {
                    numbers::ended(Round::Measure, &looked);
                }
            }
        };
        let summing = async {
            let mut ticks = every(SUM_EVERY);
            loop {
                ticks.tick().await;
                numbers::ended(Round::Measure, &self.sums().await);
            }
        };
        join(looking, summing).await;
    }

    async fn jobs(&self) -> Result<(), RoundError> {
        let looked = async {
            let backlog = self.ledger.backlog().await?;
            let at_work = self.ledger.tenants_at_work().await?;
            self.labels.tenants.seed(at_work.iter().map(String::as_str));
            let loads = self.ledger.loads(&self.labels.tenants.known()).await?;
            Ok::<_, RoundError>((backlog, loads))
        };
        let looked = looked.await;
        show_backlog(looked.as_ref().ok().map(|(backlog, _)| backlog));
        if let Ok((backlog, loads)) = &looked {
            show_loads(backlog, loads);
        }
        looked.map(drop)
    }

    async fn queues(&self) -> Result<(), RoundError> {
        let looked = self.broker.queues().await;
        match &looked {
            Ok(queues) => {
                for queue in queues {
                    gauge(names::QUEUE_MESSAGES, "queue", queue.name).set(queue.ready);
                    gauge(names::QUEUE_CONSUMERS, "queue", queue.name).set(queue.consumers);
                }
            }
            Err(_) => {
                for queue in Broker::queue_names() {
                    gauge(names::QUEUE_MESSAGES, "queue", queue).set(f64::NAN);
                    gauge(names::QUEUE_CONSUMERS, "queue", queue).set(f64::NAN);
                }
            }
        }
        looked.map(drop).map_err(RoundError::from)
    }

    async fn janitor(&self) -> Result<(), RoundError> {
        let age_s = self.ledger.janitor_age_s().await;
        let known = age_s.as_ref().copied();
        metrics::gauge!(names::JANITOR_AGE_S).set(known.unwrap_or(f64::NAN));
        age_s.map(drop).map_err(RoundError::from)
    }

    async fn sums(&self) -> Result<(), RoundError> {
        let summed = self.ledger.stored().await;
        let known = summed.as_ref().ok();
        let show = |origin, bytes: fn(&Stored) -> i64| {
            gauge(names::STORED_BYTES, "origin", origin).set(number(known.map(bytes)));
        };
        show("upload", |stored| stored.uploads);
        show("render", |stored| stored.renders);
        summed.map(drop).map_err(RoundError::from)
    }
}

fn show_backlog(backlog: Option<&Backlog>) {
    let counts = backlog.map(|now| [now.pending, now.queued, now.processing, now.retrying]);
    for (place, status) in STATUSES.into_iter().enumerate() {
        let count = counts.map(|counts| counts[place]);
        gauge(names::JOBS, "status", status).set(number(count));
    }
    let show = |name: &'static str, value: fn(&Backlog) -> f64| {
        metrics::gauge!(name).set(backlog.map_or(f64::NAN, value));
    };
    show(names::RUNNABLE, |now| now.runnable as f64);
    show(names::OLDEST_QUEUED_S, |now| now.oldest_queued_s);
    show(names::OUTBOX_ENTRIES, |now| now.outbox as f64);
    show(names::OUTBOX_OLDEST_S, |now| now.outbox_oldest_s);
    show(names::LEASES_EXPIRED, |now| now.leases_expired as f64);
}

/// Each tenant that is told apart, and what is left for the others.
fn show_loads(backlog: &Backlog, loads: &[TenantLoad]) {
    let (mut in_use, mut pending) = (0, 0);
    for load in loads {
        let show = |name: &'static str, value: i64| {
            metrics::gauge!(name, "tenant" => load.tenant_id.clone()).set(value as f64);
        };
        show(names::TOKENS_IN_USE, load.in_use);
        show(names::TOKENS_LIMIT, load.max_concurrent.into());
        show(names::PENDING_JOBS, load.pending);
        in_use += load.in_use;
        pending += load.pending;
    }
    // The ledger went on between the looks, so the parts may be more than the whole.
    let rest = |whole: i64, parts: i64| (whole - parts).max(0) as f64;
    gauge(names::TOKENS_IN_USE, "tenant", OTHER).set(rest(backlog.leases, in_use));
    gauge(names::PENDING_JOBS, "tenant", OTHER).set(rest(backlog.pending, pending));
}

fn gauge(name: &'static str, label: &'static str, value: &'static str) -> metrics::Gauge {
    metrics::gauge!(name, label => value)
}

/// What is not known is no number: Prometheus compares it with nothing.
fn number(known: Option<i64>) -> f64 {
    known.map_or(f64::NAN, |known| known as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics_exporter_prometheus::PrometheusBuilder;

    fn shown(show: impl FnOnce()) -> String {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, show);
        handle.render()
    }

    #[track_caller]
    fn assert_shows(text: &str, lines: &[&str]) {
        for line in lines {
            assert!(
                text.lines().any(|shown| shown == *line),
                "{line} in:\n{text}"
            );
        }
    }

    #[test]
    fn work_that_waits_for_a_limit_or_a_time_is_not_runnable() {
        let backlog = Backlog {
            pending: 1000,
            queued: 3,
            processing: 2,
            retrying: 4,
            runnable: 6,
            oldest_queued_s: 1.5,
            ..Backlog::default()
        };
        let text = shown(|| show_backlog(Some(&backlog)));
        assert_shows(
            &text,
            &[
                "gildhall_runnable_jobs 6",
                r#"gildhall_jobs{status="pending"} 1000"#,
                r#"gildhall_jobs{status="processing"} 2"#,
                r#"gildhall_jobs{status="retrying"} 4"#,
                "gildhall_oldest_queued_seconds 1.5",
            ],
        );
    }

    #[test]
    fn what_could_not_be_looked_up_is_no_number() {
        let text = shown(|| show_backlog(None));
        assert_shows(
            &text,
            &[
                "gildhall_runnable_jobs NaN",
                r#"gildhall_jobs{status="queued"} NaN"#,
                "gildhall_outbox_oldest_seconds NaN",
            ],
        );
    }

    #[test]
    fn tenants_without_a_name_of_their_own_have_the_rest() {
        let backlog = Backlog {
            pending: 50,
            leases: 9,
            ..Backlog::default()
        };
        let load = |tenant: &str, in_use, pending| TenantLoad {
            tenant_id: tenant.to_owned(),
            max_concurrent: 4,
            in_use,
            pending,
        };
        let loads = [load("acme", 4, 20), load("zenith", 0, 0)];
        let text = shown(|| show_loads(&backlog, &loads));
        assert_shows(
            &text,
            &[
                r#"gildhall_tokens_in_use{tenant="acme"} 4"#,
                r#"gildhall_tokens_in_use{tenant="zenith"} 0"#,
                r#"gildhall_tokens_in_use{tenant="other"} 5"#,
                r#"gildhall_tokens_limit{tenant="acme"} 4"#,
                r#"gildhall_pending_jobs{tenant="other"} 30"#,
            ],
        );
    }
}
