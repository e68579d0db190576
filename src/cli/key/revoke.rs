//! `gildhall key revoke`.

use super::secret::Pasted;
use crate::cli::operator::{Acting, Common, OperatorError, out};
use serde_json::json;

/// Arguments of `gildhall key revoke`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The key's public part, as the list shows it.
    key: Pasted,
    #[command(flatten)]
    acting: Acting,
    #[command(flatten)]
    common: Common,
}

/// Revokes the key.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let prefix = args.key.prefix()?;
    let ledger = args.common.ledger().await?;
    let revoked = ledger.revoke_key(prefix, &args.acting.actor()).await?;
    if !revoked {
        let what = "key that could be revoked with the prefix";
        return Err(OperatorError::not_found(what, prefix).into());
    }
    let object = json!({ "prefix": prefix, "revoked": true });
    let text = format!("key {prefix} is revoked");
    out::answer(args.common.json, &object, &text)
}
