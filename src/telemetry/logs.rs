//! Log lines.

use std::io::{self, IsTerminal, Write};

use tracing_subscriber::filter::{FilterExt, LevelFilter, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::Registry;

use super::json::JsonLines;
use super::redact::Redactor;
use super::{BoxedLayer, SPANS};
use crate::config::{self, LogFormat};

/// Writes to the error stream, since the output stream belongs to what commands print.
pub(super) fn layer(config: &config::Telemetry, redactor: Redactor) -> BoxedLayer {
    let is_terminal = io::stderr().is_terminal();
    let format = match config.log_format {
        LogFormat::Auto if is_terminal => LogFormat::Pretty,
        LogFormat::Auto => LogFormat::Json,
        chosen => chosen,
    };
    let to = Cleaned {
        redactor,
        sink: io::stderr,
    };
    lines(config, format, is_terminal, to)
}

fn lines<W>(config: &config::Telemetry, format: LogFormat, is_terminal: bool, to: W) -> BoxedLayer
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = fmt::layer::<Registry>()
        .with_writer(to)
        .with_ansi(is_terminal && format == LogFormat::Pretty)
        // It would tell the error stream that the error stream is closed, and panic.
        .log_internal_errors(false);
    // The spans of traces are none of ours, whatever is asked for; the hint leaves it to the other filter what is made at all.
    let ours = filter_fn(|about| about.target() != SPANS).with_max_level_hint(LevelFilter::TRACE);
    let filter = FilterExt::<Registry>::and(config.log.filter(), ours);
    match format {
        LogFormat::Json => lines
            .fmt_fields(JsonFields::new())
            .event_format(JsonLines)
            .with_filter(filter)
            .boxed(),
        LogFormat::Pretty | LogFormat::Auto => lines.compact().with_filter(filter).boxed(),
    }
}

/// Lets no secret through. Lines come whole, one at a time.
#[derive(Clone)]
struct Cleaned<M> {
    redactor: Redactor,
    sink: M,
}

impl<'w, M: MakeWriter<'w>> MakeWriter<'w> for Cleaned<M> {
    type Writer = CleanWriter<'w, M::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        CleanWriter {
            redactor: &self.redactor,
            sink: self.sink.make_writer(),
        }
    }
}

struct CleanWriter<'r, W> {
    redactor: &'r Redactor,
    sink: W,
}

impl<W: Write> Write for CleanWriter<'_, W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        // Where the stream is closed or its disk is full, the line is lost, and nothing else.
        self.sink.write_all(self.redactor.clean(&text).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::sync::{Arc, Mutex};
    use tracing_subscriber::layer::SubscriberExt;

    /// A stream that others can read.
    #[derive(Clone, Default)]
    struct Stream(Arc<Mutex<Vec<u8>>>);

    impl Write for Stream {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no test panics in here").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written while this goes on.
    fn written(format: LogFormat, redactor: Redactor, go: impl FnOnce()) -> String {
        let config = config::Telemetry {
            log_format: format,
            log: "info".parse().expect("a filter"),
        };
        let stream = Stream::default();
        let sink = stream.clone();
        let to = Cleaned {
            redactor,
            sink: move || sink.clone(),
        };
        let layers = vec![lines(&config, format, false, to)];
        let subscriber = tracing_subscriber::registry().with(layers);
        tracing::subscriber::with_default(subscriber, go);
        let bytes = stream.0.lock().expect("no test panics in here").clone();
        String::from_utf8(bytes).expect("lines are UTF-8")
    }

    fn a_job_fails() {
        let job = tracing::info_span!(
            "job",
            job = "j1",
            tenant = "acme",
            attempt = tracing::field::Empty,
            trace_id = "4bf9"
        );
        let _entered = job.enter();
        job.record("attempt", 2);
        let step = tracing::info_span!(target: SPANS, "step", hidden = true);
        let _entered_step = step.enter();
        tracing::error!(
            error = "no ring 💍: \"broken\"\nfile",
            code = 7,
            "the job failed"
        );
        tracing::debug!("not asked for");
    }

    #[test]
    fn a_line_of_json_has_the_job_beside_the_message() {
        let text = written(LogFormat::Json, Redactor::default(), a_job_fails);
        assert_eq!(text.lines().count(), 1, "{text}");
        let mut line: Value = serde_json::from_str(&text).expect("an object");
        let time = line["timestamp"].take();
        assert!(
            time.as_str().is_some_and(|time| time.ends_with('Z')),
            "{time}"
        );
        let expected = json!({
            "timestamp": null, "level": "ERROR", "message": "the job failed",
            "target": "gildhall::telemetry::logs::tests", "job": "j1", "tenant": "acme", "attempt": 2,
            "trace_id": "4bf9", "error": "no ring 💍: \"broken\"\nfile", "code": 7,
        });
        assert_eq!(line, expected);
        assert!(text.contains('💍'), "it is not escaped: {text}");
    }

    #[test]
    fn a_line_for_people_says_the_same_on_one_line() {
        let text = written(LogFormat::Pretty, Redactor::default(), a_job_fails);
        assert_eq!(text.lines().count(), 1, "{text}");
        for part in [
            "ERROR",
            "the job failed",
            "acme",
            "attempt=2",
            "trace_id=\"4bf9\"",
            "💍",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(
            !text.contains('\u{1b}'),
            "no colours away from terminals: {text}"
        );
    }

    #[test]
    fn secrets_are_taken_out_of_both() {
        let redactor = Redactor::new(["wJalrXUtnFEMI/K7MDENG"]);
        for format in [LogFormat::Json, LogFormat::Pretty] {
            let text = written(format, redactor.clone(), || {
                tracing::info_span!("job", url = "amqp://u:hunter2@h").in_scope(|| {
                    tracing::info!(
                        key = "wJalrXUtnFEMI/K7MDENG",
                        "cannot reach postgres://a:b@c"
                    );
                });
            });
            for secret in ["hunter2", "wJalr", "a:b@"] {
                assert!(!text.contains(secret), "{text}");
            }
            assert!(text.contains("amqp://u:…@h"), "{text}");
        }
    }

    #[test]
    fn fields_with_the_names_of_the_line_s_own_do_not_replace_them() {
        let text = written(LogFormat::Json, Redactor::default(), || {
            tracing::info!(level = "high", r#type = "x", nothing = f64::NAN, "well");
        });
        let line: Value = serde_json::from_str(&text).expect("an object");
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["field.level"], "high");
        assert_eq!(line["type"], "x");
        assert_eq!(line["nothing"], Value::Null);
    }

    #[test]
    fn a_stream_that_cannot_be_written_costs_the_line_and_nothing_else() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::from(io::ErrorKind::BrokenPipe))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let config = config::Telemetry {
            log_format: LogFormat::Json,
            log: "info".parse().expect("a filter"),
        };
        let to = Cleaned {
            redactor: Redactor::default(),
            sink: || Closed,
        };
        let layers = vec![lines(&config, LogFormat::Json, false, to)];
        let subscriber = tracing_subscriber::registry().with(layers);
        tracing::subscriber::with_default(subscriber, a_job_fails);
    }
}
