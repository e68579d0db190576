//! What drummers usually play: the odds that something sounds at the sixteenths of a bar, per group of bands.
//!
//! The patterns are common knowledge of popular music (four on the floor, backbeat, dembow, waltz), not fitted to
//! anything; they only have to tell beats from what lies between them.

use super::strength::KINDS;

/// Sixteenths in a beat.
pub(super) const SLOTS: usize = 4;

/// Odds at the sixteenths of one beat, per group: low, middle, snare-like, high.
pub(super) type Beat = [[f64; KINDS]; SLOTS];

/// One bar.
pub(super) struct Pattern {
    pub(super) beats: Vec<Beat>,
    /// How much rarer than the others the rhythm is, as a logarithm per second.
    pub(super) handicap: f64,
}

/// How busy each group is between the beats: on the half beat and on the other sixteenths.
struct Between {
    half: [f64; KINDS],
    quarter: [f64; KINDS],
}

const PLAIN: Between = Between {
    half: [0.15, 0.3, 0.12, 0.6],
    quarter: [0.08, 0.15, 0.1, 0.3],
};

/// All patterns that are tried.
pub(super) fn all() -> Vec<Pattern> {
    let middle = [0.7, 0.45, 0.6, 0.45];
    let backbeat = [0.25, 0.85, 0.25, 0.85];
    let floor = [0.9, 0.85, 0.9, 0.85];
    let offbeat = Between {
        half: [0.3, 0.3, 0.12, 0.9],
        ..PLAIN
    };
    let pushed = Between {
        half: [0.35, 0.3, 0.12, 0.6],
        quarter: [0.2, 0.15, 0.1, 0.3],
    };
    let busy = Between {
        half: [0.4, 0.3, 0.12, 0.7],
        quarter: [0.3, 0.15, 0.2, 0.6],
    };
    vec![
        bar([0.85, 0.25, 0.7, 0.25], middle, backbeat, 0.6, &PLAIN),
        bar(floor, middle, [0.4, 0.7, 0.4, 0.7], 0.6, &PLAIN),
        bar(floor, middle, [0.4, 0.5, 0.4, 0.5], 0.3, &offbeat),
        bar([0.85, 0.2, 0.35, 0.2], middle, backbeat, 0.6, &pushed),
        bar([0.85, 0.2, 0.4, 0.2], middle, backbeat, 0.6, &busy),
        bar(
            [0.85, 0.2, 0.2],
            [0.7, 0.5, 0.5],
            [0.3, 0.7, 0.7],
            0.6,
            &PLAIN,
        ),
        dembow(bar(
            [0.9, 0.8, 0.9, 0.8],
            middle,
            [0.3, 0.2, 0.3, 0.2],
            0.6,
            &PLAIN,
        )),
    ]
}

/// A bar from the odds on its beats (low, middle, snare-like, and one for all high ones) and those between them.
fn bar<const N: usize>(
    low: [f64; N],
    middle: [f64; N],
    snare: [f64; N],
    high: f64,
    between: &Between,
) -> Pattern {
    let beats = (0..N)
        .map(|beat| {
            let on = [low[beat], middle[beat], snare[beat], high];
            [on, between.quarter, between.half, between.quarter]
        })
        .collect();
    Pattern {
        beats,
        handicap: 0.0,
    }
}

/// The snare of the dembow: three, three and two sixteenths, twice a bar.
fn dembow(mut pattern: Pattern) -> Pattern {
    const SNARE: usize = 2;
    for (beat, slot) in [(0, 3), (1, 2), (2, 3), (3, 2)] {
        pattern.beats[beat][slot][SNARE] = 0.8;
    }
    pattern.handicap = 0.4;
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odds_are_proper() {
        for pattern in all() {
            let odds = pattern.beats.iter().flatten().flatten();
            assert!(odds.into_iter().all(|&p| p > 0.0 && p < 1.0));
        }
    }
}
