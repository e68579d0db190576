//! Rays against solids: sphere tracing (Hart, "Sphere Tracing", 1996), each body inside its own box.

use super::scene::{Body, Scene};
use super::vec3::{V3, v3};

/// A half line.
#[derive(Clone, Copy)]
pub(crate) struct Ray {
    pub from: V3,
    pub dir: V3,
}

impl Ray {
    pub fn at(&self, t: f32) -> V3 {
        self.from + self.dir * t
    }
}

/// Which thing a ray met.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    Body(usize),
    Table,
}

/// Where a ray met something.
pub(crate) struct Hit {
    pub t: f32,
    pub met: Met,
    pub point: V3,
    /// Outward normal of the solid, whichever side the ray came from.
    pub normal: V3,
}

/// Surfaces are found to this distance; paths restart a few times further away.
const NEAR: f32 = 2e-4;
pub(crate) const RESTART: f32 = 2.5e-3;
const MAX_STEPS: u32 = 220;

/// The nearest thing on the ray.
pub(crate) fn trace(scene: &Scene, ray: &Ray) -> Option<Hit> {
    let mut best = f32::INFINITY;
    let mut met = None;
    if scene.table.is_some() && ray.dir.y < -1e-4 && ray.from.y > 0.0 {
        best = -ray.from.y / ray.dir.y;
        met = Some(Met::Table);
    }
    for (index, body) in scene.bodies.iter().enumerate() {
        if let Some(t) = enter(body, ray, best) {
            best = t;
            met = Some(Met::Body(index));
        }
    }
    let met = met?;
    let point = ray.at(best);
    let normal = match met {
        Met::Table => v3(0.0, 1.0, 0.0),
        Met::Body(index) => normal(&scene.bodies[index], point),
    };
    Some(Hit {
        t: best,
        met,
        point,
        normal,
    })
}

/// Distance along the ray to the surface of `body`, from either side, if nearer than `limit`.
fn enter(body: &Body, ray: &Ray, limit: f32) -> Option<f32> {
    let (start, end) = span(body, ray)?;
    let end = end.min(limit);
    let mut t = start;
    for _ in 0..MAX_STEPS {
        if t > end {
            return None;
        }
        let gap = (body.distance)(ray.at(t)).abs();
        if gap < NEAR {
            return (t < limit).then_some(t);
        }
        t += gap;
    }
    None
}

/// Where the ray is within the body's box.
fn span(body: &Body, ray: &Ray) -> Option<(f32, f32)> {
    let to = body.center - ray.from;
    let slab = |to: f32, dir: f32, half: f32| {
        let inverse = 1.0
            / if dir.abs() < 1e-9 {
                1e-9_f32.copysign(dir)
            } else {
                dir
            };
        let (middle, reach) = (to * inverse, (half * inverse).abs());
        (middle - reach, middle + reach)
    };
    let x = slab(to.x, ray.dir.x, body.half.x);
    let y = slab(to.y, ray.dir.y, body.half.y);
    let z = slab(to.z, ray.dir.z, body.half.z);
    let start = x.0.max(y.0).max(z.0).max(0.0);
    let end = x.1.min(y.1).min(z.1);
    (start < end).then_some((start, end))
}

/// Gradient of the distance by four evaluations on a tetrahedron.
fn normal(body: &Body, p: V3) -> V3 {
    const STEP: f32 = 6e-4;
    let corners = [
        v3(1.0, -1.0, -1.0),
        v3(-1.0, -1.0, 1.0),
        v3(-1.0, 1.0, -1.0),
        v3(1.0, 1.0, 1.0),
    ];
    corners
        .iter()
        .fold(V3::ZERO, |sum, &k| sum + k * (body.distance)(p + k * STEP))
        .unit()
}

/// Share of a light of angular half width `spread` that reaches `p`: the narrowest cone of free space towards
/// it stands for the penumbra. Clear bodies stop the share `skip_clear` of the light only.
pub(crate) fn lit(scene: &Scene, p: V3, toward: V3, spread: f32, skip_clear: f32) -> f32 {
    let ray = Ray {
        from: p,
        dir: toward,
    };
    let mut share = 1.0_f32;
    for body in &scene.bodies {
        let free = cone(body, &ray, spread);
        share = share.min(match body.matter {
            super::scene::Matter::Clear(_) => 1.0 - (1.0 - free) * skip_clear,
            super::scene::Matter::Opaque(_) => free,
        });
        if share < 0.01 {
            return 0.0;
        }
    }
    share
}

/// Free share of a cone of half width `spread` around the ray, as far as `body` goes.
fn cone(body: &Body, ray: &Ray, spread: f32) -> f32 {
    let grown = spread.min(0.6);
    let to = body.center - ray.from;
    let size = body.half.length();
    let along = to.dot(ray.dir);
    let aside = (to - ray.dir * along).length();
    if along < -size || aside > size + grown * (along + size) {
        return 1.0;
    }
    let reach = to.length() + size;
    let mut free = 1.0_f32;
    let mut t = 0.02;
    for _ in 0..48 {
        let p = ray.at(t);
        let q = (p - body.center).abs() - body.half;
        let outside = q.max(0.0).length();
        // Far from the box its distance serves: cheap, and wrong only where the penumbra is over anyway.
        let gap = if outside > grown * t + 0.1 {
            outside
        } else {
            (body.distance)(p)
        };
        free = free.min(gap / (grown * t));
        if free < -1.0 || t > reach {
            break;
        }
        t += gap.clamp(0.015, 0.25);
    }
    let x = (free.clamp(-1.0, 1.0) + 1.0) * 0.5;
    x * x * (3.0 - 2.0 * x)
}

/// Openness of the half space above `p`, from 0 (a crevice) to 1.
pub(crate) fn openness(scene: &Scene, p: V3, n: V3) -> f32 {
    let mut closed = 0.0;
    let mut weight = 1.0;
    for step in 1..=5 {
        let h = 0.05 * (step * step) as f32 * 0.35;
        let probe = p + n * h;
        let table = if scene.table.is_some() {
            probe.y
        } else {
            f32::INFINITY
        };
        let gap = scene.bodies.iter().fold(table, |gap, body| {
            let outside = ((probe - body.center).abs() - body.half).max(0.0).length();
            if outside > h {
                gap
            } else {
                gap.min((body.distance)(probe))
            }
        });
        closed += weight * (h - gap).max(0.0) / h;
        weight *= 0.62;
    }
    (1.0 - 0.42 * closed).clamp(0.0, 1.0)
}
