//! Stage: frames, composed from photo, backdrop and static layers.

use super::backdrop::BackdropHop;
use super::error::RenderError;
use super::photos::PhotoHop;
use super::report::Timings;
use super::request::RenderOptions;
use crate::compose::overlay::StaticLayer;
use crate::compose::planes::EvenRect;
use crate::compose::{AtmosphereView, Canvas, Compositor, Content};
use crate::encode::FrameBuffer;
use crate::plan::RenderPlan;
use std::sync::mpsc::{Receiver, Sender, SyncSender};
use std::time::{Duration, Instant};

/// From the compositor to the encoder: one frame, in order. Buffers come back.
pub(super) struct FrameHop {
    /// Position in the video.
    pub index: u32,
    /// The finished picture.
    pub buffer: FrameBuffer,
}

/// Where the backdrop comes from and where its buffers go back to.
pub(super) struct Backdrop {
    pub rects: Vec<EvenRect>,
    pub hops: Receiver<BackdropHop>,
    pub returned: Sender<BackdropHop>,
}

/// Ends of the compositor's channels.
pub(super) struct Ends {
    pub photos: Receiver<PhotoHop>,
    /// `None` where the job has no overlay.
    pub backdrop: Option<Backdrop>,
    pub frames: SyncSender<FrameHop>,
    /// Buffers that the encoder is done with; as many as may be on their way are in it from the start.
    pub free: Receiver<FrameBuffer>,
}

/// Composes every frame of the plan.
pub(super) fn run(
    plan: &RenderPlan,
    canvas: Canvas,
    top: StaticLayer,
    ends: &Ends,
    options: &RenderOptions,
    timings: &mut Timings,
) -> Result<(), RenderError> {
    let mut compositor = Compositor::new(canvas, top);
    let mut busy = Duration::ZERO;
    for slot in &plan.slots {
        let photo = ends.photos.recv().map_err(|_| RenderError::Stopped)?;
        for number in 0..slot.frames {
            options.check_cancel()?;
            let mut buffer = ends.free.recv().map_err(|_| RenderError::Stopped)?;
            let samples = match &ends.backdrop {
                Some(backdrop) => Some(backdrop.hops.recv().map_err(|_| RenderError::Stopped)?),
                None => None,
            };
            let started = Instant::now();
            let view = ends.backdrop.as_ref().zip(samples.as_ref());
            let view = view.map(|(backdrop, samples)| AtmosphereView {
                rects: &backdrop.rects,
                samples,
            });
            let content = Content {
                photo: &photo.photo,
                zoom: slot.zoom_at(number),
                focus: photo.focus,
            };
            compositor.compose(&mut buffer.as_mut()?, view, content);
            busy += started.elapsed();
            if let Some((backdrop, samples)) = ends.backdrop.as_ref().zip(samples) {
                // The backdrop stage may be done already; then the buffer is simply dropped.
                let _ = backdrop.returned.send(samples);
            }
            let index = slot.first_frame + number;
            let hop = FrameHop { index, buffer };
            ends.frames.send(hop).map_err(|_| RenderError::Stopped)?;
        }
    }
    timings.compose_ms = busy.as_millis() as u64;
    Ok(())
}
