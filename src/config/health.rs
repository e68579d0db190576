//! Where workers and relays tell how they are.

use std::net::SocketAddr;

/// The socket for those who look after the process; without it there is none.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Health")]
pub struct Health {
    /// Address and port for /healthz, /readyz and /metrics; port 0 takes any free one [default: none].
    #[arg(long, env = "GILDHALL_HEALTH_LISTEN", value_name = "ADDRESS")]
    pub health_listen: Option<SocketAddr>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::{accepts, parse};

    #[test]
    fn it_is_off_by_default() {
        let default: Health = parse(&[]).expect("there is a default");
        assert_eq!(default.health_listen, None);
    }

    #[test]
    fn an_address_has_a_port() {
        assert!(accepts::<Health>(&["--health-listen", "0.0.0.0:9000"]));
        assert!(!accepts::<Health>(&["--health-listen", "0.0.0.0"]));
    }
}
