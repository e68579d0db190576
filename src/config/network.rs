//! Networks, by their addresses.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// All addresses that begin alike, as `10.0.0.0/8` or `2001:db8::/32`; or a single one. IPv4 addresses in IPv6 clothes
/// (`::ffff:10.0.0.1`) are IPv4 addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    prefix_bits: u32,
}

/// A text is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an address, or the first one of a network with its prefix, such as 10.0.0.0/8")]
pub struct BadNetwork;

impl Network {
    /// Whether the address is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (own, other) = (Bits::of(self.first), Bits::of(address));
        own.width == other.width && own.prefix(self.prefix_bits) == other.prefix(self.prefix_bits)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix_bits)
    }
}

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Network, BadNetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| BadNetwork)?;
        let bits = Bits::of(first);
        let prefix_bits = match prefix {
            // `parse` alone would take a sign.
            Some(digits) if digits.bytes().all(|c| c.is_ascii_digit()) => {
                digits.parse().map_err(|_| BadNetwork)?
            }
            Some(_) => return Err(BadNetwork),
            None => bits.width,
        };
        // Bits behind the prefix are most often a slip of the pen.
        let good = prefix_bits <= bits.width && bits.prefix(prefix_bits) == bits.value;
        let network = Network {
            first: first.to_canonical(),
            prefix_bits,
        };
        good.then_some(network).ok_or(BadNetwork)
    }
}

/// An address as a number.
struct Bits {
    value: u128,
    width: u32,
}

impl Bits {
    fn of(address: IpAddr) -> Bits {
        match address.to_canonical() {
            IpAddr::V4(v4) => Bits {
                value: v4.to_bits().into(),
                width: u32::BITS,
            },
            IpAddr::V6(v6) => Bits {
                value: v6.to_bits(),
                width: u128::BITS,
            },
        }
    }

    /// With everything behind the first bits taken out.
    fn prefix(&self, bits: u32) -> u128 {
        let behind = self.width - bits.min(self.width);
        // A shift by the whole width is none.
        let value = self.value.checked_shr(behind).unwrap_or(0);
        value.checked_shl(behind).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(network: &str, address: &str) -> bool {
        let network: Network = network.parse().expect("a network");
        network.contains(address.parse().expect("an address"))
    }

    #[test]
    fn a_network_has_the_addresses_that_begin_alike() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
            ("192.168.1.0/24", "192.168.1.0", "192.168.2.0"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.6"),
            ("192.0.2.6/31", "192.0.2.7", "192.0.2.8"),
            ("0.0.0.0/0", "255.1.2.3", "::1"),
            ("::/0", "2001:db8::1", "192.0.2.7"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("::1", "::1", "::2"),
            ("10.0.0.0/8", "::ffff:10.1.2.3", "::10.1.2.3"),
            ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.8"),
        ] {
            assert!(contains(network, inside), "{inside} in {network}");
            assert!(!contains(network, outside), "{outside} in {network}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "",
            "/",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "10.0.0.0/-1",
            "10.0.0.1/8",
            "10.0.0/8",
            "2001:db8::/129",
            "2001:db8::1/64",
            "example.com",
            "10.0.0.0/8/8",
            " 10.0.0.0/8",
        ] {
            assert_eq!(bad.parse::<Network>(), Err(BadNetwork), "{bad}");
        }
        let whole: Network = "2001:db8::1/128".parse().expect("one address");
        assert_eq!(whole.to_string(), "2001:db8::1/128");
    }
}
