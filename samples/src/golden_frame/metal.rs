//! How the metal looks: relief from the outline, light from the upper left, a gradient of polished gold.

use super::outline;

/// Height of the relief in design pixels: chamfered edges, and a moulding with a bead and a cove.
fn height(x: f32, y: f32) -> f32 {
    if let Some(t) = outline::across_moulding(x, y) {
        let step = |low: f32, high: f32| {
            let t = ((t - low) / (high - low)).clamp(0.0, 1.0);
            t * t * (3.0 - 2.0 * t)
        };
        let bead = 3.4 * (step(0.0, 0.12) - step(0.14, 0.28));
        let swell = 6.0 * (step(0.24, 0.62) - step(0.72, 1.0));
        return bead + swell;
    }
    let depth = (-outline::distance(x, y)).max(0.0);
    (depth * 1.1).min(3.6)
}

/// Stops of the gradient: mirrored darkness to a white gleam, through #D4AF37.
const STOPS: [(f32, [f32; 3]); 7] = [
    (0.00, [42.0, 26.0, 6.0]),
    (0.22, [112.0, 78.0, 18.0]),
    (0.42, [176.0, 136.0, 36.0]),
    (0.56, [212.0, 175.0, 55.0]),
    (0.74, [240.0, 214.0, 122.0]),
    (0.90, [255.0, 244.0, 202.0]),
    (1.00, [255.0, 252.0, 238.0]),
];

fn gradient(t: f32) -> [f32; 3] {
    let t = t.clamp(0.0, 1.0);
    let next = STOPS
        .iter()
        .position(|stop| stop.0 >= t)
        .unwrap_or(STOPS.len() - 1)
        .max(1);
    let ((a, from), (b, to)) = (STOPS[next - 1], STOPS[next]);
    let k = (t - a) / (b - a);
    [0, 1, 2].map(|i| (from[i] + (to[i] - from[i]) * k) / 255.0)
}

/// Colour (0 to 1, sRGB) of the metal at a point.
pub(super) fn shade(x: f32, y: f32) -> [f32; 3] {
    const STEP: f32 = 0.6;
    let slope_x = (height(x + STEP, y) - height(x - STEP, y)) / (2.0 * STEP);
    let slope_y = (height(x, y + STEP) - height(x, y - STEP)) / (2.0 * STEP);
    let length = (slope_x * slope_x + slope_y * slope_y + 1.0).sqrt();
    // Towards the light: upper left, above the plane.
    let facing = (0.48 * slope_x + 0.60 * slope_y + 0.64) / length;
    // Long reflections that wander over polished metal.
    let sweep = 0.10 * ((x * 0.9 + y) / 150.0).sin() + 0.06 * ((x - y * 0.7) / 61.0 + 1.0).sin();
    let gleam = facing.max(0.0).powi(14) * 0.28;
    gradient(0.16 + 0.56 * facing + sweep + gleam)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_passes_through_the_house_gold() {
        let [r, g, b] = gradient(0.56).map(|c| (c * 255.0 + 0.5) as u8);
        assert_eq!((r, g, b), (212, 175, 55));
    }
}
