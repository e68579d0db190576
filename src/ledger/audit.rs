//! Who did what: lines of the audit log come in here. [`acts`](super::acts) reads them, together with the steps of jobs.

use std::net::IpAddr;

use gildhall_proto::TenantId;
use serde_json::{Map, Value};
use sqlx::types::Json;

use super::{Ledger, LedgerError};

/// What kind of actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// Somebody who called the API without a key that opens anything. What is told of them they said themselves.
    Anonymous,
    /// An API process by itself.
    Api,
    /// A caller of the API, by its key.
    ApiKey,
    /// What removes things that are past their time.
    Janitor,
    /// Somebody at a command line.
    Operator,
    /// What looks after quarantined uploads, by itself.
    Porter,
    /// A relay by itself.
    Relay,
    /// A worker by itself.
    Worker,
}

impl ActorKind {
    /// The word of the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            ActorKind::Anonymous => "anonymous",
            ActorKind::Api => "api",
            ActorKind::ApiKey => "api_key",
            ActorKind::Janitor => "janitor",
            ActorKind::Operator => "operator",
            ActorKind::Porter => "porter",
            ActorKind::Relay => "relay",
            ActorKind::Worker => "worker",
        }
    }

    /// Whether an actor of the kind that a word names says itself where it acts from, so that its address is a claim. The
    /// API alone sees where its callers are.
    pub fn claims(word: &str) -> bool {
        let seen = [ActorKind::Anonymous, ActorKind::ApiKey];
        !seen.iter().any(|kind| kind.as_str() == word)
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Actor {
    /// What kind of actor.
    pub kind: ActorKind,
    /// Which one: a key's prefix, a user's name, a process's; empty where nothing is known.
    pub name: String,
    /// Where from, if known. Of a caller of the API it was seen, of anybody else it is a claim ([`ActorKind::claims`]). The
    /// machine is no part of an actor: the ledger's connections bear it.
    pub address: Option<IpAddr>,
}

impl Actor {
    /// The address as the database reads it.
    pub(super) fn address(&self) -> Option<String> {
        self.address.map(|address| address.to_string())
    }
}

/// A line of the audit log. Lines can be added and read, never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Who.
    pub actor: Actor,
    /// Whose things, where they are one tenant's.
    pub tenant: Option<TenantId>,
    /// What was done, such as `dlq.drop`.
    pub action: String,
    /// To what.
    pub subject: String,
    /// What came of it.
    pub outcome: String,
    /// What else is to be said.
    pub detail: Map<String, Value>,
}

impl Ledger {
    /// Adds a line. Cancels, replays, tenants and keys write theirs by themselves.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn audit(&self, entry: &AuditEntry) -> Result<(), LedgerError> {
        sqlx::query("SELECT ledger.audit($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(&entry.actor.name)
            .bind(entry.actor.kind.as_str())
            .bind(entry.actor.address())
            .bind(entry.tenant.as_ref().map(TenantId::as_str))
            .bind(&entry.action)
            .bind(&entry.subject)
            .bind(&entry.outcome)
            .bind(Json(&entry.detail))
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
