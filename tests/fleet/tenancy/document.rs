//! The calls of the API, as its own document tells them.

use serde_json::Value;

use crate::support::Client;

/// A call.
#[derive(Debug)]
pub struct Operation {
    pub id: String,
    pub method: String,
    /// With its parameters in braces.
    pub path: String,
    /// Names of the parameters in path, query and headers.
    pub parameters: Vec<String>,
    /// Whether a key is needed, and which scope it must carry.
    pub scope: Option<String>,
    /// The media types of its body, if it takes one.
    pub bodies: Vec<String>,
}

/// Every call in the document that the API serves.
pub fn operations(client: &Client) -> Vec<Operation> {
    let answer = client.anonymous().get("/openapi.json");
    assert_eq!(answer.status, 200);
    let document = answer.json();
    let paths = document["paths"].as_object().expect("paths");
    let mut operations = Vec::new();
    for (path, calls) in paths {
        for (method, call) in calls.as_object().expect("methods") {
            operations.push(operation(method, path, call));
        }
    }
    operations
}

/// Every scope that any call needs.
pub fn scopes(operations: &[Operation]) -> Vec<String> {
    let mut scopes: Vec<String> = operations
        .iter()
        .filter_map(|operation| operation.scope.clone())
        .collect();
    scopes.sort();
    scopes.dedup();
    scopes
}

fn operation(method: &str, path: &str, call: &Value) -> Operation {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let parameters = call["parameters"].as_array().into_iter().flatten();
    let bodies = call["requestBody"]["content"].as_object();
    Operation {
        id: text(&call["operationId"]).unwrap_or_else(|| panic!("{method} {path} has no name")),
        method: method.to_uppercase(),
        path: path.to_owned(),
        parameters: parameters.filter_map(|one| text(&one["name"])).collect(),
        scope: scope(method, path, call),
        bodies: bodies
            .into_iter()
            .flat_map(|bodies| bodies.keys().cloned())
            .collect(),
    }
}

/// The one scope of a call; what needs no key says so by a requirement of nothing.
fn scope(method: &str, path: &str, call: &Value) -> Option<String> {
    let security = call["security"].as_array()?;
    let [requirement] = &security[..] else {
        panic!("{method} {path}: one key is what a call can need: {security:?}");
    };
    if requirement
        .as_object()
        .is_some_and(|needs| needs.is_empty())
    {
        return None;
    }
    let scopes = requirement["api_key"].as_array();
    let scopes = scopes.unwrap_or_else(|| panic!("{method} {path}: {requirement}"));
    let [Value::String(scope)] = &scopes[..] else {
        panic!("{method} {path}: one scope is what a call can need: {scopes:?}");
    };
    Some(scope.clone())
}
