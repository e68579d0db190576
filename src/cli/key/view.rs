//! A key as it is shown: never with its secret.

use crate::cli::operator::when;
use crate::ledger::KeyInfo;
use serde_json::{Value, json};
use time::OffsetDateTime;

/// For programs.
pub fn object(key: &KeyInfo) -> Value {
    json!({
        "id": key.id,
        "tenant": key.tenant,
        "label": key.label,
        "prefix": key.prefix,
        "scopes": key.scopes,
        "created_at": when::object(key.created_at),
        "expires_at": key.expires_at.map(when::object),
        "revoked_at": key.revoked_at.map(when::object),
        "last_used_at": key.last_used_at.map(when::object),
        "replaced_by": key.replaced_by,
    })
}

/// Whether it opens anything, now being `now`.
pub fn status(key: &KeyInfo, now: OffsetDateTime) -> String {
    match (key.revoked_at, key.expires_at) {
        (Some(at), _) => format!("revoked {}", when::shown(at)),
        (None, Some(at)) if at <= now => format!("expired {}", when::shown(at)),
        (None, Some(at)) => match &key.replaced_by {
            Some(by) => format!("until {}, then {by}", when::shown(at)),
            None => format!("until {}", when::shown(at)),
        },
        (None, None) => "active".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gildhall_proto::TenantId;
    use std::time::Duration;
    use uuid::Uuid;

    #[test]
    fn a_key_is_active_until_it_ends_or_is_revoked() {
        let now = OffsetDateTime::from_unix_timestamp(1_760_000_000).expect("a time");
        let mut key = KeyInfo {
            id: Uuid::from_u128(1),
            tenant: TenantId::parse("acme").expect("a name"),
            label: "ci".into(),
            prefix: "abcd1234".into(),
            scopes: vec!["jobs:read".into()],
            created_at: now,
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
            replaced_by: None,
        };
        assert_eq!(status(&key, now), "active");
        key.expires_at = Some(now + Duration::from_secs(1));
        assert_eq!(status(&key, now), "until 2025-10-09 08:53:21Z");
        key.replaced_by = Some("efgh5678".into());
        let replaced = "until 2025-10-09 08:53:21Z, then efgh5678";
        assert_eq!(status(&key, now), replaced);
        key.expires_at = Some(now);
        assert_eq!(status(&key, now), "expired 2025-10-09 08:53:20Z");
        key.revoked_at = Some(now);
        assert_eq!(status(&key, now), "revoked 2025-10-09 08:53:20Z");
        assert_eq!(object(&key)["prefix"], "abcd1234");
    }
}
