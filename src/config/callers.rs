//! What whoever asks the API may do before anybody knows who it is.

use super::Network;

/// How much one address may ask for, and which proxies may say whose address it is.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Callers")]
pub struct Callers {
    /// Proxies that are believed where they say from whom they have a request: addresses or networks, separated by commas
    /// [default: none].
    #[arg(
        long,
        env = "GILDHALL_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<Network>,
    /// The header in which they say it. The other one is not looked at.
    #[arg(
        long,
        env = "GILDHALL_FORWARDED_HEADER",
        value_name = "HEADER",
        value_enum,
        default_value_t
    )]
    pub forwarded_header: ForwardedHeader,
    /// Requests that one address (of IPv6, one /64) may make in a minute, 0 to 10000000; 0 sets no limit.
    #[arg(
        long,
        env = "GILDHALL_ADDRESS_RATE",
        value_name = "REQUESTS",
        default_value_t = 6_000,
        value_parser = clap::value_parser!(u32).range(0..=10_000_000)
    )]
    pub address_rate: u32,
    /// Requests that it may make at once, 1 to 1000000.
    #[arg(
        long,
        env = "GILDHALL_ADDRESS_BURST",
        value_name = "REQUESTS",
        default_value_t = 1_000,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    pub address_burst: u32,
    /// Wrong keys that it may try in a minute, 0 to 1000000; 0 sets no limit.
    #[arg(
        long,
        env = "GILDHALL_ADDRESS_FAILURES",
        value_name = "ATTEMPTS",
        default_value_t = 60,
        value_parser = clap::value_parser!(u32).range(0..=1_000_000)
    )]
    pub address_failures: u32,
    /// Connections that it may hold, 1 to 4096.
    #[arg(
        long,
        env = "GILDHALL_ADDRESS_CONNECTIONS",
        value_name = "CONNECTIONS",
        default_value_t = 1_024,
        value_parser = clap::value_parser!(u32).range(1..=4_096)
    )]
    pub address_connections: u32,
}

/// How proxies say from whom they have a request.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For` and `X-Forwarded-Proto`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::{accepts, assert_range, parse};

    #[test]
    fn nobody_is_trusted_by_default_and_everybody_is_limited() {
        let callers: Callers = parse(&[]).expect("there are defaults");
        assert!(callers.trusted_proxies.is_empty());
        assert_eq!(callers.forwarded_header, ForwardedHeader::XForwardedFor);
        assert_eq!(
            (callers.address_rate, callers.address_burst),
            (6_000, 1_000)
        );
        assert_eq!(
            (callers.address_failures, callers.address_connections),
            (60, 1_024)
        );
    }

    #[test]
    fn proxies_are_a_list() {
        let callers: Callers =
            parse(&["--trusted-proxies", "10.0.0.0/8,::1"]).expect("two networks");
        let shown: Vec<String> = callers
            .trusted_proxies
            .iter()
            .map(Network::to_string)
            .collect();
        assert_eq!(shown, ["10.0.0.0/8", "::1/128"]);
        for bad in ["", "10.0.0.0/8,", "proxy", "*"] {
            assert!(!accepts::<Callers>(&["--trusted-proxies", bad]), "{bad}");
        }
    }

    #[test]
    fn there_are_two_headers() {
        assert!(accepts::<Callers>(&["--forwarded-header", "forwarded"]));
        assert!(accepts::<Callers>(&[
            "--forwarded-header",
            "x-forwarded-for"
        ]));
        assert!(!accepts::<Callers>(&["--forwarded-header", "x-real-ip"]));
    }

    #[test]
    fn limits_hold_at_their_edges() {
        assert_range::<Callers>("--address-rate", 0, 10_000_000, &[]);
        assert_range::<Callers>("--address-burst", 1, 1_000_000, &[]);
        assert_range::<Callers>("--address-failures", 0, 1_000_000, &[]);
        assert_range::<Callers>("--address-connections", 1, 4_096, &[]);
    }
}
