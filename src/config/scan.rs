//! The scanner of uploads.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Whether uploads are scanned, and by whom.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Scanning")]
pub struct Scan {
    /// Whether an upload has to be found clean before it can be used: required, or off (every upload can be used at once,
    /// unscanned). The same for every process of a fleet.
    #[arg(
        id = "scan",
        long = "scan",
        env = "GILDHALL_SCAN",
        value_name = "MODE",
        value_enum,
        default_value_t
    )]
    pub mode: ScanMode,
    /// The scanner, a clamd: tcp://host:port, or unix:/path of its socket. One that cannot be reached makes uploads wait in
    /// quarantine.
    #[arg(
        id = "clamd",
        long = "clamd",
        env = "GILDHALL_CLAMD",
        value_name = "ADDRESS",
        default_value = "tcp://127.0.0.1:3310"
    )]
    pub clamd: Clamd,
    /// Milliseconds that the scan of a file may take, 1000 to 600000. After that the file waits in quarantine, to be scanned
    /// again.
    #[arg(
        id = "scan_timeout_ms",
        long = "scan-timeout-ms",
        env = "GILDHALL_SCAN_TIMEOUT_MS",
        value_name = "MS",
        default_value_t = 60_000,
        value_parser = clap::value_parser!(u32).range(1000..=600_000)
    )]
    pub timeout_ms: u32,
}

/// Whether uploads are scanned.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScanMode {
    /// What was not found clean is not used.
    #[default]
    Required,
    /// Nothing is scanned.
    Off,
}

/// Where clamd listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clamd {
    /// `host:port`; the host is a name or an address.
    Tcp(String),
    /// A socket of this machine.
    Unix(PathBuf),
}

/// It is no address of a clamd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be tcp://host:port or unix:/path")]
pub struct BadClamd;

impl FromStr for Clamd {
    type Err = BadClamd;

    fn from_str(text: &str) -> Result<Clamd, BadClamd> {
        if let Some(path) = text.strip_prefix("unix:") {
            let path = PathBuf::from(path);
            return path
                .is_absolute()
                .then_some(Clamd::Unix(path))
                .ok_or(BadClamd);
        }
        let address = text.strip_prefix("tcp://").ok_or(BadClamd)?;
        let (host, port) = address.rsplit_once(':').ok_or(BadClamd)?;
        let bracketed = host.starts_with('[') && host.ends_with(']');
        let odd =
            |c: char| matches!(c, '/' | '@' | '?' | '#') || c.is_whitespace() || c.is_control();
        let is_host = !host.is_empty() && !host.contains(odd) && (bracketed || !host.contains(':'));
        // `parse` alone would take a sign.
        let is_port = port.bytes().all(|c| c.is_ascii_digit())
            && port.parse::<u16>().is_ok_and(|port| port > 0);
        match is_host && is_port {
            true => Ok(Clamd::Tcp(address.to_owned())),
            false => Err(BadClamd),
        }
    }
}

impl fmt::Display for Clamd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Clamd::Tcp(address) => write!(f, "tcp://{address}"),
            Clamd::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::{accepts, assert_range, parse};

    #[test]
    fn scanning_is_required_unless_it_is_turned_off() {
        let scan: Scan = parse(&[]).expect("there are defaults");
        assert_eq!(scan.mode, ScanMode::Required);
        assert_eq!(scan.clamd.to_string(), "tcp://127.0.0.1:3310");
        assert_eq!(scan.timeout_ms, 60_000);
        let scan: Scan = parse(&["--scan", "off"]).expect("it can be");
        assert_eq!(scan.mode, ScanMode::Off);
        assert!(!accepts::<Scan>(&["--scan", "maybe"]));
    }

    #[test]
    fn an_address_is_tcp_or_a_socket() {
        for good in [
            "tcp://clamav:3310",
            "tcp://10.0.0.7:3310",
            "tcp://[::1]:65535",
            "unix:/run/clamav/clamd.ctl",
        ] {
            assert_eq!(
                good.parse().map(|clamd: Clamd| clamd.to_string()),
                Ok(good.to_owned())
            );
        }
        for bad in [
            "",
            "clamav:3310",
            "tcp://clamav",
            "tcp://:3310",
            "tcp://clamav:0",
            "tcp://clamav:65536",
            "tcp://clamav:+3310",
            "tcp://clamav:",
            "tcp://::1:3310",
            "tcp://user@clamav:3310",
            "tcp://clamav:3310/",
            "tcp://cla mav:3310",
            "unix:clamd.ctl",
            "unix:",
            "http://clamav:3310",
        ] {
            assert_eq!(bad.parse::<Clamd>(), Err(BadClamd), "{bad}");
        }
    }

    #[test]
    fn limits_hold_at_their_edges() {
        assert_range::<Scan>("--scan-timeout-ms", 1000, 600_000, &[]);
    }
}
