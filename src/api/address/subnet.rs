//! Which addresses count as one.

use std::net::{IpAddr, Ipv6Addr};

/// An IPv4 address, or the first 64 bits of an IPv6 one: whoever has one line has all addresses that share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subnet(IpAddr);

impl From<IpAddr> for Subnet {
    fn from(address: IpAddr) -> Subnet {
        let network = match address.to_canonical() {
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
            v4 => v4,
        };
        Subnet(network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(address: &str) -> Subnet {
        Subnet::from(address.parse::<IpAddr>().expect("an address"))
    }

    #[test]
    fn a_line_has_one_subnet() {
        assert_ne!(subnet("192.0.2.1"), subnet("192.0.2.2"));
        assert_eq!(subnet("192.0.2.1"), subnet("::ffff:192.0.2.1"));
        assert_eq!(subnet("2001:db8::1"), subnet("2001:db8::ffff:1:2:3"));
        assert_ne!(subnet("2001:db8::1"), subnet("2001:db8:0:1::1"));
    }
}
