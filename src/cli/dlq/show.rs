//! `gildhall dlq show`.

use super::desk::Desk;
use super::filter::Filter;
use super::letter::Held;
use super::standing::Standing;
use super::view;
use crate::cli::operator::{Common, OperatorError, facts, out};
use crate::config;
use crate::ledger::{Ledger, LedgerError};
use serde_json::{Value, json};

/// Letters that are shown at most.
const MOST: usize = 1_000;

/// Arguments of `gildhall dlq show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    broker: config::Broker,
}

/// Shows the letters, and where their jobs stand.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    if !args.filter.names_some() {
        let reason = "say which: letters by their names in the list, or jobs by their ids";
        return Err(OperatorError::Usage(reason.to_owned()).into());
    }
    let mut desk = Desk::open(&args.broker).await?;
    let held = desk.collect(&args.filter, MOST).await;
    let held = desk.clear(held.map_err(Into::into)).await?;
    args.filter
        .all_found(held.iter().map(|held| &held.letter))?;
    let ledger = args.common.ledger().await?;
    let (mut objects, mut texts) = (Vec::new(), Vec::new());
    for held in &held {
        let (object, text) = present(&ledger, held).await?;
        objects.push(object);
        texts.push(text);
    }
    let object = json!({ "letters": objects });
    out::answer(args.common.json, &object, &texts.join("\n\n"))
}

async fn present(ledger: &Ledger, held: &Held) -> Result<(Value, String), LedgerError> {
    let standing = match &held.letter.job {
        Ok(message) => Some(Standing::of(ledger, message).await?.text()),
        Err(_) => None,
    };
    let mut object = view::object(&held.letter);
    object["standing"] = json!(standing);
    object["content_hex"] = json!(hex::encode(&held.dead.body));
    let mut lines = view::facts(&held.letter);
    lines.extend(standing.map(|text| ("now", text)));
    lines.push(("content", view::content(&held.dead.body)));
    Ok((object, facts(&lines)))
}
