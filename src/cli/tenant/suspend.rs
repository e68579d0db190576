//! `gildhall tenant suspend` and `gildhall tenant resume`.

use super::show;
use crate::cli::operator::{Acting, Common, OperatorError};
use gildhall_proto::TenantId;

/// Arguments of both.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tenant.
    tenant: TenantId,
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    common: Common,
}

/// Suspends the tenant or takes it in again, and shows it. Repeated, it changes nothing.
pub async fn run(args: &Args, suspended: bool) -> anyhow::Result<()> {
    let ledger = args.common.ledger().await?;
    let changed = ledger
        .set_suspended(&args.tenant, suspended, &args.acting.actor())
        .await?;
    if !changed {
        return Err(OperatorError::not_found("tenant", &args.tenant).into());
    }
    show::present(&ledger, &args.tenant, args.common.json).await
}
