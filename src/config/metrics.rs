//! What `/metrics` tells apart.

/// Numbers of this process.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Metrics")]
pub struct Metrics {
    /// Tenants that have numbers of their own in /metrics, 0 to 10000; all others count as "other".
    #[arg(
        long,
        env = "GILDHALL_METRICS_TENANTS",
        value_name = "COUNT",
        default_value_t = 100,
        value_parser = clap::value_parser!(u16).range(0..=10_000)
    )]
    pub metrics_tenants: u16,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::testing::{assert_range, parse};

    #[test]
    fn a_hundred_tenants_are_told_apart() {
        let metrics: Metrics = parse(&[]).expect("there is a default");
        assert_eq!(metrics.metrics_tenants, 100);
    }

    #[test]
    fn limits_hold_at_their_edges() {
        assert_range::<Metrics>("--metrics-tenants", 0, 10_000, &[]);
    }
}
