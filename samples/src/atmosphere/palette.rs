//! From energy to gold: each pixel's light runs from deep amber over gold to warm white, straight to BT.709.

use super::plate::Plate;

/// A frame in planar BT.709, limited range, chroma at half size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Yuv420 {
    /// Luma, one byte per pixel.
    pub y: Vec<u8>,
    /// Blue difference, one byte per 2x2 pixels.
    pub u: Vec<u8>,
    /// Red difference, one byte per 2x2 pixels.
    pub v: Vec<u8>,
}

/// Energy per table step, and the size of the table.
const STEP: f32 = 1.0 / 512.0;
const SIZE: usize = 2048;
/// Below this the plate is black: the skirts of soft points carry no light that anyone sees, but would cost bits.
const FLOOR: f32 = 0.006;

/// Film response per channel: gold saturates to warm white.
fn gold(energy: f32) -> [f32; 3] {
    [1.90, 1.36, 0.50].map(|k: f32| 1.0 - (-k * energy).exp())
}

/// BT.709 limited range from non-linear RGB (ITU-R BT.709-6, 8 bits).
fn yuv([r, g, b]: [f32; 3]) -> [f32; 3] {
    let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    [
        16.0 + 219.0 * y,
        128.0 + 224.0 * (b - y) / 1.8556,
        128.0 + 224.0 * (r - y) / 1.5748,
    ]
}

/// Colours the plate.
pub(super) fn develop(plate: &Plate) -> Yuv420 {
    let table: Vec<[u8; 3]> = (0..SIZE)
        .map(|i| yuv(gold((i as f32 * STEP - FLOOR).max(0.0))).map(|v| (v + 0.5) as u8))
        .collect();
    let color = |energy: f32| table[((energy / STEP + 0.5) as usize).min(SIZE - 1)];
    let (w, h) = (plate.width as usize, plate.height as usize);
    let y = plate.energy.iter().map(|&e| color(e)[0]).collect();
    let (mut u, mut v) = (Vec::with_capacity(w * h / 4), Vec::with_capacity(w * h / 4));
    for (upper, lower) in plate
        .energy
        .chunks_exact(2 * w)
        .map(|pair| pair.split_at(w))
    {
        for (a, b) in upper.chunks_exact(2).zip(lower.chunks_exact(2)) {
            let [_, cb, cr] = color((a[0] + a[1] + b[0] + b[1]) * 0.25);
            u.push(cb);
            v.push(cr);
        }
    }
    Yuv420 { y, u, v }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_is_black_and_white_is_in_range() {
        assert_eq!(yuv([0.0; 3]), [16.0, 128.0, 128.0]);
        assert!((yuv([1.0; 3])[0] - 235.0).abs() < 1e-3);
    }

    #[test]
    fn light_is_golden() {
        let [r, g, b] = gold(0.8);
        assert!(r > g && g > b && b > 0.2);
    }
}
