//! How well found beats agree with the true ones.

/// Window of the F-measure in seconds (Davies, Degara, Plumbley 2009; the same as in `mir_eval`).
const WINDOW_S: f64 = 0.07;

/// Agreement of one track.
#[derive(Debug, Clone, Copy, Default)]
pub struct Agreement {
    /// F-measure at ±70 ms over the whole track; nothing is trimmed.
    pub f_measure: f64,
    /// The same without the first 5 s, which is `mir_eval`'s habit.
    pub f_trimmed: f64,
    /// Median of the absolute errors of the matched beats in seconds.
    pub median_error_s: Option<f64>,
}

/// Compares ascending beat times.
pub fn agreement(found_s: &[f64], true_s: &[f64]) -> Agreement {
    let errors = matched_errors(found_s, true_s);
    let late =
        |beats: &[f64]| -> Vec<f64> { beats.iter().copied().filter(|&beat| beat >= 5.0).collect() };
    let (found_late, true_late) = (late(found_s), late(true_s));
    let trimmed = matched_errors(&found_late, &true_late).len();
    Agreement {
        f_measure: f_measure(errors.len(), found_s.len(), true_s.len()),
        f_trimmed: f_measure(trimmed, found_late.len(), true_late.len()),
        median_error_s: median(errors.iter().map(|error| error.abs()).collect()),
    }
}

/// Middle of a set of numbers.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// One-to-one matches in time order; on a line that is as good as any matching.
fn matched_errors(found_s: &[f64], true_s: &[f64]) -> Vec<f64> {
    let (mut found, mut truth) = (0, 0);
    let mut errors = Vec::new();
    while found < found_s.len() && truth < true_s.len() {
        let error = found_s[found] - true_s[truth];
        if error.abs() <= WINDOW_S {
            errors.push(error);
            found += 1;
            truth += 1;
        } else if error < 0.0 {
            found += 1;
        } else {
            truth += 1;
        }
    }
    errors
}

fn f_measure(hits: usize, found: usize, truth: usize) -> f64 {
    if found + truth == 0 {
        return 1.0;
    }
    2.0 * hits as f64 / (found + truth) as f64
}
