//! `gildhall job list`.

use super::view;
use crate::cli::operator::when::{self, Moment};
use crate::cli::operator::{Common, Table, out};
use crate::ledger::{Cursor, JobFilter, JobRecord, Page};
use gildhall_proto::{JobStatus, TenantId};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

/// Arguments of `gildhall job list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only jobs of this tenant.
    #[arg(long)]
    tenant: Option<TenantId>,
    /// Only jobs that stand here; several are separated by commas.
    #[arg(long, value_delimiter = ',')]
    status: Vec<JobStatus>,
    /// Only jobs submitted then or later: a time (RFC 3339), a day, or how long ago, such as 2h.
    #[arg(long, value_name = "WHEN")]
    since: Option<Moment>,
    /// Only jobs submitted before.
    #[arg(long, value_name = "WHEN")]
    until: Option<Moment>,
    /// Only jobs whose metadata has this; may be repeated. The value is JSON, or else text.
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    metadata: Vec<(String, Value)>,
    /// At most so many, 1 to 1000.
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Go on behind the page that gave this cursor.
    #[arg(long, value_name = "CURSOR")]
    after: Option<Cursor>,
    #[command(flatten)]
    common: Common,
}

/// Lists the jobs.
pub async fn run(args: &Args) -> anyhow::Result<()> {
    let ledger = args.common.ledger().await?;
    let filter = args.filter(OffsetDateTime::now_utc());
    let page = ledger
        .jobs(
            args.tenant.as_ref(),
            &filter,
            args.after.as_ref(),
            args.limit,
        )
        .await?;
    let jobs: Vec<Value> = page.items.iter().map(view::object).collect();
    let next = page.next.map(|cursor| cursor.to_string());
    let object = json!({ "jobs": jobs, "next": next });
    out::answer(args.common.json, &object, &text(&page))
}

impl Args {
    fn filter(&self, now: OffsetDateTime) -> JobFilter {
        let metadata: Map<String, Value> = self.metadata.iter().cloned().collect();
        JobFilter {
            statuses: self.status.clone(),
            from: self.since.map(|moment| moment.time(now)),
            to: self.until.map(|moment| moment.time(now)),
            metadata,
        }
    }
}

fn text(page: &Page<JobRecord>) -> String {
    let mut table = Table::new([
        "JOB",
        "TENANT",
        "STATUS",
        "PRIORITY",
        "SUBMITTED",
        "RUN",
        "FAILURE",
    ]);
    for job in &page.items {
        let failure = job.failure.as_ref();
        table.push([
            job.id.to_string(),
            job.tenant.to_string(),
            job.status.to_string(),
            job.priority.get().to_string(),
            when::shown(job.created_at),
            job.run.to_string(),
            failure.map_or_else(String::new, |failure| failure.code.clone()),
        ]);
    }
    let table = table.text("no jobs");
    match &page.next {
        Some(next) => format!("{table}\n\nThere are more: --after {next}"),
        None => table,
    }
}

fn pair(text: &str) -> Result<(String, Value), String> {
    let pair = text.split_once('=').filter(|(key, _)| !key.is_empty());
    let (key, value) = pair.ok_or("must be KEY=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    Ok((key.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::operator::testing::parse_with_ledger;
    use std::time::Duration;

    #[test]
    fn options_become_a_filter() {
        let args: Args = parse_with_ledger(&[
            "--status",
            "failed,cancelled",
            "--since",
            "2h",
            "--metadata",
            "order=17",
            "--metadata",
            "shop=north = south",
        ])
        .expect("all of it is valid");
        let now = OffsetDateTime::UNIX_EPOCH;
        let filter = args.filter(now);
        assert_eq!(filter.statuses, [JobStatus::Failed, JobStatus::Cancelled]);
        assert_eq!(filter.from, Some(now - Duration::from_secs(7_200)));
        assert_eq!(filter.to, None);
        assert_eq!(filter.metadata["order"], 17);
        assert_eq!(filter.metadata["shop"], "north = south");
        assert_eq!(args.limit, 50);
    }

    #[test]
    fn what_filters_nothing_is_refused() {
        for bad in [
            "--status=done",
            "--since=yesterday",
            "--metadata=order",
            "--metadata==1",
            "--limit=0",
            "--limit=1001",
            "--after=x",
            "--tenant=A",
        ] {
            assert!(parse_with_ledger::<Args>(&[bad]).is_err(), "{bad}");
        }
    }
}
