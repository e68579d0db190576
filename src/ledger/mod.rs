//! The ledger: everything the fleet knows, in PostgreSQL. All SQL of the project is here and in `migrations/`.
//!
//! A job exists once its row is committed. Every step on its way is a function of the database, called in one round trip:
//! it locks the job's row, looks whether the step is still to be taken, and changes everything that belongs to it at
//! once. So a step that is repeated, taken by two at a time or cut off by a crash leaves either everything or nothing:
//!
//! | step | here | in `migrations/` |
//! |---|---|---|
//! | a job is submitted | [`api::submit`] | `0016_quarantine.sql` |
//! | it is handed to the broker | [`dispatch`] | `0011_relay.sql` |
//! | a worker takes it | [`claim`] | `0009_claim.sql` |
//! | and keeps it | [`lease`] | `0009_claim.sql` |
//! | an attempt ends | [`settle`] | `0010_settle.sql` |
//! | its events are published | [`outbox`] | `0011_relay.sql` |
//! | somebody cancels or replays it | [`operator`], [`api::jobs`] | `0012_jobs_by_hand.sql` |
//!
//! An upload has a way of its own: it is entered and released at once, or waits in [`quarantine`] (`0016_quarantine.sql`).
//!
//! What is past its time goes by the steps of [`janitor`] (`0018_retention.sql`).
//!
//! [`Ledger`] is for relay, worker and operators and sees all tenants; [`ApiLedger`] is for the API, and row-level
//! security lets each of its calls see one. Times are the database's throughout: no clock of a worker counts.

pub mod acts;
pub mod api;
pub mod assets;
pub mod audit;
pub mod claim;
pub mod cursor;
pub mod dispatch;
pub mod filter;
pub mod history;
pub mod janitor;
pub mod job;
pub mod keys;
pub mod lease;
pub mod measure;
pub mod migrate;
pub mod operator;
pub mod outbox;
pub mod quarantine;
pub mod retention;
pub mod settle;
pub mod tenants;

mod connect;
mod error;
mod numbers;
mod read;

use sqlx::PgPool;

use crate::config;

pub use acts::{Act, ActCursor, ActFilter, ActPage, ActSource};
pub use api::ApiLedger;
pub use api::assets::Rendition;
pub use api::keys::{Closed, FoundKey, KeyRecord};
pub use api::quarantine::InfectedUpload;
pub use api::submit::{Submission, SubmitOutcome};
pub use assets::{Asset, AssetInsert, AssetOrigin, AssetState, NewAsset, StoredFile};
pub use audit::{Actor, ActorKind, AuditEntry};
pub use claim::{Claim, ClaimRequest, MAX_CRASHES, Run, StaleReason, Waited};
pub use cursor::Cursor;
pub use dispatch::{Dispatch, Reaped};
pub use error::LedgerError;
pub use filter::{JobFilter, Page};
pub use history::HistoryEntry;
pub use janitor::{Past, PastAfter, PastStep, Uncleared, Unused};
pub use job::{JobProgress, JobRecord};
pub use keys::{KeyInfo, NewKey, RotateOutcome, Rotated, Rotation};
pub use lease::{LeaseRef, Renewal};
pub use measure::{Backlog, Stored, TenantLoad};
pub use migrate::migrate;
pub use numbers::PoolState;
pub use operator::{CancelOutcome, ReplayOutcome};
pub use outbox::{OutboxEntry, OutboxItem};
pub use quarantine::{Ended, Quarantined, Withdrawn};
pub use retention::Keep;
pub use settle::{Completion, Settled};
pub use tenants::{Tenant, TenantLimits, Usage};

/// The role that sees all tenants.
const FLEET_ROLE: &str = "gildhall_fleet";
/// The role that row-level security holds to one tenant at a time.
const API_ROLE: &str = "gildhall_api";

/// The ledger as relay, worker and operators use it.
#[derive(Debug, Clone)]
pub struct Ledger {
    pool: PgPool,
}

impl Ledger {
    /// Connects; `application` names this process in the database's own views.
    ///
    /// # Errors
    /// [`LedgerError`] where the database cannot be reached within a few seconds or refuses the connection, which it also
    /// does before the first migration.
    pub async fn connect(
        config: &config::Database,
        application: &str,
    ) -> Result<Ledger, LedgerError> {
        let pool = connect::pool(config, application, FLEET_ROLE).await?;
        let ledger = Ledger { pool };
        if ledger.is_up_to_date().await? {
            Ok(ledger)
        } else {
            Err(LedgerError::NotMigrated)
        }
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`LedgerError`] where there is none.
    pub async fn ping(&self) -> Result<(), LedgerError> {
        connect::ping(&self.pool).await
    }

    /// Closes all connections once they are idle; every later call fails as an outage.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
