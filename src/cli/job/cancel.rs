//! `gildhall job cancel`.

use super::batch::{Args, Report, Told};
use crate::ledger::{CancelOutcome, Ledger};
use gildhall_proto::JobId;

/// Cancels the jobs.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let ledger = args.common.ledger().await?;
    let mut report = Report::default();
    let outcome = cancel(args, &ledger, &mut report).await;
    report.end(args.common.json, outcome)
}

async fn cancel(args: &Args, ledger: &Ledger, report: &mut Report) -> anyhow::Result<()> {
    let actor = args.acting.actor();
    for job in &args.jobs {
        let outcome = ledger.request_cancel(*job, &actor).await?;
        report.push(*job, told(*job, outcome));
    }
    Ok(())
}

fn told(job: JobId, outcome: CancelOutcome) -> Told {
    match outcome {
        CancelOutcome::Cancelled => Told::done("cancelled", format!("job {job} is cancelled")),
        CancelOutcome::Requested => Told::done(
            "requested",
            format!("job {job} is being rendered; its worker was asked to stop"),
        ),
        CancelOutcome::AlreadyEnded(status) => Told::refused(
            "ended",
            format!("job {job} is {status} and cannot be cancelled"),
        ),
        CancelOutcome::Unknown => Told::unknown(job),
    }
}
