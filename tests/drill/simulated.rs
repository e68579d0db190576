//! The documented load for hours from a standing start, calculated.

use std::collections::VecDeque;
use std::time::Duration;

use crate::load::{ASKED_EVERY, LONGEST_WAIT, RENDERS_FOR, STARTS_FOR, arrivals, p95};
use crate::support::scaler::{Rule, Scaler};

const HOUR: Duration = Duration::from_secs(3600);
const STEP: Duration = Duration::from_millis(100);
/// How old the depth may be that the broker tells, in steps.
const TOLD_EVERY: usize = 50;

/// How long each job of an hour waits, and the most workers there were.
fn waits(seed: u64) -> (Vec<Duration>, usize) {
    let mut coming: VecDeque<_> = arrivals(seed, |_| 1.0)
        .take_while(|at| *at < HOUR)
        .collect();
    let mut scaler = Scaler::new(Rule::of_the_chart());
    // When each worker takes its next job.
    let mut workers = VecDeque::from(vec![Duration::ZERO; scaler.rule.min]);
    let (mut waiting, mut ends, mut waits) = (VecDeque::new(), Vec::new(), Vec::new());
    let (mut told, mut most) = (0, 0);
    let asked_every = (ASKED_EVERY.as_millis() / STEP.as_millis()) as usize;
    for step in 0.. {
        let now = STEP * step as u32;
        while coming.front().is_some_and(|moment| *moment <= now) {
            waiting.extend(coming.pop_front());
        }
        for free in workers.iter_mut().filter(|free| **free <= now) {
            let Some(came) = waiting.pop_front() else {
                break;
            };
            waits.push(now - came);
            *free = now + RENDERS_FOR;
            ends.push(*free);
        }
        ends.retain(|end| *end > now);
        if step % TOLD_EVERY == 0 {
            told = (waiting.len() + ends.len()) as u64;
        }
        if step % asked_every == 0 {
            let wanted = scaler.look(now, told);
            while workers.len() < wanted {
                workers.push_back(now + STARTS_FOR);
            }
            // One that renders ends its render: its job is on the list of ends.
            workers.drain(..workers.len() - wanted);
            most = most.max(wanted);
        }
        if coming.is_empty() && waiting.is_empty() {
            break;
        }
    }
    (waits, most)
}

#[test]
fn the_documented_load_waits_for_less_than_half_a_minute() {
    for seed in 1..=5 {
        let (waits, most) = waits(seed);
        assert!(waits.len() > 1600, "{} jobs", waits.len());
        let longest = p95(waits);
        println!("seed {seed}: wait p95 {longest:?}, at most {most} workers");
        assert!(longest < LONGEST_WAIT, "{longest:?} of seed {seed}");
    }
}
