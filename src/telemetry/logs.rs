//! Log lines.

use super::{BoxedLayer, SPANS};
use crate::config::{self, LogFormat};
use std::io::{self, IsTerminal};
use tracing_subscriber::filter::{FilterExt, LevelFilter, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::Registry;

/// Writes to the error stream, since the output stream belongs to what commands print.
pub(super) fn layer(config: &config::Telemetry) -> BoxedLayer {
    let lines = fmt::layer::<Registry>()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal() && config.log_format == LogFormat::Pretty)
        // It would tell the error stream that the error stream is closed, and panic.
        .log_internal_errors(false);
    // The spans of traces are none of ours, whatever is asked for; the hint leaves it to the other filter what is made at all.
    let ours = filter_fn(|about| about.target() != SPANS).with_max_level_hint(LevelFilter::TRACE);
    let filter = FilterExt::<Registry>::and(config.log.filter(), ours);
    match config.log_format {
        LogFormat::Pretty => lines.compact().with_filter(filter).boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(true)
            .with_filter(filter)
            .boxed(),
    }
}
