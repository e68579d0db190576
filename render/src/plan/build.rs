//! Puts the plan together.

use super::cuts::{self, Cut};
use super::{
    EncodePlan, FPS, Hook, Measured, MeasuredAudio, MeasuredImage, RenderPlan, SAMPLES_PER_FRAME,
    SILENT_FRAMES, Seen, Slot, SoundPlan, Source, Stills, ZOOM_MAX, sound,
};
use crate::compose::Canvas;
use crate::warning::{NoBeatsReason, Warning};
use gildhall_proto::limits::MAX_DURATION_MS;
use gildhall_proto::{Cuts, Frame, JobSpec, Motion, Output, Overlay, Preset, Quality};

/// Plans the video of `spec` from what was measured.
///
/// Returns `None` if no image is usable: there is nothing to show.
pub fn build(spec: &JobSpec, measured: Measured) -> Option<RenderPlan> {
    if measured.images.is_empty() {
        return None;
    }
    let mut warnings = measured.warnings;
    let frames = length(spec, measured.audio.as_ref(), &mut warnings);
    let beats = source_beats(spec, measured.audio.as_ref());
    let source_beats_s = beats.as_ref().map_or(&[][..], |b| b.as_slice());
    let sound = spec
        .audio
        .as_ref()
        .zip(measured.audio.as_ref())
        .map(|(key, audio)| SoundPlan {
            asset: key.to_string(),
            edit: sound::edit(frames, audio.samples, source_beats_s),
        });
    let wanted = cuts::wanted_slot_frames(frames, measured.images.len());
    let cuts = match (&beats, &sound) {
        (Ok(beats), Some(sound)) => {
            cuts::on_beats(frames, wanted, &sound::beats(&sound.edit, beats))
        }
        _ => cuts::fixed(frames, wanted),
    };
    if let Err(reason) = beats {
        warnings.push(Warning::NoBeats { reason });
    }
    if cuts.len() < measured.images.len() {
        let count = measured.images.len() - cuts.len();
        warnings.push(Warning::ImagesNotShown { count });
    }
    let slots = slots(spec, &measured.images, &cuts, frames);
    let stills = stills(&spec.output, &slots, frames);
    let canvas = canvas(&spec.output);
    Some(RenderPlan {
        canvas: [canvas.width as u32, canvas.height as u32],
        frames,
        atmosphere: atmosphere(&spec.overlay),
        atmosphere_seen: slots
            .iter()
            .map(|slot| slot.atmosphere_seen)
            .max()
            .unwrap_or(Seen::Mat),
        frame: frame(&spec.frame),
        hook: spec.text_overlay.as_ref().map(|hook| Hook {
            text: hook.text.as_str().to_owned(),
            style: hook.style,
            position: hook.position,
        }),
        sound,
        stills,
        encode: encode(&spec.output),
        slots,
        warnings,
    })
}

/// The canvas an output is composed on.
pub(crate) fn canvas(output: &Output) -> Canvas {
    match output.quality {
        Quality::Full => Canvas::FULL,
        Quality::Reduced => Canvas::REDUCED,
    }
}

/// Length in frames: as asked, else as long as the music, else 15 s.
fn length(spec: &JobSpec, audio: Option<&MeasuredAudio>, warnings: &mut Vec<Warning>) -> u32 {
    let longest = MAX_DURATION_MS / 1000 * FPS;
    let asked = spec.duration_s.map(|d| (d.as_millis() * FPS + 500) / 1000);
    match (asked, audio) {
        (Some(frames), _) => frames,
        (None, None) => SILENT_FRAMES,
        (None, Some(audio)) => {
            let frames = audio.samples / SAMPLES_PER_FRAME;
            if frames > u64::from(longest) {
                let kept_s = f64::from(longest / FPS);
                warnings.push(Warning::AudioTrimmed { kept_s });
            }
            frames.clamp(u64::from(FPS), u64::from(longest)) as u32
        }
    }
}

fn source_beats(spec: &JobSpec, audio: Option<&MeasuredAudio>) -> Result<Vec<f64>, NoBeatsReason> {
    let audio = audio.ok_or(NoBeatsReason::NoAudio)?;
    if spec.cuts == Cuts::Fixed {
        return Err(NoBeatsReason::SwitchedOff);
    }
    if audio.silent {
        return Err(NoBeatsReason::Silent);
    }
    match &audio.beats {
        Err(()) => Err(NoBeatsReason::AnalysisFailed),
        Ok(beats) if beats.len() < 2 => Err(NoBeatsReason::NoPulse),
        Ok(beats) => Ok(beats.clone()),
    }
}

fn slots(spec: &JobSpec, images: &[MeasuredImage], cuts: &[Cut], frames: u32) -> Vec<Slot> {
    let ends = cuts.iter().skip(1).map(|cut| cut.frame).chain([frames]);
    cuts.iter()
        .zip(ends)
        .zip(images.iter().cycle())
        .map(|((cut, end), image)| {
            let asked = &spec.images[image.index];
            Slot {
                image: image.index,
                asset: asked.asset.to_string(),
                first_frame: cut.frame,
                frames: end - cut.frame,
                beat_s: cut.beat_s,
                atmosphere_seen: match image.may_have_alpha {
                    true => Seen::Everywhere,
                    false => Seen::Mat,
                },
                zoom: match asked.motion {
                    Motion::ZoomIn => [1.0, ZOOM_MAX],
                    Motion::ZoomOut => [ZOOM_MAX, 1.0],
                    Motion::Still => [1.0, 1.0],
                },
                focus: asked.focus,
            }
        })
        .collect()
}

/// The poster is taken well inside the first slot; thumbnails lie in the middles of equal parts.
fn stills(output: &Output, slots: &[Slot], frames: u32) -> Stills {
    let count = u32::from(output.thumbnails);
    Stills {
        poster: slots.first().map_or(0, |slot| slot.frames * 3 / 5),
        thumbnails: (0..count)
            .map(|i| (u64::from(2 * i + 1) * u64::from(frames) / u64::from(2 * count)) as u32)
            .collect(),
    }
}

fn atmosphere(overlay: &Overlay) -> Source {
    match overlay {
        Overlay::Default => Source::Default,
        Overlay::None => Source::None,
        Overlay::Asset(key) => Source::Asset(key.to_string()),
    }
}

fn frame(frame: &Frame) -> Source {
    match frame {
        Frame::Procedural => Source::Default,
        Frame::None => Source::None,
        Frame::Asset(key) => Source::Asset(key.to_string()),
    }
}

fn encode(output: &Output) -> EncodePlan {
    let preset = match output.quality {
        Quality::Full => output.preset,
        // A render that ran out of time or memory comes back with a preset that needs little of both.
        Quality::Reduced if output.preset == Preset::Ultrafast => Preset::Ultrafast,
        Quality::Reduced => Preset::Superfast,
    };
    EncodePlan {
        preset,
        crf: output.crf.get(),
        renditions: output
            .renditions
            .iter()
            .map(|r| [u32::from(r.width), u32::from(r.height)])
            .collect(),
    }
}
