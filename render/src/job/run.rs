//! Lets the stages work side by side.

use super::encode::{Encode, Published};
use super::error::RenderError;
use super::frames::{self, Backdrop, Ends, FrameHop};
use super::gather::{self, Gathered};
use super::lane::Sound;
use super::peak_memory::peak_memory_bytes;
use super::photos::Photos;
use super::report::{RenderReport, SoundReport, Timings};
use super::request::{Progress, RenderRequest};
use super::{backdrop, layers, staging};
use crate::atmosphere::seen_rects;
use crate::audio::{self, AacSettings, MasteredAudio};
use crate::compose::Canvas;
use crate::encode::{self, FrameBuffer, VideoSettings};
use crate::media::quieten_ffmpeg;
use crate::plan::{self, FPS, RenderPlan, SAMPLES_PER_FRAME, Source};
use crate::warning::Warning;
use gildhall_proto::Quality;
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::thread::{self, ScopedJoinHandle};
use std::time::Instant;

/// Photos prepared ahead of the compositor.
const PHOTOS_AHEAD: usize = 1;
/// Backdrops decoded ahead of the compositor.
const BACKDROPS_AHEAD: usize = 3;
/// Frame buffers between compositor and encoder.
const FRAME_BUFFERS: usize = 4;

/// Measures the assets and plans the video, without rendering it.
///
/// # Errors
/// [`RenderError`], for what is wrong with the assets.
pub fn plan(request: RenderRequest<'_>) -> Result<RenderPlan, RenderError> {
    gather_and_plan(request).map(|(_, plan)| plan)
}

fn gather_and_plan(request: RenderRequest<'_>) -> Result<(Gathered, RenderPlan), RenderError> {
    // Images go through FFmpeg as well, and know nothing of its settings.
    quieten_ffmpeg();
    let mut gathered = gather::gather(request.spec, request.assets, request.options)?;
    let measured = std::mem::take(&mut gathered.measured);
    // Gathering has refused jobs without a usable image already.
    let plan = plan::build(request.spec, measured).ok_or(RenderError::Stopped)?;
    Ok((gathered, plan))
}

/// Renders the video. `progress` is told of every frame.
///
/// # Errors
/// [`RenderError`]; no output file exists then that did not before.
pub fn render(
    request: RenderRequest<'_>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<RenderReport, RenderError> {
    let started = Instant::now();
    staging::remove_leftovers(staging::folder_of(request.output));
    let (gathered, plan) = gather_and_plan(request)?;
    let mut timings = Timings {
        measure_ms: millis(started),
        ..Timings::default()
    };
    let mut warnings = plan.warnings.clone();
    let chosen = encode::choose(request.options.encoder, video_settings(request, &plan));
    warnings.extend(chosen.warning);
    let sound = Sound::new();
    let encode = Encode {
        request,
        plan: &plan,
        backend: chosen.backend,
        sound: &sound,
        progress,
    };
    let pipeline = Pipeline {
        request,
        plan: &plan,
        gathered: &gathered,
    };
    let encoded = thread::scope(|scope| {
        let master = scope.spawn(|| master(&plan, &gathered, &sound));
        let result = pipeline.run(&mut warnings, &mut timings, |frames, free, timings| {
            encode.run(&frames, &free, timings)
        });
        let mastered = master.join().map_err(|_| RenderError::Stopped).flatten();
        match (result, mastered) {
            (Ok(encoded), Ok(sound_ms)) => {
                timings.sound_ms = sound_ms;
                Ok(encoded)
            }
            // A picture that stopped for want of sound is not the cause.
            (Ok(_) | Err(RenderError::Stopped), Err(cause)) => Err(cause),
            (Err(cause), _) => Err(cause),
        }
    })?;
    let Published {
        video,
        renditions,
        poster,
        thumbnails,
    } = encoded.publish(&plan)?;
    timings.total_ms = millis(started);
    let mastered = sound
        .into_inner()
        .and_then(Result::ok)
        .map(Mutex::into_inner);
    let mastered = mastered.and_then(Result::ok);
    warnings.extend(mastered.iter().flat_map(sound_warnings));
    Ok(RenderReport {
        video,
        poster,
        thumbnails,
        renditions,
        duration_s: f64::from(plan.frames) / f64::from(FPS),
        frames: plan.frames,
        encoder: chosen.backend.to_string(),
        threads: request.options.threads,
        sound: plan.sound.as_ref().and(mastered.as_ref()).map(sound_report),
        warnings,
        timings,
        peak_memory_bytes: peak_memory_bytes(),
    })
}

/// Composes the video and hands every frame to `sink` instead of an encoder: for tests, and to measure composing alone.
///
/// # Errors
/// [`RenderError`].
pub fn compose_frames(
    request: RenderRequest<'_>,
    mut sink: impl FnMut(u32, &FrameBuffer) + Send,
) -> Result<(RenderPlan, Timings), RenderError> {
    let (gathered, plan) = gather_and_plan(request)?;
    let pipeline = Pipeline {
        request,
        plan: &plan,
        gathered: &gathered,
    };
    let mut timings = Timings::default();
    pipeline.run(&mut Vec::new(), &mut timings, |frames, free, _| {
        for FrameHop { index, buffer } in frames {
            sink(index, &buffer);
            // The compositor may have ended already.
            let _ = free.send(buffer);
        }
        Ok(())
    })?;
    Ok((plan, timings))
}

/// Everything up to finished frames.
struct Pipeline<'a> {
    request: RenderRequest<'a>,
    plan: &'a RenderPlan,
    gathered: &'a Gathered,
}

impl Pipeline<'_> {
    /// Runs the stages, with `consume` as the last one, on this thread.
    fn run<T>(
        &self,
        warnings: &mut Vec<Warning>,
        timings: &mut Timings,
        consume: impl FnOnce(
            Receiver<FrameHop>,
            Sender<FrameBuffer>,
            &mut Timings,
        ) -> Result<T, RenderError>,
    ) -> Result<T, RenderError> {
        let canvas = plan::canvas(&self.request.spec.output);
        let photos = Photos {
            spec: self.request.spec,
            assets: self.request.assets,
            plan: self.plan,
            usable: &self.gathered.usable_images,
            canvas,
            options: self.request.options,
        };
        let (photo_sender, photo_receiver) = sync_channel(PHOTOS_AHEAD);
        let (frame_sender, frame_receiver) = sync_channel(FRAME_BUFFERS);
        let (free_sender, free) = channel();
        for _ in 0..FRAME_BUFFERS {
            let [width, height] = self.plan.canvas;
            let mut buffer = FrameBuffer::new(width, height)?;
            if self.plan.frame == Source::Default {
                buffer.refine_margin(canvas.border_px as u32)?;
            }
            // The receiver lives until the end of this function.
            let _ = free_sender.send(buffer);
        }
        thread::scope(|scope| {
            let photos = scope.spawn(move || {
                let mut timings = Timings::default();
                let warnings = photos.run(&photo_sender, &mut timings)?;
                Ok((timings, warnings))
            });
            let (backdrop, backdrop_thread) = self.start_backdrop(scope, canvas);
            let ends = Ends {
                photos: photo_receiver,
                backdrop,
                frames: frame_sender,
                free,
            };
            let compose = scope.spawn(move || self.compose(canvas, ends));
            let consumed = consume(frame_receiver, free_sender, timings);
            let stages: Vec<StageResult> = [Some(photos), backdrop_thread, Some(compose)]
                .into_iter()
                .flatten()
                .map(|stage| stage.join().map_err(|_| RenderError::Stopped).flatten())
                .collect();
            let mut failures = Vec::new();
            for stage in stages {
                match stage {
                    Ok((busy, notes)) => {
                        timings.add(&busy);
                        warnings.extend(notes);
                    }
                    Err(error) => failures.push(error),
                }
            }
            // A stage that stopped because its neighbour did is not the cause.
            failures.sort_by_key(|error| matches!(error, RenderError::Stopped));
            match (consumed, failures.into_iter().next()) {
                (Ok(value), None) => Ok(value),
                (Err(RenderError::Stopped) | Ok(_), Some(cause)) => Err(cause),
                (Err(cause), _) => Err(cause),
            }
        })
    }

    fn compose(&self, canvas: Canvas, ends: Ends) -> StageResult {
        let mut timings = Timings::default();
        let mut warnings = Vec::new();
        let started = Instant::now();
        let top = layers::draw(
            self.plan,
            &canvas,
            self.gathered.frame.as_ref(),
            &mut warnings,
        );
        timings.layers_ms = millis(started);
        frames::run(
            self.plan,
            canvas,
            top,
            &ends,
            self.request.options,
            &mut timings,
        )?;
        Ok((timings, warnings))
    }

    fn start_backdrop<'scope>(
        &'scope self,
        scope: &'scope thread::Scope<'scope, '_>,
        canvas: Canvas,
    ) -> (Option<Backdrop>, Option<Stage<'scope>>) {
        let Some(overlay) = &self.gathered.overlay else {
            return (None, None);
        };
        let (sender, hops) = sync_channel(BACKDROPS_AHEAD);
        let (returned, back) = channel();
        let temp_dir: &Path = staging::folder_of(self.request.output);
        let thread = scope.spawn(move || {
            let mut timings = Timings::default();
            let warning = backdrop::run(
                overlay,
                self.plan,
                &canvas,
                temp_dir,
                &sender,
                &back,
                &mut timings,
            )?;
            Ok((timings, warning.into_iter().collect()))
        });
        let backdrop = Backdrop {
            rects: seen_rects(&canvas, self.plan.atmosphere_seen),
            hops,
            returned,
        };
        (Some(backdrop), Some(thread))
    }
}

type StageResult = Result<(Timings, Vec<Warning>), RenderError>;
type Stage<'scope> = ScopedJoinHandle<'scope, StageResult>;

/// Masters the soundtrack, or makes a silent one, and lets the lanes know; returns the milliseconds it took.
fn master(plan: &RenderPlan, gathered: &Gathered, sound: &Sound) -> Result<u64, RenderError> {
    let started = Instant::now();
    let settings = AacSettings::default();
    let mastered = match (&plan.sound, &gathered.audio) {
        (Some(planned), Some(source)) => audio::master(source, &planned.edit, &settings)
            .map_err(|source| RenderError::audio(&planned.asset, source)),
        _ => {
            let samples = u64::from(plan.frames) * SAMPLES_PER_FRAME;
            MasteredAudio::silence(samples, &settings).map_err(RenderError::Silence)
        }
    };
    let (value, result) = match mastered {
        Ok(mastered) => (Ok(Mutex::new(mastered)), Ok(millis(started))),
        Err(error) => (Err(()), Err(error)),
    };
    // Set once, here.
    let _ = sound.set(value);
    result
}

/// Settings of the main video; those of renditions differ in size alone.
pub(super) fn video_settings(request: RenderRequest<'_>, plan: &RenderPlan) -> VideoSettings {
    VideoSettings {
        width: plan.canvas[0],
        height: plan.canvas[1],
        preset: plan.encode.preset,
        crf: plan.encode.crf,
        threads: request.options.threads,
        lean: request.spec.output.quality == Quality::Reduced,
    }
}

fn sound_warnings(mastered: &MasteredAudio) -> impl Iterator<Item = Warning> + '_ {
    mastered.notes.iter().map(|note| Warning::AudioDegraded {
        reason: note.to_string(),
    })
}

fn sound_report(mastered: &MasteredAudio) -> SoundReport {
    let finite = |value: f64| value.is_finite().then_some(value);
    SoundReport {
        loudness_lufs: finite(mastered.loudness_lufs),
        true_peak_dbtp: finite(mastered.true_peak_dbtp),
        gain_db: mastered.gain_db,
    }
}

fn millis(since: Instant) -> u64 {
    since.elapsed().as_millis() as u64
}
