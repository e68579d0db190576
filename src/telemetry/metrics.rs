//! What `/metrics` shows.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use metrics::Unit;
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use super::TelemetryError;
use super::names::{self, Kind};
use super::process::Process;

/// How often samples are put into their buckets.
const UPKEEP: Duration = Duration::from_secs(5);

type Sampler = Box<dyn Fn() + Send + Sync>;

/// The numbers of this process. Clones show the same ones.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    /// What is looked up whenever somebody asks.
    samplers: Arc<Mutex<Vec<Sampler>>>,
}

impl Metrics {
    /// Begins to count, for the whole process, which serves as this role and bears this name. Run [`Metrics::keep_up`]
    /// beside it.
    ///
    /// # Errors
    /// When it was called before.
    pub fn install(role: &str, instance: &str) -> Result<Metrics, TelemetryError> {
        let recorder = recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).map_err(|_| TelemetryError::Metrics)?;
        describe();
        let metrics = Metrics {
            handle,
            samplers: Arc::default(),
        };
        let process = Process {
            service: format!("gildhall-{role}"),
            instance: instance.to_owned(),
            began: Instant::now(),
        };
        metrics.sample(move || process.look());
        Ok(metrics)
    }

    /// From now on, `look` is called before the numbers are shown: it sets what is not worth counting all the time. It may
    /// read files, and should keep nothing alive that is to end before the process.
    pub fn sample(&self, look: impl Fn() + Send + Sync + 'static) {
        // A list is whole whatever happened to its last holder.
        let mut samplers = self.samplers.lock().unwrap_or_else(PoisonError::into_inner);
        samplers.push(Box::new(look));
    }

    /// Everything counted so far, as Prometheus reads it (text, version 0.0.4).
    pub async fn show(&self) -> String {
        let metrics = self.clone();
        // Files are read for it: nobody is to wait for that.
        let shown = tokio::task::spawn_blocking(move || metrics.render());
        // It fails only where a sampler panicked, or the process ends.
        shown.await.unwrap_or_else(|_| self.handle.render())
    }

    fn render(&self) -> String {
        let samplers = self.samplers.lock().unwrap_or_else(PoisonError::into_inner);
        for look in samplers.iter() {
            look();
        }
        drop(samplers);
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
    let histograms = names::all().filter_map(|metric| match metric.kind {
        Kind::Histogram(scale) => Some((metric.name, scale.bounds())),
        Kind::Counter | Kind::Gauge => None,
    });
    let with_buckets = |builder: PrometheusBuilder, (name, bounds): (&str, &[f64])| {
        let set = builder.set_buckets_for_metric(Matcher::Full(name.to_owned()), bounds);
        set.expect("every scale has bounds, which is all that is asked")
    };
    histograms
        .fold(PrometheusBuilder::new(), with_buckets)
        .build_recorder()
}

fn describe() {
    for metric in names::all() {
        let (name, help) = (metric.name, metric.help);
        match metric.kind {
            Kind::Counter => metrics::describe_counter!(name, help),
            Kind::Gauge => metrics::describe_gauge!(name, help),
            Kind::Histogram(_) if name.ends_with("_bytes") => {
                metrics::describe_histogram!(name, Unit::Bytes, help)
            }
            Kind::Histogram(_) if name.ends_with("_seconds") => {
                metrics::describe_histogram!(name, Unit::Seconds, help)
            }
            Kind::Histogram(_) => metrics::describe_histogram!(name, help),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::names::{BREAKER_STATE, CLAIM_SECONDS, RETRIES, TARGET_INFO};

    /// What is shown after this was counted.
    fn shown_after(count: impl FnOnce()) -> String {
        let recorder = recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            describe();
            count();
        });
        handle.render()
    }

    #[track_caller]
    fn assert_shows(text: &str, line: &str) {
        assert!(
            text.lines().any(|shown| shown == line),
            "{line} in:\n{text}"
        );
    }

    #[test]
    fn counters_gauges_and_buckets_are_shown_with_their_help() {
        let text = shown_after(|| {
            metrics::counter!(RETRIES, "class" => "resource").increment(2);
            metrics::gauge!(BREAKER_STATE, "dependency" => "objects").set(1.0);
            metrics::histogram!(CLAIM_SECONDS, "claim" => "run").record(0.003);
        });
        for line in [
            "# TYPE gildhall_retries_total counter",
            "# HELP gildhall_retries_total Those of them that are followed by another attempt",
            r#"gildhall_retries_total{class="resource"} 2"#,
            r#"gildhall_breaker_state{dependency="objects"} 1"#,
            "# TYPE gildhall_claim_seconds histogram",
            r#"gildhall_claim_seconds_bucket{claim="run",le="0.0025"} 0"#,
            r#"gildhall_claim_seconds_bucket{claim="run",le="0.005"} 1"#,
            r#"gildhall_claim_seconds_count{claim="run"} 1"#,
        ] {
            assert_shows(&text, line);
        }
    }

    #[test]
    fn every_histogram_has_buckets() {
        let text = shown_after(|| {
            for metric in names::all() {
                if let Kind::Histogram(_) = metric.kind {
                    metrics::histogram!(metric.name).record(1.0);
                }
            }
        });
        assert!(!text.contains("quantile="), "{text}");
    }

    #[test]
    fn what_could_not_be_looked_up_is_no_number() {
        let text = shown_after(|| metrics::gauge!(names::RUNNABLE).set(f64::NAN));
        assert_shows(&text, "gildhall_runnable_jobs NaN");
    }

    #[test]
    fn a_process_says_who_it_is() {
        let process = Process {
            service: "gildhall-worker".into(),
            instance: "worker-host-1".into(),
            began: Instant::now(),
        };
        let text = shown_after(|| process.look());
        let version = env!("CARGO_PKG_VERSION");
        assert_shows(
            &text,
            &format!(
                "{TARGET_INFO}{{service_name=\"gildhall-worker\",service_instance_id=\"worker-host-1\",service_version=\"{version}\"}} 1"
            ),
        );
        for name in [
            "process_memory_usage_bytes ",
            "process_thread_count ",
            "process_open_file_descriptor_count ",
            r#"process_cpu_time_seconds_total{cpu_mode="user"} "#,
        ] {
            assert!(text.contains(name), "{name} in:\n{text}");
        }
    }
}
