//! CPU time of processes and of the machine.

use crate::Result;
use std::fs;
use std::thread;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// The kernel counts CPU time for user space in ticks of 10 ms on every machine this runs on.
const TICKS_PER_S: f64 = 100.0;

/// Shares of all cores, 0 to 1, over a span of time.
#[derive(Clone, Copy)]
pub struct Shares {
    /// This process, which makes the load.
    pub generator: f64,
    /// The API and the relay in it.
    pub api: f64,
    /// Everything that ran on the machine, these two included.
    pub everything: f64,
}

#[derive(Clone, Copy)]
struct Sample {
    generator_s: f64,
    api_s: f64,
    busy_s: f64,
}

/// Measures from `from` until `from + span`.
pub async fn shares(api_id: u32, from: Instant, span: Duration) -> Result<Shares> {
    sleep_until(from).await;
    let before = Sample::take(api_id)?;
    sleep_until(from + span).await;
    let after = Sample::take(api_id)?;
    let cores = thread::available_parallelism()?.get() as f64;
    let share = |of: fn(&Sample) -> f64| (of(&after) - of(&before)) / (span.as_secs_f64() * cores);
    Ok(Shares {
        generator: share(|sample| sample.generator_s),
        api: share(|sample| sample.api_s),
        everything: share(|sample| sample.busy_s),
    })
}

impl Sample {
    fn take(api_id: u32) -> Result<Sample> {
        Ok(Sample {
            generator_s: process_s(std::process::id())?,
            api_s: process_s(api_id)?,
            busy_s: machine_s()?,
        })
    }
}

/// User and system time of all threads of a process.
fn process_s(id: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The program's name may hold spaces and parentheses, what follows it cannot. After it comes field 3; utime and
    // stime are fields 14 and 15 (proc_pid_stat(5)).
    let (_, fields) = stat.rsplit_once(')').ok_or("/proc/PID/stat is odd")?;
    ticks_s(fields.split_whitespace().skip(11).take(2))
}

/// Time of all cores that was not idle: user, nice and system, irq and softirq (proc_stat(5)).
fn machine_s() -> Result<f64> {
    let stat = fs::read_to_string("/proc/stat")?;
    let line = stat.lines().next().unwrap_or_default();
    let fields: Vec<&str> = line.split_whitespace().collect();
    let busy = [1, 2, 3, 6, 7].map(|field| fields.get(field).copied().unwrap_or_default());
    ticks_s(busy.into_iter())
}

fn ticks_s<'a>(fields: impl Iterator<Item = &'a str>) -> Result<f64> {
    let ticks: Option<u64> = fields.map(|field| field.parse::<u64>().ok()).sum();
    Ok(ticks.ok_or("/proc tells CPU time oddly")? as f64 / TICKS_PER_S)
}
