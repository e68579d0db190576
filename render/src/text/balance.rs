//! Chooses among the possible breaks: as few lines as fit, all about equally wide.

use std::ops::Range;

use super::{breaks::Break, shape::Measured};

/// How few lines a paragraph needs at this width. Every break is at most one line's width after another.
pub(super) fn fewest_lines(measured: &Measured, breaks: &[Break], width_em: f32) -> usize {
    let (mut lines, mut start, mut last) = (1, 0, 0);
    for b in breaks {
        if measured.width_em(start..b.line_end.max(start)) > width_em && last > start {
            lines += 1;
            start = last;
        }
        last = b.at;
    }
    lines
}

/// The ranges of bytes of the best `lines` lines: those of least summed cost, where a line costs the square of
/// its deviation from the mean width (in mean widths) and its break's own cost. Lines wider than `width_em` are
/// taken only where there is no choice.
pub(super) fn balance(
    measured: &Measured,
    breaks: &[Break],
    width_em: f32,
    lines: usize,
) -> Vec<Range<usize>> {
    let Some(end) = breaks.last() else {
        return Vec::new();
    };
    let mean_em = (measured.width_em(0..end.line_end) / lines as f32).max(1e-3);
    let mut table = Table::new(breaks.len());
    for _ in 0..lines {
        table.advance(|from, to| {
            let start = from.map_or(0, |i: usize| breaks[i].at);
            let width = measured.width_em(start..breaks[to].line_end.max(start));
            let over = if width > width_em {
                1e3 * (width / width_em)
            } else {
                0.0
            };
            let stop = width > 1.5 * width_em && from.is_some_and(|i| i + 1 < to);
            (
                ((width - mean_em) / mean_em).powi(2) + breaks[to].cost + over,
                stop,
            )
        });
    }
    let ends = table.best_path();
    let mut start = 0;
    ends.into_iter()
        .map(|i| {
            let line = start..breaks[i].line_end.max(start);
            start = breaks[i].at;
            line
        })
        .collect()
}

/// Dynamic programme over (number of lines, last break).
struct Table {
    size: usize,
    /// Per number of lines: cost of the best way to end a line at each break, and the break before it.
    rows: Vec<Vec<(f32, usize)>>,
}

impl Table {
    fn new(size: usize) -> Self {
        Self {
            size,
            rows: Vec::new(),
        }
    }

    /// Adds one more line. `line(from, to)` gives the cost of a line between two breaks and whether longer lines
    /// that end at `to` need not be tried.
    fn advance(&mut self, line: impl Fn(Option<usize>, usize) -> (f32, bool)) {
        let mut row = vec![(f32::INFINITY, 0); self.size];
        for (to, best) in row.iter_mut().enumerate() {
            let Some(before) = self.rows.last() else {
                *best = (line(None, to).0, 0);
                continue;
            };
            for from in (0..to).rev() {
                let (cost, stop) = line(Some(from), to);
                let sum = before[from].0 + cost;
                if sum < best.0 {
                    *best = (sum, from);
                }
                if stop {
                    break;
                }
            }
        }
        self.rows.push(row);
    }

    fn best_path(&self) -> Vec<usize> {
        let mut path = vec![self.size - 1];
        for row in self.rows.iter().skip(1).rev() {
            let last = path[path.len() - 1];
            if row[last].0.is_finite() {
                path.push(row[last].1);
            }
        }
        path.reverse();
        path
    }
}
