//! What one address may do: how many connections it holds, how often it asks, how often it guesses at keys. All of that is
//! looked at before anybody's key is.

mod origin;
mod subnet;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use self::origin::names_proxies;
pub use self::origin::{Origin, Trust};
use self::subnet::Subnet;
use super::ApiState;
use super::places::{Place, Places};
use super::problem::Problem;
use super::rate::{Buckets, Rate, Turn, later};
use crate::config;

/// Most addresses that are remembered at a time; about 10 MB.
const REMEMBERED: usize = 65_536;
/// A year: the least that browsers' own lists ask for. Only over TLS does it mean anything (RFC 6797, section 7.2).
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");
/// What those who look after the process ask for. They may share an address, with each other and with a tenant behind a
/// proxy, and whoever asks too much must not make the process look dead.
const PROBES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
/// Stands for a client of which nothing is known.
const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// What the addresses did lately.
pub struct Addresses {
    trust: Trust,
    requests: Limit,
    failures: Limit,
    connections: Places<Subnet>,
    has_warned: AtomicBool,
}

/// A rate, if there is one, and who used it.
struct Limit {
    rate: Option<Rate>,
    buckets: Buckets<Subnet>,
}

/// A connection's place among those of its address. A trusted proxy needs none.
pub struct Seat {
    _place: Option<Place<Subnet>>,
}

impl Addresses {
    /// Nobody has come yet. All addresses together may hold `connections` connections.
    pub fn new(config: config::Callers, connections: usize) -> Addresses {
        let requests = Rate {
            per_minute: config.address_rate,
            burst: config.address_burst,
        };
        let own = usize::try_from(config.address_connections).unwrap_or(connections);
        Addresses {
            trust: Trust {
                proxies: config.trusted_proxies,
                header: config.forwarded_header,
            },
            requests: Limit::of(requests),
            failures: Limit::of(Rate {
                per_minute: config.address_failures,
                burst: config.address_failures,
            }),
            connections: Places::of(own, connections),
            has_warned: AtomicBool::new(false),
        }
    }

    /// A place for a connection from there; `None` where the address holds enough.
    pub fn seat(&self, peer: IpAddr) -> Option<Seat> {
        let place = match self.trust.includes(peer) {
            true => None,
            false => Some(self.connections.take(&Subnet::from(peer))?),
        };
        Some(Seat { _place: place })
    }

    /// Takes one of the requests that the address may make.
    ///
    /// # Errors
    /// A problem that says when it may make the next one.
    pub fn may_ask(&self, address: IpAddr, now: Instant) -> Result<(), Problem> {
        self.requests
            .take(address, now)
            .map_err(|(rate, wait)| later("address", rate, wait, told(rate, "requests")))
    }

    /// Whether the address may try a key that is not known to be good.
    ///
    /// # Errors
    /// A problem that says when it may try the next one.
    pub fn may_guess(&self, address: IpAddr, now: Instant) -> Result<(), Problem> {
        self.failures.look(address, now).map_err(|(rate, wait)| {
            later("keys", rate, wait, told(rate, "attempts with wrong keys"))
        })
    }

    /// Notes that a key from there was wrong.
    pub fn guessed_wrong(&self, address: IpAddr, now: Instant) {
        // Whether there was a turn left is asked before the next attempt.
        let _ = self.failures.take(address, now);
    }

    fn origin(&self, peer: IpAddr, headers: &HeaderMap) -> Origin {
        if names_proxies(headers)
            && !self.trust.includes(peer)
            && !self.has_warned.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(%peer, "a proxy seems to stand before the API that GILDHALL_TRUSTED_PROXIES does not name: \
                all its clients count as one address");
        }
        self.trust.origin(peer, headers)
    }
}

fn told(rate: Rate, of_what: &str) -> String {
    let per_minute = rate.per_minute;
    format!("One address may make {per_minute} {of_what} a minute at this replica.")
}

impl Limit {
    /// No turns in a minute means no limit.
    fn of(rate: Rate) -> Limit {
        Limit {
            rate: (rate.per_minute > 0).then_some(rate),
            buckets: Buckets::for_at_most(REMEMBERED),
        }
    }

    fn take(&self, address: IpAddr, now: Instant) -> Result<(), (Rate, Duration)> {
        self.judge(|rate| self.buckets.take(&Subnet::from(address), rate, now))
    }

    fn look(&self, address: IpAddr, now: Instant) -> Result<(), (Rate, Duration)> {
        self.judge(|rate| self.buckets.look(&Subnet::from(address), rate, now))
    }

    fn judge(&self, turn: impl Fn(Rate) -> Turn) -> Result<(), (Rate, Duration)> {
        let Some(rate) = self.rate else {
            return Ok(());
        };
        match turn(rate) {
            Turn::Now => Ok(()),
            Turn::Later(wait) => Err((rate, wait)),
        }
    }
}

/// Finds out where a request comes from, and lets it in if its address has a turn. Probes are always let in,
/// and take none.
pub async fn admit(State(api): State<ApiState>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(NOWHERE, |ConnectInfo(peer)| peer.ip());
    let origin = api.addresses.origin(peer, request.headers());
    request.extensions_mut().insert(origin);
    let turn = match PROBES.contains(&request.uri().path()) {
        true => Ok(()),
        false => api.addresses.may_ask(origin.address, Instant::now()),
    };
    let mut response = match turn {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    if origin.over_tls {
        let headers = response.headers_mut();
        headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::problem::Kind;

    fn addresses(rate: u32, burst: u32, failures: u32) -> Addresses {
        let config = config::Callers {
            trusted_proxies: vec!["10.0.0.0/8".parse().expect("a network")],
            forwarded_header: config::ForwardedHeader::XForwardedFor,
            address_rate: rate,
            address_burst: burst,
            address_failures: failures,
            address_connections: 2,
        };
        Addresses::new(config, 5)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_asks_as_often_as_it_may() {
        let (addresses, now) = (addresses(60, 3, 0), Instant::now());
        for _ in 0..3 {
            assert!(addresses.may_ask(ip("192.0.2.1"), now).is_ok());
        }
        let problem = addresses.may_ask(ip("192.0.2.1"), now);
        assert_eq!(problem.expect_err("a fourth").kind(), Kind::RateLimited);
        assert!(addresses.may_ask(ip("192.0.2.2"), now).is_ok());
        let later = now + Duration::from_secs(1);
        assert!(addresses.may_ask(ip("192.0.2.1"), later).is_ok());
        assert!(addresses.may_ask(ip("192.0.2.1"), later).is_err());
    }

    #[test]
    fn wrong_keys_use_up_what_may_be_tried() {
        let (addresses, now) = (addresses(60, 3, 2), Instant::now());
        let guesser = ip("2001:db8::1");
        for _ in 0..2 {
            assert!(addresses.may_guess(guesser, now).is_ok());
            addresses.guessed_wrong(guesser, now);
        }
        assert!(addresses.may_guess(ip("2001:db8::2"), now).is_err());
        assert!(addresses.may_guess(ip("2001:db8:0:1::2"), now).is_ok());
        assert!(
            addresses
                .may_guess(guesser, now + Duration::from_secs(30))
                .is_ok()
        );
    }

    #[test]
    fn nought_is_no_limit() {
        let (addresses, now) = (addresses(0, 1, 0), Instant::now());
        for _ in 0..1_000 {
            assert!(addresses.may_ask(ip("192.0.2.1"), now).is_ok());
            addresses.guessed_wrong(ip("192.0.2.1"), now);
            assert!(addresses.may_guess(ip("192.0.2.1"), now).is_ok());
        }
    }

    #[test]
    fn an_address_holds_so_many_connections_and_a_proxy_any_number() {
        let addresses = addresses(0, 1, 0);
        let own: Vec<_> = (0..2).map(|_| addresses.seat(ip("192.0.2.1"))).collect();
        assert!(own.iter().all(Option::is_some));
        assert!(addresses.seat(ip("192.0.2.1")).is_none());
        let proxied: Vec<_> = (0..9).map(|_| addresses.seat(ip("10.1.2.3"))).collect();
        assert!(proxied.iter().all(Option::is_some));
        drop(own);
        assert!(addresses.seat(ip("192.0.2.1")).is_some());
    }
}
