//! `gildhall audit list`.

use super::view;
use crate::cli::operator::when::{self, Moment};
use crate::cli::operator::{Common, Table, out};
use crate::ledger::{ActCursor, ActFilter, ActPage};
use gildhall_proto::TenantId;
use serde_json::{Value, json};
use time::OffsetDateTime;

/// Arguments of `gildhall audit list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only acts on what is this tenant's.
    #[arg(long)]
    tenant: Option<TenantId>,
    /// Only acts on this: the id of a job or an asset, the public part of a key, a tenant's name.
    #[arg(long, value_name = "NAME")]
    subject: Option<String>,
    /// Only acts of this actor: the public part of a key, an operator, a worker.
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
    /// Only acts of this name or group: key.revoke, or key for all that begin so.
    #[arg(long, value_name = "NAME")]
    action: Option<String>,
    /// Only acts at this time or later: a time (RFC 3339), a day, or how long ago, such as 2h.
    #[arg(long, value_name = "WHEN")]
    since: Option<Moment>,
    /// Only acts before.
    #[arg(long, value_name = "WHEN")]
    until: Option<Moment>,
    /// At most so many, 1 to 1000.
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Go on behind the page that gave this cursor.
    #[arg(long, value_name = "CURSOR")]
    after: Option<ActCursor>,
    #[command(flatten)]
    common: Common,
}

/// Lists the acts.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let ledger = args.common.ledger().await?;
    let filter = args.filter(OffsetDateTime::now_utc());
    let page = ledger.acts(&filter, args.after, args.limit).await?;
    let acts: Vec<Value> = page.acts.iter().map(view::object).collect();
    let next = page.next.map(|cursor| cursor.to_string());
    let object = json!({ "acts": acts, "next": next });
    out::answer(args.common.json, &object, &text(&page))
}

impl Args {
    fn filter(&self, now: OffsetDateTime) -> ActFilter {
        ActFilter {
            tenant: self.tenant.clone(),
            actor: self.actor.clone(),
            action: self.action.clone(),
            subject: self.subject.clone(),
            from: self.since.map(|moment| moment.time(now)),
            to: self.until.map(|moment| moment.time(now)),
        }
    }
}

fn text(page: &ActPage) -> String {
    let mut table = Table::new([
        "AT", "TENANT", "WHO", "FROM", "ACT", "ON", "OUTCOME", "NOTE",
    ]);
    for act in &page.acts {
        let tenant = act.tenant.as_ref().map(ToString::to_string);
        table.push([
            when::shown(act.at),
            tenant.unwrap_or_else(|| "-".to_owned()),
            view::who(act),
            view::place(act),
            act.action.clone(),
            act.subject.clone(),
            act.outcome.clone(),
            view::note(act),
        ]);
    }
    let table = table.text("no acts");
    match &page.next {
        Some(next) => format!("{table}\n\nThere are more: --after {next}"),
        None => table,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::operator::testing::parse_with_ledger;
    use std::time::Duration;

    #[test]
    fn options_become_a_filter() {
        let args: Args = parse_with_ledger(&[
            "--tenant=acme",
            "--subject=abcd1234",
            "--actor=ada",
            "--action=key",
            "--since=2h",
            "--until=1h",
        ])
        .expect("all of it is valid");
        let now = OffsetDateTime::UNIX_EPOCH;
        let filter = args.filter(now);
        assert_eq!(
            filter.tenant.map(|name| name.to_string()),
            Some("acme".to_owned())
        );
        assert_eq!(filter.subject.as_deref(), Some("abcd1234"));
        assert_eq!(filter.actor.as_deref(), Some("ada"));
        assert_eq!(filter.action.as_deref(), Some("key"));
        assert_eq!(filter.from, Some(now - Duration::from_secs(7_200)));
        assert_eq!(filter.to, Some(now - Duration::from_secs(3_600)));
        assert_eq!(args.limit, 50);
    }

    #[test]
    fn what_filters_nothing_is_refused() {
        for bad in [
            "--tenant=A",
            "--since=soon",
            "--limit=0",
            "--limit=1001",
            "--after=x",
        ] {
            assert!(parse_with_ledger::<Args>(&[bad]).is_err(), "{bad}");
        }
    }
}
