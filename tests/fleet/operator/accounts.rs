//! `gildhall tenant` and `gildhall key`.

use std::time::Duration;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Operator, act, acts};
use crate::support::{Client, Fleet, jobs, until};

/// What was known of a key may be believed for five seconds; a busy machine adds its own.
const TAKES_EFFECT_WITHIN: Duration = Duration::from_secs(10);
const LIST: &str = "/api/v1/video/jobs";

/// The parts of a tenant that an operator sets.
fn limits(tenant: &Value) -> Value {
    json!([
        tenant["max_concurrent"],
        tenant["requests_per_minute"],
        tenant["monthly_jobs"]
    ])
}

/// Makes a key of the tenant, and gives its public part and a caller with it.
#[track_caller]
fn caller(fleet: &Fleet, ada: &Operator, tenant: &str, options: &[&str]) -> (String, Client) {
    let create = ["key", "create", tenant, "--label", "shop"];
    let key = ada.does(&[&create[..], options].concat()).done();
    let token = key["key"].as_str().expect("it is shown this once");
    let prefix = key["prefix"].as_str().expect("it has one").to_owned();
    assert!(token.starts_with(&format!("gk_{prefix}_")), "{key}");
    (prefix, fleet.http.with_token(token))
}

/// Waits until the caller's list of jobs is answered like this.
#[track_caller]
fn wait_for_answer(client: &Client, status: u16) {
    until(&format!("{status}"), TAKES_EFFECT_WITHIN, || {
        (client.get(LIST).status == status).then_some(())
    });
}

#[test]
fn tenants_are_made_shown_and_changed() {
    let fleet = Fleet::shared("tenants by hand");
    let ada = Operator::of(&fleet, "ada");
    let create = ["tenant", "create", "atelier", "--max-concurrent", "3"];
    let made = ada.does(&create).done();
    assert_eq!(made["id"], "atelier");
    assert_eq!(limits(&made), json!([3, 600, null]));
    assert_eq!(made["suspended_at"], Value::Null);
    ada.does(&create)
        .refused(8, "there is a tenant atelier already");

    let set = ["tenant", "set", "atelier", "--monthly-jobs", "7"];
    assert_eq!(limits(&ada.does(&set).done()), json!([3, 600, 7]));
    let shown = ada.asks(&["tenant", "show", "atelier"]).done();
    assert_eq!(limits(&shown), json!([3, 600, 7]));
    assert_eq!(
        shown["this_month"],
        json!({"jobs": 0, "completed": 0, "render_ms": 0})
    );
    let list = ada.asks(&["tenant", "list"]).done();
    let names: Vec<&Value> = list["tenants"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|tenant| &tenant["id"])
        .collect();
    assert_eq!(names, ["acme", "atelier"]);
    let table = ada.run(&["tenant", "list"]);
    assert!(table.stdout.contains("atelier"), "{table:?}");
    let expected = [
        act("tenant.create", "atelier", "created"),
        act("tenant.limits", "atelier", "changed"),
    ];
    assert_eq!(acts(&fleet, &ada), expected);
}

#[test]
fn wrong_wishes_about_tenants_and_keys_change_nothing() {
    let fleet = Fleet::shared("wrong wishes");
    let ada = Operator::of(&fleet, "ada");
    let missing: [&[&str]; 6] = [
        &["tenant", "show", "nobody"],
        &["tenant", "set", "nobody", "--max-concurrent", "1"],
        &["tenant", "suspend", "nobody"],
        &["tenant", "resume", "nobody"],
        &["key", "list", "nobody"],
        &["key", "create", "nobody", "--label", "x"],
    ];
    for args in missing {
        ada.asks(args).refused(7, "there is no tenant nobody");
    }
    ada.does(&["key", "revoke", "0123456789abcdef"])
        .refused(7, "0123456789abcdef");
    let wrong: [&[&str]; 11] = [
        &["tenant", "create", "Acme"],
        &["tenant", "create", "-acme"],
        &["tenant", "create", "a/b"],
        &["tenant", "create", "other", "--max-concurrent", "0"],
        &["tenant", "create", "other", "--requests-per-minute", "0"],
        &["tenant", "set", "acme"],
        &["tenant", "set", "acme", "--max-concurrent", "1001"],
        &["tenant", "set", "acme", "--monthly-jobs", "many"],
        &["key", "create", "acme"],
        &["key", "create", "acme", "--label", "x", "--scopes", "all"],
        &[
            "key",
            "create",
            "acme",
            "--label",
            "x",
            "--expires-in",
            "0s",
        ],
    ];
    for args in wrong {
        ada.does(args).refused(2, "");
    }
    assert!(acts(&fleet, &ada).is_empty());
    let tenants = ada.asks(&["tenant", "list"]).done();
    assert_eq!(tenants["tenants"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_running_fleet_follows_what_is_changed_of_a_tenant() {
    let mut fleet = Fleet::shared("changed tenant");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    // Somebody who asks until the answer changes must not be held back.
    let create = ["tenant", "create", "atelier", "--requests-per-minute"];
    ada.does(&[&create[..], &["100000"]].concat()).done();
    let (_, client) = caller(&fleet, &ada, "atelier", &[]);
    assert_eq!(client.submit(&jobs::any(), &[]).status, 202);
    let quota = |jobs| {
        let set = ["tenant", "set", "atelier", "--monthly-jobs", jobs];
        ada.does(&set).done();
    };
    quota("0");
    client
        .submit(&jobs::any(), &[])
        .is_problem(429, "quota-exceeded");
    quota("none");
    assert_eq!(client.submit(&jobs::any(), &[]).status, 202);

    let suspended = ada.does(&["tenant", "suspend", "atelier"]).done();
    let since = &suspended["suspended_at"];
    assert!(since.is_string(), "{suspended}");
    wait_for_answer(&client, 401);
    assert_eq!(fleet.http.get(LIST).status, 200, "nobody else is meant");
    let again = ada.does(&["tenant", "suspend", "atelier"]).done();
    assert_eq!(&again["suspended_at"], since);
    let resumed = ada.does(&["tenant", "resume", "atelier"]).done();
    assert_eq!(resumed["suspended_at"], Value::Null);
    wait_for_answer(&client, 200);
    let told = acts(&fleet, &ada);
    let expected = [
        act("tenant.suspend", "atelier", "changed"),
        act("tenant.suspend", "atelier", "changed"),
        act("tenant.resume", "atelier", "changed"),
    ];
    assert_eq!(told[told.len() - 3..], expected);
}

#[test]
fn a_key_is_shown_once_and_opens_until_it_is_revoked() {
    let mut fleet = Fleet::shared("keys by hand");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    let create = ["key", "create", "acme", "--label", "the shop"];
    let made = ada.does(&create).done();
    let token = made["key"].as_str().expect("it is shown this once");
    let prefix = made["prefix"].as_str().expect("it has one");
    let secret = token
        .strip_prefix(&format!("gk_{prefix}_"))
        .expect("a key says which it is");
    let client = fleet.http.with_token(token);
    assert_eq!(client.submit(&jobs::any(), &[]).status, 202);
    assert_eq!(client.get(LIST).status, 200);

    let list = ada.asks(&["key", "list", "acme"]);
    let keys = list.done();
    let shown = keys["keys"].as_array().expect("a list");
    let shown = shown.iter().find(|key| key["prefix"] == prefix);
    let shown = shown.unwrap_or_else(|| panic!("{keys}"));
    assert_eq!(shown["label"], "the shop");
    assert_eq!(shown["scopes"], made["scopes"]);
    let table = ada.run(&["key", "list", "acme"]);
    assert!(table.stdout.contains(prefix), "{table:?}");
    for said in [&list, &table] {
        let everything = format!("{said:?}");
        assert!(!everything.contains(secret), "the secret is shown again");
    }

    let revoke = ["key", "revoke", prefix];
    assert_eq!(ada.does(&revoke).done()["revoked"], true);
    wait_for_answer(&client, 401);
    ada.does(&revoke).refused(7, prefix);
    let expected = [
        act("key.create", prefix, "created"),
        act("key.revoke", prefix, "revoked"),
    ];
    assert_eq!(acts(&fleet, &ada), expected);
}

#[test]
fn a_key_does_and_lasts_as_it_was_made() {
    let mut fleet = Fleet::shared("limited keys");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    let (_, reader) = caller(&fleet, &ada, "acme", &["--scopes", "jobs:read"]);
    assert_eq!(reader.get(LIST).status, 200);
    reader
        .submit(&jobs::any(), &[])
        .is_problem(403, "missing-scope");
    let (prefix, brief) = caller(&fleet, &ada, "acme", &["--expires-in", "5s"]);
    assert_eq!(brief.get(LIST).status, 200);
    wait_for_answer(&brief, 401);
    let table = ada.run(&["key", "list", "acme"]).stdout;
    let line = table.lines().find(|line| line.starts_with(&prefix));
    assert!(line.is_some_and(|line| line.contains("expired")), "{table}");
}

/// The moment that a field of an answer tells.
#[track_caller]
fn moment(value: &Value) -> OffsetDateTime {
    let text = value.as_str().unwrap_or_else(|| panic!("{value}"));
    OffsetDateTime::parse(text, &Rfc3339).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn a_key_is_rotated_without_a_moment_at_which_nothing_opens() {
    let mut fleet = Fleet::shared("rotation");
    fleet.start_api();
    let ada = Operator::of(&fleet, "ada");
    let (old, holder) = caller(&fleet, &ada, "acme", &["--scopes", "jobs:read"]);
    assert_eq!(holder.get(LIST).status, 200);
    let rotate = ["key", "rotate", &old, "--overlap", "8s"];
    let made = ada.does(&rotate).done();
    let new = made["prefix"].as_str().expect("it has one");
    assert_ne!(new, old);
    assert_eq!(
        (&made["tenant"], &made["label"], &made["scopes"]),
        (&json!("acme"), &json!("shop"), &json!(["jobs:read"]))
    );
    assert_eq!(
        made["expires_at"],
        Value::Null,
        "nor had the old one an end"
    );
    assert_eq!(made["replaces"]["prefix"], old);
    let token = made["key"].as_str().expect("it is shown this once");
    let changed_over = fleet.http.with_token(token);
    assert_eq!(changed_over.get(LIST).status, 200, "at once");
    changed_over
        .submit(&jobs::any(), &[])
        .is_problem(403, "missing-scope");
    assert_eq!(holder.get(LIST).status, 200, "the old one still opens");
    ada.does(&rotate).refused(8, new);
    let table = ada.run(&["key", "list", "acme"]).stdout;
    let line = table.lines().find(|line| line.starts_with(&old));
    assert!(line.is_some_and(|line| line.contains(new)), "{table}");

    let ends = moment(&made["replaces"]["expires_at"]);
    until("the old key ends", Duration::from_secs(30), || {
        assert_eq!(changed_over.get(LIST).status, 200);
        (holder.get(LIST).status == 401).then_some(())
    });
    assert!(OffsetDateTime::now_utc() >= ends);
    ada.does(&rotate).refused(7, &old);
    let expected = [
        act("key.create", &old, "created"),
        act("key.create", new, "created"),
        act("key.rotate", &old, "rotated"),
    ];
    assert_eq!(acts(&fleet, &ada), expected);
}

#[test]
fn a_rotated_key_lasts_as_long_as_the_old_one_or_as_it_is_told_to() {
    let fleet = Fleet::shared("rotated lifetimes");
    let ada = Operator::of(&fleet, "ada");
    let lasts = |made: &Value| moment(&made["expires_at"]) - OffsetDateTime::now_utc();
    let (old, _) = caller(&fleet, &ada, "acme", &["--expires-in", "2h"]);
    let made = ada.does(&["key", "rotate", &old]).done();
    let (hour, two_hours) = (time::Duration::hours(1), time::Duration::hours(2));
    assert!((hour..=two_hours).contains(&lasts(&made)), "{made}");
    let old_ends = moment(&made["replaces"]["expires_at"]);
    assert!(
        old_ends < OffsetDateTime::now_utc() + two_hours,
        "a day's overlap does not make it last longer"
    );
    let new = made["prefix"].as_str().expect("it has one");
    let made = ada
        .does(&["key", "rotate", new, "--expires-in", "90d"])
        .done();
    assert!(lasts(&made) > time::Duration::days(89), "{made}");
    let newest = made["prefix"].as_str().expect("it has one");
    ada.does(&["key", "revoke", newest]).done();
    ada.does(&["key", "rotate", newest]).refused(7, newest);
}

#[test]
fn a_secret_that_was_pasted_is_not_repeated() {
    const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let fleet = Fleet::shared("pasted secrets");
    let ada = Operator::of(&fleet, "ada");
    let quoted = format!("gk_abcd'1234_{SECRET}");
    let spaced = format!("gk_abcd 1234_{SECRET}");
    for verb in ["revoke", "rotate"] {
        for pasted in [SECRET, &quoted, &spaced] {
            let said = ada.does(&["key", verb, pasted]);
            assert_eq!(said.code, Some(2), "{verb}");
            assert!(!format!("{said:?}").contains(SECRET), "{verb} repeats it");
        }
        let whole = format!("gk_abcd1234_{SECRET}");
        let said = ada.does(&["key", verb, &whole]);
        said.refused(7, "abcd1234");
        assert!(!format!("{said:?}").contains(SECRET), "{verb} repeats it");
    }
    let (prefix, _) = caller(&fleet, &ada, "acme", &[]);
    let whole = format!("gk_{prefix}_{SECRET}");
    assert_eq!(
        ada.does(&["key", "revoke", &whole]).done()["prefix"],
        prefix
    );
}
