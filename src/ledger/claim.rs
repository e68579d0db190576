//! A worker asks for a job.

use std::time::Duration;

use gildhall_proto::{JobId, JobSpec, Quality, TenantId};
use serde::Deserialize;
use serde_json::Value;
use sqlx::types::Json;
use time::OffsetDateTime;

use super::numbers::timed;
use super::outbox::{self, Told};
use super::read::{self, ms};
use super::{LeaseRef, Ledger, LedgerError, OutboxEntry};

/// How many workers a job may take down before it is set aside as poison.
pub const MAX_CRASHES: i16 = 3;

/// Who asks for which job.
#[derive(Debug, Clone, Copy)]
pub struct ClaimRequest<'a> {
    /// The job that the message names.
    pub job: JobId,
    /// The tenant that the message names.
    pub tenant: &'a TenantId,
    /// Who asks.
    pub worker: &'a str,
    /// How long the worker may be silent before the job is taken from it.
    pub lease: Duration,
    /// Whether this message was delivered before: it then waits for a lease that is still alive, instead of being one too
    /// many. Say so too of a message that waited for that reason already.
    pub redelivered: bool,
}

/// What becomes of the message.
#[derive(Debug)]
pub enum Claim {
    /// The job is this worker's.
    Run(Box<Run>),
    /// The job is this worker's, but this release cannot read what it is to render: it is to be failed.
    Unreadable {
        /// The hold on it.
        lease: LeaseRef,
        /// What is wrong with it.
        reason: String,
    },
    /// The tenant is at its limit or suspended: the job waits in the ledger again, and the message has done its work.
    Deferred,
    /// The message is about no job that waits for a worker.
    Stale(StaleReason),
    /// Not yet: a lease is still alive after a redelivery, or the time of the next attempt has not come. The message is to come
    /// back after this long.
    Park(Duration),
    /// The job ended here and now: it took down its worker once too often, or it was to be cancelled and its worker is
    /// gone.
    Ended(Vec<OutboxEntry>),
}

/// Why a message is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaleReason {
    /// There is no such job.
    Unknown,
    /// The job is another tenant's.
    WrongTenant,
    /// The job has ended.
    Terminal,
    /// The job waits in the ledger; its next dispatch brings another message.
    NotDispatched,
    /// Another worker has the job, and this message was never delivered before.
    Duplicate,
}

/// A claimed job.
#[derive(Debug, Clone)]
pub struct Run {
    /// The hold on it.
    pub lease: LeaseRef,
    /// What to render.
    pub spec: JobSpec,
    /// The quality of this attempt.
    pub quality: Quality,
    /// Which attempt it is, from 1.
    pub attempt: u32,
    /// How many workers were lost with it.
    pub crashes: u32,
    /// The W3C trace context of its submission.
    pub traceparent: Option<String>,
    /// When it was submitted.
    pub created_at: OffsetDateTime,
    /// `video.processing`, to be published.
    pub event: OutboxEntry,
    /// How long it had waited for its first worker.
    pub waited: Waited,
}

/// How long a job had waited when it was claimed for the first time, by the database's clock; nothing where it was not the
/// first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waited {
    /// Since it was submitted.
    pub since_submitted: Option<Duration>,
    /// Since it was handed to the broker.
    pub since_queued: Option<Duration>,
}

impl Waited {
    fn of(row: Option<Json<WaitedMs>>) -> Waited {
        let duration = |ms: f64| Duration::try_from_secs_f64(ms.max(0.0) / 1000.0).ok();
        row.map_or_else(Waited::default, |Json(waited)| Waited {
            since_submitted: waited.submitted_ms.and_then(duration),
            since_queued: waited.queued_ms.and_then(duration),
        })
    }
}

/// How long the job has waited is read as it was before the claim, which the statement itself does not see. From a replay
/// on, nobody waits since the submission.
const CLAIM: &str = "
SELECT outcome, wait_ms, run, spec, events, (
    SELECT jsonb_build_object(
        'submitted_ms', CASE WHEN run = 1 AND started_at IS NULL
            THEN extract(epoch FROM clock_timestamp() - created_at) * 1000 END,
        'queued_ms', CASE WHEN status = 'queued' AND started_at IS NULL
            THEN extract(epoch FROM clock_timestamp() - dispatched_at) * 1000 END)
    FROM video_processing_jobs WHERE id = $1) AS waited
FROM fleet.claim($1, $2, $3, $4, $5, $6)";

#[derive(Debug, sqlx::FromRow)]
struct ClaimRow {
    outcome: String,
    wait_ms: Option<i64>,
    run: Option<Json<RunState>>,
    spec: Option<Json<Value>>,
    events: Option<Json<Vec<Told>>>,
    waited: Option<Json<WaitedMs>>,
}

#[derive(Debug, Deserialize)]
struct WaitedMs {
    submitted_ms: Option<f64>,
    queued_ms: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct RunState {
    fence: i64,
    quality: String,
    attempts: u32,
    crashes: u32,
    traceparent: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

impl Ledger {
    /// Takes the job, its tenant's token and the next fencing number, if the job waits for a worker.
    ///
    /// # Errors
    /// [`LedgerError`]. Where the answer of a claim got lost the job is this worker's without its knowing; the lease then
    /// runs out and the job is claimed again.
    pub async fn claim(&self, request: ClaimRequest<'_>) -> Result<Claim, LedgerError> {
        let claimed = sqlx::query_as(CLAIM)
            .bind(request.job.uuid())
            .bind(request.tenant.as_str())
            .bind(request.worker)
            .bind(ms(request.lease))
            .bind(request.redelivered)
            .bind(MAX_CRASHES);
        let mut row: ClaimRow = timed("claim", claimed.fetch_one(&self.pool)).await?;
        let stale = |reason| Ok(Claim::Stale(reason));
        let outcome = std::mem::take(&mut row.outcome);
        match outcome.as_str() {
            "run" => run(request, row),
            "deferred" => Ok(Claim::Deferred),
            "park" => Ok(Claim::Park(read::duration(row.wait_ms.unwrap_or(0)))),
            "ended" => Ok(Claim::Ended(outbox::entries(told(row.events))?)),
            "unknown" => stale(StaleReason::Unknown),
            "wrong_tenant" => stale(StaleReason::WrongTenant),
            "terminal" => stale(StaleReason::Terminal),
            "not_dispatched" => stale(StaleReason::NotDispatched),
            "duplicate" => stale(StaleReason::Duplicate),
            other => Err(LedgerError::corrupt("fleet.claim", other)),
        }
    }
}

fn told(events: Option<Json<Vec<Told>>>) -> Vec<Told> {
    events.map_or_else(Vec::new, |Json(told)| told)
}

fn run(request: ClaimRequest<'_>, row: ClaimRow) -> Result<Claim, LedgerError> {
    let missing = |what| LedgerError::corrupt("fleet.claim", what);
    let Json(state) = row.run.ok_or_else(|| missing("no state"))?;
    let lease = LeaseRef {
        job: request.job,
        tenant: request.tenant.clone(),
        fence: state.fence,
        worker: request.worker.to_owned(),
    };
    let Json(spec) = row.spec.ok_or_else(|| missing("no spec"))?;
    let spec: JobSpec = match serde_json::from_value(spec) {
        Ok(spec) => spec,
        // Asked again, it would be the same: a newer release may have accepted the job.
        Err(error) => {
            let reason = error.to_string();
            return Ok(Claim::Unreadable { lease, reason });
        }
    };
    let quality = match spec.output.quality {
        Quality::Reduced => Quality::Reduced,
        Quality::Full => read::quality(&state.quality)?,
    };
    let event = outbox::entries(told(row.events))?.pop();
    Ok(Claim::Run(Box::new(Run {
        lease,
        quality,
        spec,
        attempt: state.attempts + 1,
        crashes: state.crashes,
        traceparent: state.traceparent,
        created_at: state.created_at,
        event: event.ok_or_else(|| missing("no event"))?,
        waited: Waited::of(row.waited),
    })))
}
