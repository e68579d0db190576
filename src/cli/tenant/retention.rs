//! `gildhall tenant retention`.

use crate::cli::operator::{Acting, Common, OperatorError, facts, out};
use crate::config::retention::{audit_days, days};
use crate::ledger::Keep;
use gildhall_proto::TenantId;
use serde_json::json;
use std::str::FromStr;

/// Arguments of `gildhall tenant retention`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tenant.
    tenant: TenantId,
    #[command(flatten)]
    change: Change,
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    common: Common,
}

/// Days that are to differ from what they are.
#[derive(Debug, clap::Args)]
struct Change {
    /// Days that an upload is kept without a use: 1 to 36500, 0 for ever, or default, as the janitor is set.
    #[arg(long, value_name = "DAYS|default")]
    uploads: Option<Days>,
    /// Days that a video is kept.
    #[arg(long, value_name = "DAYS|default")]
    outputs: Option<Days>,
    /// Days that a job which has ended is kept with its history; it stays as long as its video and its idempotency key.
    #[arg(long, value_name = "DAYS|default")]
    history: Option<Days>,
    /// Days that an idempotency key stands for its job.
    #[arg(long, value_name = "DAYS|default")]
    keys: Option<Days>,
    /// Days that a line of the audit log is kept: 30 to 36500, 0 for ever, or default.
    #[arg(long, value_name = "DAYS|default")]
    audit: Option<AuditDays>,
}

/// Days, or none of the tenant's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days(pub Option<u32>);

/// The same, of the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditDays(pub Option<u32>);

impl FromStr for Days {
    type Err = String;

    fn from_str(text: &str) -> Result<Days, String> {
        own(text, days).map(Days)
    }
}

impl FromStr for AuditDays {
    type Err = String;

    fn from_str(text: &str) -> Result<AuditDays, String> {
        own(text, audit_days).map(AuditDays)
    }
}

fn own(text: &str, read: fn(&str) -> Result<u32, String>) -> Result<Option<u32>, String> {
    match text {
        "default" => Ok(None),
        days => read(days)
            .map(Some)
            .map_err(|fault| format!("{fault}, or default")),
    }
}

impl Change {
    fn is_missing(&self) -> bool {
        self.uploads.is_none()
            && self.outputs.is_none()
            && self.history.is_none()
            && self.keys.is_none()
            && self.audit.is_none()
    }

    /// `old`, but for what is to differ.
    fn over(&self, old: Keep) -> Keep {
        let new = |days: Option<Days>, old| days.map_or(old, |days| days.0);
        Keep {
            uploads: new(self.uploads, old.uploads),
            outputs: new(self.outputs, old.outputs),
            history: new(self.history, old.history),
            keys: new(self.keys, old.keys),
            audit: self.audit.map_or(old.audit, |days| days.0),
        }
    }
}

/// Changes what is given, and shows how long the tenant's things are kept. Of two who do so at once the later one's whole set
/// stands.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let unknown = || OperatorError::not_found("tenant", &args.tenant);
    let ledger = args.common.ledger().await?;
    let old = ledger.keep(&args.tenant).await?.ok_or_else(unknown)?;
    let keep = args.change.over(old);
    if !args.change.is_missing() {
        let actor = args.acting.actor();
        if !ledger.set_keep(&args.tenant, &keep, &actor).await? {
            return Err(unknown().into());
        }
    }
    present(args, &keep)
}

fn present(args: &Args, keep: &Keep) -> anyhow::Result<()> {
    let object = json!({
        "id": args.tenant,
        "uploads": keep.uploads,
        "outputs": keep.outputs,
        "history": keep.history,
        "keys": keep.keys,
        "audit": keep.audit,
    });
    let lines = [
        ("tenant", args.tenant.to_string()),
        ("uploads", shown(keep.uploads)),
        ("outputs", shown(keep.outputs)),
        ("history", shown(keep.history)),
        ("keys", shown(keep.keys)),
        ("audit", shown(keep.audit)),
    ];
    out::answer(args.common.json, &object, &facts(&lines))
}

fn shown(days: Option<u32>) -> String {
    match days {
        None => "as the janitor is set".to_owned(),
        Some(0) => "for ever".to_owned(),
        Some(1) => "1 day".to_owned(),
        Some(days) => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::operator::testing::parse;

    #[test]
    fn only_what_is_given_differs() {
        let old = Keep {
            uploads: Some(7),
            audit: Some(30),
            ..Keep::default()
        };
        let none: Change = parse(&[]).expect("nothing is needed");
        assert!(none.is_missing());
        assert_eq!(none.over(old), old);
        let change: Change = parse(&["--uploads", "default", "--outputs", "0", "--keys", "1"])
            .expect("within their ranges");
        assert!(!change.is_missing());
        let expected = Keep {
            uploads: None,
            outputs: Some(0),
            keys: Some(1),
            ..old
        };
        assert_eq!(change.over(old), expected);
    }

    #[test]
    fn days_have_limits() {
        for bad in [
            "--uploads=-1",
            "--keys=36501",
            "--audit=29",
            "--outputs=never",
        ] {
            assert!(parse::<Change>(&[bad]).is_err(), "{bad}");
        }
        for good in [
            "--uploads=36500",
            "--audit=30",
            "--audit=0",
            "--audit=default",
        ] {
            assert!(parse::<Change>(&[good]).is_ok(), "{good}");
        }
        assert_eq!(shown(Some(0)), "for ever");
    }
}
