//! `gildhall job show`.

use super::view;
use crate::cli::operator::{Common, OperatorError, Table, facts, out, when};
use crate::ledger::HistoryEntry;
use gildhall_proto::JobId;
use serde_json::{Value, json};

/// Arguments of `gildhall job show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The job's id.
    #[arg(value_name = "JOB")]
    job: JobId,
    #[command(flatten)]
    common: Common,
}

/// Shows the job and its history, the oldest step first.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let ledger = args.common.ledger().await?;
    let job = ledger.job(args.job).await?;
    let job = job.ok_or_else(|| OperatorError::not_found("job", args.job))?;
    let history = ledger.history(args.job).await?;
    let mut object = view::object(&job);
    let steps: Vec<Value> = history.iter().map(view::step_object).collect();
    object["history"] = json!(steps);
    let text = format!("{}\n\n{}", facts(&view::facts(&job)), table(&history));
    out::answer(args.common.json, &object, &text)
}

fn table(history: &[HistoryEntry]) -> String {
    let mut table = Table::new(["AT", "STATUS", "FENCE", "WORKER", "NOTE"]);
    for step in history {
        table.push([
            when::shown(step.at),
            step.to.to_string(),
            step.fence.to_string(),
            step.worker.clone().unwrap_or_default(),
            view::note(step),
        ]);
    }
    table.text("no history")
}
