//! Signed distance functions: negative inside, never larger than the true distance outside.
//!
//! The formulas are the standard exact ones for each solid (distance to the nearest face, edge or axis),
//! rounded by subtracting a radius.

use super::vec3::{V3, v3};

/// Box of half extents `half` whose edges are rounded by `r` (the outer size stays `half`).
pub(crate) fn round_box(p: V3, half: V3, r: f32) -> f32 {
    let q = p.abs() - half + V3::ONE * r;
    q.max(0.0).length() + q.max_part().min(0.0) - r
}

/// Upright cylinder about the y axis with rounded rims.
pub(crate) fn cylinder(p: V3, radius: f32, half_height: f32, r: f32) -> f32 {
    let radial = p.x.hypot(p.z) - radius + r;
    let axial = p.y.abs() - half_height + r;
    radial.max(0.0).hypot(axial.max(0.0)) + radial.max(axial).min(0.0) - r
}

/// Ring about the y axis.
pub(crate) fn torus(p: V3, major: f32, minor: f32) -> f32 {
    (p.x.hypot(p.z) - major).hypot(p.y) - minor
}

/// Thick line from `a` to `b`.
pub(crate) fn capsule(p: V3, a: V3, b: V3, r: f32) -> f32 {
    let (pa, ba) = (p - a, b - a);
    let along = (pa.dot(ba) / ba.dot(ba)).clamp(0.0, 1.0);
    (pa - ba * along).length() - r
}

/// Union with a fillet of about `k`.
pub(crate) fn blend(a: f32, b: f32, k: f32) -> f32 {
    let h = (k - (a - b).abs()).max(0.0) / k;
    a.min(b) - h * h * k * 0.25
}

/// The point folded into one of `count` equal wedges about the y axis, the wedge's middle along +x.
pub(crate) fn fold_y(p: V3, count: f32) -> V3 {
    let wedge = std::f32::consts::TAU / count;
    let angle = p.z.atan2(p.x);
    let turned = angle - wedge * (angle / wedge).round();
    let radius = p.x.hypot(p.z);
    v3(radius * turned.cos(), p.y, radius * turned.sin())
}

/// A flat shape of signed distance `d2`, made `half` thick to both sides of `axis` = 0, rims rounded by `r`.
pub(crate) fn extrude(d2: f32, axis: f32, half: f32, r: f32) -> f32 {
    let (a, b) = (d2 + r, axis.abs() - half + r);
    a.max(0.0).hypot(b.max(0.0)) + a.max(b).min(0.0) - r
}

/// Smooth step from 0 at `low` to 1 at `high`.
pub(crate) fn smooth(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_right_on_the_axes() {
        assert!((round_box(v3(3.0, 0.0, 0.0), V3::ONE, 0.1) - 2.0).abs() < 1e-6);
        assert!((cylinder(v3(0.0, 2.0, 0.0), 1.0, 0.5, 0.05) - 1.5).abs() < 1e-6);
        assert!((torus(v3(2.0, 0.0, 0.0), 1.0, 0.25) - 0.75).abs() < 1e-6);
        assert!((capsule(v3(0.0, 1.0, 0.0), V3::ZERO, v3(1.0, 0.0, 0.0), 0.2) - 0.8).abs() < 1e-6);
    }

    #[test]
    fn fold_keeps_the_radius() {
        let p = fold_y(v3(-1.0, 0.3, 0.4), 8.0);
        assert!((p.x.hypot(p.z) - 1.0_f32.hypot(0.4)).abs() < 1e-5);
        assert!(p.z.atan2(p.x).abs() <= std::f32::consts::PI / 8.0 + 1e-4);
    }
}
