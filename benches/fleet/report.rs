//! The figures, for people and for programs.

use crate::Result;
use crate::bench::Bench;
use crate::celery::Celery;
use crate::machine;
use serde_json::{Value, json};

const METHOD: &str = "\
Everything runs on this machine: the load, the API with its relay, the workers, RabbitMQ, PostgreSQL (fsync on) and S3.
Processes have their default settings. Jobs are the sample job, each with an idempotency key; workers pretend to render.
";
const CELERY_METHOD: &str = "\
Celery: late acks, prefetch 1, persistent messages with confirms, results in the same PostgreSQL; four submitting
processes, a worker with two processes. It has no tenants' limits, fencing, outbox, history or events to keep up.
";

/// Everything measured.
pub struct Report {
    pub rows: Vec<Row>,
    pub peer: Option<Celery>,
    machine: String,
}

/// One figure.
pub struct Row {
    /// Its name for programs.
    key: &'static str,
    /// Its name for people, with its unit.
    what: String,
    value: f64,
    target: Option<Target>,
    peer: Option<Peer>,
}

/// What a figure is to reach.
#[derive(Clone, Copy)]
pub enum Target {
    AtMost(f64),
    AtLeast(f64),
}

/// What Celery's figure for the same is.
#[derive(Clone, Copy)]
pub enum Peer {
    Submits,
    Latency,
    Jobs,
}

impl Row {
    /// A figure without a target.
    pub fn new(key: &'static str, what: String, value: f64) -> Row {
        Row {
            key,
            what,
            value,
            target: None,
            peer: None,
        }
    }

    pub fn target(self, target: Target) -> Row {
        Row {
            target: Some(target),
            ..self
        }
    }

    pub fn beside(self, peer: Peer) -> Row {
        Row {
            peer: Some(peer),
            ..self
        }
    }

    fn line(&self, celery: Option<&Celery>) -> String {
        let what = &self.what;
        let mut line = format!("{what:<54} {:>9.1}", self.value);
        line += &self
            .target
            .map_or_else(|| " ".repeat(29), |target| target.column(self.value));
        if let Some(theirs) = self.theirs(celery) {
            line += &format!(" {theirs:>9.1} {:>8.2}", self.value / theirs);
        }
        line.trim_end().to_owned()
    }

    fn object(&self, celery: Option<&Celery>) -> Value {
        json!({
            "key": self.key,
            "what": self.what.trim(),
            "value": self.value,
            "target": self.target.map(|target| target.object(self.value)),
            "celery": self.theirs(celery),
        })
    }

    fn theirs(&self, celery: Option<&Celery>) -> Option<f64> {
        let (celery, peer) = (celery?, self.peer?);
        Some(match peer {
            Peer::Submits => celery.submits_per_s,
            Peer::Latency => celery.p50_ms,
            Peer::Jobs => celery.jobs_per_s,
        })
    }
}

impl Target {
    fn is_met(self, value: f64) -> bool {
        match self {
            Target::AtMost(limit) => value <= limit,
            Target::AtLeast(limit) => value >= limit,
        }
    }

    fn limit(self) -> (&'static str, f64) {
        match self {
            Target::AtMost(limit) => ("≤", limit),
            Target::AtLeast(limit) => ("≥", limit),
        }
    }

    /// 29 characters: target, ratio, verdict.
    fn column(self, value: f64) -> String {
        let (sign, limit) = self.limit();
        let verdict = if self.is_met(value) { "ok" } else { "MISSED" };
        format!(
            "   {sign} {limit:>7.1} {:>8.2}  {verdict:<6}",
            value / limit
        )
    }

    fn object(self, value: f64) -> Value {
        let (sign, limit) = self.limit();
        json!({"sign": sign, "limit": limit, "ratio": value / limit, "met": self.is_met(value)})
    }
}

impl Report {
    /// An empty one.
    pub fn new(bench: &Bench) -> Report {
        Report {
            rows: Vec::new(),
            peer: None,
            machine: machine::describe(bench.data()),
        }
    }

    /// Prints everything, as a table or as JSON.
    pub fn print(&self, as_json: bool) -> Result<()> {
        if as_json {
            println!("{}", serde_json::to_string_pretty(&self.object())?);
        } else {
            self.print_table();
        }
        Ok(())
    }

    fn print_table(&self) {
        let celery = self.peer.as_ref();
        println!("machine: {}\n{METHOD}", self.machine);
        let (name, ratio) = match celery {
            Some(celery) => (format!("Celery {}", celery.version), "÷ Celery"),
            None => (String::new(), ""),
        };
        let head = format!(
            "{:<54} {:>9}   {:>9} {:>8}  {:<6} {name:>9} {ratio:>8}",
            "", "reached", "target", "÷ target", ""
        );
        println!("{}", head.trim_end());
        for row in &self.rows {
            println!("{}", row.line(celery));
        }
        if celery.is_some() {
            println!("\n{CELERY_METHOD}");
        }
    }

    fn object(&self) -> Value {
        let celery = self.peer.as_ref();
        let figures: Vec<Value> = self.rows.iter().map(|row| row.object(celery)).collect();
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "machine": self.machine,
            "figures": figures,
            "celery": celery,
        })
    }
}

/// The value that a share of all values does not exceed, by the nearest rank; NaN of none.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    let value = sorted.get(rank.saturating_sub(1));
    value.copied().unwrap_or(f64::NAN)
}
