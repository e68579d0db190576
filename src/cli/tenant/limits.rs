//! Limits on the command line.

use crate::ledger::TenantLimits;
use std::str::FromStr;

/// Highest quota: what the ledger's column holds.
const MAX_QUOTA: u32 = i32::MAX as u32;

/// Limits that are to differ from what they are.
#[derive(Debug, clap::Args)]
pub struct Limits {
    /// Jobs that are rendered at the same time, 1 to 1000; a new tenant has 2.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1000))]
    max_concurrent: Option<u32>,
    /// Requests to the API in a minute, 1 to 1000000; a new tenant has 600.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    requests_per_minute: Option<u32>,
    /// Jobs that may be submitted in a calendar month (UTC), or none for no limit, as a new tenant has.
    #[arg(long, value_name = "COUNT|none")]
    monthly_jobs: Option<Quota>,
}

/// A quota, or that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota(pub Option<u32>);

impl FromStr for Quota {
    type Err = String;

    fn from_str(text: &str) -> Result<Quota, String> {
        if text == "none" {
            return Ok(Quota(None));
        }
        let count = text.parse::<u32>().ok().filter(|count| *count <= MAX_QUOTA);
        let quota = count.map(|count| Quota(Some(count)));
        quota.ok_or_else(|| format!("must be none or a number from 0 to {MAX_QUOTA}"))
    }
}

impl Limits {
    /// Whether nothing is to differ.
    pub fn are_missing(&self) -> bool {
        self.max_concurrent.is_none()
            && self.requests_per_minute.is_none()
            && self.monthly_jobs.is_none()
    }

    /// `old`, but for what is to differ.
    pub fn over(&self, old: TenantLimits) -> TenantLimits {
        TenantLimits {
            max_concurrent: self.max_concurrent.unwrap_or(old.max_concurrent),
            requests_per_minute: self.requests_per_minute.unwrap_or(old.requests_per_minute),
            monthly_jobs: self.monthly_jobs.map_or(old.monthly_jobs, |quota| quota.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::operator::testing::parse;

    #[test]
    fn only_what_is_given_differs() {
        let old = TenantLimits {
            monthly_jobs: Some(5),
            ..TenantLimits::default()
        };
        let none: Limits = parse(&[]).expect("nothing is needed");
        assert!(none.are_missing());
        assert_eq!(none.over(old), old);
        let limits: Limits = parse(&["--max-concurrent", "7", "--monthly-jobs", "none"])
            .expect("within their ranges");
        let expected = TenantLimits {
            max_concurrent: 7,
            monthly_jobs: None,
            ..old
        };
        assert!(!limits.are_missing());
        assert_eq!(limits.over(old), expected);
    }

    #[test]
    fn limits_have_ranges() {
        for (flag, bad) in [
            ("--max-concurrent", "0"),
            ("--max-concurrent", "1001"),
            ("--requests-per-minute", "0"),
            ("--requests-per-minute", "1000001"),
            ("--monthly-jobs", "-1"),
            ("--monthly-jobs", "2147483648"),
            ("--monthly-jobs", "unlimited"),
        ] {
            let given = format!("{flag}={bad}");
            assert!(parse::<Limits>(&[&given]).is_err(), "{given}");
        }
        for (flag, good) in [
            ("--max-concurrent", ["1", "2", "999", "1000"]),
            ("--requests-per-minute", ["1", "2", "999999", "1000000"]),
            ("--monthly-jobs", ["0", "1", "2147483646", "2147483647"]),
        ] {
            for number in good {
                assert!(parse::<Limits>(&[flag, number]).is_ok(), "{flag} {number}");
            }
        }
    }
}
