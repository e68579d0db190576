//! `gildhall key create`.

use super::scope::{self, Scope};
use super::secret::FreshKey;
use crate::cli::operator::{Acting, Common, OperatorError, facts, out, text, when};
use crate::ledger::{Ledger, NewKey};
use anyhow::Context;
use gildhall_proto::TenantId;
use serde_json::json;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// Longest label, in characters.
const MAX_LABEL_CHARS: usize = 200;

/// Arguments of `gildhall key create`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Whose key it is to be.
    tenant: TenantId,
    /// What it is for, 1 to 200 characters.
    #[arg(long, value_name = "TEXT", value_parser = label)]
    label: String,
    /// What it may do, separated by commas [default: everything].
    #[arg(long, value_name = "SCOPES", value_enum, value_delimiter = ',')]
    scopes: Vec<Scope>,
    /// How long it is good for, such as 90d: a number with s, m, h, d or w [default: until it is revoked].
    #[arg(long, value_name = "SPAN", value_parser = when::span)]
    expires_in: Option<Duration>,
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    common: Common,
}

/// Makes the key and prints it.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let ledger = args.common.ledger().await?;
    let fresh = FreshKey::draw().context("cannot read random numbers")?;
    let key = new_key(args, &fresh, OffsetDateTime::now_utc());
    enter(&ledger, &key, &args.acting).await?;
    let expiry = key.expires_at.map(when::object);
    let object = json!({
        "id": key.id,
        "tenant": key.tenant,
        "label": key.label,
        "prefix": key.prefix,
        "scopes": key.scopes,
        "expires_at": expiry,
        "key": fresh.token,
    });
    let text = facts(&[
        ("tenant", key.tenant.to_string()),
        ("label", key.label),
        ("scopes", key.scopes.join(" ")),
        ("expires", when::shown_or_dash(key.expires_at)),
        ("prefix", key.prefix),
        ("key", fresh.token),
    ]);
    let text = format!("{text}\n\nKeep the key: it is not shown again.");
    out::answer(args.common.json, &object, &text)
}

fn new_key(args: &Args, fresh: &FreshKey, now: OffsetDateTime) -> NewKey {
    NewKey {
        id: Uuid::now_v7(),
        tenant: args.tenant.clone(),
        label: args.label.clone(),
        prefix: fresh.prefix.clone(),
        secret_sha256: fresh.secret_sha256,
        scopes: scope::words(&args.scopes),
        expires_at: args.expires_in.map(|span| now + span),
    }
}

async fn enter(ledger: &Ledger, key: &NewKey, acting: &Acting) -> anyhow::Result<()> {
    if ledger.tenant(&key.tenant).await?.is_none() {
        return Err(OperatorError::not_found("tenant", &key.tenant).into());
    }
    if !ledger.create_key(key, &acting.actor()).await? {
        let reason = "by chance there is such a key already: run the command again";
        return Err(OperatorError::NotNow(reason.to_owned()).into());
    }
    Ok(())
}

fn label(given: &str) -> Result<String, String> {
    text::given(given, MAX_LABEL_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::operator::testing::parse_with_ledger;

    #[test]
    fn a_key_gets_what_was_asked_for() {
        let args: Args = parse_with_ledger(&[
            "acme",
            "--label",
            "ci",
            "--scopes",
            "jobs:read,jobs:write",
            "--expires-in",
            "90d",
        ])
        .expect("all of it is valid");
        let fresh = FreshKey::draw().expect("a kernel with random numbers");
        let now = OffsetDateTime::UNIX_EPOCH;
        let key = new_key(&args, &fresh, now);
        assert_eq!(key.scopes, ["jobs:write", "jobs:read"]);
        assert_eq!(
            key.expires_at.map(|at| at.unix_timestamp()),
            Some(90 * 86_400)
        );
        assert!((8..=64).contains(&key.prefix.len()));
    }

    #[test]
    fn a_label_is_needed_and_scopes_are_known() {
        assert!(parse_with_ledger::<Args>(&["acme"]).is_err());
        assert!(parse_with_ledger::<Args>(&["acme", "--label", ""]).is_err());
        assert!(
            parse_with_ledger::<Args>(&["acme", "--label", "a", "--scopes", "jobs:*"]).is_err()
        );
        assert!(parse_with_ledger::<Args>(&["Acme", "--label", "a"]).is_err());
        assert!(parse_with_ledger::<Args>(&["acme", "--label", "a"]).is_ok());
    }
}
