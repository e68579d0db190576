//! `gildhall tenant set`.

use super::limits::Limits;
use super::show;
use crate::cli::operator::{Acting, Common, OperatorError};
use gildhall_proto::TenantId;

/// Arguments of `gildhall tenant set`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tenant.
    tenant: TenantId,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    common: Common,
}

/// Changes the limits, and shows the tenant. Of two who do so at once the later one's whole set of limits stands.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    if args.limits.are_missing() {
        let reason = "say which limit is to change: --max-concurrent, --requests-per-minute or --monthly-jobs";
        return Err(OperatorError::Usage(reason.to_owned()).into());
    }
    let unknown = || OperatorError::not_found("tenant", &args.tenant);
    let ledger = args.common.ledger().await?;
    let old = ledger.tenant(&args.tenant).await?.ok_or_else(unknown)?;
    let limits = args.limits.over(old.limits);
    let changed = ledger
        .set_limits(&args.tenant, &limits, &args.acting.actor())
        .await?;
    if !changed {
        return Err(unknown().into());
    }
    show::present(&ledger, &args.tenant, args.common.json).await
}
