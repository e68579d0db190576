//! An emerald lacquer box tied with a gold satin ribbon.

use super::kit;
use crate::studio::scene::{Body, Camera, Scene, Surface};
use crate::studio::shapes::{blend, round_box, smooth};
use crate::studio::vec3::{V3, v3};

const TURN: f32 = 0.62;
const LID_TOP: f32 = 1.32;

fn local(p: V3) -> V3 {
    p.turn_y(TURN)
}

fn carton(p: V3) -> f32 {
    let q = local(p);
    let base = round_box(q - v3(0.0, 0.48, 0.0), v3(0.86, 0.48, 0.86), 0.02);
    let lid = round_box(q - v3(0.0, 1.11, 0.0), v3(0.91, 0.21, 0.91), 0.022);
    base.min(lid)
}

/// Two bands round base and lid.
fn bands(p: V3) -> f32 {
    let q = local(p);
    let side = |along: f32, across: f32| {
        let base = round_box(v3(along, q.y - 0.48, across), v3(0.872, 0.484, 0.15), 0.006);
        let lid = round_box(v3(along, q.y - 1.11, across), v3(0.922, 0.222, 0.15), 0.006);
        base.min(lid)
    };
    side(q.x, q.z).min(side(q.z, q.x))
}

/// One loop of the bow: a ribbon bent round, narrow at the knot. `q` runs outwards along +x.
fn bow_loop(q: V3) -> f32 {
    let (long, high) = (0.40, 0.215);
    let c = v3(q.x - 0.40, q.y - 0.10 - 0.20 * q.x, q.z);
    let taper = smooth(-0.06, 0.34, q.x);
    let squeeze = 0.30 + 0.70 * taper;
    let (ex, ey) = (c.x / long, c.y / (high * squeeze));
    let around = (ex * ex + ey * ey).sqrt();
    let slope = (ex / long).hypot(ey / (high * squeeze)).max(1e-4);
    let shell = (around * (around - 1.0) / slope).abs() - 0.011;
    let width = 0.07 + 0.11 * taper + 0.012 * (q.x * 9.0).sin() * taper;
    shell.max(q.z.abs() - width) * 0.55
}

/// A tail that lies over the lid with a soft wave and a swallow-tailed end.
fn tail(q: V3) -> f32 {
    let lift = 0.035
        + 0.05 * (q.x * 6.0 - 0.4).sin() * smooth(0.1, 0.5, q.x)
        + 0.08 * (1.0 - smooth(0.0, 0.3, q.x));
    let sheet = (q.y - lift).abs() - 0.008;
    let width = 0.06 + 0.08 * smooth(0.0, 0.35, q.x);
    let end = q.x - 0.80 + 0.12 * (1.0 - (q.z.abs() / width).min(1.0));
    sheet.max(q.z.abs() - width).max(end).max(-q.x) * 0.6
}

fn bow(p: V3) -> f32 {
    let q = local(p) - v3(0.0, LID_TOP, 0.0);
    let loops =
        [0.35_f32, 3.35, 1.75, 4.85].map(|turn| bow_loop(q.turn_y(turn) + v3(0.03, 0.0, 0.0)));
    let tails = [1.15_f32, 5.65].map(|turn| tail(q.turn_y(turn)));
    let knot = round_box(q - v3(0.0, 0.10, 0.0), v3(0.115, 0.095, 0.115), 0.08);
    let ribbon = loops.into_iter().chain(tails).fold(f32::INFINITY, f32::min);
    blend(ribbon, knot, 0.03)
}

pub(super) fn scene(seed: u64) -> Scene {
    let lacquer = |p: V3| {
        // A hairline of gold leaf near the rim of the lid.
        if (p.y - 0.955).abs() < 0.010 {
            return Surface::gold(0.2);
        }
        Surface::paint(v3(0.002, 0.034, 0.019), 0.08, 0.06)
    };
    let satin = |p: V3| {
        // The weave of satin: a sheen that runs along the ribbon.
        let sheen = 0.5 + 0.5 * (local(p).x * 310.0).sin() * (local(p).z * 310.0).sin();
        Surface {
            metal: 0.62,
            ..Surface::metal(v3(0.95, 0.62, 0.20), 0.46 + 0.05 * sheen)
        }
    };
    let bodies = vec![
        Body::painted((v3(0.0, 0.66, 0.0), v3(1.32, 0.67, 1.32)), lacquer, carton),
        Body::painted((v3(0.0, 0.67, 0.0), v3(1.35, 0.68, 1.35)), satin, bands),
        Body::painted((v3(0.0, 1.62, 0.0), v3(0.98, 0.34, 0.98)), satin, bow),
    ];
    let mut studio = kit::three_point(3.0, 4.5, 2.6);
    studio.sky = v3(0.13, 0.14, 0.12);
    Scene {
        bodies,
        table: Some(kit::glossy_table(v3(0.006, 0.022, 0.015), 0.14)),
        backdrop: kit::glow(v3(0.05, 0.115, 0.07), v3(0.003, 0.008, 0.006), seed, 24),
        studio,
        camera: Camera {
            from: v3(0.0, 3.9, 8.4),
            to: v3(0.0, 1.02, 0.0),
            half_tan: 0.262,
            lens: 0.03,
        },
        exposure: 1.15,
        bloom: 0.08,
    }
}
