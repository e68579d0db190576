//! What becomes of a tenant's upload once it was entered.

use std::time::Duration;

use gildhall_proto::TenantId;
use uuid::Uuid;

use super::ApiLedger;
use crate::ledger::numbers::timed;
use crate::ledger::quarantine::{Ended, EndedRow, standing};
use crate::ledger::read::ms;
use crate::ledger::{Actor, AssetState, LedgerError};

/// An upload that was found infected before anything of it was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InfectedUpload<'a> {
    /// What jobs would have called it.
    pub key: &'a str,
    /// The SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: &'a str,
    /// How many they were.
    pub bytes: u64,
    /// What was found in them.
    pub signature: &'a str,
}

impl ApiLedger {
    /// Says that the bytes of a quarantined asset are about to be put into quarantine under this key, which takes no longer
    /// than `within`. Gives where the asset stands, none where it is gone: unless it is quarantined, nothing was changed, and no
    /// porter will look under that key.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn quarantine_begins(
        &self,
        tenant: &TenantId,
        id: Uuid,
        quarantine_key: &str,
        within: Duration,
    ) -> Result<Option<AssetState>, LedgerError> {
        self.quarantine(tenant, id, quarantine_key, within, None)
            .await
    }

    /// Says that the bytes are there: porters may see to them from now on. Answers as [`ApiLedger::quarantine_begins`]. Written
    /// to the audit log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn quarantine_asset(
        &self,
        tenant: &TenantId,
        id: Uuid,
        quarantine_key: &str,
        actor: &Actor,
    ) -> Result<Option<AssetState>, LedgerError> {
        self.quarantine(tenant, id, quarantine_key, Duration::ZERO, Some(actor))
            .await
    }

    async fn quarantine(
        &self,
        tenant: &TenantId,
        id: Uuid,
        quarantine_key: &str,
        within: Duration,
        actor: Option<&Actor>,
    ) -> Result<Option<AssetState>, LedgerError> {
        let asked = sqlx::query_scalar("SELECT api.quarantine_asset($1, $2, $3, $4, $5, $6)")
            .bind(tenant.as_str())
            .bind(id)
            .bind(quarantine_key)
            .bind(ms(within))
            .bind(actor.map(|actor| actor.name.as_str()))
            .bind(actor.and_then(Actor::address));
        let state: Option<String> = timed("quarantine_asset", asked.fetch_one(&self.pool)).await?;
        standing(state)
    }

    /// Releases a quarantined asset whose bytes lie where they belong; `scanned`: after a scanner found them clean. Written to
    /// the audit log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn release_asset(
        &self,
        tenant: &TenantId,
        id: Uuid,
        scanned: bool,
        actor: &Actor,
    ) -> Result<Ended, LedgerError> {
        let asked =
            sqlx::query_as("SELECT changed, standing FROM api.release_asset($1, $2, $3, $4, $5)")
                .bind(tenant.as_str())
                .bind(id)
                .bind(scanned)
                .bind(&actor.name)
                .bind(actor.address());
        let row: EndedRow = timed("release_asset", asked.fetch_one(&self.pool)).await?;
        row.try_into()
    }

    /// Refuses a quarantined asset for good. Written to the audit log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn refuse_asset(
        &self,
        tenant: &TenantId,
        id: Uuid,
        signature: &str,
        actor: &Actor,
    ) -> Result<Ended, LedgerError> {
        let asked =
            sqlx::query_as("SELECT changed, standing FROM api.refuse_asset($1, $2, $3, $4, $5)")
                .bind(tenant.as_str())
                .bind(id)
                .bind(signature)
                .bind(&actor.name)
                .bind(actor.address());
        let row: EndedRow = timed("refuse_asset", asked.fetch_one(&self.pool)).await?;
        row.try_into()
    }

    /// Writes an infected upload of which nothing was kept into the audit log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn upload_was_infected(
        &self,
        tenant: &TenantId,
        upload: InfectedUpload<'_>,
        actor: &Actor,
    ) -> Result<(), LedgerError> {
        let asked = sqlx::query("SELECT api.upload_was_infected($1, $2, $3, $4, $5, $6, $7)")
            .bind(tenant.as_str())
            .bind(upload.key)
            .bind(upload.sha256)
            .bind(i64::try_from(upload.bytes).unwrap_or(i64::MAX))
            .bind(upload.signature)
            .bind(&actor.name)
            .bind(actor.address());
        timed("upload_was_infected", asked.execute(&self.pool)).await?;
        Ok(())
    }
}
