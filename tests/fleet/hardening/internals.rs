//! What fails behind the API, and what its callers hear of that: every call of the API's own document is made while its steps in
//! the ledger are refused, while the store refuses it, and while the ledger is away. The calls come from [`document`], what each is
//! asked with from [`rules`].

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};

use super::key;
use crate::support::fleet::pool;
use crate::support::ports::free_address;
use crate::support::process::Process;
use crate::support::{Answer, Client, Fleet, until, wait};
use crate::tenancy::document::{self, Operation};
use crate::tenancy::rules::{self, Ask};
use crate::tenancy::things::Things;

/// How long a process may take until it listens, or a service until it is back.
const PATIENCE: Duration = Duration::from_secs(60);

/// Of statements, roles, services, folders, sources and libraries, as they stand in errors, in small letters.
const INSIDES: [&str; 22] = [
    "select",
    "function",
    "relation",
    "schema",
    "permission",
    "denied",
    "fleet.",
    "api.",
    "sql",
    "postgres",
    "gildhall",
    "127.0.0.1",
    "localhost",
    "/tmp",
    "src/",
    ".rs:",
    "panicked",
    "os error",
    "bucket",
    "signature",
    "<code>",
    "accesskey",
];
/// Of these, what even those may not hear who look after the service.
const FOR_NOBODY: [&str; 5] = [
    "permission denied",
    "127.0.0.1",
    "/tmp",
    "panicked",
    "signature",
];
/// Keys to the store that it does not know.
const WRONG_KEY: &str = "wr0ngkeywr0ngkeywr0ngkey";
/// The calls that ask something of the store; a signed URL is made without it.
const OF_THE_STORE: [&str; 2] = ["deleteAsset", "uploadAsset"];
/// The step that finds out whose a key is.
const KEYS: &str = "api.key_standing(";

/// The API's document, and what no answer may hold.
struct Promise {
    document: Value,
    secrets: Vec<String>,
}

impl Promise {
    fn of(fleet: &Fleet) -> Promise {
        let (_, database) = fleet.management();
        let mut secrets = fleet.secrets();
        secrets.extend([database.to_owned(), WRONG_KEY.to_owned()]);
        let secrets = secrets.iter().map(|secret| secret.to_lowercase());
        Promise {
            document: fleet.http.anonymous().get("/openapi.json").json(),
            secrets: secrets.collect(),
        }
    }

    /// That a call failed with one of these statuses, in the form that the document has for it, and nothing is told of why.
    /// Calls for operators answer as ever.
    #[track_caller]
    fn is_kept(&self, operation: &Operation, answer: &Answer, statuses: &[u16]) {
        let id = &operation.id;
        let body = String::from_utf8_lossy(&answer.body).to_lowercase();
        let headers = format!("{:?}", answer.headers).to_lowercase();
        for secret in &self.secrets {
            let is_told = body.contains(secret) || headers.contains(secret);
            assert!(!is_told, "{id} tells {secret}: {answer:?}");
        }
        let insides: &[&str] = match operation.scope {
            Some(_) => &INSIDES,
            None => &FOR_NOBODY,
        };
        for inside in insides {
            assert!(!body.contains(inside), "{id} tells {inside}: {body}");
        }
        if operation.scope.is_some() {
            assert!(statuses.contains(&answer.status), "{id}: {answer:?}");
            self.is_documented(operation, answer);
        }
    }

    #[track_caller]
    fn is_documented(&self, operation: &Operation, answer: &Answer) {
        let (id, kind) = (&operation.id, answer.header("content-type"));
        assert_eq!(kind, "application/problem+json", "{id}");
        let call = &self.document["paths"][&operation.path][operation.method.to_lowercase()];
        let told = &call["responses"][answer.status.to_string()]["content"][kind];
        assert!(
            told.is_object(),
            "{id} has no {} of this kind",
            answer.status
        );
        let known = &self.document["components"]["schemas"]["Problem"]["properties"];
        let body = answer.json();
        for name in body.as_object().expect("an object").keys() {
            assert!(known[name].is_object(), "{id}: {name} is in no document");
        }
        assert_eq!(body["status"], answer.status, "{id}");
        let instance = body["instance"].as_str().unwrap_or_default();
        assert!(
            instance.starts_with("urn:uuid:"),
            "{id}: the log has it: {body}"
        );
    }
}

/// A tenant with one of everything, the calls, and what they promise.
struct Ground {
    fleet: Fleet,
    things: Things,
    calls: Vec<Operation>,
    promise: Promise,
}

impl Ground {
    fn new(mut fleet: Fleet) -> Ground {
        fleet.start_api();
        let calls = document::operations(&fleet.http);
        assert!(calls.len() > 10, "the document names too few calls");
        Ground {
            things: Things::of_tenant(&fleet),
            promise: Promise::of(&fleet),
            calls,
            fleet,
        }
    }

    /// Makes every call for everything that it can name.
    #[track_caller]
    fn all_fail(&self, client: &Client, statuses: &[u16]) {
        for call in &self.calls {
            for ask in rules::asks(call, &self.things) {
                self.promise.is_kept(call, &send(client, &ask), statuses);
            }
        }
    }
}

fn send(client: &Client, ask: &Ask) -> Answer {
    client.send(&ask.method, &ask.path, &ask.headers, ask.body.as_deref())
}

/// The steps of the API, and whoever made them.
struct Steps {
    owner: PgPool,
    /// With their parameters.
    all: Vec<String>,
}

impl Steps {
    fn of(fleet: &Fleet) -> Steps {
        let owner = wait(pool(fleet.database_url(), "none"));
        let all = sqlx::query_scalar(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'api'::regnamespace",
        );
        let all: Vec<String> = wait(all.fetch_all(&owner)).expect("the catalogue is there");
        Steps { owner, all }
    }

    fn find(&self, name: &str) -> &str {
        let mut steps = self.all.iter();
        let step = steps.find(|step| step.starts_with(name));
        step.expect("there is such a step")
    }

    fn refuse(&self, step: &str) {
        self.run(format!(
            "REVOKE ALL ON FUNCTION {step} FROM gildhall_api, PUBLIC"
        ));
    }

    fn allow(&self, step: &str) {
        self.run(format!("GRANT EXECUTE ON FUNCTION {step} TO PUBLIC"));
    }

    fn run(&self, sql: String) {
        let done = sqlx::query(AssertSqlSafe(sql)).execute(&self.owner);
        wait(done).expect("the owner may");
    }
}

#[test]
fn a_call_whose_steps_are_refused_tells_nothing_of_the_insides() {
    let ground = Ground::new(Fleet::shared("torn steps"));
    let fleet = &ground.fleet;
    let steps = Steps::of(fleet);
    for step in &steps.all {
        steps.refuse(step);
    }
    steps.allow(steps.find(KEYS));
    ground.all_fail(&fleet.http, &[500]);
    // A key that the API has not seen yet.
    steps.refuse(steps.find(KEYS));
    let unseen = fleet.http.with_token(&key(fleet));
    ground.all_fail(&unseen, &[500]);

    // One step after the other, so that calls fail in their midst as well. Calls that change something would do so.
    for step in &steps.all {
        steps.allow(step);
    }
    let mut needed = BTreeSet::new();
    for step in &steps.all {
        steps.refuse(step);
        for call in ground.calls.iter().filter(|call| call.method == "GET") {
            for ask in rules::asks(call, &ground.things) {
                let answer = send(&fleet.http, &ask);
                if answer.status >= 500 {
                    needed.insert(step);
                    ground.promise.is_kept(call, &answer, &[500]);
                }
            }
        }
        steps.allow(step);
    }
    assert!(needed.len() >= 6, "only {needed:?} were needed");
    assert_eq!(fleet.http.get("/api/v1/video/jobs").status, 200);
}

/// Starts an API with one setting that is wrong. It is alive, and never ready.
fn start_with(fleet: &mut Fleet, name: &'static str, value: &str) -> (Process, Client) {
    let address = free_address();
    let env = vec![
        ("GILDHALL_LISTEN", address.to_string()),
        ("GILDHALL_ADDRESS_RATE", "0".to_owned()),
        ("GILDHALL_ADDRESS_FAILURES", "0".to_owned()),
    ];
    fleet.env.push((name, value.to_owned()));
    let api = fleet.start("api", env);
    fleet.env.pop();
    let client = fleet.http.at(&format!("http://{address}"));
    until("the API listens", PATIENCE, || {
        client.try_get("/healthz", &[]).ok()
    });
    (api, client)
}

#[test]
fn a_call_that_the_store_refuses_tells_nothing_of_the_insides() {
    let mut ground = Ground::new(Fleet::shared("torn store"));
    let nobodys = Things::of_nobody(&ground.things);
    for name in ["GILDHALL_S3_SECRET_KEY", "GILDHALL_S3_ACCESS_KEY"] {
        let (_api, client) = start_with(&mut ground.fleet, name, WRONG_KEY);
        let (calls, promise) = (&ground.calls, &ground.promise);
        let is_of_store = |call: &&Operation| OF_THE_STORE.contains(&call.id.as_str());
        let of_store: Vec<&Operation> = calls.iter().filter(is_of_store).collect();
        assert_eq!(of_store.len(), OF_THE_STORE.len());
        for call in of_store {
            for ask in rules::asks(call, &ground.things) {
                promise.is_kept(call, &send(&client, &ask), &[500, 503]);
            }
        }
        // Bytes that are not there yet are stored in another way.
        let upload = calls.iter().find(|call| call.id == "uploadAsset");
        let upload = upload.expect("it was among them");
        for ask in rules::asks(upload, &nobodys) {
            promise.is_kept(upload, &send(&client, &ask), &[500, 503]);
        }
        let for_operators = calls.iter().filter(|call| call.scope.is_none());
        for call in for_operators {
            for ask in rules::asks(call, &nobodys) {
                promise.is_kept(call, &send(&client, &ask), &[]);
            }
        }
    }
}

#[test]
fn a_call_while_the_ledger_is_away_tells_nothing_of_the_insides() {
    let ground = Ground::new(Fleet::own("torn ledger"));
    let fleet = &ground.fleet;
    let unseen = fleet.http.with_token(&key(fleet));
    let asked = ground.calls.iter().flat_map(|call| {
        let asks = rules::asks(call, &ground.things).into_iter();
        asks.map(move |ask| (call, ask))
    });
    let asked: Vec<(&Operation, Ask)> = asked.collect();
    // For some seconds the API knows this key, so that it gets as far as the call's own step.
    let seen = fleet.http.get("/api/v1/video/jobs");
    assert_eq!(seen.status, 200);
    fleet.postgres().stop().expect("it is ours");
    thread::scope(|scope| {
        for client in [&fleet.http, &unseen] {
            for (call, ask) in &asked {
                let promise = &ground.promise;
                scope.spawn(move || {
                    let answer = send(client, ask);
                    promise.is_kept(call, &answer, &[503]);
                    if call.scope.is_some() {
                        assert_ne!(answer.header("retry-after"), "", "{}", call.id);
                    }
                });
            }
        }
    });
    fleet.postgres().start().expect("it comes up on its data");
    until("the API goes on", PATIENCE, || {
        (fleet.http.get("/api/v1/video/jobs").status == 200).then_some(())
    });
}
