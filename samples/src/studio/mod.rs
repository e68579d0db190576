//! A small photographic studio: solids as distance functions, softboxes, a lens and film.
//!
//! Reading order: `scene` (what there is), `march` (where rays meet it), `shade` (what light comes back),
//! `render` (samples), `film` (development).

mod camera;
pub(crate) mod film;
pub(crate) mod light;
mod march;
mod render;
pub(crate) mod scene;
mod shade;
pub(crate) mod shapes;
pub(crate) mod vec3;

pub use render::Quality;
pub(crate) use render::take;
