//! Accepted jobs in a second: clients that each send the next job as soon as the last one was accepted.
//!
//! Everything else goes on meanwhile: the relay dispatches, up to the tenant's limit of two jobs, and a worker
//! pretends to render them for a second each.

use crate::Result;
use crate::bench::Bench;
use crate::cpu::{self, Shares};
use crate::fleet::Fleet;
use crate::http::Connection;
use crate::report::{Peer, Row, Target};
use crate::submission::Submission;
use futures_util::future::try_join_all;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

const MAX_CONCURRENT: u32 = 2;
const RENDER_MS: u32 = 1000;
const PERCENT: f64 = 100.0;

/// What all clients have in common.
#[derive(Clone)]
struct Load {
    address: SocketAddr,
    submission: Submission,
    clients: usize,
    /// From when on answers count, and for how long.
    from: Instant,
    span: Duration,
    /// The next job's number.
    next: Arc<AtomicU64>,
}

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    bench.with_fleet("submit", MAX_CONCURRENT, |fleet| measure_with(bench, fleet))
}

fn measure_with(bench: &Bench, fleet: &mut Fleet) -> Result<Vec<Row>> {
    fleet.start_workers(1, RENDER_MS, MAX_CONCURRENT)?;
    let mut ends = bench.listen(fleet)?;
    let amounts = &bench.amounts;
    let (api_id, warm_up, span) = (fleet.api_id(), amounts.warm_up, amounts.load);
    let mut load = Load {
        address: fleet.address,
        submission: fleet.submission(),
        clients: bench.clients,
        from: Instant::now(),
        span,
        next: Arc::default(),
    };
    let clients = bench.clients;
    let (accepted, shares, ran) = bench.wait(async move {
        ends.wait_for_workers(MAX_CONCURRENT).await?;
        load.from = Instant::now() + warm_up;
        let shares = cpu::shares(api_id, load.from, span);
        let (accepted, shares) = tokio::try_join!(flood(load), shares)?;
        Ok((accepted, shares, ends.drain()?))
    })?;
    if ran == 0 {
        return Err("no job ran meanwhile: that is another measurement".into());
    }
    Ok(rows(clients, accepted as f64 / span.as_secs_f64(), shares))
}

fn rows(clients: usize, accepted_per_s: f64, shares: Shares) -> Vec<Row> {
    let share = |key, what: &str, share: f64| {
        Row::new(key, format!("  {what}, % of all cores"), share * PERCENT)
    };
    vec![
        Row::new(
            "accepted_per_s",
            format!("accepted jobs/s, {clients} clients over HTTP"),
            accepted_per_s,
        )
        .target(Target::AtLeast(1000.0))
        .beside(Peer::Submits),
        share("everything_cpu_percent", "everything", shares.everything),
        share("api_cpu_percent", "of it the API and its relay", shares.api),
        share(
            "generator_cpu_percent",
            "of it the clients",
            shares.generator,
        ),
    ]
}

/// Lets all clients loose and counts the jobs that were accepted in the window.
async fn flood(load: Load) -> Result<u64> {
    let counts = try_join_all((0..load.clients).map(|_| client(load.clone()))).await?;
    Ok(counts.into_iter().sum())
}

async fn client(mut load: Load) -> Result<u64> {
    let mut connection = Connection::open(load.address).await?;
    let until = load.from + load.span;
    let mut accepted = 0;
    loop {
        let number = load.next.fetch_add(1, Ordering::Relaxed);
        let request = load.submission.numbered(number);
        connection.exchange(request).await?.accepted()?;
        let now = Instant::now();
        if now >= until {
            return Ok(accepted);
        }
        accepted += u64::from(now >= load.from);
    }
}
