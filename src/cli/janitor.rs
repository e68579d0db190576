//! `gildhall janitor`.

use super::exit::Interrupted;
use super::operator::{self, Acting, Common, out};
use crate::app;
use crate::config;
use crate::janitor::{Janitor, Tally};
use crate::ledger::{Actor, ActorKind, AuditEntry, Ledger};
use crate::objects::Objects;
use serde_json::{Map, Value, json};
use tokio::sync::watch;

/// Arguments of `gildhall janitor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Tell what would be removed, and remove nothing. Rows that would go only after others are not counted.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    retention: config::Retention,
    #[command(flatten)]
    objects: config::Objects,
}

/// Removes what is past its time. Told to stop, it ends after the batch in hand.
pub fn run(args: &Args) -> anyhow::Result<()> {
    operator::run(async {
        let (sender, stop) = watch::channel(false);
        let shutdown = app::shutdown()?;
        tokio::spawn(async move {
            shutdown.await;
            // The run may have ended at this very moment.
            let _ = sender.send(true);
        });
        let ledger = args.common.ledger().await?;
        let objects = Objects::connect(&args.objects)?;
        let retention = args.retention.clone();
        let janitor = Janitor::new(ledger.clone(), objects, retention, stop);
        work(args, &janitor, &ledger).await
    })
}

async fn work(args: &Args, janitor: &Janitor, ledger: &Ledger) -> anyhow::Result<()> {
    let mut tally = Tally::default();
    let done = match args.dry_run {
        true => janitor.look(&mut tally).await,
        false => janitor.run(&mut tally).await,
    };
    let outcome = match &done {
        Err(_) => "failed",
        Ok(()) if janitor.is_stopped() => "interrupted",
        Ok(()) => "done",
    };
    let told = match args.dry_run {
        true => Ok(()),
        false => ledger.audit(&entry(&args.acting, outcome, &tally)).await,
    };
    // What it did is told in any case, and what went wrong first is what it ends with.
    let (object, line) = (
        object(args.dry_run, outcome, &tally),
        line(args.dry_run, &tally),
    );
    let answered = out::answer(args.common.json, &object, &line);
    done?;
    told?;
    answered?;
    match outcome {
        "interrupted" => Err(Interrupted.into()),
        _ => Ok(()),
    }
}

fn entry(acting: &Acting, outcome: &str, tally: &Tally) -> AuditEntry {
    AuditEntry {
        actor: Actor {
            kind: ActorKind::Janitor,
            ..acting.actor()
        },
        tenant: None,
        action: "janitor.run".to_owned(),
        subject: env!("CARGO_PKG_VERSION").to_owned(),
        outcome: outcome.to_owned(),
        detail: counts(tally),
    }
}

fn counts(tally: &Tally) -> Map<String, Value> {
    let counts = tally.counts().into_iter();
    counts
        .map(|(name, count)| (name.to_owned(), json!(count)))
        .collect()
}

fn object(dry_run: bool, outcome: &str, tally: &Tally) -> Value {
    let mut object = counts(tally);
    object.insert("dry_run".to_owned(), json!(dry_run));
    object.insert("outcome".to_owned(), json!(outcome));
    Value::Object(object)
}

fn line(dry_run: bool, tally: &Tally) -> String {
    let counts = tally
        .counts()
        .map(|(name, count)| format!("{name} {count}"));
    let verb = match dry_run {
        true => "would remove",
        false => "removed",
    };
    format!("{verb}: {}", counts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_one_line() {
        let tally = Tally {
            keys: 3,
            leftovers: 1,
            ..Tally::default()
        };
        assert_eq!(
            line(true, &tally),
            "would remove: keys 3, events 0, audit 0, uploads 0, outputs 0, cleared 0, jobs 0, leftovers 1"
        );
        let object = object(false, "done", &tally);
        assert_eq!(object["keys"], 3);
        assert_eq!(
            (&object["dry_run"], &object["outcome"]),
            (&json!(false), &json!("done"))
        );
    }
}
