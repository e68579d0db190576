//! `gildhall job retry`.

use super::batch::{Args, Report, Told};
use crate::ledger::{Ledger, ReplayOutcome};
use gildhall_proto::JobId;

/// Lets the jobs start over.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let ledger = args.common.ledger().await?;
    let mut report = Report::default();
    let outcome = retry(args, &ledger, &mut report).await;
    report.end(args.common.json, outcome)
}

async fn retry(args: &Args, ledger: &Ledger, report: &mut Report) -> anyhow::Result<()> {
    let actor = args.acting.actor();
    for job in &args.jobs {
        let outcome = ledger.replay(*job, &actor).await?;
        report.push(*job, told(*job, outcome));
    }
    Ok(())
}

fn told(job: JobId, outcome: ReplayOutcome) -> Told {
    match outcome {
        ReplayOutcome::Replayed { run } => Told::done(
            "replayed",
            format!("job {job} waits to run again: run {run}"),
        ),
        ReplayOutcome::NotEnded(status) => Told::refused(
            "not_ended",
            format!("job {job} is {status}: it has not ended"),
        ),
        ReplayOutcome::Completed => Told::refused(
            "completed",
            format!("job {job} is completed: it has its video"),
        ),
        ReplayOutcome::Unknown => Told::unknown(job),
    }
}
