//! A solitaire: gold band, pavé shoulders, six claws, one brilliant.

use super::kit;
use crate::studio::light::Softbox;
use crate::studio::scene::{Body, Camera, Scene, Surface};
use crate::studio::shapes::{blend, capsule, cylinder, fold_y};
use crate::studio::vec3::{V3, v3};

const TURN: f32 = 0.5;
const CENTER: V3 = v3(0.0, 0.93, 0.0);
const BAND: f32 = 0.84;
const STONE_Y: f32 = 1.24;
const STONE: f32 = 0.40;

/// Coordinates of the ring: centre of the band at the origin, the band in the x-y plane, leaning back a little.
fn local(p: V3) -> V3 {
    (p - CENTER).turn_y(TURN).turn_x(0.08)
}

/// D-shaped band, narrower towards the bottom.
fn band(q: V3) -> f32 {
    let round = q.x.hypot(q.y);
    let up = (q.y / round.max(0.1)).clamp(-1.0, 1.0);
    let wide = 0.135 + 0.035 * up;
    let (a, b) = ((round - BAND).abs() / 0.075, q.z.abs() / wide);
    let outer = (a * a + b * b).sqrt() - 1.0;
    outer * 0.068
}

/// Claws and cup that hold the stone.
fn setting(q: V3) -> f32 {
    let s = q - v3(0.0, STONE_Y, 0.0);
    let f = fold_y(s, 6.0);
    let claw = capsule(f, v3(0.13, -0.38, 0.0), v3(0.405, 0.035, 0.0), 0.030);
    let tip = capsule(f, v3(0.405, 0.035, 0.0), v3(0.350, 0.085, 0.0), 0.032);
    let gallery = {
        let ring = s - v3(0.0, -0.20, 0.0);
        (ring.x.hypot(ring.z) - 0.255).hypot(ring.y) - 0.022
    };
    let cup = cylinder(s + v3(0.0, 0.37, 0.0), 0.14, 0.05, 0.03);
    blend(blend(claw, tip, 0.02), gallery.min(cup), 0.03)
}

/// Small stones set along the shoulders.
fn pave(q: V3) -> f32 {
    const STEP: f32 = 0.145;
    let angle = q.x.abs().atan2(q.y);
    let slot = ((angle - 0.36) / STEP).round().clamp(0.0, 5.0);
    let at = 0.36 + slot * STEP;
    let spun = v3(q.x.abs(), q.y, q.z).turn_z(at) - v3(0.0, BAND + 0.062, 0.0);
    let size = 0.066 - 0.003 * slot;
    kit::brilliant(spun * (1.0 / size)) * size
}

pub(super) fn scene(seed: u64) -> Scene {
    let all = (v3(0.0, 1.15, 0.0), v3(1.0, 1.3, 0.85));
    let mut studio = kit::three_point(3.4, 7.0, 4.2);
    // Points of light are what a brilliant throws back.
    let spot =
        |x, y, z, power| Softbox::new(v3(x, y, z), (0.07, 0.07), 0.02, v3(1.0, 0.95, 0.88) * power);
    studio.boxes.extend([
        spot(-0.3, 1.0, 0.55, 55.0),
        spot(0.55, 0.8, 0.9, 50.0),
        spot(0.1, 0.35, 1.0, 22.0),
        spot(-0.9, 0.3, 0.7, 30.0),
        spot(0.9, 1.2, -0.2, 45.0),
    ]);
    let bodies = vec![
        Body::plain(all, Surface::gold(0.06), |p| {
            let q = local(p);
            blend(band(q), setting(q), 0.04) * 0.85
        }),
        Body::clear(
            (v3(0.0, 2.17, 0.0), v3(0.55, 0.5, 0.6)),
            kit::DIAMOND,
            |p| {
                let q = local(p) - v3(0.0, STONE_Y, 0.0);
                kit::brilliant(q.turn_y(0.2) * (1.0 / STONE)) * STONE
            },
        ),
        Body::clear((v3(0.0, 1.4, 0.0), v3(1.0, 0.6, 0.8)), kit::DIAMOND, |p| {
            pave(local(p)) * 0.9
        }),
    ];
    Scene {
        bodies,
        table: Some(kit::glossy_table(v3(0.006, 0.005, 0.004), 0.12)),
        backdrop: kit::glow(v3(0.11, 0.062, 0.022), v3(0.004, 0.003, 0.003), seed, 26),
        studio,
        camera: Camera {
            from: v3(0.0, 1.95, 7.2),
            to: v3(0.0, 1.2, 0.0),
            half_tan: 0.275,
            lens: 0.035,
        },
        exposure: 1.05,
        bloom: 0.10,
    }
}
