//! What the API writes into the audit log.

use serde_json::{Map, Value};
use sqlx::types::Json;

use super::ApiLedger;
use crate::ledger::{AuditEntry, LedgerError};

impl ApiLedger {
    /// Adds lines, of any tenants, in one transaction. A line without a tenant may only be of somebody without a key, or of the
    /// API by itself.
    ///
    /// # Errors
    /// [`LedgerError`]; then none was added, or after an outage all may have been.
    pub async fn audit(&self, lines: &[AuditEntry]) -> Result<(), LedgerError> {
        let tenants: Vec<Option<&str>> = lines
            .iter()
            .map(|line| line.tenant.as_ref().map(|tenant| tenant.as_str()))
            .collect();
        let kinds: Vec<&str> = lines.iter().map(|line| line.actor.kind.as_str()).collect();
        let actors: Vec<&str> = lines.iter().map(|line| line.actor.name.as_str()).collect();
        let addresses: Vec<Option<String>> =
            lines.iter().map(|line| line.actor.address()).collect();
        let actions: Vec<&str> = lines.iter().map(|line| line.action.as_str()).collect();
        let subjects: Vec<&str> = lines.iter().map(|line| line.subject.as_str()).collect();
        let outcomes: Vec<&str> = lines.iter().map(|line| line.outcome.as_str()).collect();
        let details: Vec<Json<&Map<String, Value>>> =
            lines.iter().map(|line| Json(&line.detail)).collect();
        sqlx::query("SELECT api.audit($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(tenants)
            .bind(kinds)
            .bind(actors)
            .bind(addresses)
            .bind(actions)
            .bind(subjects)
            .bind(outcomes)
            .bind(details)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
