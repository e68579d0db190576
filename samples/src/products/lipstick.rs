//! A lipstick: fluted black case, gold sleeve, crimson bullet; its cap stands behind.

use super::kit;
use crate::studio::light::Softbox;
use crate::studio::scene::{Body, Camera, Scene, Surface};
use crate::studio::shapes::{cylinder, fold_y};
use crate::studio::vec3::{V3, v3};

const CAP: V3 = v3(0.72, 0.0, -0.55);

/// The bullet: a round stick cut at a slant, its rim softened.
fn bullet(p: V3) -> f32 {
    let q = p - v3(-0.22, 1.98, 0.0);
    let stick = cylinder(q, 0.215, 0.62, 0.05);
    let slant = (q - v3(0.0, 0.33, 0.0)).dot(v3(-0.52, 0.80, 0.30).unit());
    let k = 0.05;
    let h = (k - (stick - slant).abs()).max(0.0) / k;
    stick.max(slant) + h * h * k * 0.25
}

fn fluted(q: V3, radius: f32, half: f32) -> f32 {
    let f = fold_y(q, 30.0);
    let groove = (f.x - radius - 0.012).hypot(f.z) - 0.026;
    let body = cylinder(q, radius, half, 0.025);
    if q.y.abs() < half - 0.07 {
        body.max(-groove)
    } else {
        body
    }
}

pub(super) fn scene(seed: u64) -> Scene {
    let black = Surface::paint(v3(0.006, 0.005, 0.006), 0.07, 0.06);
    let crimson = Surface::paint(v3(0.46, 0.006, 0.022), 0.24, 0.055);
    let bodies = vec![
        Body::plain((v3(-0.22, 0.42, 0.0), v3(0.37, 0.43, 0.37)), black, |p| {
            fluted(p - v3(-0.22, 0.42, 0.0), 0.34, 0.42)
        }),
        Body::plain(
            (v3(-0.22, 0.87, 0.0), v3(0.38, 0.07, 0.38)),
            Surface::gold(0.07),
            |p| cylinder(p - v3(-0.22, 0.87, 0.0), 0.355, 0.045, 0.02),
        ),
        Body::plain(
            (v3(-0.22, 1.18, 0.0), v3(0.30, 0.36, 0.30)),
            Surface::gold(0.10),
            |p| {
                let q = p - v3(-0.22, 1.18, 0.0);
                let rim = cylinder(q - v3(0.0, 0.30, 0.0), 0.268, 0.03, 0.015);
                cylinder(q, 0.255, 0.34, 0.02).min(rim)
            },
        ),
        Body::plain(
            (v3(-0.22, 1.98, 0.0), v3(0.24, 0.64, 0.24)),
            crimson,
            bullet,
        ),
        Body::plain(
            (CAP + v3(0.0, 0.55, 0.0), v3(0.38, 0.56, 0.38)),
            black,
            |p| fluted(p - CAP - v3(0.0, 0.55, 0.0), 0.35, 0.55),
        ),
        Body::plain(
            (CAP + v3(0.0, 0.12, 0.0), v3(0.39, 0.06, 0.39)),
            Surface::gold(0.07),
            |p| cylinder(p - CAP - v3(0.0, 0.12, 0.0), 0.362, 0.035, 0.015),
        ),
    ];
    let mut studio = kit::three_point(3.6, 7.0, 3.4);
    // A tall strip near the camera: round metal would mirror only the dark room.
    studio.boxes.push(Softbox::new(
        v3(-0.42, 0.12, 0.90),
        (0.10, 0.9),
        0.14,
        v3(1.0, 0.94, 0.86) * 2.4,
    ));
    Scene {
        bodies,
        table: Some(kit::glossy_table(v3(0.045, 0.006, 0.012), 0.10)),
        backdrop: kit::glow(v3(0.34, 0.045, 0.075), v3(0.018, 0.003, 0.006), seed, 22),
        studio,
        camera: Camera {
            from: v3(0.0, 1.9, 8.4),
            to: v3(0.08, 1.18, 0.0),
            half_tan: 0.250,
            lens: 0.05,
        },
        exposure: 1.05,
        bloom: 0.08,
    }
}
