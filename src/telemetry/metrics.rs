//! What `/metrics` shows.

use super::TelemetryError;
use super::names::{ALL, Kind};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};
use std::time::Duration;

/// Upper bounds of the buckets of every metric in seconds: from a round trip to the longest render.
const BUCKETS_S: [f64; 19] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
    120.0, 300.0, 600.0, 1200.0,
];

/// How often samples are put into their buckets.
const UPKEEP: Duration = Duration::from_secs(5);

/// The numbers of this process. Clones show the same ones.
#[derive(Clone, Debug)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// Begins to count, for the whole process. Run [`Metrics::keep_up`] beside it.
    ///
    /// # Errors
    /// When it was called before.
    pub fn install() -> Result<Metrics, TelemetryError> {
        let recorder = recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).map_err(|_| TelemetryError::Metrics)?;
        describe();
        Ok(Metrics { handle })
    }

    /// Everything counted so far, as Prometheus reads it (text, version 0.0.4).
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Puts samples into their buckets, for ever. Without it they pile up in memory while nobody fetches them.
    pub async fn keep_up(self) {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            self.handle.run_upkeep();
        }
    }
}

fn recorder() -> PrometheusRecorder {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &BUCKETS_S)
        .expect("there are buckets, which is all that is asked")
        .build_recorder()
}

fn describe() {
    for (name, kind, description) in ALL {
        match kind {
            Kind::Counter => metrics::describe_counter!(name, description),
            Kind::Gauge => metrics::describe_gauge!(name, description),
            Kind::Seconds => {
                metrics::describe_histogram!(name, metrics::Unit::Seconds, description)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::names::{BREAKER_STATE, JOBS_FINISHED, RENDER_SECONDS};

    #[test]
    fn counters_gauges_and_buckets_are_shown_with_their_help() {
        let recorder = recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            describe();
            metrics::counter!(JOBS_FINISHED, "status" => "completed", "class" => "none")
                .increment(2);
            metrics::gauge!(BREAKER_STATE, "dependency" => "objects").set(1.0);
            metrics::histogram!(RENDER_SECONDS, "outcome" => "done").record(3.0);
        });
        let text = Metrics { handle }.render();
        for line in [
            "# TYPE gildhall_jobs_finished_total counter",
            "# HELP gildhall_jobs_finished_total Jobs completed, failed or cancelled",
            r#"gildhall_jobs_finished_total{status="completed",class="none"} 2"#,
            r#"gildhall_breaker_state{dependency="objects"} 1"#,
            "# TYPE gildhall_render_seconds histogram",
            r#"gildhall_render_seconds_bucket{outcome="done",le="2.5"} 0"#,
            r#"gildhall_render_seconds_bucket{outcome="done",le="5"} 1"#,
            r#"gildhall_render_seconds_count{outcome="done"} 1"#,
        ] {
            assert!(
                text.lines().any(|shown| shown == line),
                "{line} in:\n{text}"
            );
        }
    }

    #[test]
    fn names_say_what_is_measured() {
        for (name, kind, _) in ALL {
            assert!(name.starts_with("gildhall_"), "{name}");
            assert_eq!(name.ends_with("_total"), kind == Kind::Counter, "{name}");
            assert_eq!(name.ends_with("_seconds"), kind == Kind::Seconds, "{name}");
        }
    }
}
