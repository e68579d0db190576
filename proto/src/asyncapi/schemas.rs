//! The schemas of bodies and headers, in the dialect of AsyncAPI (draft 7 of JSON Schema).

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::examples;
use crate::fleet::{
    CLOUDEVENTS_VERSION, EventData, EventKind, JobId, JobMessage, SOURCE, TenantId,
};
use crate::names::{CLOUDEVENTS_PREFIX, TRACEPARENT};

/// Form of a trace context of version 00 (W3C Trace Context, 3.2.2).
const TRACEPARENT_PATTERN: &str = "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$";

/// All schemas by their names. Events are as they are written, the job message as it is read.
pub(super) fn schemas() -> Value {
    let written = definitions::<EventData>(settings().for_serialize());
    let read = definitions::<JobMessage>(settings());
    let mut schemas: Map<String, Value> = written.into_iter().chain(read).collect();
    schemas.insert("EventHeaders".to_owned(), event_headers());
    schemas.insert("TraceHeaders".to_owned(), trace_headers());
    Value::Object(schemas)
}

fn settings() -> SchemaSettings {
    SchemaSettings::draft07().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
    })
}

/// The schema of a type and those of all that it consists of.
fn definitions<T: JsonSchema>(settings: SchemaSettings) -> Map<String, Value> {
    let mut generator = SchemaGenerator::new(settings);
    generator.subschema_for::<T>();
    generator.take_definitions(true)
}

fn event_headers() -> Value {
    let (job, tenant) = (schema_of::<JobId>(), schema_of::<TenantId>());
    let attributes = [
        (
            "specversion",
            json!({"type": "string", "const": CLOUDEVENTS_VERSION}),
        ),
        (
            "id",
            json!({
                "type": "string", "format": "uuid",
                "description": "The event. Told again, it has the same id: drop repeats by it."
            }),
        ),
        ("source", json!({"type": "string", "const": SOURCE})),
        ("type", json!({"type": "string", "enum": EventKind::ALL})),
        ("subject", job),
        (
            "time",
            json!({"type": "string", "format": "date-time", "description": "When it happened."}),
        ),
        ("tenantid", tenant),
        (TRACEPARENT, traceparent()),
    ];
    let named = attributes.map(|(name, schema)| (format!("{CLOUDEVENTS_PREFIX}{name}"), schema));
    let mut properties: Map<String, Value> = named.into_iter().collect();
    properties.insert(TRACEPARENT.to_owned(), traceparent());
    json!({
        "type": "object",
        "title": "Headers of an event",
        "description": "CloudEvents 1.0, binary content mode: the attributes are headers of text, and datacontenttype is the \
            content type. The properties message_id and type have the event's id and type as well.",
        "properties": properties,
        "required": required()
    })
}

/// The headers that every event has.
fn required() -> Vec<String> {
    let bare = examples::events()
        .into_iter()
        .next()
        .map(|event| crate::Event {
            traceparent: None,
            ..event
        });
    let headers = bare.map(|event| event.headers()).unwrap_or_default();
    headers.into_iter().map(|(name, _)| name).collect()
}

fn trace_headers() -> Value {
    json!({
        "type": "object",
        "title": "Headers of a job message",
        "properties": {TRACEPARENT: traceparent()}
    })
}

fn traceparent() -> Value {
    json!({
        "type": "string",
        "pattern": TRACEPARENT_PATTERN,
        "description": "The W3C trace context of the job, where it has one."
    })
}

fn schema_of<T: JsonSchema>() -> Value {
    json!({"$ref": format!("#/components/schemas/{}", T::schema_name())})
}
