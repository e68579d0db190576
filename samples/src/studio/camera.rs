//! From picture coordinates to rays and back.

use super::march::Ray;
use super::scene::{Camera, Scene};
use super::shapes::smooth;
use super::vec3::{V3, v3};

/// Right, up and forward of a camera.
fn axes(camera: &Camera) -> (V3, V3, V3) {
    let forward = (camera.to - camera.from).unit();
    let right = forward.cross(v3(0.0, 1.0, 0.0)).unit();
    (right, right.cross(forward), forward)
}

impl Camera {
    /// The ray through picture point (`x`, `y`), 1 = half the picture's height, y up; `lens` is a point of the
    /// unit disc. What lies at the distance of the target is sharp.
    pub fn ray(&self, x: f32, y: f32, lens: (f32, f32)) -> Ray {
        let (right, up, forward) = axes(self);
        let dir = forward + right * (x * self.half_tan) + up * (y * self.half_tan);
        let focus = self.from + dir * (self.to - self.from).length();
        let from = self.from + right * (lens.0 * self.lens) + up * (lens.1 * self.lens);
        Ray {
            from,
            dir: (focus - from).unit(),
        }
    }

    /// Picture point a direction leads to, and its cosine to the axis; `None` behind the camera.
    fn project(&self, dir: V3) -> Option<(f32, f32, f32)> {
        let (right, up, forward) = axes(self);
        let depth = dir.dot(forward);
        (depth > 0.15).then(|| {
            let k = 1.0 / (depth * self.half_tan);
            (dir.dot(right) * k, dir.dot(up) * k, depth)
        })
    }
}

impl Scene {
    /// The backdrop in direction `dir`.
    pub fn backdrop_seen(&self, dir: V3) -> V3 {
        let back = &self.backdrop;
        let Some((x, y, depth)) = self.camera.project(dir) else {
            return V3::ZERO;
        };
        let off = (x - back.at.0).hypot(y - back.at.1) / back.radius;
        let glow = back.rim.lerp(back.middle, (-off * off).exp());
        let dots: f32 = back.bokeh.iter().map(|dot| disc(dot, x, y)).sum();
        (glow + back.bokeh_color * dots) * smooth(0.15, 0.6, depth)
    }
}

/// Brightness of one out-of-focus light: an even disc with a slightly brighter rim, as lenses draw it.
fn disc(&[cx, cy, radius, power]: &[f32; 4], x: f32, y: f32) -> f32 {
    let off = (x - cx).hypot(y - cy) / radius;
    power * (1.0 - smooth(0.86, 1.1, off)) * (0.7 + 0.3 * smooth(0.4, 0.95, off))
}
