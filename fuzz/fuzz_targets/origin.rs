//! Any `Forwarded`, `X-Forwarded-For` and `X-Forwarded-Proto` of a client: no panic, a stranger is not believed, and nothing
//! that a client sends hides or changes what a trusted proxy adds.
#![no_main]

use std::net::IpAddr;

use gildhall::api::{Origin, Trust};
use gildhall::config::ForwardedHeader::{self, Forwarded, XForwardedFor};
use gildhall_fuzz::headers;
use libfuzzer_sys::fuzz_target;

const STRANGER: &str = "192.0.2.7";
const PROXY: &str = "10.0.0.1";
const CLIENT: &str = "198.51.100.1";

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

/// The origin of a request from `peer` with these lines of the header `name`.
fn origin(believed: ForwardedHeader, name: &'static str, peer: &str, lines: &[&str]) -> Origin {
    let proxies = ["10.0.0.0/8", "2001:db8:1::/48"].map(|text| text.parse().expect("a network"));
    let trust = Trust {
        proxies: proxies.to_vec(),
        header: believed,
    };
    trust.origin(address(peer), &headers(name, lines.iter().copied()))
}

fuzz_target!(|text: &str| {
    // Others are in no header.
    let text: String = text
        .chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.last().copied().unwrap_or_default();
    for (believed, name, client, hop) in [
        (XForwardedFor, "x-forwarded-for", CLIENT, "10.9.9.9"),
        (
            Forwarded,
            "forwarded",
            "for=198.51.100.1",
            "for=\"[2001:db8:1::9]:443\"",
        ),
    ] {
        let from = |peer, lines: &[&str]| origin(believed, name, peer, lines).address;
        assert_eq!(from(STRANGER, &lines), address(STRANGER));
        let alone = from(PROXY, &lines);
        assert_eq!(alone, alone.to_canonical());
        // On a line of its own, behind another proxy's, or at the end of the client's line.
        assert_eq!(
            from(PROXY, &[&lines[..], &[client]].concat()),
            address(CLIENT)
        );
        let hops = [&lines[..], &[client, hop]].concat();
        assert_eq!(from(PROXY, &hops), address(CLIENT));
        let appended = format!("{last}, {client}, {hop}");
        assert_eq!(from(PROXY, &[appended.as_str()]), address(CLIENT));
    }
    for (believed, name, scheme) in [
        (XForwardedFor, "x-forwarded-proto", "https"),
        (Forwarded, "forwarded", "for=198.51.100.1;proto=https"),
    ] {
        let over_tls = |peer, lines: &[&str]| origin(believed, name, peer, lines).over_tls;
        assert!(!over_tls(STRANGER, &lines));
        let appended = format!("{last}, {scheme}");
        assert!(over_tls(PROXY, &[appended.as_str()]));
        let other = scheme.replace("https", "http");
        assert!(!over_tls(PROXY, &[&lines[..], &[other.as_str()]].concat()));
    }
});
