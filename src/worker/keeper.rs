//! Keeps an attempt's lease, tells how far it is, and hears that it should stop.

use super::Deps;
use super::stop::{StopReason, Stopper};
use super::way::answered;
use crate::ledger::{Renewal, Run};
use crate::telemetry::{chain, traceparent_of_current};
use gildhall_proto::{Event, EventData, EventKind, EventProgress, JobStatus};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::Instrument;

/// How often a lease is renewed: often enough that a cancelled job stops within a second.
const RENEWAL: Duration = Duration::from_millis(500);

/// Renews a lease as long as it lives.
#[derive(Debug)]
pub struct Keeper(JoinHandle<()>);

impl Keeper {
    /// Starts to keep the lease of a claimed job.
    pub fn start(
        deps: Arc<Deps>,
        run: &Run,
        progress: watch::Receiver<EventProgress>,
        stopper: Stopper,
    ) -> Keeper {
        let lease = run.lease.clone();
        let mut news = News {
            progress,
            told: None,
            renewals: 0,
        };
        let about = About::of(run);
        let keep = async move {
            loop {
                tokio::time::sleep(RENEWAL).await;
                let news = news.due();
                let renewal = deps.ledger.renew(&lease, deps.lease, news.as_ref());
                match answered(deps.lease, renewal).await {
                    Ok(Renewal::Held) => {}
                    Ok(Renewal::Lost) => return stopper.stop(StopReason::LeaseLost),
                    Ok(Renewal::CancelRequested) => return stopper.stop(StopReason::Cancelled),
                    // While the ledger is away nobody else can take the job over; if somebody does as soon as it is
                    // back, the fencing number refuses this attempt.
                    Err(error) => {
                        tracing::warn!(error = chain(&error), "the lease was not renewed");
                    }
                }
                if let Some(news) = news {
                    deps.tell(&about.event(news)).await;
                }
            }
        };
        Keeper(tokio::spawn(keep.in_current_span()))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Lets progress through when it changed, at most once a second.
struct News {
    progress: watch::Receiver<EventProgress>,
    told: Option<EventProgress>,
    renewals: u32,
}

impl News {
    fn due(&mut self) -> Option<EventProgress> {
        self.renewals += 1;
        let now = self.progress.borrow().clone();
        let due = self.renewals % 2 == 1 && self.told.as_ref() != Some(&now);
        due.then(|| self.told.insert(now).clone())
    }
}

/// What every progress event of an attempt has in common.
struct About {
    data: EventData,
    traceparent: Option<String>,
}

impl About {
    fn of(run: &Run) -> About {
        About {
            data: EventData {
                job_id: run.lease.job,
                tenant_id: run.lease.tenant.clone(),
                status: JobStatus::Processing,
                attempt: run.attempt,
                metadata: run.spec.metadata.as_map().clone().into_iter().collect(),
                progress: None,
                output: None,
                failure: None,
            },
            traceparent: traceparent_of_current().or_else(|| run.traceparent.clone()),
        }
    }

    fn event(&self, progress: EventProgress) -> Event {
        Event {
            id: uuid::Uuid::now_v7(),
            kind: EventKind::Progress,
            time: time::OffsetDateTime::now_utc(),
            traceparent: self.traceparent.clone(),
            data: EventData {
                progress: Some(progress),
                ..self.data.clone()
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_when_it_changed_and_at_every_second_renewal() {
        let at = |frames| EventProgress {
            stage: "render".into(),
            frames,
            total_frames: 9,
        };
        let (sender, progress) = watch::channel(at(0));
        let mut news = News {
            progress,
            told: None,
            renewals: 0,
        };
        assert_eq!(news.due(), Some(at(0)));
        sender.send_replace(at(1));
        assert_eq!(news.due(), None, "half a second later");
        assert_eq!(news.due(), Some(at(1)));
        assert_eq!(news.due(), None);
        assert_eq!(news.due(), None, "nothing new");
    }
}
