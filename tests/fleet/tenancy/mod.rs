//! No call shows or touches what is another tenant's, whoever asks. The calls come out of the API's own document, so that a
//! new one is tried as well; [`rules`] says what each may tell.
//!
//! Everybody in [`callers`] makes each call twice: for things of another tenant, and for things that nobody has. The
//! answers must be the same, and hold nothing of the other's. Then everything is tried again with the application's own
//! filters removed from the database, where row-level security alone is left.

mod callers;
pub mod document;
mod folders;
pub mod rules;
pub mod things;

use gildhall_proto::{JobStatus, TenantId};
use serde_json::Value;

use self::callers::Caller;
use self::document::{Operation, operations, scopes};
use self::rules::{Ask, Tells, asks, tells};
use self::things::{Things, rows};
use crate::support::fleet::at_once;
use crate::support::unfiltered::remove_filters;
use crate::support::{Answer, Fleet, WorkerOptions, jobs};

/// A tenant with one of everything, and one whose name begins with its name.
struct Ground {
    fleet: Fleet,
    stranger: TenantId,
    theirs: Things,
    nobodys: Things,
    secrets: Vec<String>,
}

impl Ground {
    fn new(test: &str) -> Ground {
        let mut fleet = Fleet::shared(test);
        fleet.start_api();
        // What a list shows the stranger is its own, older than the other's.
        let stranger = fleet.add_tenant("acme-2", at_once(1000));
        let worker = fleet.start_worker(WorkerOptions::pretending(10));
        let own = stranger.submit(&jobs::any(), &[]).job();
        fleet.wait_for(own, JobStatus::Completed);
        drop(worker);
        let theirs = Things::of_tenant(&fleet);
        Ground {
            stranger: TenantId::parse("acme-2").expect("a name"),
            nobodys: Things::of_nobody(&theirs),
            secrets: theirs.secrets(&fleet),
            theirs,
            fleet,
        }
    }

    fn send(&self, caller: &Caller, ask: &Ask) -> Answer {
        let keys = caller.keys.iter().map(|key| ("authorization", key.clone()));
        let headers: Vec<_> = keys.chain(ask.headers.iter().cloned()).collect();
        let client = self.fleet.http.anonymous();
        client.send(&ask.method, &ask.path, &headers, ask.body.as_deref())
    }

    /// Makes a call as everybody, for things of the other tenant and for nobody's.
    fn try_as_everybody(&self, operation: &Operation, callers: &[Caller]) {
        let about_theirs = asks(operation, &self.theirs);
        let about_nobodys = asks(operation, &self.nobodys);
        for caller in callers {
            for (theirs, nobodys) in about_theirs.iter().zip(&about_nobodys) {
                let context = format!("{} {} as {}", operation.id, theirs.path, caller.name);
                let told_of_nobodys = self.send(caller, nobodys);
                let told = self.send(caller, theirs);
                self.holds_no_secret(&told, theirs, &context);
                assert_eq!(told.status, told_of_nobodys.status, "{context}");
                right_answer(operation, caller, &told, &told_of_nobodys, &context);
            }
        }
    }

    /// That nothing of the other tenant is in an answer, save what the request itself brought.
    fn holds_no_secret(&self, answer: &Answer, ask: &Ask, context: &str) {
        let headers = format!("{:?}", answer.headers);
        let body = String::from_utf8_lossy(&answer.body);
        for secret in &self.secrets {
            let is_told = headers.contains(secret) || body.contains(secret.as_str());
            let was_sent = ask.path.contains(secret.as_str());
            assert!(!is_told || was_sent, "{context} tells {secret}: {body}");
        }
    }
}

fn right_answer(
    operation: &Operation,
    caller: &Caller,
    told: &Answer,
    told_of_nobodys: &Answer,
    context: &str,
) {
    let Some(scope) = &operation.scope else {
        assert_eq!(tells(operation), Tells::Open, "{context}");
        assert_eq!(told.status, 200, "{context}");
        return;
    };
    let Some(holds) = &caller.holds else {
        told.is_problem(401, "unauthenticated");
        let challenge = told.header("www-authenticate");
        assert!(challenge.starts_with("Bearer"), "{context}");
        return same(told, told_of_nobodys, context);
    };
    if !holds.contains(scope) {
        told.is_problem(403, "missing-scope");
        return same(told, told_of_nobodys, context);
    }
    match tells(operation) {
        Tells::NotFound => {
            told.is_problem(404, "not-found");
            same(told, told_of_nobodys, context);
        }
        Tells::Own => {
            assert_eq!(told.status, 200, "{context}");
            same(told, told_of_nobodys, context);
        }
        // New with the first caller; the same tenant's next one finds what that one made.
        Tells::New => {
            assert!(matches!(told.status, 200..=202), "{context}");
            assert_eq!(
                form(&told.json()),
                form(&told_of_nobodys.json()),
                "{context}"
            );
        }
        Tells::Open => panic!("{context} needs a key"),
    }
}

/// That two answers are the same, save the number of a problem and the time.
#[track_caller]
fn same(told: &Answer, told_of_nobodys: &Answer, context: &str) {
    let plain = |answer: &Answer| {
        let mut headers = answer.headers.clone();
        // Whether a body that nobody wants arrived before the refusal decides whether the connection stays.
        for varies in ["date", "ratelimit", "content-length", "connection"] {
            headers.remove(varies);
        }
        let mut body = answer.json();
        if let Some(body) = body.as_object_mut() {
            body.remove("instance");
            // It repeats the query that it was asked with.
            body.remove("next");
        }
        (headers, body)
    };
    assert_eq!(plain(told), plain(told_of_nobodys), "{context}");
}

/// What an answer is made of, without its values.
fn form(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), form(value)))
            .collect(),
        Value::Array(values) => values.iter().map(form).collect(),
        Value::String(_) => Value::from("text"),
        Value::Number(_) => Value::from("number"),
        other => other.clone(),
    }
}

fn no_call_knows_two_tenants(ground: &Ground) {
    let operations = operations(&ground.fleet.http);
    assert!(operations.len() > 10, "the document names too few calls");
    let scopes = scopes(&operations);
    assert!(scopes.len() >= 4, "{scopes:?}");
    let mut callers = callers::with_each_set_of(&scopes, &ground.stranger, &ground.fleet);
    callers.extend(callers::refused(&ground.stranger, &ground.fleet));
    let before = rows(&ground.fleet);
    for operation in &operations {
        ground.try_as_everybody(operation, &callers);
    }
    assert_eq!(rows(&ground.fleet), before, "something of acme was changed");
}

#[test]
fn no_call_shows_or_touches_another_tenants_things() {
    let ground = Ground::new("tenancy");
    no_call_knows_two_tenants(&ground);
    // The same requests find these things for whom they are: or else nothing was proven.
    let mut operations = operations(&ground.fleet.http);
    operations.sort_by_key(|operation| operation.id == "deleteAsset");
    for operation in &operations {
        for ask in asks(operation, &ground.theirs) {
            is_known_to_its_owner(&ground, operation, &ask);
        }
    }
}

/// The owner may be told that a job has ended, or names an asset that is held back; but not that there is no such thing.
fn is_known_to_its_owner(ground: &Ground, operation: &Operation, ask: &Ask) {
    let client = &ground.fleet.http;
    let answer = client.send(&ask.method, &ask.path, &ask.headers, ask.body.as_deref());
    let expected: &[u16] = match operation.id.as_str() {
        "deleteAsset" => &[204],
        "submitJob" => &[200, 422],
        "uploadAsset" => &[200],
        _ => &[200, 202, 204, 302, 409],
    };
    assert!(expected.contains(&answer.status), "{ask:?}: {answer:?}");
}

#[test]
fn no_call_shows_or_touches_another_tenants_things_with_the_filters_removed() {
    let ground = Ground::new("tenancy without filters");
    remove_filters(&ground.fleet);
    no_call_knows_two_tenants(&ground);
}
