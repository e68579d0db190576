//! Who asks too often, by the address that they ask from.

use std::time::Duration;

use gildhall_proto::JobStatus;

use super::key;
use crate::support::raw::{Reply, ask};
use crate::support::{Answer, Client, Fleet, Raw, jobs, until};

/// A fleet whose API has these settings.
fn open(test: &str, settings: &[(&'static str, &str)]) -> Fleet {
    let mut fleet = Fleet::shared(test);
    let settings = settings
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    fleet.env.extend(settings);
    fleet.start_api();
    fleet
}

/// A call that costs nothing and needs no key.
const CHEAP: &str = "/problems/not-found";

#[track_caller]
fn from(client: &Client, forwarded: &str) -> Answer {
    client.get_with(CHEAP, &[("x-forwarded-for", forwarded)])
}

#[test]
fn an_address_asks_as_often_as_it_may() {
    let limits = [
        ("GILDHALL_ADDRESS_RATE", "6"),
        ("GILDHALL_ADDRESS_BURST", "5"),
    ];
    let fleet = open("address rates", &limits);
    let anybody = fleet.http.anonymous();
    for _ in 0..5 {
        assert_eq!(anybody.get(CHEAP).status, 200);
    }
    // With a key or without, whoever they say that they are.
    for refused in [
        anybody.get(CHEAP),
        fleet.http.get("/api/v1/video/jobs"),
        fleet.http.get("/no/such/address"),
        from(&anybody, "198.51.100.1"),
        anybody.get_with(
            CHEAP,
            &[
                ("forwarded", "for=198.51.100.1"),
                ("x-real-ip", "198.51.100.1"),
            ],
        ),
    ] {
        refused.is_problem(429, "rate-limited");
        let wait_s: u64 = refused.header("retry-after").parse().expect("seconds");
        assert!((1..=10).contains(&wait_s), "{wait_s}");
        assert_eq!(refused.header("ratelimit-policy"), "\"address\";q=6;w=60");
        assert!(
            refused
                .header("ratelimit")
                .starts_with("\"address\";r=0;t=")
        );
    }
    until(
        "the address has a turn again",
        Duration::from_secs(30),
        || (anybody.get(CHEAP).status == 200).then_some(()),
    );
}

/// A kubelet, a Prometheus and a proxy may all come from the address of a node.
#[test]
fn those_who_look_after_the_api_are_always_let_in_and_take_nobodys_turn() {
    const TURNS: usize = 3;
    let limits = [
        ("GILDHALL_ADDRESS_RATE", "1"),
        ("GILDHALL_ADDRESS_BURST", "3"),
    ];
    let fleet = open("probes", &limits);
    let anybody = fleet.http.anonymous();
    let look = || {
        for probe in ["/healthz", "/metrics"] {
            for _ in 0..TURNS * 4 {
                assert_eq!(anybody.get(probe).status, 200, "{probe}");
            }
        }
        for _ in 0..TURNS * 4 {
            // It may have to say that something is late, and never that it was asked too often.
            let ready = anybody.get("/readyz");
            assert!(matches!(ready.status, 200 | 503), "{}", ready.status);
            assert!(ready.json()["ready"].is_boolean(), "{}", ready.json());
        }
    };
    look();
    for _ in 0..TURNS {
        assert_eq!(anybody.get(CHEAP).status, 200);
    }
    anybody.get(CHEAP).is_problem(429, "rate-limited");
    look();
    // What only looks like them has no turn either.
    for other in ["/metrics/", "//metrics", "/Metrics", "/readyz/x", "/docs"] {
        anybody.get(other).is_problem(429, "rate-limited");
    }
}

#[test]
fn a_trusted_proxy_says_whose_turn_it_is() {
    let settings = [
        ("GILDHALL_ADDRESS_RATE", "1"),
        ("GILDHALL_ADDRESS_BURST", "2"),
        ("GILDHALL_TRUSTED_PROXIES", "127.0.0.0/8,10.0.0.0/8"),
    ];
    let fleet = open("trusted proxies", &settings);
    let proxy = fleet.http.anonymous();
    for client in ["198.51.100.1", "198.51.100.2", "2001:db8::1"] {
        for status in [200, 200, 429] {
            assert_eq!(from(&proxy, client).status, status, "{client}");
        }
    }
    // What stands before the last untrusted address is that one's own invention.
    for invented in [
        "1.2.3.4, 198.51.100.1",
        "198.51.100.9,198.51.100.1, 10.1.1.1",
        "::1, 198.51.100.1:555",
    ] {
        assert_eq!(from(&proxy, invented).status, 429, "{invented}");
    }
    assert_eq!(
        from(&proxy, "2001:db8::ffff:1").status,
        429,
        "the same line"
    );
    assert_eq!(from(&proxy, "2001:db8:0:1::1").status, 200, "another line");
    let other_header = proxy.get_with(
        CHEAP,
        &[
            ("forwarded", "for=203.0.113.1"),
            ("x-forwarded-for", "198.51.100.1"),
        ],
    );
    assert_eq!(other_header.status, 429, "one header is looked at");

    // Only over TLS does the header mean anything, so only then is it there.
    let strict = |proto: &str| {
        let headers = [
            ("x-forwarded-for", "203.0.113.7"),
            ("x-forwarded-proto", proto),
        ];
        let answer = proxy.get_with("/healthz", &headers);
        answer.header("strict-transport-security").to_owned()
    };
    assert_eq!(
        (strict("https"), strict("http")),
        ("max-age=31536000".to_owned(), String::new())
    );
}

#[test]
fn the_audit_log_has_the_address_of_the_caller() {
    let fleet = open(
        "audited addresses",
        &[("GILDHALL_TRUSTED_PROXIES", "127.0.0.1")],
    );
    for (forwarded, address) in [
        ("203.0.113.7", "203.0.113.7"),
        ("9.9.9.9, 2001:db8::5", "2001:db8::5"),
    ] {
        let job = fleet.submit(&jobs::any());
        let cancel = format!("/api/v1/video/jobs/{job}/cancel");
        let answer = fleet
            .http
            .post(&cancel, b"", &[("x-forwarded-for", forwarded)]);
        assert_eq!(answer.status, 200, "{}", answer.json());
        fleet.wait_for(job, JobStatus::Cancelled);
        let lines: i64 = crate::support::wait(
            sqlx::query_scalar(
                "SELECT count(*) FROM audit_log WHERE subject = $1 AND host(address) = $2",
            )
            .bind(job.to_string())
            .bind(address)
            .fetch_one(&fleet.sql),
        )
        .expect("the log is there");
        assert_eq!(lines, 1, "{forwarded}");
    }
}

#[test]
fn wrong_keys_are_tried_a_few_times_and_no_more() {
    let fleet = open("wrong keys", &[("GILDHALL_ADDRESS_FAILURES", "3")]);
    let list = "/api/v1/video/jobs";
    assert_eq!(fleet.http.get(list).status, 200);
    let prefix = key(&fleet).split('_').nth(1).expect("a prefix").to_owned();
    let guess = |number: usize| {
        let token = match number % 2 {
            0 => format!("gk_{prefix}_{number:032}"),
            _ => format!("gk_nobody{number}_{number:032}"),
        };
        fleet.http.with_token(&token).get(list)
    };
    for number in 0..3 {
        guess(number).is_problem(401, "unauthenticated");
    }
    let refused = guess(3);
    refused.is_problem(429, "rate-limited");
    let wait_s: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=20).contains(&wait_s), "{wait_s}");
    let fresh = key(&fleet);
    fleet
        .http
        .with_token(&fresh)
        .get(list)
        .is_problem(429, "rate-limited");
    // Who was let in before is let in now, and calls without keys are nobody's guesses.
    assert_eq!(fleet.http.get(list).status, 200);
    fleet
        .http
        .anonymous()
        .get(list)
        .is_problem(401, "unauthenticated");
    until("one more may be tried", Duration::from_secs(40), || {
        (fleet.http.with_token(&fresh).get(list).status == 200).then_some(())
    });
}

#[test]
fn an_address_holds_so_many_connections() {
    const MOST: usize = 20;
    let fleet = open("connections", &[("GILDHALL_ADDRESS_CONNECTIONS", "20")]);
    let open = || {
        let mut raw = Raw::connect(fleet.address());
        raw.send("GET /healthz HTTP/1.1\r\nHost: api\r\n\r\n");
        let reply: Option<Reply> = raw.reply();
        reply.map(|_| raw)
    };
    let held: Vec<Option<Raw>> = (0..MOST + 10).map(|_| open()).collect();
    let served = held.iter().flatten().count();
    // The caller that waited until the API was ready may hold one.
    assert!((MOST - 1..=MOST).contains(&served), "{served}");
    assert!(open().is_none());
    drop(held);
    until(
        "a connection is taken again",
        Duration::from_secs(10),
        || open().map(drop),
    );
    let reply = ask(fleet.address(), "GET /healthz HTTP/1.0\r\n\r\n");
    assert_eq!(reply.map(|reply| reply.status), Some(200));
}
