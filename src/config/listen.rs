//! The socket of the HTTP server.

use std::net::SocketAddr;

/// Where requests are taken.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "HTTP")]
pub struct Listen {
    /// Address and port to listen on; port 0 takes any free one.
    #[arg(
        long,
        env = "GILDHALL_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080"
    )]
    pub listen: SocketAddr,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::{accepts, parse};

    #[test]
    fn only_this_machine_reaches_it_by_default() {
        let default: Listen = parse(&[]).expect("there is a default");
        assert!(default.listen.ip().is_loopback());
    }

    #[test]
    fn an_address_has_a_port() {
        assert!(accepts::<Listen>(&["--listen", "[::]:0"]));
        assert!(accepts::<Listen>(&["--listen", "0.0.0.0:65535"]));
        assert!(!accepts::<Listen>(&["--listen", "0.0.0.0:65536"]));
        assert!(!accepts::<Listen>(&["--listen", "0.0.0.0"]));
    }
}
