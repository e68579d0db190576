//! `gildhall key rotate`.

use super::secret::{FreshKey, Pasted};
use crate::cli::operator::{Acting, Common, OperatorError, facts, out, when};
use crate::ledger::{RotateOutcome, Rotated, Rotation};
use anyhow::Context;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// Arguments of `gildhall key rotate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The public part of the key that is to go, as the list shows it.
    key: Pasted,
    /// How long the old key still opens, such as 24h: a number with s, m, h, d or w.
    #[arg(long, value_name = "SPAN", value_parser = when::span, default_value = "24h")]
    overlap: Duration,
    /// How long the new key is good for, such as 90d [default: as long as the old one was when it was made].
    #[arg(long, value_name = "SPAN", value_parser = when::span)]
    expires_in: Option<Duration>,
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    common: Common,
}

/// Makes a key that can do what the old one can, prints it, and lets the old one end.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let old = args.key.prefix()?;
    let ledger = args.common.ledger().await?;
    let fresh = FreshKey::draw().context("cannot read random numbers")?;
    let rotation = rotation(args, old, &fresh);
    let outcome = ledger.rotate_key(&rotation, &args.acting.actor()).await?;
    let rotated = rotated(outcome, old)?;
    let object = object(&rotated, &rotation, &fresh);
    let text = text(&rotated, &rotation, &fresh);
    out::answer(args.common.json, &object, &text)
}

fn rotation(args: &Args, old: &str, fresh: &FreshKey) -> Rotation {
    Rotation {
        old_prefix: old.to_owned(),
        id: Uuid::now_v7(),
        prefix: fresh.prefix.clone(),
        secret_sha256: fresh.secret_sha256,
        expires_in: args.expires_in,
        overlap: args.overlap,
    }
}

fn rotated(outcome: RotateOutcome, old: &str) -> Result<Rotated, OperatorError> {
    match outcome {
        RotateOutcome::Rotated(rotated) => Ok(rotated),
        RotateOutcome::Replaced(by) => {
            let reason = format!("the key {by} takes the place of {old} already: rotate that one");
            Err(OperatorError::NotNow(reason))
        }
        RotateOutcome::NoSuchKey => {
            let what = "key that could be rotated with the prefix";
            Err(OperatorError::not_found(what, old))
        }
    }
}

fn object(rotated: &Rotated, rotation: &Rotation, fresh: &FreshKey) -> Value {
    json!({
        "id": rotation.id,
        "tenant": rotated.tenant,
        "label": rotated.label,
        "prefix": rotation.prefix,
        "scopes": rotated.scopes,
        "expires_at": rotated.expires_at.map(when::object),
        "key": fresh.token,
        "replaces": {
            "prefix": rotation.old_prefix,
            "expires_at": when::object(rotated.old_expires_at),
        },
    })
}

fn text(rotated: &Rotated, rotation: &Rotation, fresh: &FreshKey) -> String {
    let end = when::shown(rotated.old_expires_at);
    let facts = facts(&[
        ("tenant", rotated.tenant.to_string()),
        ("label", rotated.label.clone()),
        ("scopes", rotated.scopes.join(" ")),
        ("expires", when::shown_or_dash(rotated.expires_at)),
        ("prefix", rotation.prefix.clone()),
        ("key", fresh.token.clone()),
        ("replaces", format!("{} until {end}", rotation.old_prefix)),
    ]);
    format!("{facts}\n\nKeep the key: it is not shown again. Both open until the old one ends.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::operator::testing::parse_with_ledger;

    #[test]
    fn a_day_is_left_to_change_over_unless_told_otherwise() {
        let args: Args = parse_with_ledger(&["gk_abcd1234_secret"]).expect("a key is enough");
        assert_eq!(args.overlap, Duration::from_secs(86_400));
        let fresh = FreshKey::draw().expect("a kernel with random numbers");
        let rotation = rotation(&args, args.key.prefix().expect("it has one"), &fresh);
        assert_eq!(rotation.old_prefix, "abcd1234");
        assert_eq!(rotation.expires_in, None);
        assert_ne!(rotation.prefix, rotation.old_prefix);
        let args: Args = parse_with_ledger(&["abcd1234", "--overlap", "1h", "--expires-in", "90d"])
            .expect("all of it is valid");
        assert_eq!(args.overlap, Duration::from_secs(3_600));
        assert_eq!(args.expires_in, Some(Duration::from_secs(90 * 86_400)));
        for bad in ["0s", "1", "-1h"] {
            let overlap = format!("--overlap={bad}");
            assert!(parse_with_ledger::<Args>(&["abcd1234", &overlap]).is_err());
        }
    }

    #[test]
    fn a_key_that_was_rotated_names_the_one_that_takes_its_place() {
        let fault = rotated(RotateOutcome::Replaced("new".into()), "old").expect_err("a fault");
        assert_eq!(fault.exit_code(), 8);
        assert!(fault.to_string().contains("new"));
        let fault = rotated(RotateOutcome::NoSuchKey, "old").expect_err("a fault");
        assert_eq!(fault.exit_code(), 7);
    }
}
