//! What goes through a [`Fleet`]: jobs, followed to where a test wants them, and messages.

use std::time::Duration;

use gildhall::broker::{BrokerError, DeadLetter};
use gildhall::ledger::{HistoryEntry, JobRecord, LedgerError};
use gildhall_proto::{JobId, JobStatus};
use serde_json::Value;

use super::amqp::{self, Message};
use super::events::Events;
use super::{Fleet, jobs, until, wait};

/// How long a job may take to get where a test wants it, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

impl Fleet {
    /// Submits a job of the first tenant.
    #[track_caller]
    pub fn submit(&self, job: &Value) -> JobId {
        let answer = self.http.submit(job, &[]);
        assert_eq!(answer.status, 202, "{}", answer.json());
        answer.job()
    }

    /// Submits so many jobs for workers that pretend.
    #[track_caller]
    pub fn submit_many(&self, count: usize) -> Vec<JobId> {
        (0..count).map(|_| self.submit(&jobs::any())).collect()
    }

    /// Uploads the image that jobs are made of.
    #[track_caller]
    pub fn upload_ring(&self) {
        let path = "/api/v1/video/assets?kind=products&name=ring.jpg";
        let kind = [("content-type", "application/octet-stream")];
        let answer = self.http.post(path, &jobs::ring(), &kind);
        assert_eq!(answer.status, 201, "{}", answer.json());
        assert_eq!(answer.json()["key"], "products/ring.jpg");
    }

    /// The job as the ledger has it; a ledger that is away is waited for.
    #[track_caller]
    pub fn job(&self, job: JobId) -> JobRecord {
        until("the ledger answers", PATIENCE, || {
            match wait(self.ledger.job(job)) {
                Ok(found) => Some(found.expect("it was accepted")),
                Err(error) => passes(error),
            }
        })
    }

    /// Waits until the job stands there; fails the test at once where it has ended otherwise.
    #[track_caller]
    pub fn wait_for(&self, job: JobId, wanted: JobStatus) -> JobRecord {
        until(&format!("{job} is {wanted}"), PATIENCE, || {
            let found = self.job(job);
            let status = found.status;
            assert!(
                status == wanted || !status.is_terminal(),
                "{job} is {status} instead of {wanted}: {:?}",
                found.failure
            );
            (status == wanted).then_some(found)
        })
    }

    /// Waits until all these jobs are completed.
    #[track_caller]
    pub fn wait_for_all(&self, jobs: &[JobId]) -> Vec<JobRecord> {
        jobs.iter()
            .map(|&job| self.wait_for(job, JobStatus::Completed))
            .collect()
    }

    /// Everything that happened to a job; a ledger that is away is waited for.
    #[track_caller]
    pub fn history(&self, job: JobId) -> Vec<HistoryEntry> {
        until("the ledger answers", PATIENCE, || {
            wait(self.ledger.history(job)).map_or_else(passes, Some)
        })
    }

    /// How often a job went into this status.
    pub fn times(&self, job: JobId, status: JobStatus) -> usize {
        let history = self.history(job);
        history.iter().filter(|entry| entry.to == status).count()
    }

    /// Waits until everything that is to be told was told.
    #[track_caller]
    pub fn wait_until_told(&self) {
        until("the outbox is empty", PATIENCE, || {
            (self.count("SELECT count(*) FROM outbox") == 0).then_some(())
        });
    }

    /// Listens to all events from now on.
    pub fn listen(&self) -> Events {
        Events::listen(&self.fresh.amqp_url)
    }

    /// Publishes to the exchange of jobs what nobody asked for.
    pub fn publish(&self, messages: &[Message<'_>]) {
        amqp::publish(&self.fresh.amqp_url, messages);
    }

    /// All dead letters; they are put back.
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        wait(async {
            let mut letters = self.broker.dead_letters().await?;
            let taken = letters.take(1000).await?;
            letters.put_back().await?;
            Ok::<_, BrokerError>(taken)
        })
        .expect("the broker is there")
    }

    /// Waits until there are so many dead letters.
    #[track_caller]
    pub fn wait_for_dead_letters(&self, count: usize) -> Vec<DeadLetter> {
        until("the dead letters are there", PATIENCE, || {
            let letters = self.dead_letters();
            assert!(letters.len() <= count, "{letters:?}");
            (letters.len() == count).then_some(letters)
        })
    }
}

/// An outage is waited for.
fn passes<T>(error: LedgerError) -> Option<T> {
    assert!(error.is_outage(), "{error:?}");
    None
}
