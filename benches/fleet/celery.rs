//! Celery on the same services: `tools/bench-celery.py`, in a virtual environment that is made once.

use crate::Result;
use crate::bench::Bench;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/bench-celery.py");
const PACKAGES: [&str; 3] = ["celery>=5,<6", "psycopg2-binary", "sqlalchemy"];
const MISSING: &str = "on Debian and Ubuntu: apt-get install python3-venv python3-pip";

/// What the script says.
#[derive(Deserialize, Serialize)]
pub struct Celery {
    /// Its release.
    pub version: String,
    pub submits_per_s: f64,
    pub jobs_per_s: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

/// Measures as many jobs as of ours.
pub fn measure(bench: &Bench) -> Result<Celery> {
    let python = environment()?;
    let fresh = bench.fresh("celery")?;
    let output = Command::new(python)
        .arg(SCRIPT)
        .arg(bench.amounts.waiting.to_string())
        .arg(bench.amounts.rounds.to_string())
        .env("BENCH_AMQP_URL", &fresh.amqp_url)
        .env("BENCH_DATABASE_URL", &fresh.database_url)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("{SCRIPT} failed ({})", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The interpreter of an environment that has what the script needs.
fn environment() -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("celery");
    let python = folder.join("bin/python");
    let check = ["-c", "import celery, psycopg2, sqlalchemy"];
    // One that is not there, or is of a Python that has gone, is made anew.
    if is_silent_success(Command::new(&python).args(check)) {
        return Ok(python);
    }
    eprintln!("making a virtual environment in {} ...", folder.display());
    let mut make = Command::new("python3");
    make.args(["-m", "venv", "--clear"]).arg(&folder);
    must(
        make,
        &format!("python3 makes no virtual environment; {MISSING}"),
    )?;
    let mut install = Command::new(&python);
    install
        .args(["-m", "pip", "install", "--quiet"])
        .arg("--disable-pip-version-check")
        .args(PACKAGES);
    must(
        install,
        "pip could not install Celery and PostgreSQL's client",
    )?;
    Ok(python)
}

fn is_silent_success(command: &mut Command) -> bool {
    let silent = command.stdout(Stdio::null()).stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}

/// Runs a command whose output is for the person at the terminal.
fn must(mut command: Command, otherwise: &str) -> Result<()> {
    // The output is the report's alone.
    let ended = command.stdout(Stdio::null()).status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{otherwise} ({status})").into()),
        Err(error) => Err(format!("{otherwise} ({error})").into()),
    }
}
