//! What a job costs beside its render: from before the request is sent until an integrator has the completed event, one
//! job after the other, with a worker whose render is nothing.

use super::UNLIMITED;
use crate::Result;
use crate::bench::Bench;
use crate::ends::Ends;
use crate::fleet::Fleet;
use crate::http::Connection;
use crate::report::{Peer, Row, Target, quantile};
use crate::submission::Submission;
use std::net::SocketAddr;
use tokio::time::Instant;

/// Jobs that do not count: the first ones open connections and prepare statements.
const WARM_UP: u32 = 20;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    bench.with_fleet("overhead", UNLIMITED, |fleet| measure_with(bench, fleet))
}

fn measure_with(bench: &Bench, fleet: &mut Fleet) -> Result<Vec<Row>> {
    fleet.start_workers(1, 0, 1)?;
    let ends = bench.listen(fleet)?;
    let (address, submission) = (fleet.address, fleet.submission());
    let rounds = bench.amounts.rounds;
    let latencies = bench.wait(one_at_a_time(address, submission, ends, rounds))?;
    let what = |quantile| format!("submit to completed event, no render, {quantile}, ms");
    Ok(vec![
        Row::new("overhead_p50_ms", what("p50"), quantile(&latencies, 0.50))
            .target(Target::AtMost(20.0))
            .beside(Peer::Latency),
        Row::new("overhead_p99_ms", what("p99"), quantile(&latencies, 0.99)),
    ])
}

async fn one_at_a_time(
    address: SocketAddr,
    mut submission: Submission,
    mut ends: Ends,
    rounds: u32,
) -> Result<Vec<f64>> {
    ends.wait_for_workers(1).await?;
    let mut connection = Connection::open(address).await?;
    let mut latencies_ms = Vec::new();
    for number in 0..WARM_UP + rounds {
        let request = submission.numbered(number.into());
        let began = Instant::now();
        let job = connection.exchange(request).await?.job()?;
        let end = ends.of(job).await?;
        if number >= WARM_UP {
            latencies_ms.push((end.at - began).as_secs_f64() * 1e3);
        }
    }
    Ok(latencies_ms)
}
