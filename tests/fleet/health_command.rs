//! `gildhall health`, as those ask who have nothing but this program.

use std::net::TcpListener;
use std::time::Duration;

use gildhall_proto::JobStatus;
use rustix::process::Signal;
use tempfile::TempDir;

use crate::support::ports::free_address;
use crate::support::process::Process;
use crate::support::watched::watched;
use crate::support::{Client, Fleet, WorkerOptions, jobs, until};

const PATIENCE: Duration = Duration::from_secs(60);
/// To ask whether somebody is ready takes no option.
const READY: &[&str] = &[];

/// How the command ended, and what it said.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    code: Option<i32>,
    line: String,
}

fn said(code: i32, line: &str) -> Said {
    Said {
        code: Some(code),
        line: format!("{line}\n"),
    }
}

/// Asks with these arguments and these variables.
#[track_caller]
fn asks(args: &[&str], env: &[(&str, String)]) -> Said {
    let folder = TempDir::new().expect("a folder");
    let args = [&["health"][..], args].concat();
    let mut process = Process::start("health", &args, env, folder.path());
    let status = process.ends_within(PATIENCE);
    Said {
        code: status.code(),
        line: process.log(),
    }
}

/// Asks at one place.
#[track_caller]
fn asks_at(place: &str, options: &[&str]) -> Said {
    asks(&[options, &[place]].concat(), &[])
}

/// What is called by its address.
fn place(client: &Client) -> String {
    format!("http://{}", client.address())
}

#[test]
fn a_role_is_found_by_its_own_settings_and_is_ready() {
    let mut fleet = Fleet::shared("health by settings");
    fleet.start_api();
    let (_worker, worker) = watched(&mut fleet, |fleet| {
        fleet.start_worker(WorkerOptions::pretending(1))
    });
    until("the worker is ready", PATIENCE, || {
        let answer = worker.try_get("/readyz", &[]).ok()?;
        (answer.status == 200).then_some(())
    });
    let (api, worker) = (fleet.address(), worker.address());
    let nobody = free_address();
    for (health_listen, listen, asked) in [
        // As in a worker's container, and as in one of the API: an image has both settings.
        (worker.to_string(), nobody.to_string(), worker),
        (nobody.to_string(), api.to_string(), api),
        (
            format!("0.0.0.0:{}", worker.port()),
            nobody.to_string(),
            worker,
        ),
        // There, nobody listens on the first loopback.
        (nobody.to_string(), format!("[::]:{}", api.port()), api),
    ] {
        let env = [
            ("GILDHALL_HEALTH_LISTEN", health_listen),
            ("GILDHALL_LISTEN", listen),
        ];
        // On a busy machine, what is behind the API may be late for a moment.
        let ready = until("it is ready", PATIENCE, || {
            let said = asks(&[], &env);
            (said.code == Some(0)).then_some(said.line)
        });
        let begin = format!("http://{asked} is ready");
        assert!(ready.starts_with(&begin), "{ready}");
    }
    let alive = said(0, &format!("http://{api} is alive"));
    assert_eq!(asks(&["--live", "--listen", &api.to_string()], &[]), alive);
    assert_eq!(asks_at(&api.to_string(), &["--live"]), alive);
}

#[test]
fn a_worker_that_drains_is_alive_and_not_ready_and_then_nobody_answers() {
    let mut fleet = Fleet::shared("health of who leaves");
    fleet.start_api();
    let (mut process, worker) = watched(&mut fleet, |fleet| {
        fleet.start_worker(WorkerOptions::pretending(8_000))
    });
    let job = fleet.submit(&jobs::any());
    fleet.wait_for(job, JobStatus::Processing);
    process.signal(Signal::TERM);
    until("the worker drains", PATIENCE, || {
        (worker.get("/readyz").status == 503).then_some(())
    });
    let place = place(&worker);
    let drains = asks_at(&place, READY);
    assert_eq!(drains.code, Some(1), "{drains:?}");
    let begin = format!("{place} is not ready: worker (");
    assert!(drains.line.starts_with(&begin), "{drains:?}");
    assert_eq!(drains.line.lines().count(), 1, "{drains:?}");
    let alive = said(0, &format!("{place} is alive"));
    assert_eq!(asks_at(&place, &["--live"]), alive);

    let status = process.ends_within(PATIENCE);
    assert!(status.success(), "{status}");
    for options in [READY, &["--live"]] {
        let gone = asks_at(&place, options);
        assert_eq!(gone.code, Some(5), "{gone:?}");
        let begin = format!("error: nobody answers at {place}: ");
        assert!(gone.line.starts_with(&begin), "{gone:?}");
        assert_eq!(gone.line.lines().count(), 1, "{gone:?}");
    }
}

#[test]
fn whoever_else_answers_is_no_role() {
    let fleet = Fleet::shared("health of others");
    let (management, _) = fleet.management();
    let (_, broker) = management.rsplit_once('@').expect("it has a login");
    for options in [READY, &["--live"]] {
        let stranger = asks_at(broker, options);
        assert_eq!(stranger.code, Some(5), "{stranger:?}");
        let begin = format!("error: what answers at http://{broker} is no role of Gildhall");
        assert!(stranger.line.starts_with(&begin), "{stranger:?}");
    }
}

#[test]
fn who_says_nothing_is_not_waited_for() {
    // The system takes the connection, and nobody ever reads from it.
    let silent = TcpListener::bind("127.0.0.1:0").expect("some port is free");
    let address = silent.local_addr().expect("it is bound");
    let place = format!("http://{address}");
    let late = asks_at(&place, &["--timeout-ms", "200"]);
    let line = format!("error: no answer from {place} within 200 ms");
    assert_eq!(late, said(5, &line));
}

#[test]
fn what_is_no_address_is_refused_before_anybody_is_asked() {
    for (args, word) in [
        (&["ftp://127.0.0.1:9000"][..], "must be http://"),
        (&["http://127.0.0.1:9000/readyz"], "must be http://"),
        (&["127.0.0.1:90000"], "port"),
        (&["--timeout-ms", "0"], "0 is not in 1..=60000"),
        (&["--health-listen", "9000"], "--health-listen"),
        (&["one", "two"], "two"),
    ] {
        let refused = asks(args, &[]);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.line.contains(word), "{refused:?}");
    }
}
