//! What several sets share: light arrangements, tables, backdrops, and cut stones.

use crate::rng::Rng;
use crate::studio::light::{Softbox, Studio};
use crate::studio::scene::{Backdrop, Glass, Surface, Table};
use crate::studio::shapes::fold_y;
use crate::studio::vec3::{V3, v3};

/// Three softboxes: a large key at the upper left, a tall strip on the right, a wide one overhead and behind.
pub(super) fn three_point(key: f32, strip: f32, top: f32) -> Studio {
    let warm = v3(1.0, 0.93, 0.84);
    let white = v3(1.0, 0.98, 0.96);
    Studio {
        boxes: vec![
            Softbox::new(v3(-0.85, 0.75, 0.65), (0.55, 0.75), 0.12, warm * key),
            Softbox::new(v3(1.0, 0.35, 0.35), (0.16, 0.9), 0.05, white * strip),
            Softbox::new(v3(0.05, 1.0, -0.45), (1.1, 0.45), 0.1, white * top),
        ],
        sky: v3(0.10, 0.095, 0.09),
        ground: v3(0.03, 0.026, 0.022),
    }
}

/// A dark, glossy table top in the tint of the set.
pub(super) fn glossy_table(tint: V3, rough: f32) -> Table {
    Table {
        surface: Surface::paint(tint, rough, 0.05),
        fade: (2.2, 7.5),
    }
}

/// A backdrop that glows behind the product, with `count` out-of-focus lights of gold.
pub(super) fn glow(middle: V3, rim: V3, seed: u64, count: u32) -> Backdrop {
    let mut rng = Rng::new(seed).fork(0x626f_6b65);
    let bokeh = (0..count)
        .map(|_| {
            // Few large pale discs, many small ones, in a band behind the product.
            let size = 0.035 + 0.11 * rng.unit().powi(2);
            let power = 0.05 + 0.16 * rng.unit().powi(2);
            [rng.range(-1.1, 1.1), rng.range(-0.18, 0.95), size, power]
        })
        .collect();
    Backdrop {
        middle,
        rim,
        at: (0.0, 0.12),
        radius: 0.75,
        bokeh,
        bokeh_color: v3(1.0, 0.66, 0.24),
    }
}

/// Diamond: index and fire as published for the visible range (2.41 red, 2.45 blue).
pub(super) const DIAMOND: Glass = Glass {
    index: 2.42,
    dispersion: 0.05,
    absorb: V3::ZERO,
    floor_light: V3 {
        x: 0.16,
        y: 0.16,
        z: 0.17,
    },
};

/// A round brilliant of girdle radius 1 about the y axis, table up, with Tolkowsky's angles: crown 34.5°,
/// pavilion 40.75°, table 0.53 of the width.
pub(super) fn brilliant(p: V3) -> f32 {
    let q = fold_y(p, 8.0);
    let (x, z) = (q.x, q.z.abs());
    // Half a wedge further lie the facets between the mains.
    let between = x * 0.980_785 + z * 0.195_090;
    let slope = |out: f32, y: f32, (s, c): (f32, f32), at: f32| (out - at) * s + y * c;
    let crown = slope(x, p.y - 0.02, (0.566, 0.824), 1.0);
    let crown_half = slope(between, p.y - 0.02, (0.676, 0.737), 1.0);
    let star = slope(between, p.y - 0.02, (0.375, 0.927), 1.215);
    let pavilion = slope(x, -p.y - 0.02, (0.653, 0.757), 1.0);
    let pavilion_half = slope(between, -p.y - 0.02, (0.678, 0.735), 1.0);
    let girdle = p.x.hypot(p.z) - 0.995;
    let table = p.y - 0.345;
    crown
        .max(crown_half)
        .max(star)
        .max(pavilion)
        .max(pavilion_half)
        .max(girdle)
        .max(table)
}

/// A flat deco emblem: nested lozenges. Positive on the lines, in units of the emblem's half height.
pub(super) fn emblem(x: f32, y: f32) -> bool {
    let d = x.abs() * 1.45 + y.abs();
    let ring = (d - 1.0).abs() < 0.045 || (d - 0.80).abs() < 0.022;
    let star = {
        let (a, b) = (x.abs() * 1.2, y.abs());
        a.sqrt() + b.sqrt() < 0.66
    };
    ring || star
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brilliant_is_solid_and_bounded() {
        assert!(brilliant(V3::ZERO) < 0.0);
        assert!(brilliant(v3(0.0, 0.5, 0.0)) > 0.1);
        assert!(brilliant(v3(1.1, 0.0, 0.0)) > 0.05);
        assert!(brilliant(v3(0.0, -0.95, 0.0)) > 0.0);
    }
}
