//! The studio: softboxes far away in given directions, and a faint glow from everywhere.

use super::shapes::smooth;
use super::vec3::{V3, v3};

/// A rectangular light, so far away that only its direction counts.
pub(crate) struct Softbox {
    /// Unit vector towards the middle of the light.
    pub toward: V3,
    right: V3,
    up: V3,
    half: (f32, f32),
    /// Width of the fall-off at the rim, in tangent units.
    feather: f32,
    pub radiance: V3,
}

impl Softbox {
    /// `half` is the half width and height as tangents; `feather` softens the rim.
    pub fn new(toward: V3, half: (f32, f32), feather: f32, radiance: V3) -> Self {
        let toward = toward.unit();
        let pole = if toward.y.abs() > 0.95 {
            v3(0.0, 0.0, 1.0)
        } else {
            v3(0.0, 1.0, 0.0)
        };
        let right = pole.cross(toward).unit();
        let up = toward.cross(right);
        Self {
            toward,
            right,
            up,
            half,
            feather,
            radiance,
        }
    }

    /// What a ray in direction `d` sees of this light through a lobe `rough` tangent units wide.
    fn seen(&self, d: V3, rough: f32) -> V3 {
        let depth = d.dot(self.toward);
        if depth < 0.05 {
            return V3::ZERO;
        }
        let (u, v) = (d.dot(self.right) / depth, d.dot(self.up) / depth);
        let rim = self.feather + rough;
        let inside = |x: f32, half: f32| {
            // A lobe wider than the light sees only a part of it.
            let share = half / (half + rough * 0.5);
            (1.0 - smooth(half - rim, half + rim, x.abs())) * share
        };
        self.radiance * (inside(u, self.half.0) * inside(v, self.half.1))
    }

    /// Irradiance on a surface that faces the light, before shadows.
    pub fn irradiance(&self, n: V3) -> V3 {
        let solid_angle = 4.0 * self.half.0 * self.half.1 / (1.0 + self.half.0 * self.half.1);
        let wrap = 0.15;
        let facing = ((n.dot(self.toward) + wrap) / (1.0 + wrap)).max(0.0);
        self.radiance * (facing * solid_angle / std::f32::consts::PI)
    }

    /// How wide the light is, as a tangent: wide lights cast soft shadows.
    pub fn spread(&self) -> f32 {
        0.5 * (self.half.0 + self.half.1)
    }
}

/// All light of a scene.
pub(crate) struct Studio {
    pub boxes: Vec<Softbox>,
    /// Glow from above and from below.
    pub sky: V3,
    pub ground: V3,
}

impl Studio {
    /// Radiance from direction `d`, blurred by a lobe of `rough` tangent units.
    pub fn seen(&self, d: V3, rough: f32) -> V3 {
        let base = self.ambient(d);
        self.boxes
            .iter()
            .fold(base, |sum, light| sum + light.seen(d, rough))
    }

    /// The glow alone.
    pub fn ambient(&self, d: V3) -> V3 {
        self.ground.lerp(self.sky, 0.5 + 0.5 * d.y)
    }
}
