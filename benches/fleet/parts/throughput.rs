//! Jobs in a second with two workers whose renders are nothing. All jobs wait before the workers start; it counts from
//! the first end to the last, so that starting does not.

use super::UNLIMITED;
use crate::Result;
use crate::bench::Bench;
use crate::fleet::Fleet;
use crate::report::{Peer, Row, Target};
use crate::submission::submit_all;

const WORKERS: usize = 2;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    bench.with_fleet("throughput", UNLIMITED, |fleet| measure_with(bench, fleet))
}

fn measure_with(bench: &Bench, fleet: &mut Fleet) -> Result<Vec<Row>> {
    let mut ends = bench.listen(fleet)?;
    let count = bench.amounts.waiting;
    bench.wait(submit_all(fleet.address, fleet.submission(), count))?;
    fleet.start_workers(WORKERS, 0, 1)?;
    let times = bench.wait(async move { ends.collect(count).await })?;
    // There are hundreds.
    let took = times[times.len() - 1] - times[0];
    let per_s = f64::from(count - 1) / took.as_secs_f64();
    let what = format!("jobs/s without a render, {WORKERS} worker processes");
    Ok(vec![
        Row::new("jobs_per_s", what, per_s)
            .target(Target::AtLeast(300.0))
            .beside(Peer::Jobs),
    ])
}
