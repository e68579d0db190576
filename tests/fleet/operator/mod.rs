//! The commands of operators, as processes on the services of a running fleet.

mod accounts;
mod audit;
mod batches;
mod jobs;
mod letters;
mod migrate;
mod replay;
mod texts;

use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use gildhall_devstack::Stack;
use gildhall_proto::{JobId, JobStatus};
use rustix::process::Signal;
use serde_json::Value;

use crate::support::process::Process;
use crate::support::{Fleet, WorkerOptions, jobs as samples, queues, wait};

const PATIENCE: Duration = Duration::from_secs(60);
/// The trace of everybody who submits a job that fails.
const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Somebody at a command line.
struct Operator {
    name: &'static str,
    env: Vec<(&'static str, String)>,
}

/// What a command said before it ended.
#[derive(Debug)]
struct Said {
    /// Nothing where it was killed.
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Operator {
    /// One who looks after this fleet, which has to be on the shared services.
    fn of(fleet: &Fleet, name: &'static str) -> Operator {
        // The virtual host is called like the database, and making one that is there only gives its URL.
        let (_, vhost) = fleet.database_url().rsplit_once('/').expect("it has one");
        let stack = Stack::shared().unwrap_or_else(|error| panic!("{error}"));
        let amqp_url = stack.vhost(vhost).unwrap_or_else(|error| panic!("{error}"));
        Operator::at(fleet.database_url(), &amqp_url, name)
    }

    fn at(database_url: &str, amqp_url: &str, name: &'static str) -> Operator {
        let env = vec![
            ("GILDHALL_DATABASE_URL", database_url.to_owned()),
            ("GILDHALL_AMQP_URL", amqp_url.to_owned()),
            queues::env(),
        ];
        Operator { name, env }
    }

    /// Where this operator's broker is.
    fn amqp_url(&self) -> &str {
        let found = self
            .env
            .iter()
            .find(|(name, _)| *name == "GILDHALL_AMQP_URL");
        found
            .map(|(_, url)| url.as_str())
            .expect("every operator has one")
    }

    /// Runs a command just so.
    fn run(&self, args: &[&str]) -> Said {
        finish(self.spawn(args))
    }

    /// Runs a command that only looks, for its JSON.
    fn asks(&self, args: &[&str]) -> Said {
        self.run(&[args, &["--json"][..]].concat())
    }

    /// Runs a command that changes something, under the operator's name, for its JSON.
    fn does(&self, args: &[&str]) -> Said {
        finish(self.starts(args))
    }

    /// The same, without waiting for its end.
    fn starts(&self, args: &[&str]) -> Child {
        self.spawn(&[args, &["--as", self.name, "--json"][..]].concat())
    }

    /// The dead letters that fit a filter.
    #[track_caller]
    fn letters(&self, filter: &[&str]) -> Vec<Value> {
        let answer = self.asks(&[&["dlq", "list"][..], filter].concat()).done();
        answer["letters"].as_array().expect("a list").clone()
    }

    fn spawn(&self, args: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gildhall"));
        let settings = |name: &str| name.starts_with("GILDHALL_") || name.starts_with("OTEL_");
        for (variable, _) in std::env::vars_os() {
            if variable.to_str().is_some_and(settings) {
                command.env_remove(variable);
            }
        }
        command
            .args(args)
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command was built with this test")
    }
}

fn finish(child: Child) -> Said {
    let output = child.wait_with_output().expect("it is our child");
    Said::read(&output)
}

impl Said {
    fn read(output: &Output) -> Said {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// That all was done, and what it said of it.
    #[track_caller]
    fn done(&self) -> Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.json()
    }

    /// That it ended with this code, and gave this reason.
    #[track_caller]
    fn refused(&self, code: i32, reason: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.stderr.contains(reason), "{self:?}");
    }

    /// Each job that it was about, and what came of it. Letters that name no job have an empty one.
    #[track_caller]
    fn outcomes(&self) -> Vec<(String, String)> {
        let answer = self.json();
        let list = answer.get("results").or_else(|| answer.get("jobs"));
        let list = list.and_then(Value::as_array).expect("a list");
        let text =
            |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let outcome = |one: &Value| {
            let job = one.get("job").or_else(|| one.get("id"));
            (text(job), text(one.get("outcome")))
        };
        list.iter().map(outcome).collect()
    }
}

/// A pair as outcomes have them.
fn came_of(job: JobId, outcome: &str) -> (String, String) {
    (job.to_string(), outcome.to_owned())
}

/// A line as the audit log has them.
fn act(action: &str, subject: impl ToString, outcome: &str) -> (String, String, String) {
    (action.to_owned(), subject.to_string(), outcome.to_owned())
}

/// What an operator did by the audit log, in its order: action, subject, outcome.
fn acts(fleet: &Fleet, operator: &Operator) -> Vec<(String, String, String)> {
    let sql = "SELECT action, subject, outcome FROM audit_log \
        WHERE actor_kind = 'operator' AND actor = $1 ORDER BY id";
    let lines = sqlx::query_as(sql)
        .bind(operator.name)
        .fetch_all(&fleet.sql);
    wait(lines).expect("the database is there")
}

/// Lets so many jobs fail, of an image that was never uploaded. Their letters are the only ones; no worker runs
/// afterwards, and everything was told.
#[track_caller]
fn failed(fleet: &Fleet, count: usize) -> Vec<JobId> {
    let worker = fleet.start_worker(WorkerOptions::rendering());
    let submit = || {
        fleet
            .http
            .submit(&samples::tiny(), &[("traceparent", TRACE)])
    };
    let jobs: Vec<JobId> = (0..count).map(|_| submit().job()).collect();
    for &job in &jobs {
        fleet.wait_for(job, JobStatus::Failed);
    }
    fleet.wait_for_dead_letters(count);
    fleet.wait_until_told();
    retire(worker);
    jobs
}

/// Has a worker end in order, so that it leaves no message behind.
#[track_caller]
fn retire(mut worker: Process) {
    worker.signal(Signal::TERM);
    let ended = worker.ends_within(PATIENCE);
    assert!(ended.success(), "{ended}");
}
