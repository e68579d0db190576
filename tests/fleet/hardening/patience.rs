//! Callers who take their time, with as many connections as they like.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::RangeInclusive;
use std::thread;
use std::time::{Duration, Instant};

use super::open;
use crate::support::fleet::pool;
use crate::support::raw::{submission, upload};
use crate::support::{Raw, jobs, until, wait};

/// Longer than anybody is waited for.
const PATIENCE: Duration = Duration::from_secs(90);

/// What was heard, and after how many seconds the other side hung up.
struct End {
    heard: String,
    after_s: u64,
}

/// Sends the bytes, and then one byte a second, if any, until the other side hangs up.
fn trickle(address: SocketAddr, start: &str, drop: Option<u8>) -> End {
    let mut stream = TcpStream::connect(address).expect("the API listens");
    let pace = stream.set_read_timeout(Some(Duration::from_secs(1)));
    pace.expect("a time-out may be set");
    stream.write_all(start.as_bytes()).expect("there is room");
    let (began, mut heard, mut some) = (Instant::now(), Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut some) {
            Ok(0) => break,
            Ok(bytes) => heard.extend_from_slice(&some[..bytes]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                // Should it fail, the next read says so.
                let _ = drop.map(|byte| stream.write_all(&[byte]));
            }
            Err(_) => break,
        }
        assert!(began.elapsed() < PATIENCE, "nobody hangs up on {start:?}");
    }
    End {
        heard: String::from_utf8_lossy(&heard).into_owned(),
        after_s: began.elapsed().as_secs(),
    }
}

impl End {
    #[track_caller]
    fn came(&self, within_s: RangeInclusive<u64>) {
        assert!(within_s.contains(&self.after_s), "after {} s", self.after_s);
    }
}

#[test]
fn who_takes_their_time_is_hung_up_on() {
    let (fleet, token) = open("slow callers");
    let address = fleet.address();
    thread::scope(|scope| {
        scope.spawn(|| {
            let silent = trickle(address, "", None);
            silent.came(28..=50);
            assert_eq!(silent.heard, "");
        });
        scope.spawn(|| {
            let head = "GET /healthz HTTP/1.1\r\nHost: api\r\nX-Slow: ";
            let head = trickle(address, head, Some(b'a'));
            head.came(28..=50);
            assert_eq!(head.heard, "");
        });
        scope.spawn(|| {
            let idle = trickle(address, "GET /healthz HTTP/1.1\r\nHost: api\r\n\r\n", None);
            idle.came(28..=50);
            assert!(idle.heard.starts_with("HTTP/1.1 200"), "{}", idle.heard);
        });
        scope.spawn(|| {
            let start = submission(&token, "Content-Length: 1000\r\n") + "{";
            let body = trickle(address, &start, Some(b' '));
            body.came(18..=45);
            assert!(body.heard.starts_with("HTTP/1.1 408"), "{}", body.heard);
            assert!(
                body.heard.contains("/problems/stalled-body"),
                "{}",
                body.heard
            );
        });
        scope.spawn(|| {
            // It never stalls, and is too slow: half a minute is free, and in the next one there are 64 KiB to come.
            let start = upload(&token, "Content-Length: 1000000\r\n");
            let file = trickle(address, &start, Some(0));
            file.came(58..=85);
            assert!(file.heard.starts_with("HTTP/1.1 408"), "{}", file.heard);
            assert!(
                file.heard.contains("/problems/stalled-body"),
                "{}",
                file.heard
            );
        });
        scope.spawn(|| answers_that_nobody_takes(address));
        // Nobody else has to wait.
        let began = Instant::now();
        assert_eq!(fleet.http.get("/readyz").status, 200);
        assert!(began.elapsed() < Duration::from_secs(10));
    });
    assert_eq!(fleet.count("SELECT count(*) FROM video_processing_jobs"), 0);
    assert_eq!(fleet.count("SELECT count(*) FROM media_assets"), 0);
}

#[test]
fn an_answer_comes_in_time_even_if_it_is_that_there_is_none() {
    let (fleet, _) = open("a slow ledger");
    let job = fleet.submit(&jobs::any());
    // As whoever made the tables, who may lock them.
    let owner = wait(pool(fleet.database_url(), "none"));
    let mut lock = wait(owner.begin()).expect("the database is there");
    let locked = sqlx::query("LOCK TABLE video_processing_jobs IN ACCESS EXCLUSIVE MODE");
    wait(locked.execute(&mut *lock)).expect("the owner may");
    let began = Instant::now();
    let answer = fleet.http.get(&format!("/api/v1/video/jobs/{job}"));
    assert_eq!(answer.status, 503, "{}", answer.json());
    assert_ne!(answer.header("retry-after"), "");
    assert!(
        began.elapsed() < Duration::from_secs(40),
        "{:?}",
        began.elapsed()
    );
    wait(lock.rollback()).expect("the database is there");
    until("the ledger answers again", PATIENCE, || {
        let answer = fleet.http.get(&format!("/api/v1/video/jobs/{job}"));
        (answer.status == 200).then_some(())
    });
}

/// Asks for more than the system keeps for somebody, and reads nothing of it.
fn answers_that_nobody_takes(address: SocketAddr) {
    const ASKED: usize = 1_000;
    let mut greedy = Raw::connect(address);
    greedy.send("GET /openapi.json HTTP/1.1\r\nHost: api\r\n\r\n".repeat(ASKED));
    let began = Instant::now();
    // Line ends between requests are nothing.
    until("the server hangs up", PATIENCE, || {
        greedy.is_cut_off("\r\n").then_some(())
    });
    assert!(began.elapsed() > Duration::from_secs(25));
    assert!(greedy.rest().len() < ASKED, "not all was sent");
}
