//! Texts that have no business there, where operators name tenants, keys and themselves: each is stored as it is or refused,
//! and no terminal obeys what is said of it.

use gildhall_proto::TenantId;
use serde_json::Value;

use super::{Operator, Said};
use crate::hardening::naughty;
use crate::support::{Fleet, wait};

/// Those that can be an argument at all: a NUL ends one (execve(2)).
fn texts() -> Vec<(&'static str, String)> {
    let mut all = naughty::all();
    all.retain(|(_, text)| !text.contains('\0'));
    assert!(all.len() > 100, "the table was not found");
    all
}

/// That a command did what it was asked or refused it, and said so in printable words; whether it did.
#[track_caller]
fn is_done(said: &Said, what: &str) -> bool {
    for line in said.stdout.lines().chain(said.stderr.lines()) {
        assert!(naughty::is_printable(line), "{what}: {line:?}");
        assert!(!line.contains("panicked"), "{what}: {line}");
    }
    match said.code {
        Some(0) => true,
        Some(2) => false,
        _ => panic!("{what}: {said:?}"),
    }
}

/// The texts of a column, in the order of their coming.
fn stored(fleet: &Fleet, sql: &'static str) -> Vec<String> {
    wait(sqlx::query_scalar(sql).fetch_all(&fleet.sql)).expect("the database is there")
}

#[test]
fn a_tenant_is_named_by_a_name_and_by_nothing_else() {
    let fleet = Fleet::shared("texts for tenants");
    let ada = Operator::of(&fleet, "ada");
    let lengths = [62, 63, 64].map(|length| ("a length", "b".repeat(length)));
    let mut made = vec![fleet.tenant.to_string()];
    for (what, text) in texts().into_iter().chain(lengths) {
        let create = ["tenant", "create", "--as", "ada", "--json", "--", &text];
        let said = ada.run(&create);
        match is_done(&said, what) {
            true => {
                assert_eq!(said.json()["id"], text, "{what}");
                made.push(text.clone());
            }
            false => said.refused(2, "'<TENANT>': a tenant's name has 1 to 63"),
        }
        let is_name = TenantId::parse(&text).is_ok();
        assert_eq!(said.code == Some(0), is_name, "{what}");
        // Where there is none of this name, that is said in the same way.
        let said = ada.run(&["tenant", "show", "--", &text]);
        assert_eq!(is_done(&said, what), is_name, "{what}");
    }
    assert!(made.contains(&"b".repeat(63)) && !made.contains(&"b".repeat(64)));
    made.sort_unstable();
    assert_eq!(stored(&fleet, "SELECT id FROM tenants ORDER BY id"), made);
    let table = ada.run(&["tenant", "list"]);
    assert!(is_done(&table, "the list"));
    assert_eq!(table.stdout.lines().count(), made.len() + 1);
}

#[test]
fn a_label_can_be_seen_as_it_was_given() {
    let fleet = Fleet::shared("texts for keys");
    let ada = Operator::of(&fleet, "ada");
    let before = stored(&fleet, "SELECT label FROM api_keys ORDER BY id");
    let lengths = [199, 200, 201].map(|length| ("a length", "💍".repeat(length)));
    let mut labels = before.clone();
    for (what, text) in texts().into_iter().chain(lengths) {
        let label = format!("--label={text}");
        let said = ada.run(&["key", "create", "acme", "--as", "ada", "--json", &label]);
        match is_done(&said, what) {
            true => {
                assert_eq!(said.json()["label"], text, "{what}");
                assert!(naughty::is_printable(&text), "{what}");
                labels.push(text);
            }
            false => said.refused(2, "'--label <TEXT>': must be 1 to 200 characters"),
        }
    }
    let given: Vec<usize> = labels.iter().map(|label| label.chars().count()).collect();
    assert!(given.contains(&199) && given.contains(&200) && !given.contains(&201));
    assert_eq!(
        stored(&fleet, "SELECT label FROM api_keys ORDER BY id"),
        labels
    );
    let table = ada.run(&["key", "list", "acme"]);
    assert!(is_done(&table, "the list"));
    assert_eq!(table.stdout.lines().count(), labels.len() + 1);
    for label in &labels {
        assert!(table.stdout.contains(label.as_str()), "{label:?}");
    }
}

/// As a release stored it that looked less closely.
#[test]
fn a_label_of_old_is_shown_and_not_obeyed() {
    const OLD: &str = "\u{9b}2J\u{1b}]0;owned\u{7}\u{202e}\u{e0041}\r\nx";
    let fleet = Fleet::shared("labels of old");
    let ada = Operator::of(&fleet, "ada");
    let old = sqlx::query("UPDATE api_keys SET label = $1")
        .bind(OLD)
        .execute(&fleet.sql);
    wait(old).expect("the fleet may");
    let table = ada.run(&["key", "list", "acme"]);
    assert!(is_done(&table, "the table"));
    assert_eq!(table.stdout.lines().count(), 2, "{table:?}");
    let list = ada.asks(&["key", "list", "acme"]);
    assert!(is_done(&list, "the list"));
    assert_eq!(list.json()["keys"][0]["label"], OLD, "JSON loses nothing");
}

#[test]
fn who_acts_is_told_as_it_was_given() {
    let fleet = Fleet::shared("texts for actors");
    let ada = Operator::of(&fleet, "ada");
    let lengths = [99, 100, 101].map(|length| ("a length", "é".repeat(length)));
    let mut actors = Vec::new();
    for (what, text) in texts().into_iter().chain(lengths) {
        let name = format!("--as={text}");
        let set = ["tenant", "set", "acme", "--max-concurrent", "2", "--json"];
        let said = ada.run(&[&set[..], &[name.as_str()]].concat());
        match is_done(&said, what) {
            true => actors.push(text),
            false => said.refused(2, "'--as <NAME>': must be 1 to 100 characters"),
        }
    }
    let given: Vec<usize> = actors.iter().map(|actor| actor.chars().count()).collect();
    assert!(given.contains(&99) && given.contains(&100) && !given.contains(&101));
    let sql = "SELECT actor FROM audit_log WHERE action = 'tenant.limits' ORDER BY id";
    assert_eq!(stored(&fleet, sql), actors);
    let audit = ["audit", "list", "--limit", "1000"];
    assert!(is_done(&ada.run(&audit), "the audit log"));
    let acts = ada.asks(&audit);
    assert!(is_done(&acts, "the audit log"));
    let told: Vec<Value> = acts.json()["acts"].as_array().cloned().unwrap_or_default();
    for actor in actors {
        assert!(told.iter().any(|act| act["actor"] == actor), "{actor:?}");
    }
}
