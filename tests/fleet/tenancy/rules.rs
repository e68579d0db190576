//! What each call is asked with, and what it may say about another tenant's things. A call without a rule fails the test,
//! and so does a parameter that is in no list: whoever adds one says here what of a tenant it can name.

use serde_json::json;

use super::document::Operation;
use super::things::Things;

/// Parameters that name nothing of anybody.
const HARMLESS: [&str; 7] = [
    "status",
    "created_after",
    "created_before",
    "limit",
    "kind",
    "origin",
    "rendition",
];
/// Parameters that can name a tenant's things; [`asks`] puts such a thing into each.
const NAMING: [&str; 6] = [
    "id",
    "cursor",
    "name",
    "metadata.{name}",
    "Idempotency-Key",
    "Last-Event-ID",
];

/// What a body can be. A job names its assets; a file names nothing.
const BODIES: [&str; 3] = [
    "application/json",
    "application/octet-stream",
    "application/vnd.msgpack",
];

/// What a call may say where it is asked for things that are another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// That there is no such thing: 404.
    NotFound,
    /// What the asker has, which the other's things change nothing of, byte for byte.
    Own,
    /// It makes something new of the asker's, as with a name that nobody has taken.
    New,
    /// It is for operators, needs no key, and knows no tenants.
    Open,
}

/// A request that names things.
#[derive(Debug)]
pub struct Ask {
    pub method: String,
    pub path: String,
    pub headers: Vec<(&'static str, Vec<u8>)>,
    pub body: Option<Vec<u8>>,
}

/// What the call may say about another tenant's things.
pub fn tells(operation: &Operation) -> Tells {
    for parameter in &operation.parameters {
        let name = parameter.as_str();
        assert!(
            HARMLESS.contains(&name) || NAMING.contains(&name),
            "{}: what of a tenant can {name} name?",
            operation.id
        );
    }
    for body in &operation.bodies {
        let is_known = BODIES.contains(&body.as_str());
        assert!(is_known, "{}: what can {body} name?", operation.id);
    }
    match operation.id.as_str() {
        "getJob" | "followJob" | "cancelJob" | "replayJob" | "getAsset" | "deleteAsset" => {
            Tells::NotFound
        }
        "listJobs" | "listAssets" => Tells::Own,
        "submitJob" | "uploadAsset" => Tells::New,
        "health" | "readiness" | "metrics" => Tells::Open,
        other => panic!("{other} is a new call: what may it say about another tenant's things?"),
    }
}

/// The requests of a call for these things, each of which names them in another way.
pub fn asks(operation: &Operation, things: &Things) -> Vec<Ask> {
    let plain = || Ask {
        method: operation.method.clone(),
        path: operation.path.clone(),
        headers: Vec::new(),
        body: None,
    };
    let of_ids = |ids: &[&String]| -> Vec<Ask> {
        let ask = |id: &&String| Ask {
            path: operation.path.replace("{id}", id),
            body: (operation.method == "POST").then(Vec::new),
            ..plain()
        };
        ids.iter().map(ask).collect()
    };
    let of_queries = |queries: Vec<String>| -> Vec<Ask> {
        let ask = |query: String| Ask {
            path: match query.as_str() {
                "" => operation.path.clone(),
                query => format!("{}?{query}", operation.path),
            },
            ..plain()
        };
        queries.into_iter().map(ask).collect()
    };
    match operation.id.as_str() {
        "getJob" | "replayJob" => of_ids(&[&things.completed, &things.cancelled]),
        "cancelJob" => of_ids(&[&things.completed, &things.waiting]),
        "followJob" => follow(of_ids(&[&things.completed, &things.cancelled]), things),
        "getAsset" => of_ids(&[&things.asset, &things.completed, &things.waiting]),
        "deleteAsset" => of_ids(&[&things.asset, &things.completed]),
        "listJobs" => of_queries(vec![
            String::new(),
            format!("cursor={}", things.job_cursor),
            format!("metadata.order={}", things.order),
            format!("limit=1&cursor={}", things.job_cursor),
        ]),
        "listAssets" => of_queries(vec![
            String::new(),
            format!("cursor={}", things.asset_cursor),
            format!("cursor={}&origin=render", things.asset_cursor),
        ]),
        "submitJob" => submit(&plain, things),
        "uploadAsset" => {
            let mut uploads = of_queries(vec![
                format!("kind=products&name={}", things.name),
                "kind=products".to_owned(),
            ]);
            for upload in &mut uploads {
                upload.body = Some(things.bytes.clone());
            }
            uploads
        }
        _ => vec![plain()],
    }
}

/// From the beginning, and as one who has heard the last event of the other's job.
fn follow(asks: Vec<Ask>, things: &Things) -> Vec<Ask> {
    let with_event = |mut ask: Ask| {
        let event = things.event.to_string().into_bytes();
        ask.headers.push(("last-event-id", event));
        ask
    };
    let fresh = asks.iter().map(|ask| Ask {
        method: ask.method.clone(),
        path: ask.path.clone(),
        headers: Vec::new(),
        body: None,
    });
    let mut all: Vec<Ask> = fresh.collect();
    all.extend(asks.into_iter().map(with_event));
    all
}

/// With the other's idempotency key, and of the other's assets: one that could be used, one that could not.
fn submit(plain: &dyn Fn() -> Ask, things: &Things) -> Vec<Ask> {
    let ask = |images: Vec<&String>, key: Option<&String>| {
        let job = json!({"images": images, "duration_s": 1});
        let kind = ("content-type", b"application/json".to_vec());
        let key = key.map(|key| ("idempotency-key", key.clone().into_bytes()));
        Ask {
            headers: [Some(kind), key].into_iter().flatten().collect(),
            body: Some(job.to_string().into_bytes()),
            ..plain()
        }
    };
    vec![
        ask(vec![&things.key], Some(&things.idempotency_key)),
        ask(vec![&things.key, &things.held_key], None),
    ]
}
