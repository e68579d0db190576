//! The metrics there are: one table for each room that counts. Whoever counts something takes its name from here, and labels
//! as its table says; `docs/operate/metrics.md` shows the same tables to operators.
//!
//! Where OpenTelemetry has a name for a metric, it is that name as Prometheus writes it: dots become underscores, the unit
//! and `_total` follow. Everything else begins with `gildhall_`.

mod api;
mod broker;
mod ledger;
mod objects;
mod process;
mod relay;
mod scan;
mod worker;

pub use api::*;
pub use broker::*;
pub use ledger::*;
pub use objects::*;
pub use process::*;
pub use relay::*;
pub use scan::*;
pub use worker::*;

use super::buckets::Scale;

/// Roles that serve HTTP for callers. An API process relays as well unless it is told not to.
const API: Roles = &["api"];
/// Roles that relay.
const RELAYING: Roles = &["api", "relay"];
/// Roles that render.
const WORKER: Roles = &["worker"];
/// All that use the object store.
const STORING: Roles = &["api", "worker"];
/// All that run for long.
const ALL: Roles = &["api", "relay", "worker"];

type Roles = &'static [&'static str];

/// What a metric measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// How often, or how much in all, since the process began.
    Counter,
    /// How much, now.
    Gauge,
    /// How much each time.
    Histogram(Scale),
}

impl Kind {
    /// As Prometheus says it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram(_) => "histogram",
        }
    }
}

/// A metric, as its table describes it.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name on `/metrics`; those of a histogram's series go on with `_bucket`, `_sum` and `_count`.
    pub name: &'static str,
    /// What it measures.
    pub kind: Kind,
    /// The roles that show it.
    pub roles: &'static [&'static str],
    /// Its labels.
    pub labels: &'static [&'static str],
    /// What it tells.
    pub help: &'static str,
    /// Its name at OpenTelemetry, if it has one there.
    pub otel: Option<&'static str>,
}

impl Metric {
    const fn new(name: &'static str, kind: Kind, roles: Roles, help: &'static str) -> Metric {
        Metric {
            name,
            kind,
            roles,
            labels: &[],
            help,
            otel: None,
        }
    }

    const fn by(self, labels: &'static [&'static str]) -> Metric {
        Metric { labels, ..self }
    }

    const fn known_as(self, otel: &'static str) -> Metric {
        Metric {
            otel: Some(otel),
            ..self
        }
    }

    /// Its line in `docs/operate/metrics.md`.
    #[must_use]
    pub fn row(&self) -> String {
        let quoted = |words: &[&str]| match words {
            [] => "–".to_owned(),
            words => format!("`{}`", words.join("`, `")),
        };
        let otel: Vec<&str> = self.otel.into_iter().collect();
        format!(
            "| `{}` | {} | {} | {} | {} | {} |",
            self.name,
            self.kind.as_str(),
            quoted(self.labels),
            self.roles.join(", "),
            self.help,
            quoted(otel.as_slice())
        )
    }
}

/// Every metric of every room.
pub fn all() -> impl Iterator<Item = &'static Metric> {
    let rooms = [
        process::PROCESS_METRICS,
        api::API_METRICS,
        relay::RELAY_METRICS,
        worker::WORKER_METRICS,
        ledger::LEDGER_METRICS,
        broker::BROKER_METRICS,
        objects::OBJECTS_METRICS,
        scan::SCAN_METRICS,
    ];
    rooms.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_those_of_prometheus() {
        for metric in all() {
            let Metric { name, kind, .. } = *metric;
            let known = "abcdefghijklmnopqrstuvwxyz_";
            assert!(name.chars().all(|letter| known.contains(letter)), "{name}");
            let is_seconds = matches!(
                kind,
                Kind::Histogram(Scale::RoundTrip | Scale::Wait | Scale::Work)
            );
            assert_eq!(name.ends_with("_total"), kind == Kind::Counter, "{name}");
            assert!(!is_seconds || name.ends_with("_seconds"), "{name}");
        }
    }

    /// A dot becomes an underscore, and the unit and `_total` are written behind.
    #[test]
    fn what_opentelemetry_names_has_that_name() {
        for metric in all() {
            let Some(otel) = metric.otel else {
                assert!(metric.name.starts_with("gildhall_"), "{}", metric.name);
                continue;
            };
            let flat = otel.replace('.', "_");
            let rest = metric.name.strip_prefix(&flat);
            let units = ["", "_total", "_seconds", "_seconds_total", "_bytes"];
            let known = rest.is_some_and(|rest| units.contains(&rest));
            assert!(known, "{} is not {otel}", metric.name);
        }
    }

    #[test]
    fn each_has_one_line_in_the_tables() {
        let names: BTreeSet<&str> = all().map(|metric| metric.name).collect();
        assert_eq!(names.len(), all().count());
        assert!(all().all(|metric| !metric.help.is_empty() && !metric.roles.is_empty()));
    }

    #[test]
    fn the_operator_s_guide_shows_the_same_tables() {
        let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operate/metrics.md");
        let guide = std::fs::read_to_string(guide).expect("it is part of the repository");
        let shown: BTreeSet<&str> = guide
            .lines()
            .filter(|line| line.starts_with("| `"))
            .collect();
        let described: Vec<String> = all().map(Metric::row).collect();
        let described: BTreeSet<&str> = described.iter().map(String::as_str).collect();
        let missing: Vec<_> = described.difference(&shown).collect();
        let unknown: Vec<_> = shown.difference(&described).collect();
        assert!(
            missing.is_empty() && unknown.is_empty(),
            "missing: {missing:#?}\nunknown: {unknown:#?}"
        );
    }
}
