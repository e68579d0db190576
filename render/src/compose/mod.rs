//! From a plan and prepared layers to finished frames, in planar Y′CbCr.
//!
//! | layer | file | when computed |
//! |---|---|---|
//! | Z0 ground, Z1 atmosphere | `atmosphere` | per frame, only the rectangles that can be seen |
//! | Z2 content | `photo` (once per image), `resample` (per frame) | per frame |
//! | Z3 golden frame, Z4 hook | `overlay` | once, as premultiplied spans |
//!
//! [`Compositor::compose`] puts them together. Nothing here knows files, codecs or the job.

pub mod border;
pub mod canvas;
pub mod colour;
mod compositor;
pub mod overlay;
pub mod photo;
pub mod planes;
pub mod resample;
pub mod stills;

pub use canvas::Canvas;
pub use compositor::{AtmosphereView, Compositor, Content};
