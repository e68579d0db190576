//! Whether a caller may still do what it was let in for.

use std::sync::Arc;
use std::time::Instant;

use time::OffsetDateTime;

use super::key::PresentedKey;
use super::scope::Scope;
use crate::api::ApiState;
use crate::ledger::LedgerError;

/// What a caller was let in with. Whatever goes on for longer than a request asks it before each thing that it tells.
pub struct Standing {
    api: ApiState,
    key: PresentedKey,
    scope: Scope,
}

impl Standing {
    /// That of a caller with this key, who was let in for this scope.
    pub(super) fn of(api: &ApiState, key: PresentedKey, scope: Scope) -> Standing {
        Standing {
            api: Arc::clone(api),
            key,
            scope,
        }
    }

    /// Whether a request would be let in now: the key is neither revoked nor over, carries the scope, and its tenant is not
    /// suspended. It is looked up as with a request, from memory for a few seconds, and takes nobody's turn.
    ///
    /// # Errors
    /// The ledger's. Then nobody knows, and nothing may be told.
    pub async fn holds(&self) -> Result<bool, LedgerError> {
        let (now, utc) = (Instant::now(), OffsetDateTime::now_utc());
        let keys = &self.api.keys;
        let known = keys.identify(&self.api.ledger, &self.key, now, utc).await?;
        Ok(known.is_ok_and(|identity| identity.scopes.contains(&self.scope)))
    }
}
