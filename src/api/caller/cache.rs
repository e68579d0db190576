//! Keys that were looked up a moment ago.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gildhall_proto::TenantId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::key::{PresentedKey, StoredHash};
use super::refused::{Refused, Why};
use super::scope::Scope;
use crate::ledger::{ApiLedger, Closed, FoundKey, KeyRecord, LedgerError};
use crate::telemetry::chain;

/// How long a key is taken from memory: a revoked key or a changed limit takes effect within this time. While the ledger
/// is away nothing older is believed either: then nobody is let in.
pub const KEPT: Duration = Duration::from_secs(5);
/// Most prefixes kept, unknown ones included, so that guessing fills no memory.
const MAX_KEPT: usize = 10_000;

/// Who holds a key.
pub struct Identity {
    /// Whose key it is.
    pub tenant: TenantId,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// How many requests the tenant may make in a minute.
    pub requests_per_minute: u32,
    key: Uuid,
    secret: StoredHash,
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
            secret: StoredHash::new(record.secret_sha256),
            expires_at: record.expires_at,
        }
    }

    /// Whether the key has not expired meanwhile.
    fn is_valid(&self, now: OffsetDateTime) -> bool {
        self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

/// What the ledger said about a prefix.
#[derive(Clone)]
enum Known {
    Holder(Arc<Identity>),
    Closed { tenant: TenantId, why: Closed },
    Nobody,
}

impl Known {
    fn of(found: FoundKey) -> Known {
        match found {
            FoundKey::Good(record) => Known::Holder(Arc::new(Identity::of(record))),
            FoundKey::Closed { tenant, why } => Known::Closed { tenant, why },
            FoundKey::Unknown => Known::Nobody,
        }
    }

    /// Whether the key that was brought opens anything at this moment.
    fn judge(self, key: &PresentedKey, now: OffsetDateTime) -> Result<Arc<Identity>, Refused> {
        match self {
            Known::Nobody => Err(Refused::stranger(Why::UnknownKey)),
            Known::Closed { tenant, why } => Err(Refused::of(tenant, Why::from(why))),
            Known::Holder(identity) if !key.matches(&identity.secret) => {
                Err(Refused::of(identity.tenant.clone(), Why::WrongSecret))
            }
            Known::Holder(identity) if !identity.is_valid(now) => {
                Err(Refused::of(identity.tenant.clone(), Why::Expired))
            }
            Known::Holder(identity) => Ok(identity),
        }
    }
}

struct Answer {
    known: Known,
    at: Instant,
}

/// The ledger's answers of the last seconds, by prefix.
#[derive(Default)]
pub struct KeyCache {
    answers: Mutex<HashMap<String, Answer>>,
}

impl KeyCache {
    /// Whose key this is at the moment `utc`, or why it opens nothing.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn identify(
        &self,
        ledger: &ApiLedger,
        key: &PresentedKey,
        now: Instant,
        utc: OffsetDateTime,
    ) -> Result<Result<Arc<Identity>, Refused>, LedgerError> {
        if let Some(known) = self.recall(&key.prefix, now) {
            return Ok(known.judge(key, utc));
        }
        let known = Known::of(ledger.find_key(&key.prefix).await?);
        self.remember(&key.prefix, known.clone(), now);
        let judged = known.judge(key, utc);
        if let Ok(identity) = &judged {
            note_use(ledger.clone(), identity.key);
        }
        Ok(judged)
    }

    /// Whether this very key was right when the ledger was last asked for it. That may be over: it lets nobody in.
    pub fn has_been_right(&self, key: &PresentedKey) -> bool {
        let answers = self.lock();
        let known = answers.get(&key.prefix).map(|answer| &answer.known);
        matches!(known, Some(Known::Holder(identity)) if key.matches(&identity.secret))
    }

    /// Nothing where nothing fresh is known about the prefix.
    fn recall(&self, prefix: &str, now: Instant) -> Option<Known> {
        let answers = self.lock();
        let answer = answers.get(prefix)?;
        let fresh = now.saturating_duration_since(answer.at) < KEPT;
        fresh.then(|| answer.known.clone())
    }

    /// `now` is a moment before the ledger was asked, so that no answer is believed for longer than [`KEPT`].
    fn remember(&self, prefix: &str, known: Known, now: Instant) {
        let mut answers = self.lock();
        if answers.len() >= MAX_KEPT {
            answers.retain(|_, answer| now.saturating_duration_since(answer.at) < KEPT);
        }
        if answers.len() < MAX_KEPT {
            answers.insert(prefix.to_owned(), Answer { known, at: now });
        }
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
            tracing::debug!(%key, error = chain(&error), "the use of a key was not noted");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn holder() -> Known {
        let secret = Sha256::digest(SECRET.as_bytes()).to_vec();
        Known::Holder(Arc::new(Identity {
            tenant: TenantId::parse("acme").expect("a name"),
            scopes: vec![Scope::JobsRead],
            requests_per_minute: 600,
            key: Uuid::nil(),
            secret: StoredHash::new(secret),
            expires_at: Some(OffsetDateTime::UNIX_EPOCH),
        }))
    }

    fn key(secret: &str) -> PresentedKey {
        PresentedKey::parse(&format!("gk_abcd1234_{secret}")).expect("a key")
    }

    #[test]
    fn answers_are_kept_for_five_seconds_misses_included() {
        let (cache, start) = (KeyCache::default(), Instant::now());
        cache.remember("known", holder(), start);
        cache.remember("unknown", Known::Nobody, start);
        let last = start + KEPT - Duration::from_millis(1);
        let known = cache.recall("known", last);
        assert!(matches!(known, Some(Known::Holder(_))));
        let unknown = cache.recall("unknown", last);
        assert!(matches!(unknown, Some(Known::Nobody)));
        assert!(cache.recall("known", start + KEPT).is_none());
        assert!(cache.recall("never seen", start).is_none());
    }

    #[test]
    fn a_later_answer_takes_the_place_of_an_earlier_one() {
        let (cache, start) = (KeyCache::default(), Instant::now());
        let closed = Known::Closed {
            tenant: TenantId::parse("acme").expect("a name"),
            why: Closed::Revoked,
        };
        cache.remember("key", holder(), start);
        cache.remember("key", closed, start + KEPT);
        let known = cache.recall("key", start + KEPT);
        assert!(matches!(known, Some(Known::Closed { .. })));
    }

    #[test]
    fn a_key_that_was_right_is_known_as_such_for_longer() {
        let (cache, long_ago) = (KeyCache::default(), Instant::now());
        assert!(!cache.has_been_right(&key(SECRET)));
        cache.remember("abcd1234", holder(), long_ago);
        assert!(cache.recall("abcd1234", long_ago + KEPT).is_none());
        assert!(cache.has_been_right(&key(SECRET)));
        assert!(!cache.has_been_right(&key("0123456789abcdef0123456789abcdee")));
        cache.remember("abcd1234", Known::Nobody, long_ago + KEPT);
        assert!(!cache.has_been_right(&key(SECRET)));
    }

    #[test]
    fn guessing_fills_no_memory() {
        let (cache, start) = (KeyCache::default(), Instant::now());
        for n in 0..MAX_KEPT + 10 {
            cache.remember(&n.to_string(), Known::Nobody, start);
        }
        assert_eq!(cache.lock().len(), MAX_KEPT);
        cache.remember("later", Known::Nobody, start + KEPT);
        assert_eq!(cache.lock().len(), 1);
    }

    #[test]
    fn a_key_opens_with_its_secret_until_its_time() {
        let (end, second) = (OffsetDateTime::UNIX_EPOCH, time::Duration::SECOND);
        let why = |known: Known, secret, now| known.judge(&key(secret), now).err().map(|no| no.why);
        assert_eq!(why(holder(), SECRET, end - second), None);
        assert_eq!(why(holder(), SECRET, end), Some(Why::Expired));
        let other = "0123456789abcdef0123456789abcdee";
        let wrong = why(holder(), other, end - second);
        assert_eq!(wrong, Some(Why::WrongSecret));
        assert_eq!(why(Known::Nobody, SECRET, end), Some(Why::UnknownKey));
    }
}
