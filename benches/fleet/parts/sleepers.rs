//! Whether many workers are kept busy: 32 processes whose renders are a sleep of one second could do 32 jobs in a
//! second.
//!
//! The workers are there before the jobs. It counts from the 32nd end, when each has done one, to the last.

use super::UNLIMITED;
use crate::Result;
use crate::bench::Bench;
use crate::fleet::Fleet;
use crate::report::{Row, Target};
use crate::submission::submit_all;

const WORKERS: u32 = 32;
const RENDER_MS: u32 = 1000;
/// The share of the highest possible rate that is to be reached.
const SHARE: f64 = 0.95;

pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    bench.with_fleet("sleepers", UNLIMITED, |fleet| measure_with(bench, fleet))
}

fn measure_with(bench: &Bench, fleet: &mut Fleet) -> Result<Vec<Row>> {
    fleet.start_workers(WORKERS as usize, RENDER_MS, 1)?;
    let mut ends = bench.listen(fleet)?;
    let (address, submission) = (fleet.address, fleet.submission());
    let count = WORKERS * bench.amounts.naps;
    let times = bench.wait(async move {
        ends.wait_for_workers(WORKERS).await?;
        let submitted = submit_all(address, submission, count);
        let ((), times) = tokio::try_join!(submitted, ends.collect(count))?;
        Ok(times)
    })?;
    // There are several for each worker.
    let took = times[times.len() - 1] - times[WORKERS as usize - 1];
    let per_s = f64::from(count - WORKERS) / took.as_secs_f64();
    let best_per_s = f64::from(WORKERS) * 1e3 / f64::from(RENDER_MS);
    let what = format!("jobs/s of 1 s, {WORKERS} worker processes");
    Ok(vec![
        Row::new("sleeping_jobs_per_s", what, per_s).target(Target::AtLeast(SHARE * best_per_s)),
    ])
}
