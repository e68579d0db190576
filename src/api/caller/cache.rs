//! Keys that were looked up a moment ago.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gildhall_proto::TenantId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::key::PresentedKey;
use super::scope::Scope;
use crate::ledger::{ApiLedger, KeyRecord, LedgerError};

/// How long a key is taken from memory: a revoked key or a changed limit takes effect within this time.
pub const KEPT: Duration = Duration::from_secs(5);
/// Most prefixes kept, unknown ones included, so that guessing fills no memory.
const MAX_KEPT: usize = 10_000;

/// Who holds a key.
#[derive(Debug)]
pub struct Identity {
    /// Whose key it is.
    pub tenant: TenantId,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// How many requests the tenant may make in a minute.
    pub requests_per_minute: u32,
    key: Uuid,
    secret_sha256: Vec<u8>,
    expires_at: Option<OffsetDateTime>,
}

impl Identity {
    fn of(record: KeyRecord) -> Identity {
        Identity {
            tenant: record.tenant,
            // A scope that this release does not know allows nothing here.
            scopes: record
                .scopes
                .iter()
                .filter_map(|word| word.parse().ok())
                .collect(),
            requests_per_minute: record.requests_per_minute,
            key: record.id,
            secret_sha256: record.secret_sha256,
            expires_at: record.expires_at,
        }
    }

    /// Whether the key has not expired; the ledger gives no revoked key and none of a suspended tenant.
    pub fn is_valid(&self, now: OffsetDateTime) -> bool {
        self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

/// What the ledger said about a prefix; nothing, where no key has it.
struct Answer {
    identity: Option<Arc<Identity>>,
    at: Instant,
}

/// The ledger's answers of the last seconds, by prefix.
#[derive(Default)]
pub struct KeyCache {
    answers: Mutex<HashMap<String, Answer>>,
}

impl KeyCache {
    /// Whose key this is; `None` where there is no such key or its secret is another.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn identify(
        &self,
        ledger: &ApiLedger,
        key: &PresentedKey,
        now: Instant,
    ) -> Result<Option<Arc<Identity>>, LedgerError> {
        if let Some(identity) = self.recall(&key.prefix, now) {
            return Ok(identity.filter(|identity| key.matches(&identity.secret_sha256)));
        }
        let record = ledger.authenticate(&key.prefix).await?;
        let identity = self.remember(&key.prefix, record.map(Identity::of), now);
        let identity = identity.filter(|identity| key.matches(&identity.secret_sha256));
        if let Some(identity) = &identity {
            note_use(ledger.clone(), identity.key);
        }
        Ok(identity)
    }

    /// The outer `None`: nothing fresh is known about the prefix.
    fn recall(&self, prefix: &str, now: Instant) -> Option<Option<Arc<Identity>>> {
        let answers = self.lock();
        let answer = answers.get(prefix)?;
        let fresh = now.saturating_duration_since(answer.at) < KEPT;
        fresh.then(|| answer.identity.clone())
    }

    fn remember(
        &self,
        prefix: &str,
        identity: Option<Identity>,
        now: Instant,
    ) -> Option<Arc<Identity>> {
        let identity = identity.map(Arc::new);
        let mut answers = self.lock();
        if answers.len() >= MAX_KEPT {
            answers.retain(|_, answer| now.saturating_duration_since(answer.at) < KEPT);
        }
        if answers.len() < MAX_KEPT {
            let answer = Answer {
                identity: identity.clone(),
                at: now,
            };
            answers.insert(prefix.to_owned(), answer);
        }
        identity
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Answer>> {
        // Every change of the map is one call, so a panic elsewhere leaves it whole.
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes down that a key is in use, beside the request: nobody waits for it, and nothing depends on it.
fn note_use(ledger: ApiLedger, key: Uuid) {
    tokio::spawn(async move {
        if let Err(error) = ledger.key_was_used(key).await {
            tracing::debug!(%key, %error, "the use of a key was not noted");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            tenant: TenantId::parse("acme").expect("a name"),
            scopes: vec![Scope::JobsRead],
            requests_per_minute: 600,
            key: Uuid::nil(),
            secret_sha256: vec![0; 32],
            expires_at: Some(OffsetDateTime::UNIX_EPOCH),
        }
    }

    #[test]
    fn answers_are_kept_for_five_seconds_misses_included() {
        let (cache, start) = (KeyCache::default(), Instant::now());
        cache.remember("known", Some(identity()), start);
        cache.remember("unknown", None, start);
        let last = start + KEPT - Duration::from_millis(1);
        assert!(matches!(cache.recall("known", last), Some(Some(_))));
        assert!(matches!(cache.recall("unknown", last), Some(None)));
        assert!(cache.recall("known", start + KEPT).is_none());
        assert!(cache.recall("never seen", start).is_none());
    }

    #[test]
    fn guessing_fills_no_memory() {
        let (cache, start) = (KeyCache::default(), Instant::now());
        for n in 0..MAX_KEPT + 10 {
            cache.remember(&n.to_string(), None, start);
        }
        assert_eq!(cache.lock().len(), MAX_KEPT);
        cache.remember("later", None, start + KEPT);
        assert_eq!(cache.lock().len(), 1);
    }

    #[test]
    fn a_key_ends_at_its_time() {
        let second = time::Duration::SECOND;
        assert!(identity().is_valid(OffsetDateTime::UNIX_EPOCH - second));
        assert!(!identity().is_valid(OffsetDateTime::UNIX_EPOCH));
    }
}
