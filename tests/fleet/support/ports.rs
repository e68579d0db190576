//! Ports for the API, which a restarted one takes again.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the ports of the devstack and those that the system gives to outgoing connections: a client that tries to reach an
/// API that is down can then never be given its port.
const FIRST: u16 = 11_000;
const COUNT: u16 = 4_000;

/// An address on which nobody listens, and that no other test of this binary gets.
pub fn free_address() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Where another run begins is another place, most likely.
    let start = (std::process::id() % u32::from(COUNT)) as u16;
    let offer = || {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (start + step % COUNT) % COUNT;
        SocketAddr::from((Ipv4Addr::LOCALHOST, port))
    };
    (0..COUNT)
        .map(|_| offer())
        .find(|address| TcpListener::bind(address).is_ok())
        .expect("one of thousands of ports is free")
}
