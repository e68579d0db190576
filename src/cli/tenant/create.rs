//! `gildhall tenant create`.

use super::limits::Limits;
use super::show;
use crate::cli::operator::{Acting, Common, OperatorError};
use crate::ledger::TenantLimits;
use gildhall_proto::TenantId;

/// Arguments of `gildhall tenant create`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name: a-z, 0-9 and inner hyphens, at most 63. It stands in object keys and routing keys and never changes.
    tenant: TenantId,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    common: Common,
}

/// Adds the tenant, and shows it.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let ledger = args.common.ledger().await?;
    let limits = args.limits.over(TenantLimits::default());
    let made = ledger
        .create_tenant(&args.tenant, &limits, &args.acting.actor())
        .await?;
    if !made {
        let reason = format!("there is a tenant {} already", args.tenant);
        return Err(OperatorError::NotNow(reason).into());
    }
    show::present(&ledger, &args.tenant, args.common.json).await
}
