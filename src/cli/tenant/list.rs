//! `gildhall tenant list`.

use super::view;
use crate::cli::operator::{Common, Table, out};
use serde_json::{Value, json};

/// Arguments of `gildhall tenant list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
}

/// Lists the tenants by name.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let tenants = args.common.ledger().await?.list_tenants().await?;
    let mut table = Table::new([
        "TENANT",
        "CONCURRENT",
        "REQUESTS/MIN",
        "JOBS/MONTH",
        "STATUS",
    ]);
    for tenant in &tenants {
        table.push([
            tenant.id.to_string(),
            tenant.limits.max_concurrent.to_string(),
            tenant.limits.requests_per_minute.to_string(),
            view::quota(tenant),
            view::status(tenant),
        ]);
    }
    let objects: Vec<Value> = tenants.iter().map(view::object).collect();
    out::answer(
        args.common.json,
        &json!({ "tenants": objects }),
        &table.text("no tenants"),
    )
}
