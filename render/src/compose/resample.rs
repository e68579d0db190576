//! The zoom: sub-pixel resampling of one plane, separable, four taps an axis.
//!
//! Each output sample is a weighted mean of 4 × 4 source samples, the weights taken from the Catmull-Rom cubic at the
//! exact sub-pixel phase of its column and row (Catmull and Rom, 1974; Keys, 1981, a = −1/2). The source is prepared
//! slightly above its largest use, so steps lie between 1 and [`MAX_STEP`] and four taps are enough.
//!
//! Weights are integers that sum to [`UNITY`], chosen so that their centre of mass stays within 1/128 px of the wanted
//! position: flat areas keep their value exactly and edges move without jitter.
//!
//! The rows are filtered first, into one scratch row, then the columns. The plain loops in `scalar` are the
//! definition; the vector code in `resample_avx2` gives the same bytes.

#[cfg(target_arch = "x86_64")]
#[path = "resample_avx2.rs"]
mod avx2;

use super::overlay::blend_over;
use super::planes::{EvenRect, Plane, PlaneMut};

/// What the four weights of a tap sum to; 6 bits keep the products of the vector code within 16 bits.
pub const UNITY: i32 = 64;

/// Largest distance between neighbouring output samples, in source samples.
///
/// Eight outputs must find all their taps in one 16-byte load: 7 × 1.6 + 4 < 16.
pub const MAX_STEP: f64 = 1.6;

/// Outputs that share one 16-byte load.
const GROUP: usize = 8;

/// An affine map from output sample index to source sample index along one axis: `source = start + step × output`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AxisMap {
    /// Source position, in samples from the centre of sample 0, of output sample 0.
    pub start: f64,
    /// Source samples per output sample.
    pub step: f64,
}

impl AxisMap {
    /// The map of a zoom that holds one point still: `length` output samples show `length × step` source samples.
    ///
    /// `anchor` is a fraction of the axis: the point there stays at the same place of the output whatever the step, and the
    /// window touches an edge of the source only together with the output's.
    pub fn anchored(length: usize, source_length: usize, anchor: f64, step: f64) -> Self {
        let hidden = source_length as f64 - length as f64 * step;
        Self {
            start: anchor.clamp(0.0, 1.0) * hidden + step / 2.0 - 0.5,
            step,
        }
    }

    /// The same motion for a chroma axis at half resolution.
    ///
    /// `sited` is the place of chroma sample 0 in luma samples: 0.0 horizontally (left-sited), 0.5 vertically (between
    /// two rows), ITU-T H.264 annex E, `chroma_sample_loc_type` 0.
    pub fn chroma(self, sited: f64) -> Self {
        // Output chroma i lies at luma 2i + sited, source chroma j likewise.
        Self {
            start: (self.start + self.step * sited - sited) / 2.0,
            step: self.step,
        }
    }
}

/// First tap and weights of one output sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tap {
    /// Index of the first of four source samples; may lie before the first or after the last sample.
    pub first: isize,
    /// Weights, summing to [`UNITY`].
    pub weights: [i8; 4],
}

impl Tap {
    /// The taps that interpolate at `position`, in source samples.
    pub fn at(position: f64) -> Self {
        let base = position.floor();
        let t = position - base;
        Self {
            first: base as isize - 1,
            weights: quantise(cubic(t), t),
        }
    }
}

/// Catmull-Rom weights at phase `t` in 0..1 of the samples at −1, 0, 1, 2.
fn cubic(t: f64) -> [f64; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        0.5 * (-t3 + 2.0 * t2 - t),
        0.5 * (3.0 * t3 - 5.0 * t2 + 2.0),
        0.5 * (-3.0 * t3 + 4.0 * t2 + t),
        0.5 * (t3 - t2),
    ]
}

/// Rounds weights to integers of sum [`UNITY`] whose centre of mass is as near to `t` as integers allow.
fn quantise(weights: [f64; 4], t: f64) -> [i8; 4] {
    let unity = f64::from(UNITY);
    // The outer weights are rounded; the inner two follow from the sum and from the first moment:
    //   w0 + w1 + w2 + w3 = 1   and   −w0 + w2 + 2 w3 = t.
    let outer0 = (weights[0] * unity).round();
    let outer3 = (weights[3] * unity).round();
    let inner2 = (t * unity + outer0 - 2.0 * outer3).round();
    let inner1 = unity - outer0 - inner2 - outer3;
    [outer0, inner1, inner2, outer3].map(|w| w as i8)
}

/// Weights and shuffles for all output columns of a frame.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    taps: Vec<Tap>,
    groups: Vec<Group>,
}

/// Eight neighbouring outputs whose taps all lie in the 16 samples from `base` on.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Group {
    /// Shuffle that gathers samples (0, 1) of each output, and (2, 3).
    pick: [[u8; 16]; 2],
    /// Their weights.
    weights: [[i8; 16]; 2],
    /// Column of the padded row where the load starts.
    base: u32,
}

impl Columns {
    /// Prepares the columns of a plane of `source_width` samples padded by `pad`.
    ///
    /// Taps beyond the padding are moved inside it; there every sample repeats the edge.
    pub fn prepare(&mut self, map: AxisMap, outputs: usize, source_width: usize, pad: usize) {
        debug_assert!(map.step <= MAX_STEP);
        self.taps.clear();
        self.groups.clear();
        let last = (source_width + 2 * pad - 4) as isize;
        self.taps.extend((0..outputs).map(|i| {
            let mut tap = Tap::at(map.start + map.step * i as f64);
            tap.first = (tap.first + pad as isize).clamp(0, last);
            tap
        }));
        self.groups.extend(self.taps.chunks(GROUP).map(Group::of));
    }
}

impl Group {
    fn of(taps: &[Tap]) -> Self {
        let base = taps[0].first;
        let mut group = Group {
            pick: [[0; 16]; 2],
            weights: [[0; 16]; 2],
            base: base as u32,
        };
        for (i, tap) in taps.iter().enumerate() {
            let offset = (tap.first - base) as u8;
            debug_assert!(offset <= 12);
            for half in 0..2 {
                for k in 0..2 {
                    group.pick[half][2 * i + k] = offset + (2 * half + k) as u8;
                    group.weights[half][2 * i + k] = tap.weights[2 * half + k];
                }
            }
        }
        group
    }
}

/// A resampler with its scratch memory; one per thread.
#[derive(Debug)]
pub struct Resampler {
    columns: Columns,
    filtered: Vec<u8>,
    colour_row: Vec<u8>,
    alpha_row: Vec<u8>,
    vector: bool,
}

impl Default for Resampler {
    fn default() -> Self {
        Self::new()
    }
}

impl Resampler {
    /// A resampler that uses the fastest code this machine can run.
    pub fn new() -> Self {
        #[cfg(target_arch = "x86_64")]
        let vector = std::arch::is_x86_feature_detected!("avx2");
        #[cfg(not(target_arch = "x86_64"))]
        let vector = false;
        Self {
            vector,
            ..Self::scalar()
        }
    }

    /// A resampler that uses the plain loops only: the oracle of the tests.
    pub fn scalar() -> Self {
        Self {
            columns: Columns::default(),
            filtered: Vec::new(),
            colour_row: Vec::new(),
            alpha_row: Vec::new(),
            vector: false,
        }
    }

    /// Fills `rect` of `target` with the source seen through `horizontal` and `vertical`; with `alpha`, a plane of the same
    /// size, `source` is premultiplied and is blended over what the target holds.
    pub fn draw(
        &mut self,
        source: &Plane,
        alpha: Option<&Plane>,
        [horizontal, vertical]: [AxisMap; 2],
        target: &mut PlaneMut<'_>,
        rect: EvenRect,
    ) {
        self.columns
            .prepare(horizontal, rect.width, source.width(), source.pad());
        self.colour_row.resize(rect.width, 0);
        self.alpha_row.resize(rect.width, 0);
        for y in 0..rect.height {
            let tap = Tap::at(vertical.start + vertical.step * y as f64);
            let out = target.span(rect.x, rect.y + y, rect.width);
            match alpha {
                None => {
                    self.filter_rows(source, tap);
                    columns(self.vector, &self.columns, &self.filtered, out);
                }
                Some(alpha) => {
                    self.filter_rows(source, tap);
                    columns(
                        self.vector,
                        &self.columns,
                        &self.filtered,
                        &mut self.colour_row,
                    );
                    self.filter_rows(alpha, tap);
                    columns(
                        self.vector,
                        &self.columns,
                        &self.filtered,
                        &mut self.alpha_row,
                    );
                    self.alpha_row.iter_mut().for_each(|a| *a = 255 - *a);
                    blend_over(out, &self.colour_row, &self.alpha_row);
                }
            }
        }
    }

    fn filter_rows(&mut self, source: &Plane, tap: Tap) {
        let last = source.height() as isize - 1;
        let rows =
            std::array::from_fn(|i| source.row((tap.first + i as isize).clamp(0, last) as usize));
        self.filtered.resize(rows[0].len(), 0);
        #[cfg(target_arch = "x86_64")]
        if self.vector {
            // SAFETY: `vector` is only set when AVX2 was detected.
            unsafe { avx2::rows(rows, tap.weights, &mut self.filtered) };
            return;
        }
        scalar::rows(rows, tap.weights, &mut self.filtered);
    }
}

fn columns(vector: bool, columns: &Columns, row: &[u8], out: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    if vector {
        // SAFETY: `vector` is only set when AVX2 was detected.
        unsafe { avx2::columns(&columns.groups, row, out) };
        return;
    }
    let _ = vector;
    scalar::columns(&columns.taps, row, out);
}

/// The definition, in plain loops.
mod scalar {
    use super::{Tap, UNITY};

    fn weigh(samples: [u8; 4], weights: [i8; 4]) -> u8 {
        let sum: i32 = samples
            .iter()
            .zip(weights)
            .map(|(&s, w)| i32::from(s) * i32::from(w))
            .sum();
        ((sum + UNITY / 2) >> 6).clamp(0, 255) as u8
    }

    pub fn rows(rows: [&[u8]; 4], weights: [i8; 4], out: &mut [u8]) {
        for (x, out) in out.iter_mut().enumerate() {
            *out = weigh(rows.map(|row| row[x]), weights);
        }
    }

    pub fn columns(taps: &[Tap], row: &[u8], out: &mut [u8]) {
        for (out, tap) in out.iter_mut().zip(taps) {
            let first = tap.first as usize;
            *out = weigh(std::array::from_fn(|i| row[first + i]), tap.weights);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(width: usize, height: usize, pad: usize) -> Plane {
        let mut plane = Plane::new(width, height, pad);
        let mut state = 0x9E37_79B9u32;
        for y in 0..height {
            for v in plane.samples_mut(y) {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *v = (state >> 24) as u8;
            }
        }
        plane.replicate_borders();
        plane
    }

    fn draw(
        resampler: &mut Resampler,
        source: &Plane,
        maps: [AxisMap; 2],
        size: (usize, usize),
    ) -> Vec<u8> {
        let mut data = vec![0u8; size.0 * size.1];
        let rect = EvenRect {
            x: 0,
            y: 0,
            width: size.0,
            height: size.1,
        };
        let mut target = PlaneMut {
            data: &mut data,
            stride: size.0,
        };
        resampler.draw(source, None, maps, &mut target, rect);
        data
    }

    #[test]
    fn weights_keep_flat_areas_and_the_position() {
        for i in 0..=1000 {
            let t = f64::from(i) / 1001.0;
            let w = Tap::at(5.0 + t).weights.map(i32::from);
            assert_eq!(w.iter().sum::<i32>(), UNITY);
            let centre = f64::from(-w[0] + w[2] + 2 * w[3]) / f64::from(UNITY);
            assert!((centre - t).abs() <= 1.0 / 128.0 + 1e-12, "{t}: {centre}");
            let ideal = cubic(t);
            for (got, want) in w.iter().zip(ideal) {
                assert!((f64::from(*got) / f64::from(UNITY) - want).abs() < 0.04);
            }
        }
    }

    #[test]
    fn the_vector_code_equals_the_plain_loops() {
        for (width, height, step, out) in [
            (945, 40, 1.05, (900, 38)),
            (472, 30, 1.0, (450, 28)),
            (50, 9, 1.6, (30, 6)),
            (3, 3, 1.0, (2, 2)),
            (40, 8, 0.37, (94, 20)),
        ] {
            let source = noise(width, height, 2);
            let maps = [
                AxisMap::anchored(out.0, width, 0.4, step),
                AxisMap::anchored(out.1, height, 0.5, step),
            ];
            let fast = draw(&mut Resampler::new(), &source, maps, out);
            let plain = draw(&mut Resampler::scalar(), &source, maps, out);
            assert!(fast == plain, "{width}x{height} step {step}");
        }
    }

    #[test]
    fn step_one_at_whole_positions_copies() {
        let source = noise(64, 16, 2);
        let maps = [
            AxisMap::anchored(40, 64, 0.5, 1.0),
            AxisMap::anchored(10, 16, 0.5, 1.0),
        ];
        let out = draw(&mut Resampler::new(), &source, maps, (40, 10));
        for y in 0..10 {
            assert_eq!(&out[y * 40..][..40], &source.samples(y + 3)[12..52]);
        }
    }

    #[test]
    fn the_window_never_leaves_the_source_and_the_anchor_stays() {
        for anchor in [-1.0, 0.0, 0.1, 0.5, 0.9, 1.0, 7.0] {
            for step in [1.0, 1.02, 1.05] {
                let map = AxisMap::anchored(900, 945, anchor, step);
                assert!(map.start >= -0.5 + step / 2.0 - 1e-9);
                assert!(map.start + map.step * 899.5 <= 944.5 + 1e-9);
                let output = anchor.clamp(0.0, 1.0) * 900.0 - 0.5;
                let source = map.start + map.step * output;
                assert!((source + 0.5 - anchor.clamp(0.0, 1.0) * 945.0).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn chroma_moves_with_luma() {
        let luma = AxisMap::anchored(900, 945, 0.51, 1.03);
        for (sited, i) in [(0.0, 7.0), (0.5, 200.0)] {
            let chroma = luma.chroma(sited);
            let luma_source = luma.start + luma.step * (2.0 * i + sited);
            let chroma_source = chroma.start + chroma.step * i;
            assert!((2.0 * chroma_source + sited - luma_source).abs() < 1e-9);
        }
    }
}
