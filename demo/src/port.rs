//! A port for the API.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use crate::error::DemoError;

/// The port that everybody tries first, and those after it.
const FIRST: u16 = 8080;
const LAST: u16 = 8179;

/// The address to listen on: `wanted`, or the first free port. It is not held; should another program take it before
/// the API does, the API ends and says so.
pub fn choose(wanted: Option<u16>) -> Result<SocketAddr, DemoError> {
    let port = match wanted {
        Some(port) => port,
        None => (FIRST..=LAST)
            .find(|port| is_free(*port))
            .ok_or(DemoError::NoPort {
                first: FIRST,
                last: LAST,
            })?,
    };
    Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_passed_over() {
        let first = choose(None).expect("a hundred ports");
        let _taken = TcpListener::bind(first).expect("it was free");
        let second = choose(None).expect("a hundred ports");
        assert_ne!(first, second);
        assert_eq!(choose(Some(9)).expect("as told").port(), 9);
    }
}
