//! A heavy square flacon with amber perfume, a gold plaque and a gold cap.

use super::kit;
use crate::studio::light::Softbox;
use crate::studio::scene::{Body, Camera, Glass, Scene, Surface};
use crate::studio::shapes::{cylinder, fold_y, round_box};
use crate::studio::vec3::{V3, v3};

const TURN: f32 = -0.32;
const FLACON: V3 = v3(0.0, 0.92, 0.0);

fn local(p: V3) -> V3 {
    p.turn_y(TURN)
}

/// Outer glass: a block with bevelled shoulders.
fn flacon(p: V3) -> f32 {
    let q = local(p) - FLACON;
    let block = round_box(q, v3(0.70, 0.90, 0.36), 0.07);
    let shoulder = (q.x.abs() * 0.5 + q.y * 0.866) - 0.985;
    let front = (q.z.abs() * 0.5 + q.y * 0.866) - 0.90;
    block.max(shoulder).max(front)
}

/// The perfume inside, over a thick base.
fn liquid(p: V3) -> f32 {
    let q = local(p) - FLACON;
    round_box(q, v3(0.58, 0.62, 0.24), 0.10)
}

/// Fluted cap with a flat top.
fn cap(p: V3) -> f32 {
    let q = p - v3(0.0, 2.27, 0.0);
    let flute = fold_y(q, 36.0);
    let body = cylinder(q, 0.335, 0.33, 0.03);
    let groove = (flute.x - 0.345).hypot(flute.z) - 0.017;
    if q.y.abs() < 0.26 {
        body.max(-groove)
    } else {
        body
    }
}

fn plaque(p: V3) -> f32 {
    let q = local(p) - FLACON - v3(0.0, 0.02, 0.365);
    round_box(q, v3(0.30, 0.40, 0.012), 0.01)
}

/// Black enamel with the emblem and a border in gold.
fn plaque_surface(p: V3) -> Surface {
    let q = local(p) - FLACON - v3(0.0, 0.02, 0.0);
    let border = q.x.abs() > 0.278 || q.y.abs() > 0.378;
    let line = (0.250..0.258).contains(&q.x.abs()) && q.y.abs() < 0.358
        || (0.350..0.358).contains(&q.y.abs()) && q.x.abs() < 0.258;
    if border || line || kit::emblem(q.x / 0.28, q.y / 0.28) {
        Surface::gold(0.16)
    } else {
        Surface::paint(v3(0.006, 0.005, 0.005), 0.12, 0.05)
    }
}

pub(super) fn scene(seed: u64) -> Scene {
    let glass = Glass {
        index: 1.5,
        dispersion: 0.0,
        absorb: v3(0.05, 0.06, 0.08),
        floor_light: v3(0.10, 0.06, 0.03),
    };
    let perfume = Glass {
        index: 1.36,
        absorb: v3(0.10, 0.62, 2.1),
        ..glass
    };
    let bodies = vec![
        Body::clear((v3(0.0, 0.92, 0.0), v3(0.82, 0.94, 0.66)), glass, flacon),
        Body::clear((v3(0.0, 0.92, 0.0), v3(0.68, 0.66, 0.5)), perfume, liquid),
        Body::painted(
            (v3(0.0, 0.94, 0.0), v3(0.5, 0.45, 0.55)),
            plaque_surface,
            plaque,
        ),
        Body::plain(
            (v3(0.0, 2.27, 0.0), v3(0.37, 0.35, 0.37)),
            Surface::gold(0.13),
            cap,
        ),
        Body::plain(
            (v3(0.0, 1.88, 0.0), v3(0.32, 0.08, 0.32)),
            Surface::gold(0.06),
            |p| cylinder(p - v3(0.0, 1.88, 0.0), 0.27, 0.06, 0.025),
        ),
    ];
    let mut studio = kit::three_point(2.6, 6.0, 3.2);
    // Stands where the plaque and the front of the glass mirror it.
    studio.boxes.push(Softbox::new(
        v3(0.62, 0.02, 0.80),
        (0.30, 0.5),
        0.28,
        v3(1.0, 0.93, 0.82) * 1.3,
    ));
    Scene {
        bodies,
        table: Some(kit::glossy_table(v3(0.02, 0.010, 0.005), 0.10)),
        backdrop: kit::glow(v3(0.62, 0.27, 0.075), v3(0.016, 0.006, 0.003), seed, 18),
        studio,
        camera: Camera {
            from: v3(0.0, 1.9, 8.2),
            to: v3(0.0, 1.22, 0.0),
            half_tan: 0.265,
            lens: 0.03,
        },
        exposure: 1.0,
        bloom: 0.09,
    }
}
