//! `gildhall tenant show`.

use super::view;
use crate::cli::operator::{Common, OperatorError, facts, out};
use crate::ledger::Ledger;
use gildhall_proto::TenantId;
use serde_json::json;
use time::OffsetDateTime;

/// Arguments of `gildhall tenant show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tenant.
    tenant: TenantId,
    #[command(flatten)]
    common: Common,
}

/// Shows the tenant.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let ledger = args.common.ledger().await?;
    present(&ledger, &args.tenant, args.common.json).await
}

/// Shows a tenant as it stands now.
pub async fn present(ledger: &Ledger, tenant: &TenantId, json: bool) -> anyhow::Result<()> {
    let found = ledger.tenant(tenant).await?;
    let found = found.ok_or_else(|| OperatorError::not_found("tenant", tenant))?;
    let usage = ledger
        .usage(tenant, OffsetDateTime::now_utc().date())
        .await?;
    let mut object = view::object(&found);
    object["this_month"] = json!({
        "jobs": usage.jobs,
        "completed": usage.completed,
        "render_ms": usage.render_ms,
    });
    let mut lines = view::facts(&found);
    let minutes = usage.render_ms as f64 / 60_000.0;
    lines.push((
        "this month",
        format!(
            "{} jobs submitted, {} videos, {minutes:.1} minutes of rendering",
            usage.jobs, usage.completed
        ),
    ));
    out::answer(json, &object, &facts(&lines))
}
