//! Logs. Traces are set by OpenTelemetry's own `OTEL_…` variables.

use std::fmt;
use std::str::FromStr;
use tracing_subscriber::EnvFilter;

/// What is logged, and how it looks.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Logs")]
pub struct Telemetry {
    /// How log lines look: pretty (for people), json (one object a line, for machines), or auto: pretty on a terminal,
    /// else json.
    #[arg(
        long,
        env = "GILDHALL_LOG_FORMAT",
        value_name = "FORMAT",
        value_enum,
        default_value_t
    )]
    pub log_format: LogFormat,
    /// What is logged: off, error, warn, info, debug or trace, alone or for parts, as in info,gildhall::worker=debug.
    #[arg(
        long,
        env = "GILDHALL_LOG",
        value_name = "FILTER",
        default_value = "info"
    )]
    pub log: LogFilter,
}

/// How log lines look.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For whoever reads the error stream: pretty on a terminal, else JSON.
    #[default]
    Auto,
    /// A line of text.
    Pretty,
    /// A JSON object on a line.
    Json,
}

/// A filter for log lines, checked.
#[derive(Clone, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// The filter to hang into a subscriber.
    pub fn filter(&self) -> EnvFilter {
        EnvFilter::new(&self.0)
    }
}

impl FromStr for LogFilter {
    type Err = tracing_subscriber::filter::ParseError;

    fn from_str(text: &str) -> Result<LogFilter, Self::Err> {
        EnvFilter::try_new(text)?;
        Ok(LogFilter(text.to_owned()))
    }
}

impl fmt::Debug for LogFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::{accepts, parse};

    #[test]
    fn everything_has_a_default() {
        let telemetry: Telemetry = parse(&[]).expect("there are defaults");
        assert_eq!(telemetry.log_format, LogFormat::Auto);
        assert_eq!(telemetry.log, LogFilter("info".into()));
    }

    #[test]
    fn filters_are_checked() {
        assert!(accepts::<Telemetry>(&[
            "--log",
            "warn,gildhall::worker=trace"
        ]));
        assert!(accepts::<Telemetry>(&["--log", "off"]));
        assert!(!accepts::<Telemetry>(&["--log", "gildhall=loud"]));
    }

    #[test]
    fn formats_have_names() {
        for name in ["auto", "json", "pretty"] {
            assert!(accepts::<Telemetry>(&["--log-format", name]), "{name}");
        }
        assert!(!accepts::<Telemetry>(&["--log-format", "xml"]));
    }
}
