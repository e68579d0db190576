//! A process that nobody hears does its work, and ends as it would: what it cannot say is lost, and nothing else.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use gildhall_proto::JobStatus;
use rustix::process::Signal;
use serde_json::json;
use tempfile::TempDir;

use super::{MISSING, PATIENCE, ROLES, env_of, in_the_c_locale, with, with_wrong_password};
use crate::support::process::Process;
use crate::support::watched::watched;
use crate::support::{Fleet, WorkerOptions, jobs, until};

/// A program that becomes what its arguments name, without an output and an error stream.
const CLOSING: &str = "#!/bin/sh\nexec \"$@\" >&- 2>&-\n";

/// How it comes that nobody hears a process.
#[derive(Debug)]
enum Unheard {
    /// Its streams are pipes that nobody reads.
    Unread,
    /// It has no streams: this program closes them.
    Mute(PathBuf),
}

impl Unheard {
    /// Both ways; the folder is for a program.
    fn both(folder: &Path) -> [Unheard; 2] {
        let program = folder.join("closing");
        fs::write(&program, CLOSING).expect("room");
        fs::set_permissions(&program, Permissions::from_mode(0o755)).expect("it is ours");
        [Unheard::Unread, Unheard::Mute(program)]
    }

    fn start(&self, fleet: &Fleet, role: &str, env: Vec<(&'static str, String)>) -> Process {
        match self {
            Unheard::Unread => fleet.start_unheard(role, env),
            Unheard::Mute(program) => fleet.start_by(program, role, env),
        }
    }
}

/// Nothing runs yet.
fn fleet(test: &str) -> (Fleet, TempDir) {
    let mut fleet = Fleet::shared(test);
    in_the_c_locale(&mut fleet);
    (fleet, TempDir::new().expect("a folder"))
}

#[track_caller]
fn ends_in_order(mut process: Process) {
    process.signal(Signal::TERM);
    let status = process.ends_within(PATIENCE);
    assert!(status.success(), "{status}");
    assert_eq!(process.log(), "", "somebody has heard it");
}

#[test]
fn a_worker_that_nobody_hears_does_its_work() {
    let (mut fleet, folder) = fleet("unheard");
    fleet.start_api();
    fleet.upload_ring();
    for unheard in Unheard::both(folder.path()) {
        println!("{unheard:?}");
        let options = WorkerOptions::rendering().env(&fleet.work_folder());
        let (worker, client) = watched(&mut fleet, |fleet| unheard.start(fleet, "worker", options));
        let sound = fleet.submit(&jobs::tiny());
        fleet.wait_for(sound, JobStatus::Completed);
        let mut broken = jobs::tiny();
        broken["images"] = json!([MISSING]);
        let broken = fleet.submit(&broken);
        fleet.wait_for(broken, JobStatus::Failed);
        assert_eq!(client.get("/healthz").status, 200);
        ends_in_order(worker);
    }
}

#[test]
fn an_api_and_a_relay_that_nobody_hears_do_their_work() {
    let (mut fleet, folder) = fleet("unheard api");
    fleet.env.push(("GILDHALL_NO_RELAY", "true".to_owned()));
    let _worker = fleet.start_worker(WorkerOptions::pretending(0));
    for unheard in Unheard::both(folder.path()) {
        println!("{unheard:?}");
        let env = vec![
            ("GILDHALL_LISTEN", fleet.address().to_string()),
            // All tests come from one address.
            ("GILDHALL_ADDRESS_RATE", "0".to_owned()),
            ("GILDHALL_ADDRESS_FAILURES", "0".to_owned()),
        ];
        let mut api = unheard.start(&fleet, "api", env);
        until("the API is ready", PATIENCE, || {
            let ended = api.ended();
            assert!(ended.is_none(), "{ended:?}");
            let answer = fleet.http.try_get("/readyz", &[]).ok()?;
            (answer.status == 200).then_some(())
        });
        let (relay, client) = watched(&mut fleet, |fleet| {
            unheard.start(fleet, "relay", Vec::new())
        });
        let job = fleet.submit(&jobs::any());
        fleet.wait_for(job, JobStatus::Completed);
        let refused = fleet.http.with_token("no key").get("/api/v1/video/jobs");
        assert_eq!(refused.status, 401, "{}", refused.json());
        assert_eq!(client.get("/healthz").status, 200);
        ends_in_order(relay);
        ends_in_order(api);
    }
}

#[test]
fn a_process_that_nobody_hears_ends_with_its_code() {
    let (mut fleet, folder) = fleet("unheard end");
    for unheard in Unheard::both(folder.path()) {
        for role in ROLES {
            let url = with_wrong_password(fleet.database_url());
            let mut process = with(&mut fleet, ("GILDHALL_DATABASE_URL", url), |fleet| {
                unheard.start(fleet, role, env_of(fleet, role))
            });
            let ended = process.ends_within(PATIENCE);
            assert_eq!(ended.code(), Some(5), "{role}, {unheard:?}: {ended}");
        }
    }
}
