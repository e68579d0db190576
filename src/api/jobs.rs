//! `GET /api/v1/video/jobs` and `GET /api/v1/video/jobs/{id}`: looking at jobs.

use axum::Json;
use axum::extract::{RawQuery, State};
use gildhall_proto::{JobId, JobStatus};
use serde::Serialize;
use serde_json::{Map, Value};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};
use utoipa::ToSchema;

use super::caller::{Caller, JobsRead};
use super::id::{Id, not_found};
use super::job_view::JobView;
use super::problem::{Problem, ProblemBody};
use super::query::{NoQuery, Query, whole};
use super::schemas::{self, Refusals};
use super::{ApiState, links};
use crate::ledger::{Cursor, JobFilter};

/// Entries of a page where no limit is given.
pub const DEFAULT_LIMIT: u16 = 20;
/// Most entries of a page.
pub const MAX_LIMIT: u16 = 100;

/// Some of a tenant's jobs, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobPage {
    /// The jobs.
    pub jobs: Vec<JobView>,
    /// Where the next page is; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// See a job
///
/// Its status, how far it is, and in the end its output or the reason why there is none.
#[utoipa::path(
    get,
    path = "/api/v1/video/jobs/{id}",
    operation_id = "getJob",
    tag = "jobs",
    params(("id" = String, Path, format = Uuid, description = "The job.")),
    responses(
        (status = 200, description = "The job.", body = JobView),
        (status = 404, description = "The tenant has no such job.",
            body = ProblemBody, content_type = "application/problem+json"),
        Refusals,
    ),
    security(("api_key" = ["jobs:read"])),
)]
pub async fn show(
    caller: Caller<JobsRead>,
    State(api): State<ApiState>,
    Id(job): Id<JobId>,
    _: NoQuery,
) -> Result<Json<JobView>, Problem> {
    let row = api.ledger.job(&caller.tenant, job).await?;
    row.map(|row| Json(JobView::of(row))).ok_or_else(not_found)
}

/// List jobs
///
/// The newest first, a page at a time. Jobs that come in while you turn pages do not move the rest. All filters must hold.
#[utoipa::path(
    get,
    path = "/api/v1/video/jobs",
    operation_id = "listJobs",
    tag = "jobs",
    params(
        ("status" = Option<Vec<String>>, Query, description = "Only jobs of this status; may be repeated.",
            style = Form, explode),
        ("created_after" = Option<String>, Query, format = DateTime,
            description = "Only jobs accepted at this time (RFC 3339) or later."),
        ("created_before" = Option<String>, Query, format = DateTime,
            description = "Only jobs accepted before this time (RFC 3339)."),
        ("metadata.{name}" = Option<String>, Query, description = "Only jobs whose metadata has this value in the field \
            `name`. What reads as a JSON number, true, false, null or quoted string is taken as that, anything else as \
            text: `metadata.campaign=autumn`, `metadata.batch=7`, `metadata.sku=\"7\"`."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Jobs of a page; 20 by default."),
        ("cursor" = Option<String>, Query, description = "Where the page begins; taken from `next` of the page before."),
    ),
    responses((status = 200, description = "The page.", body = JobPage), Refusals),
    security(("api_key" = ["jobs:read"])),
)]
pub async fn list(
    caller: Caller<JobsRead>,
    State(api): State<ApiState>,
    RawQuery(raw): RawQuery,
) -> Result<Json<JobPage>, Problem> {
    let wanted = Wanted::parse(raw.as_deref())?;
    let page = api
        .ledger
        .jobs(
            &caller.tenant,
            &wanted.filter,
            wanted.cursor.as_ref(),
            wanted.limit,
        )
        .await?;
    let next = page
        .next
        .map(|next| links::next_page(links::JOBS, raw.as_deref(), &next.to_string()));
    Ok(Json(JobPage {
        jobs: page.items.into_iter().map(JobView::of).collect(),
        next,
    }))
}

/// What was asked for.
#[derive(Debug)]
pub struct Wanted {
    /// Which jobs.
    pub filter: JobFilter,
    /// At most so many.
    pub limit: u16,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
}

impl Wanted {
    /// Reads a query.
    ///
    /// # Errors
    /// A problem with every fault.
    pub fn parse(raw: Option<&str>) -> Result<Wanted, Problem> {
        let mut query = Query::of(raw);
        let statuses = query.many("status", schemas::STATUS_WORDS, |word| {
            word.parse::<JobStatus>().ok()
        });
        let from = query.one("created_after", "a time such as 2026-01-31T12:00:00Z", time);
        let to = query.one(
            "created_before",
            "a time such as 2026-01-31T12:00:00Z",
            time,
        );
        let metadata = metadata(&mut query);
        let limit = query.one("limit", "1 to 100", limit);
        let cursor = query.one("cursor", "the cursor of a page before", cursor);
        query.finish()?;
        Ok(Wanted {
            filter: JobFilter {
                statuses,
                from,
                to,
                metadata,
            },
            limit: limit.unwrap_or(DEFAULT_LIMIT),
            cursor,
        })
    }
}

/// A time that the ledger can hold: its offset may not lead out of the years that there are.
fn time(text: &str) -> Option<OffsetDateTime> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    let utc = time.checked_to_offset(UtcOffset::UTC)?;
    (0..=9999).contains(&utc.year()).then_some(utc)
}

/// The number of entries on a page.
pub fn limit(text: &str) -> Option<u16> {
    whole(text).filter(|limit| (1..=MAX_LIMIT).contains(limit))
}

/// Where a page begins.
pub fn cursor(text: &str) -> Option<Cursor> {
    text.parse().ok()
}

fn metadata(query: &mut Query) -> Map<String, Value> {
    let mut wanted = Map::new();
    for (name, text) in query.prefixed("metadata.") {
        let value = scalar(&text);
        // A quoted string may hide one.
        let has_nul = value.as_str().is_some_and(|text| text.contains('\0'));
        if has_nul || name.contains('\0') {
            query.refuse("metadata.", &text, "text without NUL");
        } else if let Some(before) = wanted.insert(name, value) {
            query.refuse("metadata.", &before.to_string(), "each name once");
        }
    }
    wanted
}

/// A JSON number, `true`, `false`, `null` or quoted string as what it is, anything else as text.
fn scalar(text: &str) -> Value {
    let value = serde_json::from_str::<Value>(text).ok();
    let value = value.filter(|value| !value.is_object() && !value.is_array());
    value.unwrap_or_else(|| Value::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_bare_list_takes_the_defaults() {
        let page = Wanted::parse(None).expect("nothing is wrong");
        assert_eq!(page.limit, DEFAULT_LIMIT);
        assert!(page.filter.statuses.is_empty() && page.cursor.is_none());
    }

    #[test]
    fn every_filter_is_read() {
        let raw = "status=failed&status=completed&created_after=2026-01-31T12:00:00Z\
            &metadata.campaign=autumn&metadata.batch=7&metadata.sku=%227%22&metadata.x=%7B&limit=100";
        let page = Wanted::parse(Some(raw)).expect("nothing is wrong");
        assert_eq!(
            page.filter.statuses,
            [JobStatus::Failed, JobStatus::Completed]
        );
        assert!(page.filter.from.is_some());
        let wanted = json!({"campaign": "autumn", "batch": 7, "sku": "7", "x": "{"});
        assert_eq!(Value::Object(page.filter.metadata), wanted);
        assert_eq!(page.limit, MAX_LIMIT);
    }

    #[test]
    fn limits_hold_at_their_edges() {
        for good in ["1", "2", "99", "100"] {
            assert!(limit(good).is_some(), "{good}");
        }
        for bad in ["0", "101", "-1", "+1", "65537", "1e1"] {
            assert!(limit(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn times_are_those_that_a_calendar_has() {
        for good in [
            "2026-01-31T12:00:00Z",
            "2026-01-31T12:00:00.123456789+23:59",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ] {
            assert!(time(good).is_some(), "{good}");
        }
        for bad in [
            "2026-02-30T00:00:00Z",
            "2026-01-31",
            "0000-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "9999-12-31T23:59:59-23:59",
            "10000-01-01T00:00:00Z",
            "-0001-01-01T00:00:00Z",
        ] {
            assert!(time(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn no_nul_reaches_the_ledger() {
        for raw in [
            "metadata.a=%00",
            "metadata.%00=1",
            "metadata.a=%22%5Cu0000%22",
        ] {
            let problem = Wanted::parse(Some(raw)).expect_err("a NUL");
            assert_eq!(problem.errors().len(), 1, "{raw}");
        }
        assert!(Wanted::parse(Some("metadata.a=%5Cu0000")).is_ok());
    }

    #[test]
    fn each_wrong_parameter_is_told() {
        let raw =
            "status=done&created_before=yesterday&limit=0&cursor=x&metadata.a=1&metadata.a=2&x=1";
        let problem = Wanted::parse(Some(raw)).expect_err("six faults");
        assert_eq!(problem.errors().len(), 6);
    }
}
