//! API keys.

use gildhall::ledger::{Ledger, NewKey};
use gildhall_proto::TenantId;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use super::fleet::actor;
use super::wait;

/// A key that is to be made.
pub struct Key {
    tenant: TenantId,
    scopes: Vec<String>,
    expires_at: Option<OffsetDateTime>,
    /// The public part of it.
    pub prefix: String,
    /// The whole key, as it is shown once.
    pub token: String,
    secret: String,
}

impl Key {
    /// A key of this tenant for everything, for ever.
    pub fn of(tenant: &TenantId) -> Key {
        // The last digits of such a UUID are random.
        let prefix = Uuid::now_v7().simple().to_string()[20..].to_owned();
        let secret = Uuid::now_v7().simple().to_string();
        let scopes = ["jobs:write", "jobs:read", "assets:write", "assets:read"];
        Key {
            tenant: tenant.clone(),
            scopes: scopes.map(str::to_owned).to_vec(),
            expires_at: None,
            token: format!("gk_{prefix}_{secret}"),
            prefix,
            secret,
        }
    }

    /// Only for this.
    pub fn scoped(self, scope: &str) -> Key {
        Key {
            scopes: vec![scope.to_owned()],
            ..self
        }
    }

    /// Only for these, or for nothing at all.
    pub fn with_scopes(self, scopes: &[String]) -> Key {
        Key {
            scopes: scopes.to_vec(),
            ..self
        }
    }

    pub fn expires_at(self, at: OffsetDateTime) -> Key {
        Key {
            expires_at: Some(at),
            ..self
        }
    }

    /// Enters it into the ledger, and gives the whole key.
    pub fn add(&self, ledger: &Ledger) -> String {
        let new = NewKey {
            id: Uuid::now_v7(),
            tenant: self.tenant.clone(),
            label: "a test's".to_owned(),
            prefix: self.prefix.clone(),
            secret_sha256: Sha256::digest(self.secret.as_bytes()).into(),
            scopes: self.scopes.clone(),
            expires_at: self.expires_at,
        };
        let made = wait(ledger.create_key(&new, &actor()));
        assert!(made.expect("the ledger is there"), "the tenant is there");
        self.token.clone()
    }
}
