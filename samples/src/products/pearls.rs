//! Strands of pearls round a gold band, on dark silk.

use super::kit;
use crate::studio::scene::{Body, Camera, Matter, Scene, Surface, Table};
use crate::studio::shapes::{fold_y, torus};
use crate::studio::vec3::{V3, v3};
use std::f32::consts::TAU;

/// One strand: `count` pearls of radius `r` in a circle round (`x`, `z`).
struct Strand {
    at: V3,
    major: f32,
    r: f32,
    count: f32,
}

impl Strand {
    /// As many pearls as fit, each touching the next.
    fn new(x: f32, z: f32, major: f32, r: f32, lift: f32) -> Self {
        let count = (TAU * major / (2.0 * r)).floor();
        Self {
            at: v3(x, r + lift, z),
            major,
            r,
            count,
        }
    }

    fn distance(&self, p: V3) -> f32 {
        let q = fold_y(p - self.at, self.count);
        (q - v3(self.major, 0.0, 0.0)).length() - self.r
    }

    fn body(self) -> Body {
        let reach = self.major + self.r;
        let bounds = (self.at, v3(reach, self.r, reach));
        Body::painted(bounds, pearl, move |p| self.distance(p))
    }
}

/// Nacre: ivory with a breath of rose and green that changes from pearl to pearl.
fn pearl(p: V3) -> Surface {
    let hue = (p.x * 2.1 + p.z * 1.7).sin();
    let color = v3(0.60, 0.53, 0.46) + v3(0.022, -0.004, 0.012) * hue;
    Surface::paint(color, 0.14, 0.10)
}

pub(super) fn scene(seed: u64) -> Scene {
    let gold = Surface::gold(0.05);
    let drop = |x: f32, z: f32, r: f32| {
        let at = v3(x, r, z);
        Body::painted((at, V3::ONE * r), pearl, move |p| (p - at).length() - r)
    };
    let stone = |x: f32, y: f32, z: f32, size: f32| {
        let at = v3(x, y, z);
        let matter = Matter::Clear(kit::DIAMOND);
        let distance = move |p: V3| kit::brilliant((p - at).turn_x(0.5) * (1.0 / size)) * size;
        Body {
            center: at,
            half: V3::ONE * (size * 1.1),
            distance: Box::new(distance),
            matter,
        }
    };
    let bodies = vec![
        Strand::new(0.0, -0.10, 1.06, 0.125, 0.0).body(),
        Strand::new(0.05, 0.02, 0.79, 0.118, 0.0).body(),
        Strand::new(-0.28, -1.25, 0.95, 0.125, 0.0).body(),
        Body::plain((v3(0.02, 0.06, 0.10), v3(0.45, 0.06, 0.45)), gold, |p| {
            let q = p - v3(0.02, 0.052, 0.10);
            torus(v3(q.x, q.y * 0.8, q.z), 0.36, 0.042)
        }),
        stone(0.02, 0.19, 0.46, 0.15),
        drop(-0.62, 1.28, 0.135),
        drop(0.52, 1.42, 0.155),
    ];
    let mut studio = kit::three_point(3.4, 5.0, 1.8);
    studio.sky = v3(0.09, 0.08, 0.09);
    Scene {
        bodies,
        table: Some(Table {
            surface: Surface::paint(v3(0.030, 0.010, 0.026), 0.16, 0.045),
            fade: (2.6, 8.0),
        }),
        backdrop: kit::glow(v3(0.16, 0.075, 0.10), v3(0.010, 0.004, 0.008), seed, 22),
        studio,
        camera: Camera {
            from: v3(0.0, 3.5, 6.2),
            to: v3(0.0, 0.10, 0.0),
            half_tan: 0.265,
            lens: 0.025,
        },
        exposure: 0.95,
        bloom: 0.09,
    }
}
