//! Places of which there are so many: at the last one, and one beyond.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use gildhall_proto::limits::MAX_SPEC_BYTES;

use super::{begin, key, open, stranger};
use crate::support::fleet::pool;
use crate::support::raw::{Reply, ask, request, submission};
use crate::support::scanner::{link, upload};
use crate::support::{Raw, jobs, until, wait};

/// How long a place may take to be taken, or to be free again.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn sixteen_uploads_come_in_at_a_time_and_eight_of_a_tenant() {
    const EACH: usize = 8;
    let (fleet, token) = open("places of uploads");
    let (zenith, theirs) = stranger(&fleet, "zenith");
    let (_, third) = stranger(&fleet, "third");
    let of = |token: &str| begin(&fleet, token, "Content-Length: 1000000\r\n");
    let take = |token: &str| of(token).expect("there is a place");
    let is_refused = |token: &str| {
        let refused = of(token).err().expect("there is no place");
        let told = (refused.status, refused.problem());
        assert_eq!(told, (503, "overloaded".to_owned()));
        assert_eq!(refused.header("retry-after"), "2");
    };
    let mut own: Vec<Raw> = (0..EACH).map(|_| take(&token)).collect();
    // A tenant has its places with all its keys together.
    is_refused(&token);
    is_refused(&key(&fleet));
    // Nobody else has to wait for that.
    link(&upload(&zenith, "ring.jpg", &jobs::ring()), 201, "released");

    let mut others: Vec<Raw> = (0..EACH).map(|_| take(&theirs)).collect();
    for token in [&token, &theirs, &third] {
        is_refused(token);
    }
    for (held, token) in [(&mut own, &token), (&mut others, &third)] {
        held.pop();
        let taken = until("a place is free", SOON, || {
            // However slow this machine is, none of them stalls.
            held.iter_mut().for_each(|raw| raw.send([0xFF]));
            of(token).ok()
        });
        held.push(taken);
    }
    is_refused(&third);
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

/// While the ledger takes none, submissions wait: as many as fit, and none of those is lost.
#[test]
fn jobs_of_64_mib_wait_for_the_ledger_and_no_more() {
    // Each takes its 256 KiB and one more.
    const MOST: usize = 64 * 1024 / 257;
    let (fleet, token) = open("places of submissions");
    let job = jobs::any().to_string();
    let body = " ".repeat(MAX_SPEC_BYTES - job.len()) + &job;
    let length = format!("Content-Length: {}\r\n", body.len());
    let submission = submission(&token, &length) + &body;
    // From now on the API knows the key, so that nobody waits for it.
    let known = fleet.http.with_token(&token).get("/api/v1/video/jobs");
    assert_eq!(known.status, 200);
    // As whoever made the tables, who may lock them.
    let owner = wait(pool(fleet.database_url(), "none"));
    let mut lock = wait(owner.begin()).expect("the database is there");
    let locked = sqlx::query("LOCK TABLE video_processing_jobs IN ACCESS EXCLUSIVE MODE");
    wait(locked.execute(&mut *lock)).expect("the owner may");

    let (address, (sender, replies)) = (fleet.address(), mpsc::channel::<Option<Reply>>());
    thread::scope(|scope| {
        for _ in 0..=MOST {
            let (sender, submission) = (sender.clone(), &submission);
            scope.spawn(move || sender.send(ask(address, submission)));
        }
        // Only where the last place is taken is anybody refused, and nobody else is answered meanwhile.
        let first = replies.recv_timeout(SOON).ok().flatten();
        let refused = first.expect("one of them finds no place");
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (503, "overloaded")
        );
        assert_eq!(refused.header("retry-after"), "2");
        // For a small one there is no place either.
        let small = fleet.http.submit(&jobs::any(), &[]);
        small.is_problem(503, "overloaded");
        wait(lock.rollback()).expect("the database is there");
    });
    drop(sender);
    let accepted = replies.iter().flatten();
    assert_eq!(accepted.filter(|reply| reply.status == 202).count(), MOST);
    let jobs_made = "SELECT count(*) FROM video_processing_jobs";
    assert_eq!(fleet.count(jobs_made), MOST as i64);
    // All places are free again.
    fleet.submit(&jobs::any());
}
