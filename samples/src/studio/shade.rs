//! Light that comes back along a ray.
//!
//! A Whitted-style tracer with soft edges: every direct term (softboxes, penumbrae, openness) is evaluated in
//! closed form, so that pictures are free of sampling noise; only depth of field and rough reflections jitter.

use super::march::{self, Hit, Met, RESTART, Ray};
use super::scene::{Glass, Matter, Scene, Surface};
use super::shapes::smooth;
use super::vec3::{V3, v3};
use crate::rng::Rng;

/// Bounces after which a path gives up.
const MAX_DEPTH: u32 = 11;
/// Contributions below this share of the pixel are dropped.
const FAINT: f32 = 0.012;

/// A path on its way through the scene.
#[derive(Clone, Copy)]
pub(crate) struct Path {
    ray: Ray,
    depth: u32,
    weight: f32,
    media: Media,
    /// Colour channel of a path that fire has split, 0 to 2.
    channel: Option<usize>,
    /// Where the backdrop is looked up: for primary rays the pinhole direction, since a jittered lens would
    /// only turn the painted, already soft backdrop into noise.
    sight: V3,
}

impl Path {
    /// A path that leaves the camera.
    pub fn primary(ray: Ray, sight: V3) -> Self {
        Self {
            ray,
            depth: 0,
            weight: 1.0,
            media: Media::default(),
            channel: None,
            sight,
        }
    }

    fn onward(&self, from: V3, dir: V3, share: f32) -> Self {
        Self {
            ray: Ray { from, dir },
            depth: self.depth + 1,
            weight: self.weight * share,
            sight: dir,
            ..*self
        }
    }
}

/// The clear bodies a path is inside of, outermost first.
#[derive(Clone, Copy, Default)]
struct Media([Option<usize>; 3]);

impl Media {
    fn top(&self) -> Option<usize> {
        self.0.iter().rev().find_map(|&slot| slot)
    }

    fn entered(mut self, body: usize) -> Self {
        if let Some(slot) = self.0.iter_mut().find(|slot| slot.is_none()) {
            *slot = Some(body);
        }
        self
    }

    fn left(mut self, body: usize) -> Self {
        for slot in &mut self.0 {
            if *slot == Some(body) {
                *slot = None;
            }
        }
        self
    }
}

/// Colour seen along `path`, and whether a primary ray met a body (the coverage of a cut-out).
pub(crate) fn radiance(scene: &Scene, path: &Path, rng: &mut Rng) -> (V3, bool) {
    let Some(hit) = march::trace(scene, &path.ray) else {
        return (around(scene, path), false);
    };
    let light = match hit.met {
        Met::Table => table(scene, path, &hit, rng),
        Met::Body(index) => match &scene.bodies[index].matter {
            Matter::Opaque(surface) => solid(scene, path, &hit, surface(hit.point), rng),
            Matter::Clear(glass) => clear(scene, path, &hit, index, glass, rng),
        },
    };
    (
        light * filter(scene, path, hit.t),
        matches!(hit.met, Met::Body(_)),
    )
}

/// What the medium leaves of the light after `t`.
fn filter(scene: &Scene, path: &Path, t: f32) -> V3 {
    match path.media.top().map(|index| &scene.bodies[index].matter) {
        Some(Matter::Clear(glass)) => glass.absorb.map(|a| (-a * t).exp()),
        _ => V3::ONE,
    }
}

/// The world beyond every body.
fn around(scene: &Scene, path: &Path) -> V3 {
    let back = scene.backdrop_seen(path.sight);
    if path.depth == 0 {
        return back;
    }
    back + scene.studio.seen(path.ray.dir, 0.0)
}

fn table(scene: &Scene, path: &Path, hit: &Hit, rng: &mut Rng) -> V3 {
    let Some(table) = &scene.table else {
        return V3::ZERO;
    };
    let away = hit.point.x.hypot(hit.point.z);
    let gone = smooth(table.fade.0, table.fade.1, away);
    // Beyond its rim the table is open: a mirror image sees the lights through it.
    let back = if gone > 0.0 {
        around(scene, path)
    } else {
        V3::ZERO
    };
    if gone >= 1.0 {
        return back;
    }
    solid(scene, path, hit, table.surface, rng).lerp(back, gone)
}

/// An opaque surface: diffuse light, plus a mirror image seen through its roughness.
fn solid(scene: &Scene, path: &Path, hit: &Hit, surface: Surface, rng: &mut Rng) -> V3 {
    let normal = if hit.normal.dot(path.ray.dir) > 0.0 {
        -hit.normal
    } else {
        hit.normal
    };
    let open = march::openness(scene, hit.point, normal);
    let from = hit.point + normal * RESTART;
    let diffuse = surface.color * (1.0 - surface.metal);
    let mut light = surface.glow;
    if diffuse.max_part() > 0.002 {
        light += direct(scene, from, normal, open, diffuse);
    }
    let base = V3::ONE * surface.coat * (1.0 - surface.metal) + surface.color * surface.metal;
    let facing = -normal.dot(path.ray.dir);
    // Schlick's Fresnel; rough surfaces lose their grazing gleam.
    let grazing = (1.0 - facing.clamp(0.0, 1.0)).powi(5) * (1.0 - surface.rough).powi(2);
    let share = base
        + (V3::ONE - base).max(0.0) * (grazing * f32::from(surface.coat + surface.metal > 0.0));
    let strength = share.max_part() * path.weight;
    if strength < FAINT {
        return light;
    }
    let lobe =
        v3(rng.normal(), rng.normal(), rng.normal()) * (surface.rough * surface.rough * 0.35);
    let mut dir = (path.ray.dir.reflect(normal) + lobe).unit();
    if dir.dot(normal) < 0.01 {
        dir = (dir + normal * (0.02 - dir.dot(normal))).unit();
    }
    light
        + share
            * mirror(
                scene,
                &path.onward(from, dir, share.max_part()),
                surface.rough,
                open,
                rng,
            )
}

/// What a surface of roughness `rough` mirrors.
fn mirror(scene: &Scene, path: &Path, rough: f32, open: f32, rng: &mut Rng) -> V3 {
    let blurred = |dir: V3| scene.studio.seen(dir, rough * 1.4) * (0.25 + 0.75 * open);
    if rough > 0.45 || path.depth > 4 {
        return blurred(path.ray.dir);
    }
    match march::trace(scene, &path.ray) {
        None => blurred(path.ray.dir) + scene.backdrop_seen(path.ray.dir),
        Some(_) => radiance(scene, path, rng).0,
    }
}

/// What a surface of colour `diffuse` sends back of the softboxes and of the glow.
fn direct(scene: &Scene, from: V3, normal: V3, open: f32, diffuse: V3) -> V3 {
    let glow = scene.studio.ambient(normal) * diffuse * open;
    scene.studio.boxes.iter().fold(glow, |sum, light| {
        let power = light.irradiance(normal) * diffuse;
        // A shadow nobody could see needs no ray.
        if power.max_part() < 0.000_6 {
            return sum + power * open;
        }
        sum + power
            * (march::lit(scene, from, light.toward, light.spread(), 0.45) * (0.3 + 0.7 * open))
    })
}

/// A clear surface: mirror and refraction, both followed while they matter.
fn clear(scene: &Scene, path: &Path, hit: &Hit, body: usize, glass: &Glass, rng: &mut Rng) -> V3 {
    if path.depth >= MAX_DEPTH {
        return glass.floor_light;
    }
    if glass.dispersion > 0.0 && path.channel.is_none() {
        let mut split = |channel| {
            clear_one(
                scene,
                &Path {
                    channel: Some(channel),
                    ..*path
                },
                hit,
                body,
                glass,
                rng,
            )
        };
        let (r, g, b) = (split(0), split(1), split(2));
        return v3(r.x, g.y, b.z);
    }
    clear_one(scene, path, hit, body, glass, rng)
}

fn clear_one(
    scene: &Scene,
    path: &Path,
    hit: &Hit,
    body: usize,
    glass: &Glass,
    rng: &mut Rng,
) -> V3 {
    let entering = hit.normal.dot(path.ray.dir) < 0.0;
    let normal = if entering { hit.normal } else { -hit.normal };
    let beyond = if entering {
        path.media.entered(body)
    } else {
        path.media.left(body)
    };
    let index = |media: Media| match media.top().map(|index| &scene.bodies[index].matter) {
        Some(Matter::Clear(g)) => {
            g.index + g.dispersion * path.channel.map_or(0.0, |c| c as f32 * 0.5 - 0.5)
        }
        _ => 1.0,
    };
    let (here, there) = (index(path.media), index(beyond));
    let through = path.ray.dir.refract(normal, here / there);
    let share = through.map_or(1.0, |dir| {
        fresnel(-path.ray.dir.dot(normal), -dir.dot(normal), here, there)
    });
    let mut light = V3::ZERO;
    if share * path.weight > FAINT {
        let next = path.onward(
            hit.point + normal * RESTART,
            path.ray.dir.reflect(normal),
            share,
        );
        light += radiance(scene, &next, rng).0 * share;
    } else {
        light += glass.floor_light * share;
    }
    if let Some(dir) = through
        && (1.0 - share) * path.weight > FAINT
    {
        let mut next = path.onward(hit.point - normal * RESTART, dir, 1.0 - share);
        next.media = beyond;
        light += radiance(scene, &next, rng).0 * (1.0 - share);
    }
    light
}

/// Fresnel reflectance of a clear surface for unpolarised light.
fn fresnel(cos_in: f32, cos_out: f32, here: f32, there: f32) -> f32 {
    let s = (here * cos_in - there * cos_out) / (here * cos_in + there * cos_out);
    let p = (there * cos_in - here * cos_out) / (there * cos_in + here * cos_out);
    (0.5 * (s * s + p * p)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresnel_of_glass_is_four_percent_head_on() {
        assert!((fresnel(1.0, 1.0, 1.0, 1.5) - 0.04).abs() < 1e-6);
    }

    #[test]
    fn media_stack_returns_to_air() {
        let media = Media::default().entered(3).entered(5);
        assert_eq!(media.top(), Some(5));
        assert_eq!(media.left(3).top(), Some(5));
        assert_eq!(media.left(3).left(5).top(), None);
    }
}
