//! Stage: every frame into the main video, the renditions and the stills.

use super::error::RenderError;
use super::frames::FrameHop;
use super::lane::{Lane, Sound};
use super::report::{OutputFile, Timings};
use super::request::{Progress, RenderRequest};
use super::run::video_settings;
use super::staging::{Staged, beside};
use crate::encode::{
    Backend, FrameBuffer, FrameScaler, Mp4Settings, VideoEncoder, VideoSettings, write_jpeg,
};
use crate::plan::RenderPlan;
use std::io::BufWriter;
use std::sync::mpsc::{Receiver, Sender, SyncSender, sync_channel};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

/// Frames that may wait for a rendition's encoder.
const RENDITION_FRAMES_AHEAD: usize = 2;
/// Width of thumbnails in pixels; their height follows from 9:16.
const THUMBNAIL_WIDTH: u32 = 270;

/// Everything encoded, not yet under its name.
pub(super) struct Encoded {
    pub video: Staged,
    pub renditions: Vec<Staged>,
    pub poster: Staged,
    pub thumbnails: Vec<Staged>,
}

/// The stage's surroundings.
pub(super) struct Encode<'a> {
    pub request: RenderRequest<'a>,
    pub plan: &'a RenderPlan,
    pub backend: Backend,
    pub sound: &'a Sound,
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// A rendition's own thread and the way to it.
struct Rendition<'scope> {
    size: [u32; 2],
    scaler: FrameScaler,
    frames: SyncSender<FrameHop>,
    thread: ScopedJoinHandle<'scope, Result<Staged, RenderError>>,
}

impl Encode<'_> {
    /// Encodes until the compositor is done.
    pub fn run(
        &self,
        frames: &Receiver<FrameHop>,
        free: &Sender<FrameBuffer>,
        timings: &mut Timings,
    ) -> Result<Encoded, RenderError> {
        thread::scope(|scope| {
            let mut renditions = Vec::new();
            for &size in &self.plan.encode.renditions {
                let (sender, receiver) = sync_channel(RENDITION_FRAMES_AHEAD);
                renditions.push(Rendition {
                    size,
                    scaler: FrameScaler::default(),
                    frames: sender,
                    thread: scope.spawn(move || self.run_rendition(size, &receiver)),
                });
            }
            let (mut lane, mut stills) = (self.lane(self.plan.canvas, "")?, Stills::default());
            let mut busy = Duration::ZERO;
            let mut done = 0;
            for FrameHop { index, mut buffer } in frames {
                self.keep_still(index, &buffer, &mut stills)?;
                for rendition in &mut renditions {
                    let [width, height] = rendition.size;
                    let scaled = rendition.scaler.scale(&buffer, width, height)?;
                    let hop = FrameHop {
                        index,
                        buffer: scaled,
                    };
                    // A closed channel means the rendition failed; its thread tells why.
                    if rendition.frames.send(hop).is_err() {
                        break;
                    }
                }
                let started = Instant::now();
                lane.push(&mut buffer, index)?;
                busy += started.elapsed();
                // The compositor may have ended already.
                let _ = free.send(buffer);
                done += 1;
                (self.progress)(Progress {
                    done,
                    frames: self.plan.frames,
                });
            }
            if done < self.plan.frames {
                return Err(RenderError::Stopped);
            }
            let started = Instant::now();
            let video = lane.finish()?;
            timings.encode_ms = (busy + started.elapsed()).as_millis() as u64;
            let renditions = renditions
                .into_iter()
                .map(Rendition::finish)
                .collect::<Result<_, _>>()?;
            stills.into_encoded(video, renditions)
        })
    }

    fn run_rendition(
        &self,
        size: [u32; 2],
        frames: &Receiver<FrameHop>,
    ) -> Result<Staged, RenderError> {
        let mut lane = self.lane(size, &format!("{}x{}.mp4", size[0], size[1]))?;
        for FrameHop { index, mut buffer } in frames {
            lane.push(&mut buffer, index)?;
        }
        lane.finish()
    }

    fn lane(&self, [width, height]: [u32; 2], kind: &str) -> Result<Lane<'_>, RenderError> {
        let settings = VideoSettings {
            width,
            height,
            ..video_settings(self.request, self.plan)
        };
        let encoder = VideoEncoder::open(self.backend, settings)?;
        let target = match kind {
            "" => self.request.output.to_owned(),
            kind => beside(self.request.output, kind),
        };
        let title = self
            .plan
            .hook
            .as_ref()
            .map_or("", |hook| hook.text.as_str());
        let tags = Mp4Settings {
            title: title.lines().next().unwrap_or_default().to_owned(),
        };
        Ok(Lane::new(encoder, Staged::new(target)?, tags, self.sound))
    }

    /// Writes the poster and the thumbnails that this frame is for.
    fn keep_still(
        &self,
        index: u32,
        buffer: &FrameBuffer,
        stills: &mut Stills,
    ) -> Result<(), RenderError> {
        if index == self.plan.stills.poster {
            stills.poster = Some(self.still(buffer, "poster.jpg", self.plan.canvas)?);
        }
        for _ in self
            .plan
            .stills
            .thumbnails
            .iter()
            .filter(|&&at| at == index)
        {
            let kind = format!("thumb-{}.jpg", stills.thumbnails.len() + 1);
            let size = thumbnail_size(self.plan.canvas);
            stills.thumbnails.push(self.still(buffer, &kind, size)?);
        }
        Ok(())
    }

    fn still(
        &self,
        buffer: &FrameBuffer,
        kind: &str,
        size: [u32; 2],
    ) -> Result<Staged, RenderError> {
        let mut staged = Staged::new(beside(self.request.output, kind))?;
        let frame = buffer.to_owned_frame();
        write_jpeg(&frame, size, &mut BufWriter::new(staged.file_mut()))?;
        Ok(staged)
    }
}

/// Size of a thumbnail of a picture of this size.
pub(super) fn thumbnail_size([width, height]: [u32; 2]) -> [u32; 2] {
    [THUMBNAIL_WIDTH, THUMBNAIL_WIDTH * height / width]
}

impl Rendition<'_> {
    fn finish(self) -> Result<Staged, RenderError> {
        drop(self.frames);
        self.thread.join().map_err(|_| RenderError::Stopped)?
    }
}

/// Stills taken so far.
#[derive(Default)]
struct Stills {
    poster: Option<Staged>,
    thumbnails: Vec<Staged>,
}

impl Stills {
    fn into_encoded(self, video: Staged, renditions: Vec<Staged>) -> Result<Encoded, RenderError> {
        Ok(Encoded {
            video,
            renditions,
            // The plan's poster frame is one of the frames that were all seen.
            poster: self.poster.ok_or(RenderError::Stopped)?,
            thumbnails: self.thumbnails,
        })
    }
}

/// The finished files.
pub(super) struct Published {
    pub video: OutputFile,
    pub renditions: Vec<OutputFile>,
    pub poster: OutputFile,
    pub thumbnails: Vec<OutputFile>,
}

impl Encoded {
    /// Gives all files their names; the main video last, so that where it is, everything is.
    pub fn publish(self, plan: &RenderPlan) -> Result<Published, RenderError> {
        let publish = |staged: Staged, size| {
            let (path, bytes) = staged.publish()?;
            Ok::<_, RenderError>(OutputFile::new(&path, bytes, size))
        };
        let thumbnail = thumbnail_size(plan.canvas);
        let sizes = plan.encode.renditions.iter().copied();
        Ok(Published {
            thumbnails: self
                .thumbnails
                .into_iter()
                .map(|staged| publish(staged, thumbnail))
                .collect::<Result<_, _>>()?,
            poster: publish(self.poster, plan.canvas)?,
            renditions: self
                .renditions
                .into_iter()
                .zip(sizes)
                .map(|(staged, size)| publish(staged, size))
                .collect::<Result<_, _>>()?,
            video: publish(self.video, plan.canvas)?,
        })
    }
}
