//! Where the metal is: signed distances in design pixels, negative on metal.

/// Half size of the content that the frame goes round.
const CONTENT: (f32, f32) = (450.0, 800.0);
/// The moulding covers the content's rim by this much, so that no seam shows, and ends this far outside.
const MOULDING: (f32, f32) = (-3.0, 15.0);

/// Distance to the rectangle of half size `half` round the middle, from folded coordinates.
fn rect(ax: f32, ay: f32, half: (f32, f32)) -> f32 {
    let (dx, dy) = (ax - half.0, ay - half.1);
    dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0)
}

fn line(d: f32, at: f32, half: f32) -> f32 {
    (d - at).abs() - half
}

/// True where no metal and no shadow can be.
pub(super) fn far_inside(x: f32, y: f32) -> bool {
    let (ax, ay) = ((x - 540.0).abs(), (y - 960.0).abs());
    let corner = (514.0 - ax).hypot(934.0 - ay);
    rect(ax, ay, CONTENT) < -36.0 && corner > 240.0
}

/// Signed distance across the moulding: 0 at its inner edge, 1 at its outer one, if on it.
pub(super) fn across_moulding(x: f32, y: f32) -> Option<f32> {
    let d = rect((x - 540.0).abs(), (y - 960.0).abs(), CONTENT);
    let t = (d - MOULDING.0) / (MOULDING.1 - MOULDING.0);
    (0.0..=1.0).contains(&t).then_some(t)
}

/// Distance to the nearest metal.
pub(super) fn distance(x: f32, y: f32) -> f32 {
    let (ax, ay) = ((x - 540.0).abs(), (y - 960.0).abs());
    let content = rect(ax, ay, CONTENT);
    let middle = (MOULDING.0 + MOULDING.1) / 2.0;
    let moulding = line(content, middle, (MOULDING.1 - MOULDING.0) / 2.0);
    let hair = line(content, 22.0, 0.9);
    let rim = rect(ax, ay, (518.0, 938.0));
    let outer = line(rim, 0.0, 2.0).min(line(rim, -8.0, 0.7));
    let lines = hair.min(outer);
    // Fans and crests interrupt the lines they stand on.
    let fan = fan(518.0 - ax, 938.0 - ay);
    let crest = crest(ax, ay - CONTENT.1 - MOULDING.1);
    let side = gem(ax - 491.0, ay, 10.0, 26.0).min(gem(ax - 491.0, ay - 44.0, 4.5, 10.0));
    moulding.min(lines).min(fan).min(crest).min(side)
}

/// A lozenge of half width `w` and half height `h`.
fn gem(x: f32, y: f32, w: f32, h: f32) -> f32 {
    (x.abs() / w + y.abs() / h - 1.0) * w * h / w.hypot(h)
}

/// One blade of a fan: from radius `from` to `to` along `angle`, widest at two thirds.
fn blade(x: f32, y: f32, angle: f32, (from, to): (f32, f32), half: f32) -> f32 {
    let (s, c) = angle.sin_cos();
    let (along, aside) = (x * c + y * s, (y * c - x * s).abs());
    let t = ((along - from) / (to - from)).clamp(0.0, 1.0);
    let width = half
        * if t < 0.72 {
            0.22 + 0.78 * t / 0.72
        } else {
            (1.0 - t) / 0.28
        };
    (aside - width).max(from - along).max(along - to)
}

/// Nearest of the blades spread over the right angle from +x to +y: `steps` (even) steps lead from the first to
/// the last, and every other blade is short. `reach` is where they begin, and where long and short ones end.
fn blades(x: f32, y: f32, steps: f32, reach: (f32, f32, f32), half: f32) -> f32 {
    let step = std::f32::consts::FRAC_PI_2 / steps;
    let slot = y.atan2(x) / step;
    // Only the nearest long and the nearest short blade can be the nearest.
    let long = (slot / 2.0).round().clamp(0.0, steps / 2.0) * 2.0;
    let short = ((slot - 1.0) / 2.0).round().clamp(0.0, steps / 2.0 - 1.0) * 2.0 + 1.0;
    let long = blade(x, y, long * step, (reach.0, reach.1), half);
    long.min(blade(x, y, short * step, (reach.0, reach.2), half))
}

/// Quarter sunburst in a corner; (`x`, `y`) run from the corner of the outer line inwards.
fn fan(x: f32, y: f32) -> f32 {
    let round = x.hypot(y);
    let quarter = (-x).max(-y);
    let rays = blades(x, y, 8.0, (46.0, 176.0, 132.0), 6.0).max(quarter);
    let arcs = line(round, 38.0, 3.2)
        .min(line(round, 28.0, 1.0))
        .max(quarter);
    let heart = (round - 16.0).max(quarter);
    let beads = {
        // A bead beyond every short blade.
        let step = std::f32::consts::FRAC_PI_2 / 8.0;
        let odd = ((y.atan2(x) / step - 1.0) / 2.0).round().clamp(0.0, 3.0) * 2.0 + 1.0;
        let (s, c) = (odd * step).sin_cos();
        (x - 143.0 * c).hypot(y - 143.0 * s) - 3.6
    };
    rays.min(arcs).min(heart).min(beads)
}

/// Half sunburst on the moulding, in the middle of top and bottom; `y` runs outwards from the moulding.
fn crest(ax: f32, y: f32) -> f32 {
    let base = -y;
    let round = ax.hypot(y);
    let rays = blades(ax, y, 6.0, (40.0, 96.0, 74.0), 4.6);
    let arcs = line(round, 33.0, 2.4).min(line(round, 25.0, 0.9));
    let stone = gem(ax, y - 4.0, 12.0, 17.0);
    let wing = gem(ax - 150.0, y - 21.5, 44.0, 4.6).min(gem(ax - 214.0, y - 21.5, 7.0, 7.0));
    rays.min(arcs).max(base).min(stone.max(base)).min(wing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_blade_of_the_crest_is_there() {
        for degrees in [30.0_f32, 45.0, 60.0, 75.0, 90.0] {
            let (s, c) = degrees.to_radians().sin_cos();
            assert!(
                distance(540.0 + 60.0 * c, 145.0 - 60.0 * s) < -2.0,
                "{degrees}"
            );
        }
    }
}
