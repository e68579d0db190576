//! The OpenAPI document: made from the handlers and their types, and from the contract's own schema of the job spec.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::problem::{FieldFault, ProblemBody};
use super::schemas::JobSpecSchema;
use super::{assets, cancel, health, job_events, jobs, process, replay};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Gildhall",
        description = "Renders product videos. Upload your assets, submit a job that names them, follow it, and fetch the \
            video.\n\nEvery call needs an API key, sent as `Authorization: Bearer gk_…`, that carries the scope named \
            with the call. Errors are problems (RFC 9457). Limits count for each replica of the service.",
        license(name = "GPL-3.0-or-later", identifier = "GPL-3.0-or-later"),
    ),
    paths(
        process::submit,
        jobs::list,
        jobs::show,
        job_events::follow,
        cancel::cancel,
        replay::replay,
        assets::upload::upload,
        assets::list::list,
        assets::get::get,
        assets::delete::delete,
        health::alive,
        health::ready,
        health::metrics,
    ),
    components(schemas(ProblemBody, FieldFault, JobSpecSchema)),
    modifiers(&ApiKey),
    tags(
        (name = "jobs", description = "Videos to be made."),
        (name = "assets", description = "What videos are made of, and the videos."),
        (name = "operation", description = "For those who run the service."),
    ),
)]
struct Document;

struct ApiKey;

impl Modify for ApiKey {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("gk_<prefix>_<secret>")
            .description(Some("A key from `gildhall key create`."))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("api_key", SecurityScheme::Http(scheme));
    }
}

/// The whole document.
pub fn document() -> Value {
    let document = serde_json::to_value(Document::openapi());
    let mut document = document.expect("the document is plain JSON");
    let schemas = document.pointer_mut("/components/schemas");
    if let Some(schemas) = schemas.and_then(Value::as_object_mut) {
        insert_job_spec(schemas);
    }
    document
}

const DEFINITIONS: &str = "#/$defs/";
/// Keeps the job spec's own parts apart from the API's schemas of the same name.
const PREFIX: &str = "JobSpec.";

/// Puts the contract's schema of the job spec where [`JobSpecSchema`] stands for it, with its parts beside it.
fn insert_job_spec(schemas: &mut Map<String, Value>) {
    let mut spec = gildhall_proto::schema::job_spec().to_value();
    move_references(&mut spec);
    let Value::Object(mut spec) = spec else {
        return;
    };
    spec.remove("$schema");
    spec.remove("$id");
    if let Some(Value::Object(parts)) = spec.remove("$defs") {
        let parts = parts.into_iter();
        schemas.extend(parts.map(|(name, part)| (format!("{PREFIX}{name}"), part)));
    }
    schemas.insert("JobSpec".to_owned(), Value::Object(spec));
}

fn move_references(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(move_references),
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get_mut("$ref")
                && let Some(name) = reference.strip_prefix(DEFINITIONS)
            {
                *reference = format!("#/components/schemas/{PREFIX}{name}");
            }
            map.values_mut().for_each(move_references);
        }
        _ => {}
    }
}

static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// `GET /openapi.json`.
pub async fn serve() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn references(value: &Value, found: &mut HashSet<String>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            Value::Object(map) => {
                if let Some(Value::String(reference)) = map.get("$ref") {
                    found.insert(reference.clone());
                }
                map.values().for_each(|value| references(value, found));
            }
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let (document, mut found) = (document(), HashSet::new());
        references(&document, &mut found);
        assert!(found.len() > 20);
        for reference in found {
            let pointer = reference.strip_prefix('#').expect("a local reference");
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn the_job_spec_is_the_contracts() {
        let document = document();
        let images = &document["components"]["schemas"]["JobSpec"]["properties"]["images"];
        assert_eq!(images["maxItems"], gildhall_proto::limits::MAX_IMAGES);
        assert_eq!(document["openapi"], "3.1.0");
    }

    #[test]
    fn every_call_of_the_api_names_its_scope_and_its_problems() {
        let document = document();
        let paths = document["paths"].as_object().expect("paths");
        let calls = paths.iter().filter(|(path, _)| path.starts_with("/api/"));
        for (path, methods) in calls {
            for (method, call) in methods.as_object().expect("methods") {
                let scope = &call["security"][0]["api_key"][0];
                assert!(scope.is_string(), "{method} {path}");
                for status in ["401", "403", "429", "503"] {
                    assert!(
                        call["responses"][status].is_object(),
                        "{method} {path} {status}"
                    );
                }
            }
        }
    }
}
