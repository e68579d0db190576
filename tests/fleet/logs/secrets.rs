//! No log tells a password or a key, whatever goes wrong and however much is asked for.

use gildhall_proto::JobStatus;

use super::{
    PATIENCE, ROLES, WRONG, env_of, in_the_c_locale, lines, log_with, with, with_wrong_password,
};
use crate::support::process::Process;
use crate::support::tenant::Key;
use crate::support::{Fleet, WorkerOptions, jobs};

const REFUSED: &str = "password authentication failed";

/// The part of an API key that nobody but its owner knows.
fn secret_of(key: &Key) -> &str {
    let (_, secret) = key.token.rsplit_once('_').expect("gk_…_…");
    secret
}

/// Processes that cannot log in to the database: each ends, and has said why once.
fn locked_out(fleet: &mut Fleet) -> Vec<Process> {
    let url = with_wrong_password(fleet.database_url());
    let setting = || ("GILDHALL_DATABASE_URL", url.clone());
    let mut all = Vec::new();
    for role in ROLES {
        let start = |fleet: &Fleet| fleet.start(role, env_of(fleet, role));
        let mut process = with(fleet, setting(), start);
        let ended = process.ends_within(PATIENCE);
        assert_eq!(ended.code(), Some(5), "{}", process.log_tail());
        let last = lines(&process.log()).pop().expect("it said why");
        assert_eq!(last["level"], "ERROR");
        assert_eq!(last["message"], "the process ends with an error");
        let why = last["error"].as_str().expect("text");
        assert_eq!(why.matches(REFUSED).count(), 1, "{why}");
        all.push(process);
    }
    for command in [&["tenant", "list"][..], &["migrate"]] {
        let mut process = with(fleet, setting(), |fleet| fleet.run(command));
        let ended = process.ends_within(PATIENCE);
        let said = process.log();
        assert_eq!(ended.code(), Some(5), "{said}");
        assert!(said.starts_with("error: "), "{said}");
        assert_eq!(said.matches(REFUSED).count(), 1, "{said}");
        all.push(process);
    }
    all
}

/// Processes that cannot log in to the broker, and have said so.
fn shut_out(fleet: &mut Fleet) -> Vec<Process> {
    let start = |role: &'static str| {
        let url = with_wrong_password(fleet.amqp_url());
        let start = |fleet: &Fleet| fleet.start(role, env_of(fleet, role));
        let process = with(fleet, ("GILDHALL_AMQP_URL", url), start);
        log_with(&process, "the broker");
        process
    };
    ["relay", "worker"].map(start).into_iter().collect()
}

#[test]
fn no_secret_stands_in_a_log() {
    let mut fleet = Fleet::shared("logs without secrets");
    in_the_c_locale(&mut fleet);
    fleet.env.push(("GILDHALL_LOG", "debug".to_owned()));
    let (api, http) = fleet.start_another_api();
    let key = Key::of(&fleet.tenant);
    fleet.http = http.with_token(&key.add(&fleet.ledger));
    fleet.upload_ring();
    let worker = fleet.start_worker(WorkerOptions::rendering());
    let job = fleet.submit(&jobs::tiny());
    fleet.wait_for(job, JobStatus::Completed);
    log_with(&worker, "the job is completed");

    // A guess at the key, and a key that nobody has heard of.
    let guess = Key::of(&fleet.tenant);
    let guessed = format!("gk_{}_{}", key.prefix, secret_of(&guess));
    for token in [&guessed, &guess.token] {
        let refused = http.with_token(token).get("/api/v1/video/jobs");
        assert_eq!(refused.status, 401, "{}", refused.json());
    }

    let mut processes = vec![api, worker];
    processes.extend(locked_out(&mut fleet));
    processes.extend(shut_out(&mut fleet));
    let mut secrets = fleet.secrets();
    secrets.push(WRONG.to_owned());
    secrets.extend([&key, &guess].map(|key| secret_of(key).to_owned()));
    for process in &processes {
        let log = process.log();
        assert!(!log.is_empty());
        for secret in &secrets {
            assert!(!log.contains(secret), "a secret in {log}");
        }
    }
}
