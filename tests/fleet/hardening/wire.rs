//! What is no request, or more than one.

use std::net::SocketAddr;

use super::open;
use crate::support::Raw;
use crate::support::raw::{ask, request, submission};

/// The status of the only answer; nothing where the server just hung up.
#[track_caller]
fn status(address: SocketAddr, bytes: impl AsRef<[u8]>) -> Option<u16> {
    ask(address, bytes).map(|reply| reply.status)
}

#[test]
fn what_is_no_http_is_refused_and_changes_nothing() {
    let (fleet, _) = open("no HTTP");
    let address = fleet.address();
    for (bytes, expected) in [
        (&b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"[..], Some(200)),
        (b"GET /healthz HTTP/1.0\r\n\r\n", Some(200)),
        (b"GET /healthz HTTP/1.1\r\n\r\n", Some(400)),
        (
            b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            Some(400),
        ),
        (
            b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
            Some(400),
        ),
        (b"GET /healthz HTTP/7.7\r\nHost: a\r\n\r\n", Some(400)),
        (b"GET /healthz\r\n\r\n", Some(400)),
        (b"GET /heal thz HTTP/1.1\r\nHost: a\r\n\r\n", Some(400)),
        (b"G\0T /healthz HTTP/1.1\r\nHost: a\r\n\r\n", Some(400)),
        (b"GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n", Some(400)),
        (
            b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n",
            Some(400),
        ),
        (
            b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\rc\r\n\r\n",
            Some(400),
        ),
        (
            b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n",
            Some(400),
        ),
        (
            b"GET /healthz HTTP/1.1\r\nHost: a\r\nX A: b\r\n\r\n",
            Some(400),
        ),
        (
            b"GET /healthz HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
            Some(400),
        ),
    ] {
        let shown = String::from_utf8_lossy(bytes);
        assert_eq!(status(address, bytes), expected, "{shown:?}");
    }
    for other_protocol in [
        &b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"[..],
        b"\x16\x03\x01\x02\0\x01\0\x01\xFC\x03\x03 and so on, with more than enough bytes\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    ] {
        let status = status(address, other_protocol);
        assert!(matches!(status, None | Some(400)), "{status:?}");
    }
    assert_eq!(fleet.http.get("/healthz").status, 200);
}

#[test]
fn a_length_is_said_once_and_in_digits() {
    let (fleet, token) = open("lengths");
    let address = fleet.address();
    let job = r#"{"images": ["a.jpg"]}"#;
    let with = |headers: &str| {
        let bytes = submission(&token, headers) + job;
        status(address, bytes)
    };
    assert_eq!(with("Content-Length: 21\r\n"), Some(202));
    assert_eq!(
        with("Content-Length: 21\r\nContent-Length: 21\r\n"),
        Some(202)
    );
    for bad in [
        "Content-Length: 21\r\nContent-Length: 20\r\n",
        "Content-Length: 21, 21\r\n",
        "Content-Length: +21\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 0x15\r\n",
        "Content-Length: 21.0\r\n",
        "Content-Length: \r\n",
        "Content-Length: 99999999999999999999999\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked, gzip\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    ] {
        assert_eq!(with(bad), Some(400), "{bad:?}");
    }
    let jobs = fleet.count("SELECT count(*) FROM video_processing_jobs");
    assert_eq!(jobs, 2);
}

/// What hides in a body stays a body, whichever of two lengths somebody before us went by.
#[test]
fn no_request_hides_in_another() {
    let (fleet, token) = open("smuggling");
    let hidden = "GET /docs/page.css HTTP/1.1\r\nHost: api\r\n\r\n";
    let chunk = format!("{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len());
    let length = hidden.len();
    let last = "GET /healthz HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n";
    for (headers, body) in [
        // A body that nobody asked for.
        (format!("Content-Length: {length}\r\n"), hidden.to_owned()),
        // The end of the chunks comes first; the length goes on.
        (
            format!(
                "Content-Length: {}\r\nTransfer-Encoding: chunked\r\n",
                length + 5
            ),
            format!("0\r\n\r\n{hidden}"),
        ),
        (
            format!(
                "Transfer-Encoding: chunked\r\nContent-Length: {}\r\n",
                length + 5
            ),
            format!("0\r\n\r\n{hidden}"),
        ),
        // The length ends before the chunks do.
        (
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n".to_owned(),
            chunk.clone(),
        ),
        ("Transfer-Encoding: chunked\r\n".to_owned(), chunk),
        (
            "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n".to_owned(),
            format!("0\r\n\r\n{hidden}"),
        ),
    ] {
        for head in [
            format!("GET /healthz HTTP/1.1\r\nHost: api\r\n{headers}\r\n"),
            submission(&token, &headers),
            submission("gk_none_0123456789abcdef", &headers),
        ] {
            let mut raw = Raw::connect(fleet.address());
            raw.send(format!("{head}{body}{last}"));
            let replies = raw.rest();
            let found = replies
                .iter()
                .any(|reply| reply.header("content-type") == "text/css; charset=utf-8");
            assert!(!found, "{head}{body}");
            assert!(
                (1..=2).contains(&replies.len()),
                "{} answers to {head}",
                replies.len()
            );
        }
    }
    assert_eq!(fleet.count("SELECT count(*) FROM video_processing_jobs"), 0);
}

#[test]
fn the_head_of_a_request_has_a_size_and_a_number_of_lines() {
    const MOST_BYTES: usize = 16 * 1024;
    const MOST_HEADERS: usize = 100;
    let (fleet, _) = open("large heads");
    let address = fleet.address();
    let start = "GET /healthz HTTP/1.1\r\nHost: api\r\n";
    let of_bytes = |bytes: usize| {
        let pad = bytes - start.len() - "X-Pad: \r\n\r\n".len();
        status(
            address,
            format!("{start}X-Pad: {}\r\n\r\n", "a".repeat(pad)),
        )
    };
    assert_eq!(of_bytes(MOST_BYTES - 1), Some(200));
    assert_eq!(of_bytes(MOST_BYTES), Some(200));
    assert_eq!(of_bytes(MOST_BYTES + 1), Some(431));
    // Whoever goes on sending may not hear the answer.
    assert!(matches!(of_bytes(MOST_BYTES * 60), None | Some(431)));
    let of_headers = |headers: usize| {
        let more: String = (1..headers).map(|n| format!("X-{n}: a\r\n")).collect();
        status(address, format!("{start}{more}\r\n"))
    };
    assert_eq!(of_headers(MOST_HEADERS - 1), Some(200));
    assert_eq!(of_headers(MOST_HEADERS), Some(200));
    assert_eq!(of_headers(MOST_HEADERS + 1), Some(431));
    assert!(matches!(of_headers(10_000), None | Some(431)));
    let target = |bytes: usize| {
        let target = format!("/{}", "a".repeat(bytes - 1));
        status(
            address,
            format!("GET {target} HTTP/1.1\r\nHost: api\r\n\r\n"),
        )
    };
    assert_eq!(target(8_000), Some(404));
    assert_eq!(target(MOST_BYTES), Some(431));
}

#[test]
fn methods_are_what_the_request_line_says() {
    let (fleet, token) = open("methods");
    let address = fleet.address();
    let list = "/api/v1/video/jobs";
    for method in [
        "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "GETT", "get", "POST",
    ] {
        let reply = ask(address, request(method, list, &token)).expect("an answer");
        assert_eq!(
            (reply.status, reply.problem().as_str()),
            (405, "method-not-allowed"),
            "{method}"
        );
        assert_eq!(reply.header("allow"), "GET,HEAD", "{method}");
        assert!(!reply.body.contains(&token), "{method}");
    }
    for odd in [
        request("CONNECT", "example.com:443", &token),
        request("OPTIONS", "*", &token),
    ] {
        let status = status(address, &odd);
        assert!(
            matches!(status, Some(400 | 404 | 405)),
            "{status:?} to {odd}"
        );
    }
    let job = fleet.submit(&crate::support::jobs::any());
    let path = format!("{list}/{job}");
    for header in [
        "X-HTTP-Method-Override: POST",
        "X-HTTP-Method: DELETE",
        "X-Method-Override: DELETE",
        "X-Original-URL: /metrics",
        "X-Rewrite-URL: /metrics",
        "X-Forwarded-Prefix: /metrics",
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
        "Upgrade: websocket\r\nConnection: Upgrade",
    ] {
        let bytes = format!(
            "GET {path} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {token}\r\n{header}\r\n\r\n"
        );
        let reply = ask(address, bytes).expect("an answer");
        assert_eq!(reply.status, 200, "{header}");
        assert!(reply.body.contains(&job.to_string()), "{header}");
    }
    let head = ask(
        address,
        request("HEAD", &path, &token).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"),
    );
    let head = head.expect("an answer");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}
