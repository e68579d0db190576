//! Where a request comes from, behind proxies that are trusted to say so.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};

use crate::config::{ForwardedHeader, Network};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The address of the client, as far as it can be believed.
    pub address: IpAddr,
    /// Whether a trusted proxy says that the client came to it over TLS.
    pub over_tls: bool,
}

/// Whose word is taken.
#[derive(Debug, Clone)]
pub struct Trust {
    /// The proxies.
    pub proxies: Vec<Network>,
    /// The header that they write. The other one may be the client's own.
    pub header: ForwardedHeader,
}

impl Trust {
    /// Whether this address is a proxy's.
    pub fn includes(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(address))
    }

    /// The origin of a request that came from `peer`. Each proxy adds whom it has the request from at the end of the list, so
    /// the list is believed from its end, as far as trusted proxies wrote it.
    pub fn origin(&self, peer: IpAddr, headers: &HeaderMap) -> Origin {
        let mut origin = Origin {
            address: peer.to_canonical(),
            over_tls: false,
        };
        if !self.includes(peer) {
            return origin;
        }
        let hops = self.hops(headers);
        origin.over_tls = hops.over_tls;
        for hop in hops.addresses {
            // What is no address was hidden by the proxy before it, which is as far as one can see.
            let Some(address) = hop else { break };
            origin.address = address;
            if !self.includes(address) {
                break;
            }
        }
        origin
    }

    fn hops(&self, headers: &HeaderMap) -> Hops {
        match self.header {
            ForwardedHeader::XForwardedFor => {
                let lists = texts(headers, X_FORWARDED_FOR);
                let addresses = lists.iter().flat_map(|list| list.rsplit(','));
                let schemes = texts(headers, X_FORWARDED_PROTO);
                let nearest = schemes.first().and_then(|list| list.rsplit(',').next());
                Hops {
                    addresses: addresses.map(address).collect(),
                    over_tls: nearest.is_some_and(is_https),
                }
            }
            ForwardedHeader::Forwarded => {
                let lists = texts(headers, header::FORWARDED);
                let elements = lists.iter().flat_map(|list| parts(list, ','));
                let elements: Vec<&str> = elements.collect();
                let nearest = elements.first().and_then(|hop| parameter(hop, "proto"));
                Hops {
                    addresses: elements
                        .iter()
                        .map(|hop| parameter(hop, "for").and_then(address))
                        .collect(),
                    over_tls: nearest.is_some_and(is_https),
                }
            }
        }
    }
}

/// What a header says.
struct Hops {
    /// Who sent the request on, the nearest first; nothing where it is no address.
    addresses: Vec<Option<IpAddr>>,
    over_tls: bool,
}

/// Whether a request bears a header of a proxy, of whichever kind.
pub fn names_proxies(headers: &HeaderMap) -> bool {
    headers.contains_key(X_FORWARDED_FOR) || headers.contains_key(header::FORWARDED)
}

/// The lines of a header, the last one first. Bytes that are no text spoil their own entry and none behind it.
fn texts(headers: &HeaderMap, name: HeaderName) -> Vec<Cow<'_, str>> {
    let lines = headers.get_all(name).into_iter().rev();
    lines
        .map(|line| String::from_utf8_lossy(line.as_bytes()))
        .collect()
}

fn is_https(scheme: &str) -> bool {
    scheme.trim().eq_ignore_ascii_case("https")
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:4711`.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let alone = bare.unwrap_or(text).parse().ok();
    let address = alone.or_else(|| {
        text.parse()
            .ok()
            .map(|with_port: SocketAddr| with_port.ip())
    });
    address.map(|address: IpAddr| address.to_canonical())
}

/// The value of a parameter of one element of `Forwarded` (RFC 7239), without its quotes.
fn parameter<'h>(element: &'h str, wanted: &str) -> Option<&'h str> {
    parts(element, ';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let value = value.trim();
        let quoted = value
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        (name.trim().eq_ignore_ascii_case(wanted)).then(|| quoted.unwrap_or(value))
    })
}

/// The parts of a text between separators that stand outside quotes, the last one first: a quote that a client leaves open
/// swallows nothing of what a proxy adds behind it.
fn parts(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut in_quotes = false;
    text.rsplit(move |c: char| {
        in_quotes ^= c == '"';
        c == separator && !in_quotes
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn trust(header: ForwardedHeader) -> Trust {
        let proxies =
            ["10.0.0.0/8", "2001:db8:1::/48"].map(|text| text.parse().expect("a network"));
        Trust {
            proxies: proxies.to_vec(),
            header,
        }
    }

    /// The origin of a request from `peer` with these lines of the header.
    fn origin(
        header: ForwardedHeader,
        peer: &str,
        lines: &[(&'static str, &str)],
    ) -> (String, bool) {
        let headers = lines.iter().map(|&(name, value)| {
            let value = HeaderValue::from_bytes(value.as_bytes()).expect("a header's characters");
            (HeaderName::from_static(name), value)
        });
        let peer = peer.parse().expect("an address");
        let origin = trust(header).origin(peer, &headers.collect());
        (origin.address.to_string(), origin.over_tls)
    }

    fn listed(peer: &str, list: &str) -> String {
        origin(
            ForwardedHeader::XForwardedFor,
            peer,
            &[("x-forwarded-for", list)],
        )
        .0
    }

    #[test]
    fn nobody_else_is_believed() {
        assert_eq!(listed("192.0.2.7", "198.51.100.1"), "192.0.2.7");
        assert_eq!(listed("::ffff:192.0.2.7", "198.51.100.1"), "192.0.2.7");
        let empty = trust(ForwardedHeader::XForwardedFor);
        let nobody = Trust {
            proxies: Vec::new(),
            ..empty
        };
        let headers =
            HeaderMap::from_iter([(X_FORWARDED_FOR, HeaderValue::from_static("1.2.3.4"))]);
        let peer = "10.0.0.1".parse().expect("an address");
        assert_eq!(nobody.origin(peer, &headers).address, peer);
    }

    #[test]
    fn the_list_is_believed_from_its_end() {
        for (list, client) in [
            ("198.51.100.1", "198.51.100.1"),
            ("198.51.100.1:4711", "198.51.100.1"),
            ("1.1.1.1, 198.51.100.1", "198.51.100.1"),
            ("1.1.1.1, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
            ("10.9.9.9, 10.8.8.8", "10.9.9.9"),
            ("2001:db8::5", "2001:db8::5"),
            ("[2001:db8::5]:443", "2001:db8::5"),
            ("[2001:db8::5]", "2001:db8::5"),
            ("::ffff:198.51.100.1", "198.51.100.1"),
            ("1.1.1.1, unknown", "10.0.0.1"),
            ("1.1.1.1, unknown, 10.9.9.9", "10.9.9.9"),
            ("1.1.1.1,", "10.0.0.1"),
            ("", "10.0.0.1"),
            ("999.1.1.1", "10.0.0.1"),
            ("1.1.1.1\t", "1.1.1.1"),
            ("é, 198.51.100.1", "198.51.100.1"),
            ("198.51.100.1, é", "10.0.0.1"),
        ] {
            assert_eq!(listed("10.0.0.1", list), client, "{list}");
            assert_eq!(
                listed("2001:db8:1::2", &format!("{list}, 10.0.0.1")),
                client,
                "{list}"
            );
        }
    }

    #[test]
    fn several_lines_are_one_list() {
        let lines = [
            ("x-forwarded-for", "1.1.1.1"),
            ("x-forwarded-for", "2.2.2.2"),
        ];
        let (client, _) = origin(ForwardedHeader::XForwardedFor, "10.0.0.1", &lines);
        assert_eq!(client, "2.2.2.2");
    }

    #[test]
    fn the_standard_header_is_read_where_it_is_asked_for() {
        for (line, client, over_tls) in [
            ("for=198.51.100.1", "198.51.100.1", false),
            (
                "For=\"[2001:db8::5]:443\";proto=https;by=10.0.0.1",
                "2001:db8::5",
                true,
            ),
            (
                "for=1.1.1.1, for=198.51.100.1;proto=HTTPS",
                "198.51.100.1",
                true,
            ),
            (
                "for=1.1.1.1;proto=https, for=198.51.100.1",
                "198.51.100.1",
                false,
            ),
            ("for=\"1.1.1.1, 2.2.2.2\"", "10.0.0.1", false),
            ("by=\"a,b\";for=198.51.100.1", "198.51.100.1", false),
            ("for=_hidden", "10.0.0.1", false),
            ("proto=https", "10.0.0.1", true),
            ("for=\"198.51.100.1", "10.0.0.1", false),
            ("for=\", for=198.51.100.1", "198.51.100.1", false),
            ("for=\"é\", for=198.51.100.1", "198.51.100.1", false),
        ] {
            let found = origin(
                ForwardedHeader::Forwarded,
                "10.0.0.1",
                &[("forwarded", line)],
            );
            assert_eq!(found, (client.to_owned(), over_tls), "{line}");
        }
    }

    #[test]
    fn the_header_that_the_proxies_do_not_write_is_the_clients_own() {
        let lines = [("forwarded", "for=1.1.1.1;proto=https")];
        let found = origin(ForwardedHeader::XForwardedFor, "10.0.0.1", &lines);
        assert_eq!(found, ("10.0.0.1".to_owned(), false));
        let lines = [
            ("x-forwarded-for", "1.1.1.1"),
            ("x-forwarded-proto", "https"),
        ];
        let found = origin(ForwardedHeader::Forwarded, "10.0.0.1", &lines);
        assert_eq!(found, ("10.0.0.1".to_owned(), false));
    }

    #[test]
    fn the_nearest_proxy_says_whether_tls_was_used() {
        for (line, over_tls) in [
            ("https", true),
            ("http", false),
            ("http, https", true),
            ("https,http", false),
        ] {
            let lines = [("x-forwarded-proto", line)];
            let (_, found) = origin(ForwardedHeader::XForwardedFor, "10.0.0.1", &lines);
            assert_eq!(found, over_tls, "{line}");
            let (_, found) = origin(ForwardedHeader::XForwardedFor, "192.0.2.1", &lines);
            assert!(!found, "{line}");
        }
    }
}
