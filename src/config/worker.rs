//! A worker.

use super::drill::Drill;
use super::size::bytes;
use gildhall_render::encode::EncoderChoice;
use std::path::PathBuf;

/// How a worker takes, renders and gives back jobs.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Worker")]
pub struct Worker {
    /// Jobs rendered at once by this process, 1 to 64. A render uses all cores it is given: more processes or machines
    /// are better than a higher number here.
    #[arg(
        long,
        env = "GILDHALL_CONCURRENCY",
        value_name = "JOBS",
        default_value_t = 1,
        value_parser = clap::value_parser!(u16).range(1..=64)
    )]
    pub concurrency: u16,
    /// Milliseconds that a job stays this worker's without a sign of life, 1000 to 600000.
    #[arg(
        long,
        env = "GILDHALL_LEASE_MS",
        value_name = "MS",
        default_value_t = 15_000,
        value_parser = clap::value_parser!(u32).range(1000..=600_000)
    )]
    pub lease_ms: u32,
    /// Milliseconds that jobs may still run after SIGTERM until they are given back, 0 to 3600000.
    #[arg(
        long,
        env = "GILDHALL_GRACE_MS",
        value_name = "MS",
        default_value_t = 30_000,
        value_parser = clap::value_parser!(u32).range(0..=3_600_000)
    )]
    pub grace_ms: u32,
    /// Seconds a render may take, 1 to 1700: below the 30 minutes after which RabbitMQ takes its message back.
    #[arg(
        long,
        env = "GILDHALL_RENDER_TIMEOUT_S",
        value_name = "SECONDS",
        default_value_t = 1200,
        value_parser = clap::value_parser!(u32).range(1..=1700)
    )]
    pub render_timeout_s: u32,
    /// Memory a render may use, in megabytes, 256 to 1000000.
    #[arg(
        long,
        env = "GILDHALL_MEMORY_LIMIT_MB",
        value_name = "MB",
        default_value_t = 4096,
        value_parser = clap::value_parser!(u32).range(256..=1_000_000)
    )]
    pub memory_limit_mb: u32,
    /// Failed attempts after which a job is given up, 1 to 10.
    #[arg(
        long,
        env = "GILDHALL_MAX_ATTEMPTS",
        value_name = "COUNT",
        default_value_t = 3,
        value_parser = clap::value_parser!(u32).range(1..=10)
    )]
    pub max_attempts: u32,
    /// Room for assets kept between jobs, in the working folder, as 1048576, 512MiB or 2GiB; 0 keeps none.
    #[arg(
        long,
        env = "GILDHALL_CACHE_BYTES",
        value_name = "SIZE",
        default_value = "2GiB",
        value_parser = bytes
    )]
    pub cache_bytes: u64,
    /// The folder in which each job gets a private folder while it runs.
    #[arg(
        long,
        env = "GILDHALL_WORK_DIR",
        value_name = "DIR",
        default_value = "/tmp/gildhall/work"
    )]
    pub work_dir: PathBuf,
    /// The encoder: x264, auto (hardware where it works, else x264), nvenc, vaapi or qsv.
    #[arg(
        long,
        env = "GILDHALL_ENCODER",
        value_name = "ENCODER",
        default_value = "x264",
        value_parser = encoder
    )]
    pub encoder: String,
    /// Encoder threads, 1 to 64 [default: the number of cores, at most 16].
    #[arg(
        long,
        env = "GILDHALL_THREADS",
        value_name = "COUNT",
        value_parser = clap::value_parser!(u8).range(1..=64)
    )]
    pub threads: Option<u8>,
    /// Milliseconds to sleep instead of rendering, for measuring the fleet without its renderer.
    #[arg(long, env = "GILDHALL_PRETEND_MS", value_name = "MS", hide = true)]
    pub pretend_ms: Option<u32>,
    /// A program to render with instead of this one, which takes the same arguments.
    #[arg(
        long,
        env = "GILDHALL_RENDER_PROGRAM",
        value_name = "FILE",
        hide = true
    )]
    pub render_program: Option<PathBuf>,
    /// A fault on purpose: kill:STEP or fail:STEP.
    #[arg(long, env = "GILDHALL_DRILL", value_name = "DRILL", hide = true)]
    pub drill: Option<Drill>,
}

/// An encoder by the name that the render process knows it by.
fn encoder(name: &str) -> Result<String, String> {
    name.parse::<EncoderChoice>()?;
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::{accepts, assert_range, parse};

    #[test]
    fn everything_has_a_default() {
        let worker: Worker = parse(&[]).expect("there are defaults");
        assert_eq!(worker.concurrency, 1);
        assert_eq!(worker.lease_ms, 15_000);
        assert_eq!(worker.grace_ms, 30_000);
        assert_eq!(worker.render_timeout_s, 1200);
        assert_eq!(worker.memory_limit_mb, 4096);
        assert_eq!(worker.max_attempts, 3);
        assert_eq!(worker.cache_bytes, 2 << 30);
        assert_eq!(worker.encoder, "x264");
        assert_eq!((worker.pretend_ms, worker.render_program), (None, None));
        assert_eq!(worker.threads, None);
    }

    #[test]
    fn limits_hold_at_their_edges() {
        assert_range::<Worker>("--concurrency", 1, 64, &[]);
        assert_range::<Worker>("--lease-ms", 1000, 600_000, &[]);
        assert_range::<Worker>("--grace-ms", 0, 3_600_000, &[]);
        assert_range::<Worker>("--render-timeout-s", 1, 1700, &[]);
        assert_range::<Worker>("--memory-limit-mb", 256, 1_000_000, &[]);
        assert_range::<Worker>("--max-attempts", 1, 10, &[]);
        assert_range::<Worker>("--threads", 1, 64, &[]);
    }

    #[test]
    fn the_encoder_is_a_known_one() {
        assert!(accepts::<Worker>(&["--encoder", "auto"]));
        assert!(!accepts::<Worker>(&["--encoder", "theora"]));
    }
}
