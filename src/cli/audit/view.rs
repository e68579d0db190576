//! An act as it is shown.

use crate::cli::operator::when;
use crate::ledger::{Act, ActorKind};
use serde_json::{Value, json};

/// For programs.
pub fn object(act: &Act) -> Value {
    json!({
        "id": format!("{}-{}", act.source.as_str(), act.id),
        "at": when::object(act.at),
        "tenant": act.tenant,
        "actor_kind": act.actor_kind,
        "actor": act.actor,
        "address": act.address,
        "address_claimed": is_claimed(act),
        "host": act.host,
        "action": act.action,
        "subject": act.subject,
        "outcome": act.outcome,
        "detail": act.detail,
    })
}

/// Whether the address is one that nobody saw.
fn is_claimed(act: &Act) -> bool {
    act.address.is_some() && ActorKind::claims(&act.actor_kind)
}

/// For people: from where. The address that was seen says it best, else the machine does.
pub fn place(act: &Act) -> String {
    let host = act.host.as_deref();
    match act.address {
        Some(address) if is_claimed(act) => {
            format!("{} (claims {address})", host.unwrap_or("-"))
        }
        Some(address) => address.to_string(),
        None => host.unwrap_or("-").to_owned(),
    }
}

/// For people: what kind of actor, and which one.
pub fn who(act: &Act) -> String {
    format!("{} {}", act.actor_kind, act.actor)
        .trim_end()
        .to_owned()
}

/// What else there is to say, in a few words.
pub fn note(act: &Act) -> String {
    let words = act.detail.iter().map(|(name, value)| match value {
        Value::String(text) => format!("{name}: {text}"),
        other => format!("{name}: {other}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::ActSource;
    use gildhall_proto::TenantId;
    use serde_json::Map;
    use time::OffsetDateTime;

    fn act() -> Act {
        let mut detail = Map::new();
        detail.insert("further".to_owned(), json!(17));
        detail.insert("scope".to_owned(), json!("jobs:read"));
        Act {
            source: ActSource::Log,
            id: 7,
            at: OffsetDateTime::from_unix_timestamp(1_760_000_000).expect("a time"),
            actor_kind: "api_key".to_owned(),
            actor: "abcd1234".to_owned(),
            address: Some([192, 0, 2, 1].into()),
            host: Some("api-7".to_owned()),
            tenant: Some(TenantId::parse("acme").expect("a name")),
            action: "request.refuse".to_owned(),
            subject: "GET /api/v1/video/jobs".to_owned(),
            outcome: "missing_scope".to_owned(),
            detail,
        }
    }

    #[test]
    fn programs_get_every_field() {
        let expected = json!({
            "id": "log-7",
            "at": "2025-10-09T08:53:20Z",
            "tenant": "acme",
            "actor_kind": "api_key",
            "actor": "abcd1234",
            "address": "192.0.2.1",
            "address_claimed": false,
            "host": "api-7",
            "action": "request.refuse",
            "subject": "GET /api/v1/video/jobs",
            "outcome": "missing_scope",
            "detail": {"further": 17, "scope": "jobs:read"},
        });
        assert_eq!(object(&act()), expected);
    }

    #[test]
    fn an_address_that_nobody_saw_is_told_as_a_claim() {
        let seen = act();
        assert_eq!(place(&seen), "192.0.2.1");
        for kind in ["operator", "janitor", "worker", "of a later release"] {
            let claimed = Act {
                actor_kind: kind.to_owned(),
                ..act()
            };
            assert_eq!(place(&claimed), "api-7 (claims 192.0.2.1)", "{kind}");
            assert_eq!(object(&claimed)["address_claimed"], true, "{kind}");
            let nowhere = Act {
                address: None,
                ..claimed
            };
            assert_eq!(place(&nowhere), "api-7", "{kind}");
            assert_eq!(object(&nowhere)["address_claimed"], false, "{kind}");
        }
        let unknown = Act {
            address: None,
            host: None,
            ..act()
        };
        assert_eq!(place(&unknown), "-");
    }

    #[test]
    fn people_get_words() {
        assert_eq!(who(&act()), "api_key abcd1234");
        assert_eq!(note(&act()), "further: 17, scope: jobs:read");
    }
}
