//! A dress watch, seen from the front: sunburst dial, applied indices, leather strap.

use super::kit;
use crate::studio::light::Softbox;
use crate::studio::scene::{Body, Camera, Scene, Surface};
use crate::studio::shapes::{extrude, fold_y, round_box, smooth};
use crate::studio::vec3::{V3, v3};
use std::f32::consts::TAU;

const CENTER: V3 = v3(0.0, 1.42, 0.0);

/// Dial coordinates: x right, y up, z out of the dial, leaning back a little.
fn local(p: V3) -> V3 {
    (p - CENTER).turn_y(0.30).turn_x(0.10)
}

fn case(p: V3) -> f32 {
    let q = local(p);
    let round = q.x.hypot(q.y);
    let body = extrude(round - 0.80, q.z + 0.04, 0.13, 0.06);
    let bezel = (round - 0.755).hypot((q.z - 0.10) * 1.3) - 0.062;
    let bowl = extrude(round - 0.70, q.z - 0.16, 0.12, 0.0);
    let lug = round_box(
        v3(q.x.abs() - 0.40, q.y.abs() - 0.80, q.z + 0.09),
        v3(0.065, 0.21, 0.075),
        0.05,
    );
    body.min(bezel).max(-bowl).min(lug).min(crown(q)) * 0.72
}

/// Fluted crown at three o'clock.
fn crown(q: V3) -> f32 {
    let c = v3(q.y, q.x - 0.90, q.z + 0.03);
    let flute = fold_y(c, 22.0);
    extrude(
        flute.x - 0.085 + 0.006 * (flute.z * 260.0).cos(),
        c.y,
        0.065,
        0.02,
    ) * 0.8
}

fn dial(p: V3) -> f32 {
    let q = local(p);
    extrude(q.x.hypot(q.y) - 0.70, q.z - 0.02, 0.025, 0.004)
}

/// Midnight blue with a sunburst, a minute track and a small seconds ring.
fn dial_surface(p: V3) -> Surface {
    let q = local(p);
    let (round, angle) = (q.x.hypot(q.y), q.x.atan2(q.y));
    let minute = (angle / TAU * 60.0 - (angle / TAU * 60.0).round()).abs() * TAU / 60.0 * round;
    let track = (0.640..0.668).contains(&round) && minute < 0.0045;
    let ring = (0.674..0.680).contains(&round);
    let sub = q.x.hypot(q.y + 0.32);
    if track || ring || (sub - 0.155).abs() < 0.004 {
        return Surface::gold(0.25);
    }
    // Brushed from the middle: the gleam follows the angle to the light.
    let gleam = (0.5 + 0.5 * (2.0 * angle + 0.9).cos()).powi(3);
    let groove = 1.0 + 0.03 * (angle * 420.0).sin();
    let deep = v3(0.006, 0.014, 0.045).lerp(v3(0.035, 0.085, 0.24), gleam) * groove;
    Surface {
        metal: 0.35,
        coat: 0.04,
        ..Surface::paint(deep, 0.32, 0.04)
    }
}

/// A long thin lozenge from the middle of the dial, `turn` of a full circle past twelve.
fn hand(q: V3, turn: f32, length: f32, width: f32, z: f32) -> f32 {
    let r = q.turn_z(turn * TAU);
    let t = (r.y + 0.12) / (length + 0.12);
    let shape = r.x.abs() - width * (0.35 + 0.65 * (1.0 - (2.0 * t - 0.7).abs()).max(0.0));
    let ends = (r.y - length).max(-0.12 - r.y);
    extrude(shape.max(ends), r.z - z, 0.009, 0.004) * 0.8
}

fn metal(p: V3) -> f32 {
    let q = local(p);
    let hour = fold_y(v3(q.y, q.z - 0.055, q.x), 12.0);
    let index = round_box(hour - v3(0.555, 0.0, 0.0), v3(0.062, 0.015, 0.015), 0.008);
    let index = if q.x.hypot(q.y + 0.32) < 0.2 {
        0.05
    } else {
        index
    };
    let hub = extrude(q.x.hypot(q.y) - 0.035, q.z - 0.09, 0.03, 0.01);
    let sub = q + v3(0.0, 0.32, 0.0);
    index
        .min(hand(q, 10.13 / 12.0, 0.36, 0.030, 0.075))
        .min(hand(q, 9.0 / 60.0, 0.56, 0.022, 0.098))
        .min(hand(sub, 0.62, 0.12, 0.008, 0.055))
        .min(hub)
}

fn strap(p: V3) -> f32 {
    let q = local(p);
    let up = q.y.abs();
    let bend = 0.20 * (up - 0.72).max(0.0).powi(2) + 0.10;
    let wide = 0.345 - 0.06 * smooth(0.8, 1.7, up);
    let pad = 0.022 * (1.0 - (q.x / wide).powi(2)).max(0.0);
    let flat = round_box(v3(q.x, up - 1.32, q.z + bend), v3(wide, 0.55, 0.045), 0.03) - pad;
    flat * 0.75
}

/// Dark brown calf with a pale seam along both sides.
fn strap_surface(p: V3) -> Surface {
    let q = local(p);
    let wide = 0.345 - 0.06 * smooth(0.8, 1.7, q.y.abs());
    let seam = (q.x.abs() - wide + 0.055).abs() < 0.008 && (q.y * 17.0).fract().abs() < 0.68;
    if seam {
        return Surface::paint(v3(0.42, 0.27, 0.12), 0.6, 0.02);
    }
    let grain = 0.9 + 0.1 * (q.x * 61.0 + (q.y * 37.0).sin() * 2.0).sin() * (q.y * 53.0).sin();
    Surface::paint(v3(0.055, 0.020, 0.009) * grain, 0.42, 0.04)
}

pub(super) fn scene(seed: u64) -> Scene {
    let face = (CENTER, v3(0.85, 0.85, 0.5));
    let bodies = vec![
        Body::plain((CENTER, v3(1.02, 1.08, 0.55)), Surface::gold(0.07), case),
        Body::painted(face, dial_surface, dial),
        Body::plain(face, Surface::gold(0.10), metal),
        Body::painted((CENTER, v3(0.6, 1.95, 0.9)), strap_surface, strap),
    ];
    let mut studio = kit::three_point(4.2, 7.0, 3.6);
    studio.boxes.push(Softbox::new(
        v3(-0.56, 0.17, 0.82),
        (0.26, 0.34),
        0.2,
        v3(1.0, 0.95, 0.88) * 1.6,
    ));
    Scene {
        bodies,
        table: Some(kit::glossy_table(v3(0.006, 0.009, 0.018), 0.12)),
        backdrop: kit::glow(v3(0.045, 0.080, 0.17), v3(0.003, 0.005, 0.011), seed, 22),
        studio,
        camera: Camera {
            from: v3(0.0, 1.75, 8.6),
            to: v3(0.0, 1.42, 0.0),
            half_tan: 0.20,
            lens: 0.03,
        },
        exposure: 1.1,
        bloom: 0.08,
    }
}
