//! Opens and measures everything a job names.

use super::analyses::{self, Place};
use super::images::{self, ImageFault};
use super::{RenderError, RenderOptions};
use crate::assets::{AssetError, AssetRoot};
use crate::audio::{self, AudioError};
use crate::beats;
use crate::defaults;
use crate::describe;
use crate::media::{MediaError, MediaSource, VideoReader};
use crate::photo::{self, Format, Photo};
use crate::plan::{Measured, MeasuredAudio, MeasuredImage, SAMPLE_RATE};
use crate::warning::Warning;
use gildhall_proto::limits::MAX_DURATION_MS;
use gildhall_proto::{AssetKey, Cuts, Frame, ImageSpec, JobSpec, Overlay};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::thread;

/// Listened to beyond the length of the video, so that a track which goes on is told from one that ends.
const MARGIN_S: u64 = 2;

/// The opened assets of a job.
pub(super) struct Gathered {
    /// What the plan is made from.
    pub measured: Measured,
    /// Positions of the usable images in the job.
    pub usable_images: Vec<usize>,
    /// The music.
    pub audio: Option<MediaSource>,
    /// The overlay in use: the job's, or the default; `None` if there is none.
    pub overlay: Option<MediaSource>,
    /// The job's own frame, at its own size; `None` for the procedural one or none.
    pub frame: Option<Photo>,
}

/// Opens and measures; the music is listened to while the pictures are looked at.
pub(super) fn gather(
    spec: &JobSpec,
    assets: &AssetRoot,
    options: &RenderOptions,
) -> Result<Gathered, RenderError> {
    thread::scope(|scope| {
        let music = scope.spawn(|| music(spec, assets, options));
        let mut warnings = Vec::new();
        let images = usable_images(&spec.images, assets, options, &mut warnings)?;
        let overlay = overlay(&spec.overlay, assets, options, &mut warnings)?;
        let frame = frame(&spec.frame, assets, &mut warnings)?;
        let music = music.join().map_err(|_| RenderError::Stopped)??;
        let (source, audio) = music.unzip();
        Ok(Gathered {
            usable_images: images.iter().map(|image| image.index).collect(),
            measured: Measured {
                images,
                audio,
                warnings,
            },
            audio: source,
            overlay,
            frame,
        })
    })
}

fn usable_images(
    specs: &[ImageSpec],
    assets: &AssetRoot,
    options: &RenderOptions,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<MeasuredImage>, RenderError> {
    let mut usable = Vec::new();
    let mut reasons = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        options.check_cancel()?;
        match images::probe(&spec.asset, assets) {
            Ok(info) => usable.push(MeasuredImage {
                index,
                may_have_alpha: info.has_alpha,
            }),
            Err(fault) => {
                let reason = fault.into_reason(&spec.asset)?;
                reasons.push(format!("{}: {reason}", spec.asset));
                warnings.push(Warning::ImageUnusable {
                    asset: spec.asset.to_string(),
                    reason,
                });
            }
        }
    }
    match usable.is_empty() {
        true => Err(RenderError::NoUsableImage { reasons }),
        false => Ok(usable),
    }
}

fn music(
    spec: &JobSpec,
    assets: &AssetRoot,
    options: &RenderOptions,
) -> Result<Option<(MediaSource, MeasuredAudio)>, RenderError> {
    let Some(key) = &spec.audio else {
        return Ok(None);
    };
    let file = assets.file(key).map_err(|source| RenderError::AudioAsset {
        asset: key.to_string(),
        source,
    })?;
    let up_to_s = up_to_s(spec);
    let kept = match (&options.cache, spec.cuts) {
        (Some(folder), Cuts::Beats) => Place::of(folder, &file, up_to_s),
        // Without beats there is nothing in it that was dear.
        _ => None,
    };
    let source = options.timed(MediaSource::file(file));
    let measured = analyses::kept_or(kept.as_ref(), || listen(spec, &source, up_to_s))
        .map_err(|source| RenderError::audio(key.as_str(), source))?;
    Ok(Some((source, measured)))
}

/// How much of the music is listened to, in seconds.
fn up_to_s(spec: &JobSpec) -> u64 {
    let longest_ms = spec.duration_s.map_or(MAX_DURATION_MS, |d| d.as_millis());
    u64::from(longest_ms).div_ceil(1000) + MARGIN_S
}

fn listen(spec: &JobSpec, source: &MediaSource, up_to_s: u64) -> Result<MeasuredAudio, AudioError> {
    let up_to = up_to_s * u64::from(SAMPLE_RATE);
    let mut analyser = match spec.cuts {
        Cuts::Beats => beats::Analyser::new(SAMPLE_RATE),
        Cuts::Fixed => Err(beats::BeatError::SampleRate(0)),
    };
    let facts = audio::scan(source, Some(up_to), |mono| {
        // An analysis that fails is given up; the video is made without beats.
        if let Ok(running) = &mut analyser
            && let Err(error) = running.push(mono)
        {
            analyser = Err(error);
        }
    })?;
    let beats = analyser.and_then(beats::Analyser::finish);
    Ok(MeasuredAudio {
        samples: facts.samples,
        silent: facts.silent,
        beats: beats.map(|track| track.beats_s).map_err(drop),
    })
}

/// The overlay that can really be read: the job's, else the default with a warning.
fn overlay(
    wanted: &Overlay,
    assets: &AssetRoot,
    options: &RenderOptions,
    warnings: &mut Vec<Warning>,
) -> Result<Option<MediaSource>, RenderError> {
    let default = || options.timed(defaults::overlay());
    match wanted {
        Overlay::None => Ok(None),
        Overlay::Default => Ok(Some(default())),
        Overlay::Asset(key) => match try_overlay(key, assets, options) {
            Ok(source) => Ok(Some(source)),
            Err(reason) => {
                // A file that was not read in time may be sound.
                options.check_cancel()?;
                warnings.push(Warning::OverlayUnusable {
                    asset: key.to_string(),
                    reason,
                    used: "default".to_owned(),
                });
                Ok(Some(default()))
            }
        },
    }
}

/// Opens an overlay and decodes its first picture.
fn try_overlay(
    key: &AssetKey,
    assets: &AssetRoot,
    options: &RenderOptions,
) -> Result<MediaSource, String> {
    let file = assets.file(key).map_err(|e: AssetError| describe(&e))?;
    if let Some(format) = image_format(&file) {
        return Err(format!(
            "it is an image ({format}); an overlay has to be a video"
        ));
    }
    let source = options.timed(MediaSource::file(file));
    let first = VideoReader::open(&source, 16, 16).and_then(|mut reader| {
        let seen = reader.next_picture()?.is_some();
        Ok(seen)
    });
    match first {
        Ok(true) => Ok(source),
        Ok(false) => Err(MediaError::NoVideoStream.to_string()),
        Err(error) => Err(describe(&error)),
    }
}

/// The kind of image that a file is, if it is one.
fn image_format(file: &File) -> Option<Format> {
    let mut head = [0; 64];
    // A file that cannot be read is left to the decoder, which tells why.
    let length = file.read_at(&mut head, 0).ok()?;
    photo::sniff(&head[..length])
}

/// The job's own frame; the procedural one takes its place where it cannot be used.
fn frame(
    wanted: &Frame,
    assets: &AssetRoot,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Photo>, RenderError> {
    let Frame::Asset(key) = wanted else {
        return Ok(None);
    };
    match try_frame(key, assets) {
        Ok(photo) => Ok(Some(photo)),
        Err(fault) => {
            warnings.push(Warning::FrameUnusable {
                asset: key.to_string(),
                reason: fault.into_reason(key)?,
            });
            Ok(None)
        }
    }
}

fn try_frame(key: &AssetKey, assets: &AssetRoot) -> Result<Photo, ImageFault> {
    let photo = images::full(key, assets)?;
    match photo.alpha {
        Some(_) => Ok(photo),
        None => Err(ImageFault::Unusable(
            "it has no transparent part and would hide the video".to_owned(),
        )),
    }
}
