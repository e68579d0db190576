//! Jobs come in.

use std::collections::BTreeMap;

use gildhall_proto::{JobId, JobSpec, TenantId};
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::ApiLedger;
use crate::ledger::assets::UnknownWord;
use crate::ledger::numbers::timed;
use crate::ledger::{Actor, AssetState, LedgerError, read};

/// A job that somebody submits.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// The id that it gets if it is new.
    pub id: JobId,
    /// What to render.
    pub spec: JobSpec,
    /// The caller's name for this request, 1 to 255 characters.
    pub idempotency_key: Option<String>,
    /// What the request asked for, hashed; it tells a repeat from another request with the same key.
    pub body_sha256: [u8; 32],
    /// The W3C trace context of the request.
    pub traceparent: Option<String>,
    /// Who submits it, for the audit log.
    pub actor: Actor,
}

/// What became of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubmitOutcome {
    /// The job is in the ledger.
    Created(JobId),
    /// It was submitted before, with the same key: this is its id.
    Existing(JobId),
    /// Its key stands for another request.
    BodyDiffers,
    /// A request with its key is being taken in at this moment.
    InFlight,
    /// It names these assets, which are quarantined or refused. Its key can be used again.
    Barred(BTreeMap<String, AssetState>),
    /// The tenant used up its month.
    QuotaExceeded {
        /// Jobs that may be submitted in a month.
        limit: u32,
        /// When the next month begins.
        resets_at: OffsetDateTime,
    },
}

#[derive(Debug, sqlx::FromRow)]
struct OutcomeRow {
    outcome: String,
    job_id: Uuid,
    quota: Option<i32>,
    resets_at: OffsetDateTime,
    barred: Option<Json<BTreeMap<String, String>>>,
}

impl TryFrom<OutcomeRow> for SubmitOutcome {
    type Error = LedgerError;

    fn try_from(row: OutcomeRow) -> Result<SubmitOutcome, LedgerError> {
        let job = JobId::from_uuid(row.job_id);
        match row.outcome.as_str() {
            "created" => Ok(SubmitOutcome::Created(job)),
            "existing" => Ok(SubmitOutcome::Existing(job)),
            "body_differs" => Ok(SubmitOutcome::BodyDiffers),
            "in_flight" => Ok(SubmitOutcome::InFlight),
            "barred" => Ok(SubmitOutcome::Barred(states(row.barred)?)),
            "quota_exceeded" => Ok(SubmitOutcome::QuotaExceeded {
                limit: read::count(row.quota.unwrap_or(0)),
                resets_at: row.resets_at,
            }),
            other => Err(LedgerError::corrupt("api.submit", other)),
        }
    }
}

/// Assets with their states, from their words.
fn states(
    barred: Option<Json<BTreeMap<String, String>>>,
) -> Result<BTreeMap<String, AssetState>, LedgerError> {
    let barred = barred.map(|Json(barred)| barred).unwrap_or_default();
    let read = |(key, word): (String, String)| match word.parse::<AssetState>() {
        Ok(state) => Ok((key, state)),
        Err(UnknownWord) => Err(LedgerError::corrupt("api.submit.barred", word)),
    };
    barred.into_iter().map(read).collect()
}

impl ApiLedger {
    /// Takes a tenant's submissions in, in one transaction and one round trip: one outcome for each, in their order. None is
    /// refused for another's sake.
    ///
    /// # Errors
    /// [`LedgerError`]; then none of them was taken in, or after an outage all of them may have been.
    pub async fn submit_batch(
        &self,
        tenant: &TenantId,
        batch: &[Submission],
    ) -> Result<Vec<SubmitOutcome>, LedgerError> {
        let each = || batch.iter();
        let ids: Vec<Uuid> = each().map(|one| one.id.uuid()).collect();
        let specs: Vec<Json<&JobSpec>> = each().map(|one| Json(&one.spec)).collect();
        let priorities: Vec<i16> = each().map(|one| one.spec.priority.get().into()).collect();
        let keys: Vec<Option<&str>> = each().map(|one| one.idempotency_key.as_deref()).collect();
        let hashes: Vec<&[u8]> = each().map(|one| &one.body_sha256[..]).collect();
        let traces: Vec<Option<&str>> = each().map(|one| one.traceparent.as_deref()).collect();
        let actors: Vec<&str> = each().map(|one| one.actor.name.as_str()).collect();
        let addresses: Vec<Option<String>> = each().map(|one| one.actor.address()).collect();
        let submitted = sqlx::query_as(
            "SELECT outcome, job_id, quota, resets_at, barred \
             FROM api.submit($1, $2, $3, $4, $5, $6, $7, $8, $9) ORDER BY place",
        )
        .bind(tenant.as_str())
        .bind(ids)
        .bind(specs)
        .bind(priorities)
        .bind(keys)
        .bind(hashes)
        .bind(traces)
        .bind(actors)
        .bind(addresses);
        let rows: Vec<OutcomeRow> = timed("submit", submitted.fetch_all(&self.pool)).await?;
        rows.into_iter().map(SubmitOutcome::try_from).collect()
    }
}
