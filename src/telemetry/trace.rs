//! One trace from the request to the event, through the ledger and the broker.

use super::{Traceparent, chain};
use opentelemetry::trace::{FutureExt, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue, Value};
use std::error::Error;
use std::fmt::Display;
use std::future::Future;
use tracing::{Instrument, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The target of every span that is made for traces. Logs leave them out and have spans of their own, so without an
/// exporter nobody asks for these, and they are never made.
pub const SPANS: &str = "gildhall::spans";

/// A span for a step within the current span.
pub fn step(name: &'static str) -> Span {
    tracing::info_span!(target: SPANS, "step", otel.name = name)
}

/// The `traceparent` for what follows from the current span; `None` while traces are off.
pub fn traceparent_of_current() -> Option<String> {
    // Not the current span of `tracing`, which may be one for logs.
    let parent = Context::map_current(|here| Traceparent::of(here.span().span_context()));
    parent.map(|parent| parent.to_string())
}

/// The `traceparent` to hand on: that of the current span, or while traces are off the one that came in, so that traces of
/// others do not end with us. What is no `traceparent` is handed on to nobody.
pub fn onward(incoming: Option<&str>) -> Option<String> {
    traceparent_of_current().or_else(|| parse(incoming).map(|parent| parent.to_string()))
}

/// The id of the trace that a `traceparent` names, in hexadecimal, for log lines.
pub fn trace_id(traceparent: Option<&str>) -> Option<String> {
    parse(traceparent).map(|parent| parent.trace_id())
}

/// Lets a span follow from one of another process. Call it before the span is entered; nothing happens after that, while
/// traces are off, or where the text is no `traceparent`.
pub fn continue_from(span: &Span, traceparent: Option<&str>) {
    if span.is_disabled() {
        return;
    }
    if let Some(parent) = parse(traceparent) {
        let context = Context::new().with_remote_span_context(parent.span_context());
        // It fails where there is no exporter, which is no fault.
        let _ = span.set_parent(context);
    }
}

/// A future that has what is current here, for logs and for traces, wherever it runs. (The current span of `tracing` alone
/// is not enough: it is the one for logs, while that for traces lies around it.)
pub fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    work.in_current_span().with_current_context()
}

/// Whether the current span goes into a trace.
pub fn is_traced() -> bool {
    Context::map_current(|here| here.span().is_recording())
}

/// Adds an attribute to the current span, if it goes into a trace.
pub fn mark(key: &'static str, value: &dyn Display) {
    if is_traced() {
        set(key, value.to_string().into());
    }
}

/// As [`mark`], for numbers.
pub fn mark_number(key: &'static str, value: i64) {
    if is_traced() {
        set(key, value.into());
    }
}

fn set(key: &'static str, value: Value) {
    Context::current()
        .span()
        .set_attribute(KeyValue::new(key, value));
}

/// Tells the current span, if it goes into a trace, that its work failed, and why.
pub fn failed(error: &(dyn Error + 'static)) {
    if is_traced() {
        failed_for(&chain(error));
    }
}

/// As [`failed`], where the reason is no error of ours.
pub fn failed_for(reason: &dyn Display) {
    if is_traced() {
        Context::current()
            .span()
            .set_status(Status::error(reason.to_string()));
    }
}

fn parse(text: Option<&str>) -> Option<Traceparent> {
    text?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::trace::TracerProvider;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing_subscriber::layer::SubscriberExt;

    const INCOMING: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn while_traces_are_off_the_incoming_one_is_handed_on() {
        tracing::subscriber::with_default(tracing_subscriber::registry(), || {
            let span = tracing::info_span!("job");
            continue_from(&span, Some(INCOMING));
            let _entered = span.enter();
            assert_eq!(traceparent_of_current(), None);
            assert!(!is_traced());
            assert_eq!(onward(Some(INCOMING)).as_deref(), Some(INCOMING));
            assert_eq!(onward(Some("nonsense")), None);
            assert_eq!(onward(None), None);
        });
    }

    #[test]
    fn a_span_continues_the_trace_that_came_in() {
        let provider = SdkTracerProvider::builder().build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let span = tracing::info_span!("job");
            continue_from(&span, Some(INCOMING));
            let _entered = span.enter();
            assert!(is_traced());
            let handed_on = onward(Some(INCOMING)).expect("traces are on");
            // The same trace, and another span of it.
            assert_eq!(&handed_on[..36], &INCOMING[..36]);
            assert_ne!(handed_on, INCOMING);
        });
    }

    #[test]
    fn nonsense_begins_a_trace_of_its_own() {
        let provider = SdkTracerProvider::builder().build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let span = tracing::info_span!("job");
            continue_from(&span, Some("nonsense"));
            let _entered = span.enter();
            assert!(traceparent_of_current().is_some_and(|own| own.starts_with("00-")));
        });
    }
}
