//! Everybody who may come: a tenant's keys with each set of scopes, and those whom nothing may be told.

use std::time::Duration;

use gildhall_proto::TenantId;
use time::OffsetDateTime;

use crate::support::fleet::{actor, at_once};
use crate::support::tenant::Key;
use crate::support::{Fleet, wait};

/// Somebody who calls.
pub struct Caller {
    /// How failures name it.
    pub name: String,
    /// What is sent as `Authorization`, as often as it is sent.
    pub keys: Vec<Vec<u8>>,
    /// The scopes of the key; nothing where it opens nothing.
    pub holds: Option<Vec<String>>,
}

impl Caller {
    fn new(name: &str, keys: &[&[u8]], holds: Option<Vec<String>>) -> Caller {
        Caller {
            name: name.to_owned(),
            keys: keys.iter().map(|key| key.to_vec()).collect(),
            holds,
        }
    }

    fn refused(name: &str, key: &[u8]) -> Caller {
        Caller::new(name, &[key], None)
    }

    fn with_token(name: &str, token: &str) -> Caller {
        Caller::refused(name, format!("Bearer {token}").as_bytes())
    }
}

/// The stranger's keys, one for each set of these scopes, none included.
pub fn with_each_set_of(scopes: &[String], stranger: &TenantId, fleet: &Fleet) -> Vec<Caller> {
    let sets = 0..1_usize << scopes.len();
    let caller = |set: usize| {
        let chosen = scopes.iter().enumerate();
        let chosen = chosen.filter(|(place, _)| set & (1 << place) != 0);
        let chosen: Vec<String> = chosen.map(|(_, scope)| scope.clone()).collect();
        let token = Key::of(stranger).with_scopes(&chosen).add(&fleet.ledger);
        let key = format!("Bearer {token}");
        Caller::new(&format!("{chosen:?}"), &[key.as_bytes()], Some(chosen))
    };
    sets.map(caller).collect()
}

/// Those who get 401, whatever they ask for.
pub fn refused(stranger: &TenantId, fleet: &Fleet) -> Vec<Caller> {
    let past = OffsetDateTime::now_utc() - Duration::from_secs(1);
    let expired = Key::of(stranger).expires_at(past).add(&fleet.ledger);
    let revoked = Key::of(stranger);
    revoked.add(&fleet.ledger);
    let done = wait(fleet.ledger.revoke_key(&revoked.prefix, &actor()));
    assert!(done.expect("the ledger is there"));
    let good = Key::of(stranger).add(&fleet.ledger);
    let (good_bearer, basic) = (format!("Bearer {good}"), format!("Basic {good}"));
    let of_victim = Key::of(&fleet.tenant);
    of_victim.add(&fleet.ledger);
    let guessed = format!("gk_{}_{}", of_victim.prefix, "0".repeat(32));
    let cut_off = &of_victim.token[..of_victim.token.len() - 1];
    let secret_of_another = format!("gk_{}_{}", of_victim.prefix, &good[16..]);
    vec![
        Caller::new("no key", &[], None),
        Caller::refused("an empty header", b""),
        Caller::refused("no key behind the word", b"Bearer"),
        Caller::refused("another scheme", basic.as_bytes()),
        Caller::refused("no letters of a key", b"Bearer gk_~!*_0123456789abcdef"),
        Caller::with_token("no key's form", "gk_"),
        Caller::with_token("a key of nobody", &Key::of(stranger).token),
        Caller::with_token("a guessed secret", &guessed),
        Caller::with_token("a secret cut off", cut_off),
        Caller::with_token("another key's secret", &secret_of_another),
        Caller::with_token("a revoked key", &revoked.token),
        Caller::with_token("an expired key", &expired),
        Caller::with_token("a suspended tenant's key", &suspended(fleet)),
        Caller::new(
            "two keys at once",
            &[good_bearer.as_bytes(), good_bearer.as_bytes()],
            None,
        ),
    ]
}

fn suspended(fleet: &Fleet) -> String {
    let name = TenantId::parse("acme-3").expect("a name");
    let made = wait(fleet.ledger.create_tenant(&name, &at_once(2), &actor()));
    assert!(made.expect("the ledger is there"));
    let token = Key::of(&name).add(&fleet.ledger);
    let done = wait(fleet.ledger.set_suspended(&name, true, &actor()));
    assert!(done.expect("the ledger is there"));
    token
}
