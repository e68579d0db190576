//! Stage: the atmosphere of every frame.

use super::error::RenderError;
use super::report::Timings;
use crate::atmosphere::{Atmosphere, AtmosphereError};
use crate::compose::Canvas;
use crate::describe;
use crate::media::MediaSource;
use crate::plan::RenderPlan;
use crate::warning::Warning;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::Instant;

/// From here to the compositor: the packed samples of one frame, frames in order. Buffers come back empty.
pub(super) type BackdropHop = Vec<u8>;

/// Sends the atmosphere of every frame; ends early, with a warning, where the overlay breaks off in the middle.
pub(super) fn run(
    overlay: &MediaSource,
    plan: &RenderPlan,
    canvas: &Canvas,
    temp_dir: &Path,
    hops: &SyncSender<BackdropHop>,
    returned: &Receiver<BackdropHop>,
    timings: &mut Timings,
) -> Result<Option<Warning>, RenderError> {
    let started = Instant::now();
    let opened = Atmosphere::open(overlay, canvas, plan.atmosphere_seen, plan.frames, temp_dir);
    let mut atmosphere = opened.map_err(RenderError::atmosphere)?;
    let mut busy = started.elapsed();
    let seen = plan
        .slots
        .iter()
        .flat_map(|slot| std::iter::repeat_n(slot.atmosphere_seen, slot.frames as usize));
    for (index, seen) in (0..).zip(seen) {
        let mut samples = returned.try_recv().unwrap_or_default();
        let started = Instant::now();
        atmosphere
            .frame(index, seen, &mut samples)
            .map_err(RenderError::atmosphere)?;
        busy += started.elapsed();
        hops.send(samples).map_err(|_| RenderError::Stopped)?;
    }
    timings.atmosphere_ms = busy.as_millis() as u64;
    Ok(atmosphere.fault().map(|fault| damaged(plan, fault)))
}

fn damaged(plan: &RenderPlan, fault: &AtmosphereError) -> Warning {
    Warning::OverlayUnusable {
        asset: plan.atmosphere.name().to_owned(),
        reason: describe(fault),
        used: "the part before the damage".to_owned(),
    }
}
