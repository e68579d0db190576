//! Where letters are looked at.

use super::filter::Filter;
use super::letter::{Held, Letter};
use crate::broker::{AckOutcome, Broker, BrokerError, DeadLetters};
use crate::cli::operator::{Acting, OperatorError};
use crate::config;
use crate::ledger::{Actor, AuditEntry, Ledger, LedgerError};
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};
use time::OffsetDateTime;

/// Letters are taken out in lots of this.
const LOT: usize = 100;
/// How long letters are held. The broker closes a channel that holds one for 30 minutes, and takes them all back.
const HOLD: Duration = Duration::from_secs(20 * 60);

/// The queue of dead letters, opened.
pub struct Desk {
    broker: Broker,
    letters: DeadLetters,
    opened: Instant,
}

impl Desk {
    /// Connects to the broker.
    pub async fn open(config: &config::Broker) -> Result<Desk, BrokerError> {
        let broker = Broker::connect(config, "gildhall operator").await?;
        let letters = broker.dead_letters().await?;
        Ok(Desk {
            broker,
            letters,
            opened: Instant::now(),
        })
    }

    /// The broker, to publish on.
    pub fn broker(&self) -> &Broker {
        &self.broker
    }

    /// The letters that are meant, the oldest first, `limit` at most. The others too stay out of sight until the desk
    /// is cleared.
    pub async fn collect(
        &mut self,
        filter: &Filter,
        limit: usize,
    ) -> Result<Vec<Held>, BrokerError> {
        let now = OffsetDateTime::now_utc();
        let mut held = Vec::new();
        loop {
            let lot = self.letters.take(LOT).await?;
            let is_last = lot.len() < LOT;
            let read = lot.into_iter().map(|dead| Held {
                letter: Letter::read(&dead),
                dead,
            });
            held.extend(read.filter(|held| filter.takes(&held.letter, now)));
            if is_last || held.len() >= limit {
                held.truncate(limit);
                return Ok(held);
            }
        }
    }

    /// Fails once letters have been held for long enough; `left` are still to be looked at.
    pub fn may_go_on(&self, left: usize) -> Result<(), OperatorError> {
        if self.opened.elapsed() < HOLD {
            return Ok(());
        }
        Err(OperatorError::HeldTooLong {
            minutes: HOLD.as_secs() / 60,
            left,
        })
    }

    /// Puts back whatever was not removed, and gives back `outcome`, or what went wrong with that.
    pub async fn clear<T>(self, outcome: anyhow::Result<T>) -> anyhow::Result<T> {
        let cleared = self.letters.put_back().await;
        self.broker.close().await;
        let outcome = outcome?;
        cleared?;
        Ok(outcome)
    }
}

/// Removes a letter.
pub async fn remove(held: Held) -> anyhow::Result<()> {
    match held.dead.remove().await? {
        AckOutcome::Acked => Ok(()),
        AckOutcome::Gone => Err(OperatorError::LettersGone.into()),
    }
}

/// The one who acts, and the ledger that it is written into.
pub struct Clerk {
    /// The ledger.
    pub ledger: Ledger,
    /// Who acts.
    pub actor: Actor,
}

impl Clerk {
    /// The clerk of whoever acts.
    pub fn new(ledger: Ledger, acting: &Acting) -> Clerk {
        Clerk {
            ledger,
            actor: acting.actor(),
        }
    }

    /// Writes down what is done to a letter. That comes before the letter is removed: a crash in between leaves a line
    /// too many, never one too few.
    pub async fn note(
        &self,
        action: &str,
        letter: &Letter,
        outcome: &str,
    ) -> Result<(), LedgerError> {
        let message = letter.job.as_ref().ok();
        let subject = letter.job_id().map(|job| job.to_string());
        let entry = AuditEntry {
            actor: self.actor.clone(),
            tenant: message.map(|message| message.tenant_id.clone()),
            action: action.to_owned(),
            subject: subject.unwrap_or_else(|| letter.name.to_string()),
            outcome: outcome.to_owned(),
            detail: detail(letter),
        };
        self.ledger.audit(&entry).await
    }
}

fn detail(letter: &Letter) -> Map<String, Value> {
    let mut detail = Map::new();
    let mut add = |name: &str, value: Value| {
        if !value.is_null() {
            detail.insert(name.to_owned(), value);
        }
    };
    add("letter", json!(letter.name.to_string()));
    add("code", json!(letter.code));
    add("class", json!(letter.class));
    add("message_id", json!(letter.message_id));
    add("bytes", json!(letter.bytes));
    detail
}
