//! Bodies of requests: how much of them is read, and what they say they are.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::{HeaderMap, header};
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

use super::problem::{Kind, Problem};

/// How long a whole body may take that [`read`] reads. It is less than a request may take, so that the client hears why.
const WHOLE: Duration = Duration::from_secs(20);

/// The length that a request announces.
pub fn announced_bytes(headers: &HeaderMap) -> Option<u64> {
    let value = headers.get(header::CONTENT_LENGTH)?;
    value.to_str().ok()?.parse().ok()
}

/// Refuses a body that announces itself as too large before a byte of it is read.
///
/// # Errors
/// A problem naming the limit.
pub fn check_announced(headers: &HeaderMap, limit_bytes: u64) -> Result<(), Problem> {
    match announced_bytes(headers) {
        Some(bytes) if bytes > limit_bytes => Err(too_large(limit_bytes)),
        _ => Ok(()),
    }
}

/// The problem of a body beyond the limit. The server closes the connection, since the rest of the body is unread.
pub fn too_large(limit_bytes: u64) -> Problem {
    let detail = format!("At most {limit_bytes} bytes are read.");
    Problem::new(Kind::BodyTooLarge, detail)
}

/// The problem of a body that broke off.
pub fn broken(cause: axum::Error) -> Problem {
    let detail = "The connection broke before the end of the body.";
    Problem::new(Kind::BrokenBody, detail).caused_by(cause)
}

/// Reads a whole body.
///
/// # Errors
/// A problem where it has more than `limit_bytes`, ends early, or takes too long.
pub async fn read(headers: &HeaderMap, body: Body, limit_bytes: usize) -> Result<Vec<u8>, Problem> {
    check_announced(headers, limit_bytes as u64)?;
    let announced = announced_bytes(headers).and_then(|bytes| usize::try_from(bytes).ok());
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0));
    let mut chunks = body.into_data_stream();
    let end = Instant::now() + WHOLE;
    while let Some(chunk) = next(&mut chunks, end).await? {
        if bytes.len() + chunk.len() > limit_bytes {
            return Err(too_large(limit_bytes as u64));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

async fn next(chunks: &mut BodyDataStream, end: Instant) -> Result<Option<Bytes>, Problem> {
    let chunk = timeout_at(end, chunks.next()).await;
    let chunk = chunk.map_err(|_| {
        let detail = format!("The body took more than {} s.", WHOLE.as_secs());
        Problem::new(Kind::StalledBody, detail)
    })?;
    chunk.transpose().map_err(broken)
}

/// How a job spec is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// `application/json`.
    Json,
    /// `application/vnd.msgpack`.
    MsgPack,
}

/// The encoding that `Content-Type` names: one of the two, without parameters other than JSON's UTF-8.
///
/// # Errors
/// A problem where the header is missing or names anything else.
pub fn encoding(headers: &HeaderMap) -> Result<Encoding, Problem> {
    let value = headers.get(header::CONTENT_TYPE);
    let text = value.and_then(|value| value.to_str().ok()).unwrap_or("");
    let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
    let parameters = parameters.trim().to_ascii_lowercase();
    match essence.trim().to_ascii_lowercase().as_str() {
        gildhall_proto::JSON if is_utf8(&parameters) => Ok(Encoding::Json),
        gildhall_proto::MSGPACK if parameters.is_empty() => Ok(Encoding::MsgPack),
        _ => Err(Problem::new(
            Kind::UnsupportedMediaType,
            "Send application/json or application/vnd.msgpack.",
        )),
    }
}

fn is_utf8(parameters: &str) -> bool {
    ["", "charset=utf-8", "charset=\"utf-8\""].contains(&parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn of(content_type: &'static str) -> Option<Encoding> {
        let value = HeaderValue::from_static(content_type);
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, value)]);
        encoding(&headers).ok()
    }

    #[test]
    fn two_media_types_are_read_and_no_others() {
        for json in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
        ] {
            assert_eq!(of(json), Some(Encoding::Json), "{json}");
        }
        assert_eq!(of("application/vnd.msgpack"), Some(Encoding::MsgPack));
        for other in [
            "",
            "text/plain",
            "text/json",
            "application/problem+json",
            "application/vnd.api+json",
            "application/json5",
            "application/json; charset=utf-8; charset=utf-7",
            "application/json; charset=utf-16",
            "application/json; boundary=x",
            "multipart/form-data; boundary=x",
            "application/msgpack",
            "application/json; charset=latin1",
            "application/json, text/plain",
            "application/x-www-form-urlencoded",
            "application/vnd.msgpack; v=1",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
        assert!(encoding(&HeaderMap::new()).is_err());
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        let none = HeaderMap::new();
        let fits = read(&none, Body::from(vec![1; 10]), 10).await;
        assert_eq!(fits.expect("exactly the limit"), vec![1; 10]);
        let problem = read(&none, Body::from(vec![1; 11]), 10).await;
        assert_eq!(problem.expect_err("one more").kind(), Kind::BodyTooLarge);
    }

    #[tokio::test]
    async fn a_body_of_one_byte_less_and_of_none_is_read() {
        let none = HeaderMap::new();
        let fits = read(&none, Body::from(vec![1; 9]), 10).await;
        assert_eq!(fits.expect("less than the limit").len(), 9);
        assert!(
            read(&none, Body::empty(), 10)
                .await
                .expect("nothing")
                .is_empty()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_is_given_up() {
        for (pause, in_time) in [(WHOLE / 11, true), (WHOLE / 9, false)] {
            let trickle = futures_util::stream::iter(0..10).then(move |_| async move {
                tokio::time::sleep(pause).await;
                Ok::<_, axum::Error>(vec![1_u8])
            });
            let result = read(&HeaderMap::new(), Body::from_stream(trickle), 10).await;
            let kind = result.err().map(|problem| problem.kind());
            assert_eq!(kind.is_none(), in_time, "{kind:?}");
            assert!(in_time || kind == Some(Kind::StalledBody));
        }
    }

    #[tokio::test]
    async fn an_announced_length_is_refused_unread() {
        let headers = HeaderMap::from_iter([(header::CONTENT_LENGTH, HeaderValue::from(11))]);
        let unread =
            Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, axum::Error>>());
        let problem = read(&headers, unread, 10).await.expect_err("too long");
        assert_eq!(problem.kind(), Kind::BodyTooLarge);
    }
}
