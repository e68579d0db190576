//! The audit log knows when each long-lived process began and ended.

use crate::ledger::{Actor, ActorKind, ApiLedger, AuditEntry, Ledger, LedgerError};
use crate::telemetry::chain;
use serde_json::{Map, Value};
use std::sync::Arc;

/// A process that does its work.
pub(super) struct Presence {
    log: Log,
    actor: Actor,
}

/// How it writes into the audit log: the API may less than the others.
enum Log {
    Api(ApiLedger),
    Fleet(Arc<Ledger>),
}

impl Log {
    async fn add(&self, line: AuditEntry) -> Result<(), LedgerError> {
        match self {
            Log::Api(ledger) => ledger.audit(&[line]).await,
            Log::Fleet(ledger) => ledger.audit(&line).await,
        }
    }
}

impl Presence {
    /// An API process begins.
    pub async fn of_api(ledger: ApiLedger, name: &str) -> Presence {
        Presence::begin(Log::Api(ledger), ActorKind::Api, name).await
    }

    /// A relay or a worker begins.
    pub async fn of(ledger: &Arc<Ledger>, kind: ActorKind, name: &str) -> Presence {
        Presence::begin(Log::Fleet(Arc::clone(ledger)), kind, name).await
    }

    async fn begin(log: Log, kind: ActorKind, name: &str) -> Presence {
        let actor = Actor {
            kind,
            name: name.to_owned(),
            address: None,
        };
        let presence = Presence { log, actor };
        presence.tell("start", "started").await;
        presence
    }

    /// The process ends in order. One that is killed tells nothing: what it did last are the steps of its jobs.
    pub async fn end(self) {
        self.tell("stop", "stopped").await;
    }

    /// Nothing is held up where the line cannot be written.
    async fn tell(&self, verb: &str, outcome: &str) {
        let version = Value::from(env!("CARGO_PKG_VERSION"));
        let line = AuditEntry {
            actor: self.actor.clone(),
            tenant: None,
            action: format!("{}.{verb}", self.actor.kind.as_str()),
            subject: self.actor.name.clone(),
            outcome: outcome.to_owned(),
            detail: Map::from_iter([("version".to_owned(), version)]),
        };
        if let Err(error) = self.log.add(line).await {
            let error = chain(&error);
            tracing::warn!(verb, error, "the audit log does not know of this process");
        }
    }
}
