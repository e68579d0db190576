//! `gildhall health`: how a role is, for whoever has nothing at hand but this program, such as a container's runtime.

mod ask;
mod place;
mod told;

// For the fuzzer (`fuzz/`) alone.
#[cfg(any(fuzzing, test))]
pub use self::{ask::Answer, place::place, told::ready};

use super::exit::Incomplete;
use super::operator::out;
use crate::config;
use anyhow::Context;
use reqwest::StatusCode;
use std::time::Duration;
use tokio::runtime;

/// Arguments of `gildhall health`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Whom to ask, as http://host:port or host:port [default: where --health-listen says, else where --listen says].
    #[arg(value_name = "URL", value_parser = place::place)]
    url: Option<String>,
    /// Ask whether the process is alive, whatever it misses (/healthz), instead of whether it is ready (/readyz).
    #[arg(long)]
    live: bool,
    /// Milliseconds that the answer may take, 1 to 60000.
    #[arg(
        long,
        value_name = "MS",
        default_value_t = 3_000,
        value_parser = clap::value_parser!(u32).range(1..=60_000)
    )]
    timeout_ms: u32,
    #[command(flatten)]
    health: config::Health,
    #[command(flatten)]
    listen: config::Listen,
}

/// Why it is not known how a role is. The client tells of one cause many times over, so only the last one is told on.
#[derive(Debug, thiserror::Error)]
pub enum HealthError {
    #[error("there is no HTTP client")]
    Client(#[source] reqwest::Error),
    #[error("nobody answers at {places}: {why}")]
    Nobody { places: String, why: String },
    #[error("no answer from {places} within {limit_ms} ms")]
    Late { places: String, limit_ms: u32 },
    #[error("what listens at {place} gives no answer: {why}")]
    Broken { place: String, why: String },
    #[error("what answers at {place} is no role of Gildhall: it says {status}")]
    Stranger { place: String, status: StatusCode },
}

/// Prints one line; fails where the role is not ready, and where nobody answers.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let places = places(args);
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start")?;
    let limit = Duration::from_millis(args.timeout_ms.into());
    let asked = runtime.block_on(async {
        let answer = ask::ask(&places, path(args.live));
        tokio::time::timeout(limit, answer).await
    });
    // Looking up a name cannot be interrupted, and may take longer than anybody waits here.
    runtime.shutdown_background();
    let answer = asked.map_err(|_| HealthError::Late {
        places: places.join(" or "),
        limit_ms: args.timeout_ms,
    })??;
    let known = match args.live {
        true => told::alive(answer)?,
        false => told::ready(answer)?,
    };
    out::print(&known.line)?;
    match known.is_well {
        true => Ok(()),
        false => Err(Incomplete.into()),
    }
}

/// Where to ask, one after the other. A relay and a worker tell their health at the first socket, the API at the second;
/// an image has settings for both and does not know which role it is to be.
fn places(args: &Args) -> Vec<String> {
    match &args.url {
        Some(url) => vec![url.clone()],
        None => {
            let sockets = [args.health.health_listen, Some(args.listen.listen)];
            let sockets = sockets.into_iter().flatten();
            sockets.flat_map(place::reached).collect()
        }
    }
}

fn path(live: bool) -> &'static str {
    match live {
        true => "/healthz",
        false => "/readyz",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::operator::testing::parse;

    fn asked(args: &[&str]) -> Vec<String> {
        places(&parse(args).expect("good arguments"))
    }

    #[test]
    fn whom_the_settings_name_is_asked_unless_somebody_else_is_named() {
        let api = "http://127.0.0.1:8080";
        assert_eq!(asked(&[]), [api]);
        let worker = ["--health-listen", "0.0.0.0:9000"];
        assert_eq!(asked(&worker), ["http://127.0.0.1:9000", api]);
        assert_eq!(
            asked(&["--listen", "192.0.2.7:80"]),
            ["http://192.0.2.7:80"]
        );
        let told = [&worker[..], &["[::1]:1"]].concat();
        assert_eq!(asked(&told), ["http://[::1]:1"]);
        assert!(parse::<Args>(&["http://127.0.0.1:9000/readyz"]).is_err());
    }

    #[test]
    fn the_time_limit_has_limits() {
        for (limit, is_good) in [("0", false), ("1", true), ("60000", true), ("60001", false)] {
            let parsed = parse::<Args>(&["--timeout-ms", limit]);
            assert_eq!(parsed.is_ok(), is_good, "{limit}");
        }
    }
}
