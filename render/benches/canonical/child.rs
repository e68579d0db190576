//! The measured pieces of work, each in a process of its own.

use crate::Result;
use crate::bare;
use crate::folder::{Folder, Job};
use gildhall_proto::Seconds;
use gildhall_render::job::{self, Timings, peak_memory_bytes};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Length of the long video, the longest that a job may ask for.
const LONG_MS: u32 = 180_000;
/// The kernel counts CPU time for user space in ticks of 10 ms on every machine this runs on.
const TICKS_PER_S: f64 = 100.0;

/// What a child does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The whole render.
    Render,
    /// The whole render, 180 s long.
    RenderLong,
    /// Everything up to finished frames, which nobody takes.
    Compose,
    /// The bare encoder.
    Bare,
    /// The bare encoder's reading of the frames, alone.
    Read,
}

impl Role {
    const ALL: [Self; 5] = [
        Self::Render,
        Self::RenderLong,
        Self::Compose,
        Self::Bare,
        Self::Read,
    ];

    fn flag(self) -> &'static str {
        match self {
            Self::Render => "--child-render",
            Self::RenderLong => "--child-render-long",
            Self::Compose => "--child-compose",
            Self::Bare => "--child-bare",
            Self::Read => "--child-read",
        }
    }

    pub fn from_flag(flag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.flag() == flag)
    }
}

/// What a child says about itself, as JSON on its standard output.
#[derive(Serialize, Deserialize)]
pub struct Facts {
    pub frames: u32,
    pub peak_bytes: u64,
    /// Milliseconds that each stage was busy, by name; empty for children without stages.
    pub timings: BTreeMap<String, u64>,
}

/// A child's work as its parent measured it, starting and ending the process included.
pub struct Run {
    pub wall_s: f64,
    /// User and system time of all its threads.
    pub cpu_s: f64,
    pub facts: Facts,
}

/// One run of everything that is compared.
pub struct Round {
    pub bare: Run,
    pub render: Run,
    pub compose: Run,
    pub read: Run,
}

impl Round {
    /// Runs all of them; which of the pair goes first alternates from round to round.
    pub fn measure(number: usize, folder: &Folder) -> Result<Self> {
        let (bare, render) = if number.is_multiple_of(2) {
            let bare = measure(Role::Bare, folder)?;
            (bare, measure(Role::Render, folder)?)
        } else {
            let render = measure(Role::Render, folder)?;
            (measure(Role::Bare, folder)?, render)
        };
        Ok(Self {
            bare,
            render,
            compose: measure(Role::Compose, folder)?,
            read: measure(Role::Read, folder)?,
        })
    }
}

/// Runs a child and waits for it.
pub fn measure(role: Role, folder: &Folder) -> Result<Run> {
    let cpu_before_s = children_cpu_s()?;
    let started = Instant::now();
    let output = Command::new(std::env::current_exe()?)
        .arg(role.flag())
        .arg(folder.path())
        .stderr(Stdio::inherit())
        .output()?;
    let wall_s = started.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err(format!("the child {} failed ({})", role.flag(), output.status).into());
    }
    Ok(Run {
        wall_s,
        cpu_s: children_cpu_s()? - cpu_before_s,
        facts: serde_json::from_slice(&output.stdout)?,
    })
}

/// CPU time of all children that were waited for.
fn children_cpu_s() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The program's name may hold spaces and parentheses, what follows it cannot. After it comes field 3; cutime and
    // cstime are fields 16 and 17 (proc_pid_stat(5)).
    let (_, fields) = stat.rsplit_once(')').ok_or("/proc/self/stat is odd")?;
    let ticks: Option<u64> = fields
        .split_whitespace()
        .skip(13)
        .take(2)
        .map(|field| field.parse::<u64>().ok())
        .sum();
    Ok(ticks.ok_or("/proc/self/stat is odd")? as f64 / TICKS_PER_S)
}

/// Is the child: works, and tells its facts.
pub fn run(role: Role, folder: &Folder) -> Result<()> {
    let (frames, timings) = match role {
        Role::Render => render(Job::open(folder, "gildhall.mp4")?)?,
        Role::RenderLong => {
            let mut job = Job::open(folder, "gildhall-180s.mp4")?;
            job.spec.duration_s = Seconds::from_millis(LONG_MS);
            render(job)?
        }
        Role::Compose => {
            let job = Job::open(folder, "composed.mp4")?;
            let (plan, timings) = job::compose_frames(job.request(), |_, _| {})?;
            (plan.frames, timings)
        }
        Role::Bare => (bare::encode(folder)?, Timings::default()),
        Role::Read => (bare::feed(folder, |_, _| Ok(()))?, Timings::default()),
    };
    let mut timings: BTreeMap<String, u64> =
        serde_json::from_value(serde_json::to_value(timings)?)?;
    timings.retain(|_, ms| *ms > 0);
    let facts = Facts {
        frames,
        peak_bytes: peak_memory_bytes(),
        timings,
    };
    println!("{}", serde_json::to_string(&facts)?);
    Ok(())
}

fn render(job: Job) -> Result<(u32, Timings)> {
    let report = job::render(job.request(), &|_| {})?;
    // Numbers of a job that was degraded, for want of a font perhaps, compare with no other machine's.
    for warning in &report.warnings {
        eprintln!("warning: {warning}");
    }
    Ok((report.frames, report.timings))
}
