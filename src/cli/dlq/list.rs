//! `gildhall dlq list`.

use super::desk::Desk;
use super::filter::Filter;
use super::letter::Letter;
use super::view;
use crate::cli::operator::{Table, out, table, when};
use crate::config;
use serde_json::{Value, json};

/// How much of a message fits beside the rest, in characters.
const MESSAGE_CHARS: usize = 60;

/// Arguments of `gildhall dlq list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    filter: Filter,
    /// At most so many, 1 to 100000.
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    /// Print JSON, for programs.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    broker: config::Broker,
}

/// Lists the letters.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let limit = args.limit as usize;
    let mut desk = Desk::open(&args.broker).await?;
    // One more, to tell whether there are more.
    let held = desk.collect(&args.filter, limit + 1).await;
    let held = desk.clear(held.map_err(Into::into)).await?;
    let letters: Vec<&Letter> = held.iter().take(limit).map(|held| &held.letter).collect();
    let has_more = held.len() > limit;
    let objects: Vec<Value> = letters.iter().map(|letter| view::object(letter)).collect();
    let object = json!({ "letters": objects, "more": has_more });
    out::answer(args.json, &object, &text(&letters, has_more))
}

fn text(letters: &[&Letter], has_more: bool) -> String {
    let mut rows = Table::new([
        "LETTER", "PUT AWAY", "TENANT", "JOB", "CLASS", "REASON", "MESSAGE",
    ]);
    for letter in letters {
        let message = letter.job.as_ref().ok();
        let dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let said = letter.message.as_deref().unwrap_or_default();
        rows.push([
            letter.name.to_string(),
            when::shown_or_dash(letter.dead_at),
            dash(message.map(|message| message.tenant_id.to_string())),
            dash(message.map(|message| message.job_id.to_string())),
            dash(letter.class.map(|class| class.to_string())),
            dash(letter.code.clone()),
            table::short(said, MESSAGE_CHARS),
        ]);
    }
    let rows = rows.text("no dead letters");
    match has_more {
        true => format!("{rows}\n\nThere are more: see --limit"),
        false => rows,
    }
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::{foreign, letter};
    use super::*;

    #[test]
    fn a_letter_is_a_line_whatever_it_holds() {
        let mut strange = foreign();
        strange.message = Some("line\nanother \u{1b}[31m".repeat(9));
        let shown = text(&[&letter(7), &strange], true);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines.len(), 5, "{shown}");
        assert!(lines[1].contains("acme") && lines[1].ends_with("no such image"));
        assert!(lines[2].ends_with('…') && !lines[2].contains('\u{1b}'));
        assert_eq!(text(&[], false), "no dead letters");
    }
}
