//! Ports that stay ours for as long as a stack lives, whether or not its service is running.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

use crate::error::DevstackError;
use crate::secret;

/// Below it lie the well-known ports of common services.
const FIRST: u16 = 15_000;
/// Used up to here where the system's own range begins later, or earlier than makes sense.
const LAST: u16 = 31_999;

/// A port on 127.0.0.1 that no other stack takes. Dropping it gives it back.
///
/// It lies below the ports that the system gives to outgoing connections: while a service is down, a client that keeps
/// trying to connect could otherwise be given that very port, connect to itself, and keep the service from coming back.
pub(crate) struct Port {
    number: u16,
    /// A socket in the abstract name space: the system frees the name with the process, however it ends.
    _claim: UnixListener,
}

impl Port {
    pub(crate) fn claim() -> Result<Self, DevstackError> {
        let last = last();
        let count = last - FIRST + 1;
        let start = u16::from_le_bytes(secret::random()?) % count;
        (0..count)
            .map(|step| FIRST + (start + step) % count)
            .find_map(Self::try_claim)
            .ok_or(DevstackError::NoPort { first: FIRST, last })
    }

    fn try_claim(number: u16) -> Option<Self> {
        let name =
            SocketAddr::from_abstract_name(format!("gildhall-devstack-port-{number}")).ok()?;
        let claim = UnixListener::bind_addr(&name).ok()?;
        // Some other program may listen there; what has been found free is not held, since the service needs it.
        TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
        Some(Self {
            number,
            _claim: claim,
        })
    }

    pub(crate) fn number(&self) -> u16 {
        self.number
    }
}

/// The last port below the system's range of outgoing ports.
fn last() -> u16 {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let begin = range
        .split_ascii_whitespace()
        .next()
        .and_then(|word| word.parse::<u16>().ok());
    match begin {
        Some(begin) if begin > FIRST + 1_000 => LAST.min(begin - 1),
        _ => LAST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn claimed_ports_differ_and_can_be_listened_on() {
        let ports: Vec<Port> = (0..40)
            .map(|_| Port::claim().expect("there are thousands"))
            .collect();
        let numbers: BTreeSet<u16> = ports.iter().map(Port::number).collect();
        assert_eq!(numbers.len(), ports.len());
        for number in numbers {
            assert!((FIRST..=LAST).contains(&number));
            TcpListener::bind((Ipv4Addr::LOCALHOST, number))
                .expect("nobody else takes a claimed port");
            assert!(
                Port::try_claim(number).is_none(),
                "{number} was claimed twice"
            );
        }
    }
}
