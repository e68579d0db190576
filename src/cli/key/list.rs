//! `gildhall key list`.

use super::view;
use crate::cli::operator::{Common, OperatorError, Table, out, when};
use gildhall_proto::TenantId;
use serde_json::{Value, json};
use time::OffsetDateTime;

/// Arguments of `gildhall key list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Whose keys.
    tenant: TenantId,
    #[command(flatten)]
    common: Common,
}

/// Lists the keys, the oldest first.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let ledger = args.common.ledger().await?;
    let keys = ledger.list_keys(&args.tenant).await?;
    if keys.is_empty() && ledger.tenant(&args.tenant).await?.is_none() {
        return Err(OperatorError::not_found("tenant", &args.tenant).into());
    }
    let now = OffsetDateTime::now_utc();
    let mut table = Table::new(["PREFIX", "LABEL", "STATUS", "LAST USED", "SCOPES"]);
    for key in &keys {
        table.push([
            key.prefix.clone(),
            key.label.clone(),
            view::status(key, now),
            when::shown_or_dash(key.last_used_at),
            key.scopes.join(" "),
        ]);
    }
    let objects: Vec<Value> = keys.iter().map(view::object).collect();
    out::answer(
        args.common.json,
        &json!({ "keys": objects }),
        &table.text("no keys"),
    )
}
