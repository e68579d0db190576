//! `GET /api/v1/video/jobs/{id}/events`: following a job as it goes.
//!
//! Every line of the job's history becomes an event whose id is the line's, so a client that was cut off goes on where it
//! was (`Last-Event-ID`). Progress comes without an id: what was missed of it is not worth repeating.

mod feed;

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use gildhall_proto::JobId;
use tokio::sync::mpsc;

use self::feed::Feed;
use super::caller::{Caller, JobsRead};
use super::id::{Id, not_found};
use super::problem::{Kind, Problem, ProblemBody};
use super::query::{NoQuery, whole};
use super::schemas::Refusals;
use super::{ApiState, accept};

/// Most open streams of one tenant at this replica.
pub const PER_TENANT: usize = 20;
/// Most open streams of all tenants at this replica: each asks the ledger twice a second.
pub const IN_ALL: usize = 500;
/// Events that wait for a slow client; then the ledger is not asked for more.
const BUFFERED: usize = 16;
/// How often a quiet stream shows that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Follow a job
///
/// A stream of server-sent events. `status` tells each step of the job from its first on, `progress` how far an attempt is,
/// and the stream ends with the job, or with the key: one that is revoked or over, or whose tenant is suspended, hears nothing
/// more within 5 s. Cut off, send `Last-Event-ID` (browsers do) and it goes on after that event; where nothing is left to tell,
/// the answer is 204. A comment comes every 15 s.
#[utoipa::path(
    get,
    path = "/api/v1/video/jobs/{id}/events",
    operation_id = "followJob",
    tag = "jobs",
    params(
        ("id" = String, Path, format = Uuid, description = "The job."),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that arrived."),
    ),
    responses(
        (status = 200, description = "The events.", body = String, content_type = "text/event-stream",
            example = json!("id: 42\nevent: status\ndata: {\"status\":\"processing\",\"from\":\"queued\",\"at\":\"2026-01-31T12:00:00Z\"}\n\n")),
        (status = 204, description = "The job has ended, and the last event was the one that arrived."),
        (status = 404, description = "The tenant has no such job.",
            body = ProblemBody, content_type = "application/problem+json"),
        Refusals,
    ),
    security(("api_key" = ["jobs:read"])),
)]
pub async fn follow(
    caller: Caller<JobsRead>,
    State(api): State<ApiState>,
    Id(job): Id<JobId>,
    _: NoQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    accept::check(&headers, "text/event-stream")?;
    let after = last_event_id(&headers)?;
    let place = api.places.take(&caller.tenant).ok_or_else(too_many)?;
    let known = api.ledger.progress(&caller.tenant, job).await?;
    let status = known.ok_or_else(not_found)?.status;
    let (sender, mut receiver) = mpsc::channel(BUFFERED);
    let (ledger, standing) = (api.ledger.clone(), caller.standing(&api));
    let feed = Feed::new(ledger, standing, caller.tenant, job, after, sender);
    if status.is_terminal() && !feed.has_more().await? {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    tokio::spawn(feed.run(place, api.streams_end()));
    let events = stream::poll_fn(move |context| receiver.poll_recv(context));
    let stream =
        Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    // Proxies of the nginx kind would hold events back.
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((unbuffered, stream).into_response())
}

fn too_many() -> Problem {
    let detail = format!("A tenant may have {PER_TENANT} streams open at one replica.");
    Problem::new(Kind::TooManyStreams, detail).retry_after(HEARTBEAT)
}

/// The id after which the stream begins; 0 before the first.
pub fn last_event_id(headers: &HeaderMap) -> Result<i64, Problem> {
    let mut values = headers.get_all("last-event-id").iter();
    let (Some(value), more) = (values.next(), values.next()) else {
        return Ok(0);
    };
    let text = value.to_str().unwrap_or("?").trim();
    // Browsers that never had an id send none, other clients an empty one.
    let id = match text {
        "" => Some(0),
        _ => whole(text),
    };
    id.filter(|_| more.is_none())
        .ok_or_else(|| Problem::parameter("Last-Event-ID", text, "the id of one event"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_last_event_is_named_by_its_number() {
        let ids = |texts: &[&str]| {
            let name = HeaderName::from_static("last-event-id");
            let value = |text: &&str| HeaderValue::from_str(text).expect("a header's characters");
            let headers = texts.iter().map(|text| (name.clone(), value(text)));
            last_event_id(&headers.collect()).ok()
        };
        assert_eq!(
            (ids(&[]), ids(&[""]), ids(&["42"])),
            (Some(0), Some(0), Some(42))
        );
        let (last, beyond) = (i64::MAX.to_string(), "9223372036854775808");
        assert_eq!((ids(&[&last]), ids(&[beyond])), (Some(i64::MAX), None));
        for bad in ["-1", "+1", "x", "1.0", "0x1", "1 OR 1=1", "../1", "1;2"] {
            assert_eq!(ids(&[bad]), None, "{bad}");
        }
        assert_eq!(ids(&["1", "2"]), None);
    }
}
