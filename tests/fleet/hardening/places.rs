//! Places of which there are so many: at the last one, and one beyond.

use std::time::Duration;

use super::open;
use crate::support::raw::request;
use crate::support::{Raw, jobs, until};

/// How long a place may take to be taken, or to be free again.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn sixteen_uploads_come_in_at_a_time() {
    const MOST: usize = 16;
    let (fleet, token) = open("places of uploads");
    let path = "/api/v1/video/assets?kind=products";
    let begin = || {
        let mut raw = Raw::connect(fleet.address());
        let head = request("POST", path, &token);
        raw.send(head.replace("\r\n\r\n", "\r\nContent-Length: 1000000\r\n\r\n"));
        raw.send([0xFF, 0xD8, 0xFF]);
        raw
    };
    // What this one sends is nothing, which shows once it has a place.
    let is_full = || match fleet.http.post(path, b"x", &[]).status {
        503 => true,
        415 | 422 => false,
        other => panic!("{other}"),
    };
    let mut held: Vec<Raw> = (1..MOST).map(|_| begin()).collect();
    // The last place is this one's, again and again.
    for _ in 0..3 {
        held.iter_mut().for_each(|raw| raw.send([0xFF]));
        assert!(!is_full());
    }
    held.push(begin());
    until("all places are taken", SOON, || {
        // However slow this machine is, none of them stalls.
        held.iter_mut().for_each(|raw| raw.send([0xFF]));
        is_full().then_some(())
    });
    let refused = fleet.http.post(path, b"x", &[]);
    refused.is_problem(503, "overloaded");
    assert_eq!(refused.header("retry-after"), "2");
    held.pop();
    until("a place is free", SOON, || (!is_full()).then_some(()));
}

#[test]
fn a_tenant_follows_twenty_jobs_at_a_time() {
    const MOST: usize = 20;
    let (fleet, token) = open("places of streams");
    let job = fleet.submit(&jobs::any());
    let path = format!("/api/v1/video/jobs/{job}/events");
    let follow = || {
        let mut raw = Raw::connect(fleet.address());
        raw.send(request("GET", &path, &token));
        let reply = raw.reply().expect("an answer");
        (raw, reply)
    };
    let mut held = Vec::new();
    for number in 1..=MOST {
        let (raw, reply) = follow();
        assert_eq!(reply.status, 200, "stream {number}");
        held.push(raw);
    }
    let (_, refused) = follow();
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (429, "too-many-streams")
    );
    assert_ne!(refused.header("retry-after"), "");
    let zenith = fleet.add_tenant("zenith", crate::support::fleet::at_once(2));
    let theirs = zenith.submit(&jobs::any(), &[]).job();
    assert!(
        zenith
            .follow(&format!("/api/v1/video/jobs/{theirs}/events"), None)
            .is_some()
    );
    held.pop();
    until("a place is free", SOON, || {
        (follow().1.status == 200).then_some(())
    });
}
