//! An attempt ends.
//!
//! Every way to end one gives the tenant's token back and is guarded by the fencing number: who lost the job changes
//! nothing. A step that is repeated because its answer got lost says [`Settled::LeaseLost`], which is as good: it was
//! taken, and the relay publishes what it wrote.

use std::time::Duration;

use gildhall_proto::{Failure, JobFile, JobOutput, Quality, UsedAsset};
use serde_json::Map;
use sqlx::types::Json;

use super::numbers::timed;
use super::outbox::{self, Told};
use super::read::ms;
use super::{LeaseRef, Ledger, LedgerError, OutboxEntry};

/// What a finished attempt gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// Its files and what is to be said about them.
    pub output: JobOutput,
    /// The assets it used.
    pub inputs: Vec<UsedAsset>,
}

impl Completion {
    /// The end of an attempt that rendered nothing, for measurements of everything but the render.
    pub fn nothing(quality: Quality) -> Completion {
        let video = JobFile {
            name: "video.mp4".to_owned(),
            key: String::new(),
            content_type: "video/mp4".to_owned(),
            bytes: 0,
            // Of no bytes (FIPS 180-4).
            sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned(),
            width: 0,
            height: 0,
        };
        Completion {
            output: JobOutput {
                video,
                poster: None,
                thumbnails: Vec::new(),
                renditions: Vec::new(),
                duration_ms: 0,
                frames: 0,
                encoder: "none".to_owned(),
                quality: quality.to_string(),
                warnings: Vec::new(),
                timings: Map::new(),
            },
            inputs: Vec::new(),
        }
    }
}

/// Whether an end was written down.
#[derive(Debug, Clone, PartialEq)]
pub enum Settled {
    /// It was; these entries are to be published. They tell of a cancel where somebody asked for one meanwhile and the job
    /// would have run again.
    Done(Vec<OutboxEntry>),
    /// The job is another worker's, or had ended before: nothing was changed.
    LeaseLost,
}

/// A step of `fleet.settle`.
#[derive(Debug, Default)]
struct Step<'a> {
    to: &'static str,
    failure: Option<&'a Failure>,
    after: Option<Duration>,
    quality: Option<Quality>,
}

impl Ledger {
    /// The video is there: status, output, assets, usage, token and event in one.
    ///
    /// # Errors
    /// [`LedgerError`]; repeat the step after an outage.
    pub async fn finish(
        &self,
        lease: &LeaseRef,
        done: &Completion,
    ) -> Result<Settled, LedgerError> {
        let written = sqlx::query_scalar("SELECT fleet.finish($1, $2, $3, $4)")
            .bind(lease.job.uuid())
            .bind(lease.fence)
            .bind(Json(&done.output))
            .bind(Json(&done.inputs));
        settled(timed("finish", written.fetch_one(&self.pool)).await?)
    }

    /// There will be no video: the job fails, and its dead letter is written.
    ///
    /// # Errors
    /// [`LedgerError`]; repeat the step after an outage.
    pub async fn fail(&self, lease: &LeaseRef, failure: &Failure) -> Result<Settled, LedgerError> {
        let step = Step {
            to: "failed",
            failure: Some(failure),
            ..Step::default()
        };
        self.settle(lease, step).await
    }

    /// This attempt is spent, and another follows after a while at this quality. The caller sends its message.
    ///
    /// # Errors
    /// [`LedgerError`]; repeat the step after an outage.
    pub async fn retry(
        &self,
        lease: &LeaseRef,
        failure: &Failure,
        after: Duration,
        quality: Quality,
    ) -> Result<Settled, LedgerError> {
        let step = Step {
            to: "retrying",
            failure: Some(failure),
            after: Some(after),
            quality: Some(quality),
        };
        self.settle(lease, step).await
    }

    /// Something outside was down: again after a while, and no attempt is spent. The caller sends the message.
    ///
    /// # Errors
    /// [`LedgerError`]; repeat the step after an outage.
    pub async fn postpone(
        &self,
        lease: &LeaseRef,
        after: Duration,
    ) -> Result<Settled, LedgerError> {
        let step = Step {
            to: "retrying",
            after: Some(after),
            ..Step::default()
        };
        self.settle(lease, step).await
    }

    /// This worker cannot go on: the job waits in the ledger again, and no attempt is spent.
    ///
    /// # Errors
    /// [`LedgerError`]; repeat the step after an outage.
    pub async fn give_back(&self, lease: &LeaseRef) -> Result<Settled, LedgerError> {
        let step = Step {
            to: "pending",
            ..Step::default()
        };
        self.settle(lease, step).await
    }

    /// The work was stopped because somebody asked for it.
    ///
    /// # Errors
    /// [`LedgerError`]; repeat the step after an outage.
    pub async fn cancelled(&self, lease: &LeaseRef) -> Result<Settled, LedgerError> {
        let step = Step {
            to: "cancelled",
            ..Step::default()
        };
        self.settle(lease, step).await
    }

    async fn settle(&self, lease: &LeaseRef, step: Step<'_>) -> Result<Settled, LedgerError> {
        let written = sqlx::query_scalar("SELECT fleet.settle($1, $2, $3, $4, $5, $6)")
            .bind(lease.job.uuid())
            .bind(lease.fence)
            .bind(step.to)
            .bind(step.failure.map(Json))
            .bind(step.after.map(ms))
            .bind(step.quality.map(Quality::as_str));
        settled(timed("settle", written.fetch_one(&self.pool)).await?)
    }
}

fn settled(told: Option<Json<Vec<Told>>>) -> Result<Settled, LedgerError> {
    match told {
        Some(Json(told)) => Ok(Settled::Done(outbox::entries(told)?)),
        None => Ok(Settled::LeaseLost),
    }
}
