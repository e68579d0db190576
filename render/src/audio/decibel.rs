//! Decibels of amplitude.

/// The amplitude factor of `db` decibels.
pub(super) fn factor(db: f64) -> f64 {
    10_f64.powf(db / 20.0)
}

/// The decibels of an amplitude; −∞ for zero.
pub(super) fn of(amplitude: f64) -> f64 {
    20.0 * amplitude.log10()
}

#[cfg(test)]
mod tests {
    #[test]
    fn decibels_and_factors_are_inverse() {
        assert!((super::factor(-6.0) - 0.501_187).abs() < 1e-6);
        assert!((super::of(super::factor(3.25)) - 3.25).abs() < 1e-9);
        assert_eq!(super::of(0.0), f64::NEG_INFINITY);
    }
}
