//! Spans of what is over by the time that we hear of it.

use opentelemetry::trace::{Span as _, SpanBuilder, Tracer};
use opentelemetry::{Context, KeyValue, global};
use std::time::SystemTime;

/// The name under which the spans of this program are known to collectors.
pub(super) const SCOPE: &str = "gildhall";

/// Something that happened within the current span.
#[derive(Clone, Debug)]
pub struct Past {
    /// What it is called.
    pub name: String,
    /// When it began.
    pub began: SystemTime,
    /// When it ended.
    pub ended: SystemTime,
    /// Numbers to tell about it.
    pub numbers: Vec<(&'static str, i64)>,
}

/// Puts something that is over into the trace, within the current span. While traces are off nothing happens.
pub fn tell_past(past: Past) {
    if !super::is_traced() {
        return;
    }
    let numbers = past.numbers.into_iter();
    let builder = SpanBuilder::from_name(past.name)
        .with_start_time(past.began)
        .with_attributes(numbers.map(|(key, value)| KeyValue::new(key, value)));
    let here = Context::current();
    let mut span = global::tracer(SCOPE).build_with_context(builder, &here);
    span.end_with_timestamp(past.ended);
}
