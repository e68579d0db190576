//! How long the API takes to accept a job at half the rate that it should reach.
//!
//! The jobs come at a constant rate whether or not earlier ones were answered, and each latency counts from the moment
//! when its job was due, so a stall is told by every job that it holds up, not only by those that were under way.
//! Timers fire up to a millisecond late; that is told as latency too.

use crate::Result;
use crate::bench::Bench;
use crate::fleet::Fleet;
use crate::http::Connection;
use crate::report::{Row, Target, quantile};
use crate::submission::Submission;
use futures_util::future::try_join_all;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

const MAX_CONCURRENT: u32 = 2;
const RENDER_MS: u32 = 1000;
const RATE_PER_S: u32 = 500;
/// A job waits for the connection's last one to be answered. With so many, only answers that take longer than 128 ms
/// make one wait.
const CONNECTIONS: u32 = 64;
/// Time for the connections to open before the first job is due.
const HEAD_START: Duration = Duration::from_millis(200);

/// When each job is due.
#[derive(Clone, Copy)]
struct Schedule {
    begin: Instant,
    /// Jobs that do not count, and all jobs.
    warm_up: u32,
    total: u32,
}

impl Schedule {
    fn due(&self, number: u32) -> Instant {
        self.begin + Duration::from_secs(1) * number / RATE_PER_S
    }
}

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    bench.with_fleet("latency", MAX_CONCURRENT, |fleet| {
        measure_with(bench, fleet)
    })
}

fn measure_with(bench: &Bench, fleet: &mut Fleet) -> Result<Vec<Row>> {
    fleet.start_workers(1, RENDER_MS, MAX_CONCURRENT)?;
    let ends = bench.listen(fleet)?;
    let (address, submission) = (fleet.address, fleet.submission());
    let jobs = |span: Duration| (span.as_secs_f64() * f64::from(RATE_PER_S)) as u32;
    let (warm_up, counted) = (jobs(bench.amounts.warm_up), jobs(bench.amounts.load));
    let latencies = bench.wait(async move {
        ends.wait_for_workers(MAX_CONCURRENT).await?;
        let schedule = Schedule {
            begin: Instant::now() + HEAD_START,
            warm_up,
            total: warm_up + counted,
        };
        let client = |first| client(address, submission.clone(), schedule, first);
        let latencies = try_join_all((0..CONNECTIONS).map(client)).await?;
        Ok(latencies.concat())
    })?;
    let what = |quantile| format!("answer to a submission at {RATE_PER_S}/s, {quantile}, ms");
    Ok(vec![
        Row::new("submit_p50_ms", what("p50"), quantile(&latencies, 0.50)),
        Row::new("submit_p99_ms", what("p99"), quantile(&latencies, 0.99))
            .target(Target::AtMost(50.0)),
        Row::new("submit_max_ms", what("longest"), quantile(&latencies, 1.0)),
    ])
}

/// Sends the jobs of one connection; gives the milliseconds of those that count.
async fn client(
    address: SocketAddr,
    mut submission: Submission,
    schedule: Schedule,
    first: u32,
) -> Result<Vec<f64>> {
    let mut connection = Connection::open(address).await?;
    let mut latencies_ms = Vec::new();
    for number in (first..schedule.total).step_by(CONNECTIONS as usize) {
        let due = schedule.due(number);
        sleep_until(due).await;
        let request = submission.numbered(number.into());
        connection.exchange(request).await?.accepted()?;
        if number >= schedule.warm_up {
            latencies_ms.push(due.elapsed().as_secs_f64() * 1e3);
        }
    }
    Ok(latencies_ms)
}
