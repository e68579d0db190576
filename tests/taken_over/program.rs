//! A `gildhall` whose renders somebody has taken over.
//!
//! It takes the same command line and does the same work; but where a job's metadata name a deed (`"taken_over": "network"`),
//! the render does that instead, once its sandbox is closed. A worker of the fleet's tests starts it in place of its own
//! binary. What the deed came to is the failure of the job: `held` where every try was refused as not permitted, `escaped` with
//! everything that succeeded, `unproven` with what failed for another reason, such as a file that was not there. A deed that
//! ends in a death is a failure that the worker tells.

mod bombs;
mod files;
mod lies;
mod outside;
mod tries;

use clap::Parser;
use gildhall::cli::{Begun, Cli, run_then};
use serde_json::{Value, json};
use std::process::{ExitCode, exit};
use tries::Tries;

/// Tries things, each of which must fail.
type Deed = fn(&Begun<'_>, &mut Tries);

const DEEDS: [(&str, Deed); 17] = [
    ("read", files::read),
    ("other_jobs", files::other_jobs),
    ("write", files::write),
    ("attributes", files::attributes),
    ("environment", outside::environment),
    ("network", outside::network),
    ("program", outside::program),
    ("itself", outside::itself),
    ("spy_on_parent", outside::spy_on_parent),
    ("signal_parent", outside::signal_parent),
    ("memory", bombs::memory),
    ("memory_file", bombs::memory_file),
    ("threads", bombs::threads),
    ("large_file", bombs::large_file),
    ("many_files", bombs::many_files),
    ("babble", lies::babble),
    ("lie", lies::lie),
];

fn main() -> ExitCode {
    run_then(Cli::parse(), &take_over)
}

fn take_over(begun: &Begun<'_>) {
    let wanted = begun.spec.metadata.get("taken_over");
    let Some(wanted) = wanted.and_then(Value::as_str) else {
        return;
    };
    let mut tries = Tries::default();
    match DEEDS.iter().find(|(name, _)| *name == wanted) {
        Some((_, deed)) => deed(begun, &mut tries),
        None => tries.showed_nothing(format!("there is no deed {wanted}")),
    }
    let (code, message) = tries.sum();
    let error = json!({"code": code, "class": "rejected", "brief": message, "message": message});
    let answer = json!({"error": error});
    println!("{answer}");
    exit(4);
}
