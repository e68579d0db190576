//! A scented candle in smoked glass with a gold lid beside it; the flame is a light of its own.

use super::kit;
use crate::studio::scene::{Body, Camera, Glass, Scene, Surface};
use crate::studio::shapes::{capsule, cylinder, round_box};
use crate::studio::vec3::{V3, v3};

const FLAME: V3 = v3(0.0, 1.30, 0.0);

/// A tumbler: outside minus inside.
fn glass(p: V3) -> f32 {
    let outer = cylinder(p - v3(0.0, 0.80, 0.0), 0.66, 0.80, 0.07);
    let inner = cylinder(p - v3(0.0, 1.02, 0.0), 0.60, 0.90, 0.06);
    outer.max(-inner)
}

/// Wax glows near the flame: light soaks into it.
fn wax(p: V3) -> Surface {
    let soak = (-2.6 * ((p - FLAME).length() - 0.25).max(0.0)).exp();
    Surface {
        glow: v3(1.0, 0.50, 0.16) * (1.5 * soak) + v3(0.05, 0.02, 0.006),
        ..Surface::paint(v3(0.75, 0.62, 0.46), 0.35, 0.04)
    }
}

/// Teardrop: a ball drawn out to a point.
fn flame(p: V3) -> f32 {
    let q = p - FLAME;
    let t = ((q.y + 0.06) / 0.30).clamp(0.0, 1.0);
    let slim = 0.060 * (1.0 - t * t) + 0.004;
    (capsule(q, v3(0.0, -0.04, 0.0), v3(0.0, 0.24, 0.0), slim)) * 0.6
}

fn flame_surface(p: V3) -> Surface {
    let t = ((p.y - FLAME.y + 0.1) / 0.36).clamp(0.0, 1.0);
    let glow = v3(3.0, 1.9, 1.0).lerp(v3(12.0, 7.4, 2.6), t);
    Surface {
        glow,
        ..Surface::paint(V3::ZERO, 1.0, 0.0)
    }
}

fn label(p: V3) -> f32 {
    let curved = p.x.hypot(p.z) - 0.668;
    let window = (p.x.abs() - 0.30).max((p.y - 0.66).abs() - 0.30).max(-p.z);
    curved.abs().max(window) - 0.006
}

fn label_surface(p: V3) -> Surface {
    let (x, y) = (p.x / 0.30, (p.y - 0.66) / 0.30);
    let border = x.abs().max(y.abs());
    if (0.87..0.905).contains(&border) || border > 0.96 || kit::emblem(x * 1.25, y * 1.25) {
        return Surface::gold(0.22);
    }
    Surface::paint(v3(0.010, 0.007, 0.006), 0.3, 0.04)
}

/// The lid leans against the glass.
fn lid(p: V3) -> f32 {
    let q = (p - v3(0.98, 0.66, 0.18)).turn_z(-1.32).turn_y(0.2);
    let disc = cylinder(q, 0.66, 0.05, 0.03);
    let knob = cylinder(q + v3(0.0, -0.10, 0.0), 0.12, 0.06, 0.03);
    disc.min(knob)
}

pub(super) fn scene(seed: u64) -> Scene {
    let smoke = Glass {
        index: 1.48,
        dispersion: 0.0,
        absorb: v3(1.6, 2.6, 4.2),
        floor_light: v3(0.03, 0.015, 0.006),
    };
    let black = Surface::paint(V3::ZERO, 0.8, 0.0);
    let mut bodies = vec![
        Body::clear((v3(0.0, 0.80, 0.0), v3(0.67, 0.81, 0.67)), smoke, glass),
        Body::painted((v3(0.0, 0.62, 0.0), v3(0.6, 0.5, 0.6)), wax, |p| {
            cylinder(p - v3(0.0, 0.63, 0.0), 0.585, 0.48, 0.04)
        }),
        Body::plain((v3(0.0, 1.16, 0.0), v3(0.03, 0.1, 0.03)), black, |p| {
            round_box(p - v3(0.0, 1.16, 0.0), v3(0.012, 0.09, 0.012), 0.01)
        }),
        Body::painted(
            (FLAME + v3(0.0, 0.1, 0.0), v3(0.08, 0.22, 0.08)),
            flame_surface,
            flame,
        ),
        Body::painted(
            (v3(0.0, 0.66, 0.6), v3(0.31, 0.31, 0.12)),
            label_surface,
            label,
        ),
    ];
    bodies.push(Body::plain(
        (v3(0.98, 0.66, 0.18), v3(0.5, 0.75, 0.72)),
        Surface::gold(0.10),
        lid,
    ));
    Scene {
        bodies,
        table: Some(kit::glossy_table(v3(0.020, 0.011, 0.006), 0.12)),
        backdrop: kit::glow(v3(0.19, 0.085, 0.030), v3(0.008, 0.004, 0.003), seed, 30),
        studio: kit::three_point(1.6, 4.0, 1.8),
        camera: Camera {
            from: v3(0.0, 2.3, 7.6),
            to: v3(0.12, 0.88, 0.0),
            half_tan: 0.205,
            lens: 0.04,
        },
        exposure: 1.1,
        bloom: 0.16,
    }
}
