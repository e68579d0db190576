//! Any text as a setting, by the first character: a network, the address of clamd, a size, an endpoint, a bucket, a region or
//! days. No panic, limits hold, and what is accepted reads back.
#![no_main]

use std::net::IpAddr;

use gildhall::config::retention::{audit_days, days};
use gildhall::config::{Clamd, Network, bucket, bytes, endpoint, region};
use gildhall_fuzz::choice;
use libfuzzer_sys::fuzz_target;

/// Most days that anything is kept short of for ever, and least of the audit log.
const DAYS: (u32, u32) = (36_500, 30);

fn network(text: &str) {
    let Ok(network) = text.parse::<Network>() else {
        return;
    };
    let written = network.to_string();
    assert_eq!(written.parse(), Ok(network));
    let (first, prefix) = written.split_once('/').expect("it has a prefix");
    let address = |text: &str| text.parse::<IpAddr>().expect("an address");
    let first = address(first);
    assert!(network.contains(first));
    // One address alone contains no other, and all of them contain each of their own kind.
    let (v4, v6) = (address("192.0.2.1"), address("2001:db8::1"));
    let (other, foreign, width) = match first {
        IpAddr::V4(_) => (v4, v6, "32"),
        IpAddr::V6(_) => (v6, v4, "128"),
    };
    assert!(!network.contains(foreign));
    assert!(prefix != "0" || network.contains(other));
    assert!(prefix != width || network.contains(other) == (first == other));
}

fn clamd(text: &str) {
    let Ok(clamd) = text.parse::<Clamd>() else {
        return;
    };
    assert_eq!(clamd.to_string().parse(), Ok(clamd.clone()));
    match clamd {
        Clamd::Tcp(address) => {
            let (host, port) = address.rsplit_once(':').expect("it has a port");
            assert!(!host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0));
            let odd = |c: char| c.is_whitespace() || c.is_control() || "/@?#".contains(c);
            assert!(!address.contains(odd));
        }
        Clamd::Unix(path) => assert!(path.is_absolute()),
    }
}

fn size(text: &str) {
    if let Ok(count) = bytes(text) {
        assert_eq!(bytes(&count.to_string()), Ok(count));
    }
}

fn address(text: &str) {
    match endpoint(text) {
        Ok(found) => {
            assert!(text.starts_with(&found));
            assert_eq!(endpoint(&found).as_deref(), Ok(found.as_str()));
            let (scheme, authority) = found.split_once("://").expect("it has a scheme");
            assert!(["http", "https"].contains(&scheme));
            let odd = |c: char| c.is_whitespace() || c.is_control() || "/@?#".contains(c);
            assert!(!authority.is_empty() && !authority.contains(odd));
        }
        // It says nothing of what was given, which may hold a password.
        Err(error) => assert_eq!(Err(error), endpoint("")),
    }
}

fn names(text: &str) {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if let Ok(bucket) = bucket(text) {
        assert_eq!(bucket, text);
        assert!((3..=63).contains(&text.len()));
        assert!(text.bytes().all(|byte| plain(byte) || byte == b'.'));
        assert!(!text.starts_with(['.', '-']) && !text.ends_with(['.', '-']));
    }
    if let Ok(region) = region(text) {
        assert_eq!(region, text);
        assert!((1..=63).contains(&text.len()) && text.bytes().all(plain));
    }
}

fn retention(text: &str) {
    let (most, least) = DAYS;
    let kept = days(text);
    assert!(kept.as_ref().is_ok_and(|days| *days <= most) || kept.is_err());
    let logged = audit_days(text);
    if let Ok(days) = logged {
        assert!(days == 0 || (least..=most).contains(&days));
        assert_eq!(kept, Ok(days));
    }
}

fuzz_target!(|input: &str| {
    let (setting, text) = choice(input, 6);
    match setting {
        0 => network(text),
        1 => clamd(text),
        2 => size(text),
        3 => address(text),
        4 => names(text),
        _ => retention(text),
    }
});
