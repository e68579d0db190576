//! Where a role tells its health: scheme, host and port, as the front of its addresses.

use crate::config;
use reqwest::Url;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Reads a place; without a scheme it is HTTP.
///
/// # Errors
/// Says what is wrong with it.
pub fn place(text: &str) -> Result<String, String> {
    let place = match text.contains("://") {
        true => config::endpoint(text)?,
        false => config::endpoint(&format!("http://{text}"))?,
    };
    // An endpoint leaves host and port to whoever goes there.
    match Url::parse(&place) {
        Ok(_) => Ok(place),
        Err(error) => Err(error.to_string()),
    }
}

/// How a process of the same machine reaches who listens at this socket: by which places, the first one first.
pub fn reached(listen: SocketAddr) -> Vec<String> {
    let (v4, v6) = (Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into());
    let hosts: Vec<IpAddr> = match listen.ip() {
        any if !any.is_unspecified() => vec![any],
        IpAddr::V4(_) => vec![v4],
        // It takes IPv4 as well, and a container may have no other loopback.
        IpAddr::V6(_) => vec![v6, v4],
    };
    let place = |host| format!("http://{}", SocketAddr::new(host, listen.port()));
    hosts.into_iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_host_and_a_port_with_or_without_a_scheme() {
        for (given, expected) in [
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
            ("https://video.example/", "https://video.example"),
            ("gildhall-api:80", "http://gildhall-api:80"),
            ("[::1]:9000", "http://[::1]:9000"),
        ] {
            assert_eq!(place(given).as_deref(), Ok(expected), "{given}");
        }
        for bad in [
            "",
            "/readyz",
            "ftp://127.0.0.1:9000",
            "http://",
            "http://127.0.0.1:9000/readyz",
            "http://127.0.0.1:port",
            "127.0.0.1:65536",
            "http://a:b@127.0.0.1:9000",
            "two words",
        ] {
            assert!(place(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn who_listens_everywhere_is_reached_on_the_loopback() {
        for (listen, places) in [
            ("0.0.0.0:9000", &["http://127.0.0.1:9000"][..]),
            ("[::]:9000", &["http://[::1]:9000", "http://127.0.0.1:9000"]),
            ("192.0.2.7:9000", &["http://192.0.2.7:9000"]),
            ("[2001:db8::7]:9000", &["http://[2001:db8::7]:9000"]),
        ] {
            let listen = listen.parse().expect("a socket's address");
            assert_eq!(reached(listen), places);
        }
    }
}
