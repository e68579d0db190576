//! A quilted leather bag with a chain, photographed for a cut-out: no table, no backdrop.

use super::kit;
use crate::studio::scene::{Body, Camera, Scene, Surface};
use crate::studio::shapes::{extrude, round_box, torus};
use crate::studio::vec3::{V3, v3};

const TURN: f32 = 0.38;
const BODY: V3 = v3(0.0, 0.80, 0.0);

fn local(p: V3) -> V3 {
    p.turn_y(TURN)
}

/// Height of the quilting: padded lozenges between seams, 0 on a seam.
fn quilt(x: f32, y: f32) -> f32 {
    let (a, b) = ((x + y) * 7.6, (x - y) * 7.6);
    (a.sin() * b.sin()).abs().sqrt().min(1.0)
}

fn body(p: V3) -> f32 {
    let mut q = local(p) - BODY;
    // Tapers towards the top.
    let taper = 1.0 + 0.10 * (q.y / 0.7);
    q = v3(q.x * taper, q.y, q.z * (1.0 + 0.30 * (q.y / 0.7)));
    let pad = 0.020 * quilt(q.x, q.y);
    (round_box(q, v3(1.02, 0.70, 0.30), 0.15) - pad) * 0.62
}

/// The flap: the front of the body again, a little larger, cut to a soft V.
fn flap(p: V3) -> f32 {
    let q = local(p) - BODY;
    let taper = 1.0 + 0.10 * (q.y / 0.7);
    let r = v3(q.x * taper, q.y, q.z * (1.0 + 0.30 * (q.y / 0.7)));
    let pad = 0.014 * quilt(r.x, r.y);
    let shell = round_box(r - v3(0.0, 0.01, 0.02), v3(1.04, 0.715, 0.325), 0.16) - pad;
    let edge = -0.02 + 0.16 * r.x.abs() - q.y;
    shell.max(edge) * 0.62
}

/// Seam along the flap's edge in gold thread, piping elsewhere.
fn leather(p: V3) -> Surface {
    let q = local(p) - BODY;
    let shade = 0.86 + 0.14 * quilt(q.x * (1.0 + 0.143 * q.y), q.y);
    Surface::paint(v3(0.150, 0.008, 0.015) * shade, 0.26, 0.036)
}

/// A turn-lock: gold plate with the house lozenge.
fn lock(p: V3) -> f32 {
    let q = local(p) - BODY - v3(0.0, 0.03, 0.375);
    let lozenge = (q.x.abs() * 1.25 + q.y.abs() - 0.17) * 0.62;
    let plate = extrude(lozenge, q.z, 0.035, 0.018);
    let bar = round_box(q - v3(0.0, 0.0, 0.045), v3(0.022, 0.075, 0.03), 0.02);
    plate.min(bar)
}

/// Chain in an arc over the bag: links stand by turns flat and upright.
fn chain(p: V3) -> f32 {
    const RADIUS: f32 = 0.80;
    const STEP: f32 = 0.118;
    let q = local(p) - v3(0.0, 1.46, 0.0);
    let r = v3(q.x, q.y / 1.12, q.z);
    let angle = r.x.atan2(r.y);
    let nearest = |offset: f32, upright: bool| {
        let slot = ((angle / STEP - offset) / 2.0).round() * 2.0 + offset;
        let at = (slot * STEP).clamp(-1.70, 1.70);
        let link = r.turn_z(at) - v3(0.0, RADIUS, 0.0);
        let link = v3((link.x.abs() - 0.032).max(0.0), link.y, link.z);
        if upright {
            torus(v3(link.x, link.z, link.y), 0.043, 0.0155)
        } else {
            torus(link, 0.043, 0.0155)
        }
    };
    nearest(0.0, true).min(nearest(1.0, false)) * 0.85
}

/// Eyelets for the chain, and a fine bar along the bottom.
fn fittings(p: V3) -> f32 {
    let q = local(p) - BODY;
    let eye = v3(q.x.abs() - 0.82, q.y - 0.69, q.z);
    let ring = torus(v3(eye.x, eye.z, eye.y), 0.07, 0.022);
    let feet = v3(q.x.abs() - 0.78, q.y + 0.73, q.z.abs() - 0.14);
    ring.min(feet.length() - 0.055).min(lock(p))
}

pub(super) fn scene(seed: u64) -> Scene {
    let bodies = vec![
        Body::painted((v3(0.0, 0.80, 0.0), v3(1.25, 0.76, 0.95)), leather, body),
        Body::painted((v3(0.0, 1.16, 0.0), v3(1.25, 0.42, 0.95)), leather, flap),
        Body::plain(
            (v3(0.0, 0.85, 0.0), v3(1.1, 0.85, 0.95)),
            Surface::gold(0.08),
            fittings,
        ),
        Body::plain(
            (v3(0.0, 1.9, 0.0), v3(1.0, 0.62, 0.75)),
            Surface::gold(0.10),
            chain,
        ),
    ];
    let mut studio = kit::three_point(5.2, 8.0, 4.5);
    studio.sky = v3(0.14, 0.135, 0.13);
    studio.ground = v3(0.06, 0.05, 0.05);
    Scene {
        bodies,
        table: None,
        backdrop: kit::glow(V3::ZERO, V3::ZERO, seed, 0),
        studio,
        camera: Camera {
            from: v3(0.0, 1.75, 9.0),
            to: v3(0.0, 1.22, 0.0),
            half_tan: 0.185,
            lens: 0.0,
        },
        exposure: 1.05,
        bloom: 0.0,
    }
}
