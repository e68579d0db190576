//! What stands before the camera.

use super::light::Studio;
use super::vec3::V3;

/// What a point of a surface is made of.
#[derive(Clone, Copy)]
pub(crate) struct Surface {
    /// Diffuse colour, or the reflectance at normal incidence where `metal` is 1.
    pub color: V3,
    /// 0 = paint, 1 = metal.
    pub metal: f32,
    /// 0 = mirror, 1 = chalk.
    pub rough: f32,
    /// Mirror reflectance of the clear coat at normal incidence (0.04 for lacquer).
    pub coat: f32,
    /// Light given off.
    pub glow: V3,
}

impl Surface {
    pub const fn paint(color: V3, rough: f32, coat: f32) -> Self {
        Self {
            color,
            metal: 0.0,
            rough,
            coat,
            glow: V3::ZERO,
        }
    }

    pub const fn metal(color: V3, rough: f32) -> Self {
        Self {
            color,
            metal: 1.0,
            rough,
            coat: 0.0,
            glow: V3::ZERO,
        }
    }

    /// The house gold: measured reflectance of gold, a touch lighter than 22 carat.
    pub const fn gold(rough: f32) -> Self {
        Self::metal(
            V3 {
                x: 1.0,
                y: 0.69,
                z: 0.27,
            },
            rough,
        )
    }
}

/// A clear solid.
#[derive(Clone, Copy)]
pub(crate) struct Glass {
    /// Refractive index.
    pub index: f32,
    /// Extra index of blue over red: fire.
    pub dispersion: f32,
    /// Absorption per unit of length.
    pub absorb: V3,
    /// What a path sees that is still inside when it may bounce no more.
    pub floor_light: V3,
}

/// How a body answers to light.
pub(crate) enum Matter {
    Opaque(Box<dyn Fn(V3) -> Surface + Send + Sync>),
    Clear(Glass),
}

/// One solid.
pub(crate) struct Body {
    /// Box that holds the solid; rays that miss it never evaluate the distance.
    pub center: V3,
    pub half: V3,
    pub distance: Box<dyn Fn(V3) -> f32 + Send + Sync>,
    pub matter: Matter,
}

impl Body {
    /// A solid of one surface everywhere.
    pub fn plain(
        (center, half): (V3, V3),
        surface: Surface,
        distance: impl Fn(V3) -> f32 + Send + Sync + 'static,
    ) -> Self {
        Self::painted((center, half), move |_| surface, distance)
    }

    /// A solid whose surface depends on the place.
    pub fn painted(
        (center, half): (V3, V3),
        surface: impl Fn(V3) -> Surface + Send + Sync + 'static,
        distance: impl Fn(V3) -> f32 + Send + Sync + 'static,
    ) -> Self {
        let matter = Matter::Opaque(Box::new(surface));
        Self {
            center,
            half,
            distance: Box::new(distance),
            matter,
        }
    }

    /// A clear solid.
    pub fn clear(
        (center, half): (V3, V3),
        glass: Glass,
        distance: impl Fn(V3) -> f32 + Send + Sync + 'static,
    ) -> Self {
        Self {
            center,
            half,
            distance: Box::new(distance),
            matter: Matter::Clear(glass),
        }
    }
}

/// The table at y = 0; it melts into the backdrop with distance.
pub(crate) struct Table {
    pub surface: Surface,
    /// Distance from the origin at which the melting begins and ends.
    pub fade: (f32, f32),
}

/// What lies behind everything: a glow in the middle, darker rims, and out-of-focus lights.
pub(crate) struct Backdrop {
    pub middle: V3,
    pub rim: V3,
    /// Where the glow sits on the picture (x right, y up, 1 = half the height).
    pub at: (f32, f32),
    pub radius: f32,
    /// Out-of-focus lights: x, y, radius, brightness.
    pub bokeh: Vec<[f32; 4]>,
    pub bokeh_color: V3,
}

/// Where the picture is taken from.
pub(crate) struct Camera {
    pub from: V3,
    pub to: V3,
    /// Tangent of half the vertical field of view.
    pub half_tan: f32,
    /// Radius of the lens, for depth of field; 0 is a pinhole.
    pub lens: f32,
}

/// A whole set.
pub(crate) struct Scene {
    pub bodies: Vec<Body>,
    pub table: Option<Table>,
    pub backdrop: Backdrop,
    pub studio: Studio,
    pub camera: Camera,
    pub exposure: f32,
    /// Strength of the glow around highlights.
    pub bloom: f32,
}
