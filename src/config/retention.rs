//! What the janitor removes, and how fast.

/// Longest that anything is kept short of for ever, in days: about a hundred years.
const MAX_DAYS: u32 = 36_500;
/// What was done in so many days stays in the audit log, whatever is said here.
const MIN_AUDIT_DAYS: u32 = 30;

/// How long things are kept, of tenants that have no days of their own, in days; 0 is for ever.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Retention")]
pub struct Retention {
    /// Days that an upload is kept without a use, 1 to 36500; 0 keeps it for ever.
    #[arg(
        id = "keep_uploads_days",
        long = "keep-uploads-days",
        env = "GILDHALL_KEEP_UPLOADS_DAYS",
        value_name = "DAYS",
        default_value_t = 90,
        value_parser = clap::value_parser!(u32).range(0..=i64::from(MAX_DAYS))
    )]
    pub uploads_days: u32,
    /// Days that a video is kept, 1 to 36500; 0 keeps it for ever.
    #[arg(
        id = "keep_outputs_days",
        long = "keep-outputs-days",
        env = "GILDHALL_KEEP_OUTPUTS_DAYS",
        value_name = "DAYS",
        default_value_t = 90,
        value_parser = clap::value_parser!(u32).range(0..=i64::from(MAX_DAYS))
    )]
    pub outputs_days: u32,
    /// Days that a job which has ended is kept with its history, 1 to 36500; 0 keeps it for ever. It stays as long as its
    /// video and its idempotency key in any case.
    #[arg(
        id = "keep_history_days",
        long = "keep-history-days",
        env = "GILDHALL_KEEP_HISTORY_DAYS",
        value_name = "DAYS",
        default_value_t = 180,
        value_parser = clap::value_parser!(u32).range(0..=i64::from(MAX_DAYS))
    )]
    pub history_days: u32,
    /// Days that an idempotency key stands for its job, 1 to 36500; 0 is for ever.
    #[arg(
        id = "keep_keys_days",
        long = "keep-keys-days",
        env = "GILDHALL_KEEP_KEYS_DAYS",
        value_name = "DAYS",
        default_value_t = 2,
        value_parser = clap::value_parser!(u32).range(0..=i64::from(MAX_DAYS))
    )]
    pub keys_days: u32,
    /// Days that a line of the audit log is kept, 30 to 36500; 0 keeps it for ever.
    #[arg(
        id = "keep_audit_days",
        long = "keep-audit-days",
        env = "GILDHALL_KEEP_AUDIT_DAYS",
        value_name = "DAYS",
        default_value_t = 400,
        value_parser = audit_days
    )]
    pub audit_days: u32,
    /// Rows or objects that are taken at once, 1 to 1000.
    #[arg(
        id = "janitor_batch",
        long = "janitor-batch",
        env = "GILDHALL_JANITOR_BATCH",
        value_name = "COUNT",
        default_value_t = 200,
        value_parser = clap::value_parser!(u32).range(1..=1000)
    )]
    pub batch: u32,
    /// Milliseconds of rest after each full batch, 0 to 60000.
    #[arg(
        id = "janitor_pause_ms",
        long = "janitor-pause-ms",
        env = "GILDHALL_JANITOR_PAUSE_MS",
        value_name = "MS",
        default_value_t = 50,
        value_parser = clap::value_parser!(u32).range(0..=60_000)
    )]
    pub pause_ms: u32,
    /// Seconds after which an object that nothing names counts as left over, for tests: whoever stores one names it within a
    /// day.
    #[arg(
        id = "janitor_fresh_s",
        long = "janitor-fresh-s",
        env = "GILDHALL_JANITOR_FRESH_S",
        value_name = "S",
        default_value_t = 86_400,
        hide = true
    )]
    pub fresh_s: u32,
}

/// Reads days of any kind but the audit log's.
///
/// # Errors
/// Says what days are.
pub fn days(text: &str) -> Result<u32, String> {
    let days = text.parse::<u32>().ok().filter(|days| *days <= MAX_DAYS);
    days.ok_or_else(|| format!("must be a number of days up to {MAX_DAYS}, or 0 for ever"))
}

/// Reads days of the audit log.
///
/// # Errors
/// Says what days are.
pub fn audit_days(text: &str) -> Result<u32, String> {
    let is_long_enough = |days: &u32| *days == 0 || *days >= MIN_AUDIT_DAYS;
    let long_enough = days(text).ok().filter(is_long_enough);
    long_enough.ok_or_else(|| {
        format!("must be a number of days from {MIN_AUDIT_DAYS} to {MAX_DAYS}, or 0 for ever")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::{accepts, assert_range, parse};

    #[test]
    fn everything_has_a_default() {
        let keep: Retention = parse(&[]).expect("there are defaults");
        assert_eq!((keep.uploads_days, keep.outputs_days), (90, 90));
        assert_eq!((keep.history_days, keep.keys_days), (180, 2));
        assert_eq!(keep.audit_days, 400);
        assert_eq!((keep.batch, keep.pause_ms, keep.fresh_s), (200, 50, 86_400));
    }

    #[test]
    fn limits_hold_at_their_edges() {
        for flag in ["uploads", "outputs", "history", "keys"] {
            assert_range::<Retention>(&format!("--keep-{flag}-days"), 0, 36_500, &[]);
        }
        assert_range::<Retention>("--janitor-batch", 1, 1000, &[]);
        assert_range::<Retention>("--janitor-pause-ms", 0, 60_000, &[]);
    }

    #[test]
    fn the_audit_log_is_kept_for_a_month_at_least() {
        for (text, good) in [
            ("0", true),
            ("1", false),
            ("29", false),
            ("30", true),
            ("36500", true),
            ("36501", false),
        ] {
            let is_taken = accepts::<Retention>(&["--keep-audit-days", text]);
            assert_eq!(is_taken, good, "{text}");
        }
    }
}
