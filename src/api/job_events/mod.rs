//! `GET /api/v1/video/jobs/{id}/events`: following a job as it goes.
//!
//! Every line of the job's history becomes an event whose id is the line's, so a client that was cut off goes on where it
//! was (`Last-Event-ID`). Progress comes without an id: what was missed of it is not worth repeating.

mod feed;
mod places;

pub use places::Places;

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
use super::ApiState;
use super::caller::{Caller, JobsRead};
use super::id::{Id, not_found};
use super::problem::{Kind, Problem, ProblemBody};
use super::schemas::Refusals;

/// Events that wait for a slow client; then the ledger is not asked for more.
const BUFFERED: usize = 16;
/// How often a quiet stream shows that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Follow a job
///
/// A stream of server-sent events. `status` tells each step of the job from its first on, `progress` how far an attempt is,
/// and the stream ends with the job. Cut off, send `Last-Event-ID` (browsers do) and it goes on after that event; where
/// nothing is left to tell, the answer is 204. A comment comes every 15 s.
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
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let after = last_event_id(&headers)?;
    let place = api.places.take(&caller.tenant).ok_or_else(too_many)?;
    let known = api.ledger.progress(&caller.tenant, job).await?;
    let status = known.ok_or_else(not_found)?.status;
    let (sender, mut receiver) = mpsc::channel(BUFFERED);
    let feed = Feed::new(api.ledger.clone(), caller.tenant, job, after, sender);
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
    let detail = format!(
        "A tenant may have {} streams open at one replica.",
        places::PER_TENANT
    );
    Problem::new(Kind::TooManyStreams, detail).retry_after(HEARTBEAT)
}

/// The id after which the stream begins; 0 before the first.
fn last_event_id(headers: &HeaderMap) -> Result<i64, Problem> {
    let Some(value) = headers.get("last-event-id") else {
        return Ok(0);
    };
    let text = value.to_str().unwrap_or("").trim();
    // Browsers that never had an id send none, other clients an empty one.
    match text {
        "" => Ok(0),
        _ => text
            .parse()
            .ok()
            .filter(|id| *id >= 0)
            .ok_or_else(|| Problem::parameter("Last-Event-ID", text, "the id of an event")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_last_event_is_named_by_its_number() {
        let id = |text: &'static str| {
            let name = HeaderName::from_static("last-event-id");
            let headers = HeaderMap::from_iter([(name, HeaderValue::from_static(text))]);
            last_event_id(&headers).ok()
        };
        assert_eq!(last_event_id(&HeaderMap::new()).ok(), Some(0));
        assert_eq!((id(""), id("42")), (Some(0), Some(42)));
        assert_eq!(
            (id("-1"), id("x"), id("9".repeat(30).leak())),
            (None, None, None)
        );
    }
}
