//! A log line as a JSON object: what the spans around it say stands beside what it says itself, so that every line of a job
//! has `job`, `tenant`, `attempt` and `trace_id` on its top level.

use std::error::Error;
use std::fmt;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::{LookupSpan, Scope};

use super::chain::chain;

/// Names that are the line's own.
const RESERVED: [&str; 4] = ["timestamp", "level", "target", "message"];

/// Writes each event as one line. It needs the fields of spans as JSON.
pub(super) struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        // The inner span overrules the outer one, and the event all of them.
        let mut fields = Map::new();
        for span in context.event_scope().into_iter().flat_map(Scope::from_root) {
            let extensions = span.extensions();
            let said = extensions.get::<FormattedFields<N>>();
            let said =
                said.and_then(|said| serde_json::from_str::<Map<String, Value>>(&said.fields).ok());
            fields.extend(said.unwrap_or_default());
        }
        let mut own = Own {
            fields: &mut fields,
            message: Value::Null,
        };
        event.record(&mut own);
        let message = own.message;
        write!(writer, "{{\"timestamp\":\"")?;
        SystemTime.format_time(&mut writer)?;
        let about = event.metadata();
        let target = Value::from(about.target());
        write!(
            writer,
            "\",\"level\":\"{}\",\"message\":{message},\"target\":{target}",
            about.level()
        )?;
        for (name, value) in fields {
            let name = match RESERVED.contains(&name.as_str()) {
                true => format!("field.{name}"),
                false => name,
            };
            write!(writer, ",{}:{value}", Value::from(name))?;
        }
        writeln!(writer, "}}")
    }
}

/// Takes up what an event says.
struct Own<'f> {
    fields: &'f mut Map<String, Value>,
    message: Value,
}

impl Own<'_> {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        match field.name() {
            "message" => self.message = value.into(),
            name => {
                // A field may bear a keyword's name.
                let name = name.strip_prefix("r#").unwrap_or(name);
                self.fields.insert(name.to_owned(), value.into());
            }
        }
    }
}

impl Visit for Own<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.put(field, chain(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}
