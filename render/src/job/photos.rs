//! Stage: photos, decoded and prepared one slot ahead of their use.

use super::error::RenderError;
use super::images::{self, ImageFault};
use super::report::Timings;
use super::request::RenderOptions;
use crate::assets::AssetRoot;
use crate::compose::Canvas;
use crate::compose::photo::{Pixels, PreparedPhoto};
use crate::photo::{CoverTarget, PhotoNote};
use crate::plan::{RenderPlan, Slot, ZOOM_MAX};
use crate::warning::Warning;
use gildhall_proto::{Focus, JobSpec};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Instant;

/// From here to the compositor: the photo of one slot, slots in order.
pub(super) struct PhotoHop {
    /// Ready to be resampled.
    pub photo: Arc<PreparedPhoto>,
    /// The point to hold still, as fractions of the prepared photo.
    pub focus: [f64; 2],
}

/// Prepared photos are kept for the slots that show them again, up to this many bytes for each pixel of the canvas: 40 MiB
/// at full quality, 18 MiB at the reduced one, which is the same number of photos.
const KEPT_BYTES_PER_PIXEL: usize = 20;

/// Prepares photos; owns what is kept between slots.
pub(super) struct Photos<'a> {
    pub spec: &'a JobSpec,
    pub assets: &'a AssetRoot,
    pub plan: &'a RenderPlan,
    /// Images that may take the place of a broken one.
    pub usable: &'a [usize],
    pub canvas: Canvas,
    pub options: &'a RenderOptions,
}

struct Ready {
    photo: Arc<PreparedPhoto>,
    focus: [f64; 2],
}

impl Photos<'_> {
    /// Sends the photo of every slot; returns warnings about photos that turned out unusable.
    pub fn run(
        &self,
        hops: &SyncSender<PhotoHop>,
        timings: &mut Timings,
    ) -> Result<Vec<Warning>, RenderError> {
        let mut warnings = Vec::new();
        let mut kept: BTreeMap<usize, Ready> = BTreeMap::new();
        let mut broken = BTreeSet::new();
        for (number, slot) in self.plan.slots.iter().enumerate() {
            self.options.check_cancel()?;
            let started = Instant::now();
            let image = self.usable(slot.image, &mut kept, &mut broken, &mut warnings)?;
            timings.photos_ms += started.elapsed().as_millis() as u64;
            let ready = &kept[&image];
            let hop = PhotoHop {
                photo: Arc::clone(&ready.photo),
                focus: ready.focus,
            };
            hops.send(hop).map_err(|_| RenderError::Stopped)?;
            self.forget(&mut kept, &self.plan.slots[number + 1..]);
        }
        Ok(warnings)
    }

    /// Makes sure that `wanted` is ready, or the next image after it that can be decoded; returns which.
    fn usable(
        &self,
        wanted: usize,
        kept: &mut BTreeMap<usize, Ready>,
        broken: &mut BTreeSet<usize>,
        warnings: &mut Vec<Warning>,
    ) -> Result<usize, RenderError> {
        let at = self.usable.partition_point(|&image| image < wanted);
        let (before, after) = self.usable.split_at(at);
        let in_turn = after.iter().chain(before).copied();
        let mut reasons = Vec::new();
        for image in in_turn
            .filter(|image| !broken.contains(image))
            .collect::<Vec<_>>()
        {
            if kept.contains_key(&image) {
                return Ok(image);
            }
            match self.prepare(image, warnings) {
                Ok(ready) => {
                    kept.insert(image, ready);
                    return Ok(image);
                }
                Err(fault) => {
                    let key = &self.spec.images[image].asset;
                    let (asset, reason) = (key.to_string(), fault.into_reason(key)?);
                    reasons.push(format!("{asset}: {reason}"));
                    warnings.push(Warning::ImageUnusable { asset, reason });
                    broken.insert(image);
                }
            }
        }
        Err(RenderError::NoUsableImage { reasons })
    }

    fn prepare(&self, image: usize, warnings: &mut Vec<Warning>) -> Result<Ready, ImageFault> {
        let spec = &self.spec.images[image];
        let [width, height] = source_size(&self.canvas);
        let target = CoverTarget {
            width_px: width as u32,
            height_px: height as u32,
            focus_x: spec.focus.x as f32,
            focus_y: spec.focus.y as f32,
        };
        let (info, photo) = images::cover(&spec.asset, self.assets, target)?;
        warnings.extend(photo.notes.iter().map(|note| Warning::ImageDegraded {
            asset: spec.asset.to_string(),
            reason: note_text(note),
        }));
        let prepared = PreparedPhoto::new(Pixels {
            width,
            height,
            rgb: &photo.rgb,
            alpha: photo.alpha.as_deref(),
        });
        Ok(Ready {
            photo: Arc::new(prepared),
            focus: focus_after_crop(spec.focus, [info.width, info.height], [width, height]),
        })
    }

    /// Drops what no later slot shows, then the photos needed last until the rest fits the bound.
    fn forget(&self, kept: &mut BTreeMap<usize, Ready>, later: &[Slot]) {
        let next_use = |image: usize| later.iter().position(|slot| slot.image == image);
        kept.retain(|&image, _| next_use(image).is_some());
        let bound = KEPT_BYTES_PER_PIXEL * self.canvas.width * self.canvas.height;
        while kept
            .values()
            .map(|ready| ready.photo.bytes())
            .sum::<usize>()
            > bound
        {
            let Some(last) = kept.keys().copied().max_by_key(|&image| next_use(image)) else {
                return;
            };
            kept.remove(&last);
        }
    }
}

/// Size a photo is prepared at: just above its largest use, in even pixels.
pub(super) fn source_size(canvas: &Canvas) -> [usize; 2] {
    let even = |length: usize| ((length as f64 * ZOOM_MAX).ceil() as usize).next_multiple_of(2);
    [even(canvas.content.width), even(canvas.content.height)]
}

/// Where the focus lies once the photo is cropped to `shape` around it.
fn focus_after_crop(focus: Focus, photo: [u32; 2], shape: [usize; 2]) -> [f64; 2] {
    let [pw, ph] = photo.map(f64::from);
    let [sw, sh] = shape.map(|v| v as f64);
    let scale = (sw / pw).max(sh / ph);
    let axis = |at: f64, length: f64, shown: f64| {
        let crop = (shown / scale).min(length);
        let start = (at * length - crop / 2.0).clamp(0.0, length - crop);
        ((at * length - start) / crop).clamp(0.0, 1.0)
    };
    [axis(focus.x, pw, sw), axis(focus.y, ph, sh)]
}

fn note_text(note: &PhotoNote) -> String {
    match note {
        PhotoNote::BrokenIccIgnored => {
            "its colour profile cannot be used; sRGB was assumed".to_owned()
        }
        PhotoNote::TruncatedTail {
            rows_used,
            rows_declared,
        } => format!("the file ends early; {rows_used} of {rows_declared} rows were used"),
        PhotoNote::DamageTolerated => "the file is damaged in places".to_owned(),
        PhotoNote::UpscaledMoreThan2x => {
            "it is so small that it looks soft at this size".to_owned()
        }
        PhotoNote::HdrNotToneMapped => "its high dynamic range was not tone-mapped".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_stays_in_the_middle_and_edges_stay_edges() {
        let shape = [946, 1680];
        for photo in [[4000, 3000], [3000, 4000], [100, 9000]] {
            let at = |x, y| focus_after_crop(Focus { x, y }, photo, shape);
            let close = |got: [f64; 2], want: [f64; 2]| {
                assert!(
                    (got[0] - want[0]).abs() < 1e-9 && (got[1] - want[1]).abs() < 1e-9,
                    "{got:?}"
                );
            };
            close(at(0.5, 0.5), [0.5, 0.5]);
            close(at(0.0, 0.0), [0.0, 0.0]);
            close(at(1.0, 1.0), [1.0, 1.0]);
        }
    }

    #[test]
    fn a_focus_the_crop_can_centre_is_centred() {
        let focus = focus_after_crop(Focus { x: 0.4, y: 0.5 }, [4000, 3000], [946, 1680]);
        assert!((focus[0] - 0.5).abs() < 1e-9);
    }

    #[test]
    fn sources_are_just_above_the_largest_use() {
        assert_eq!(source_size(&Canvas::FULL), [946, 1680]);
        assert_eq!(source_size(&Canvas::REDUCED), [630, 1122]);
    }
}
