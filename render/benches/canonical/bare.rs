//! The floor: nothing but libx264, AAC and the muxer, fed with finished frames and ready samples.
//!
//! It uses the render's own encoder and settings, so what differs is only the work around them. Sound is encoded beside
//! the picture, as in a render; but once, at the level it has, and nobody listens to the result.

use crate::Result;
use crate::folder::{Folder, Job};
use crate::sound;
use gildhall_render::audio::MasteredAudio;
use gildhall_render::compose::Canvas;
use gildhall_render::encode::{
    Backend, EncodedPacket, FrameBuffer, Mp4, Mp4Settings, VideoEncoder, VideoSettings,
};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;
use std::thread::{self, ScopedJoinHandle};

const CANVAS: Canvas = Canvas::FULL;
/// Small enough to stay in the CPU's cache between the kernel's copy and ours.
const READ_BYTES: usize = 256 << 10;

/// Encodes the finished frames and samples of `folder`; returns the number of frames.
pub fn encode(folder: &Folder) -> Result<u32> {
    let job = Job::open(folder, "bare.mp4")?;
    let request = job.request();
    let settings = VideoSettings {
        width: CANVAS.width as u32,
        height: CANVAS.height as u32,
        preset: job.spec.output.preset,
        crf: job.spec.output.crf.get(),
        threads: request.options.threads,
        lean: false,
    };
    let mut encoder = VideoEncoder::open(Backend::X264, settings)?;
    thread::scope(|scope| {
        let mut output = Output {
            path: request.output.to_owned(),
            sound: Some(scope.spawn(|| sound::encode(&folder.samples()))),
            waiting: Vec::new(),
            mp4: None,
        };
        let frames = feed(folder, |index, buffer| {
            encoder.send(buffer, index)?;
            output.drain(&mut encoder)
        })?;
        encoder.finish()?;
        output.finish(&mut encoder)?;
        Ok(frames)
    })
}

/// Hands every finished frame to `each`, in one buffer that is filled anew; returns their number.
pub fn feed(
    folder: &Folder,
    mut each: impl FnMut(u32, &mut FrameBuffer) -> Result<()>,
) -> Result<u32> {
    let file = File::open(folder.frames())?;
    let frames = (file.metadata()?.len() / CANVAS.all().bytes() as u64) as u32;
    let mut reader = BufReader::with_capacity(READ_BYTES, file);
    let mut buffer = FrameBuffer::new(CANVAS.width as u32, CANVAS.height as u32)?;
    for index in 0..frames {
        fill(&mut buffer, &mut reader)?;
        each(index, &mut buffer)?;
    }
    Ok(frames)
}

fn fill(buffer: &mut FrameBuffer, reader: &mut impl Read) -> Result<()> {
    let mut frame = buffer.as_mut()?;
    for (index, plane) in frame.planes.iter_mut().enumerate() {
        let rect = CANVAS.all().in_plane(index);
        for y in 0..rect.height {
            reader.read_exact(plane.span(0, y, rect.width))?;
        }
    }
    Ok(())
}

/// The file being written; packets wait until the sound is there, as in a render.
struct Output<'scope> {
    path: PathBuf,
    sound: Option<ScopedJoinHandle<'scope, Result<MasteredAudio>>>,
    waiting: Vec<EncodedPacket>,
    mp4: Option<Mp4>,
}

impl Output<'_> {
    fn drain(&mut self, encoder: &mut VideoEncoder) -> Result<()> {
        while let Some(packet) = encoder.receive()? {
            self.waiting.push(packet);
        }
        if self.sound.as_ref().is_some_and(|sound| sound.is_finished()) {
            self.open(encoder)?;
        }
        if let Some(mp4) = &mut self.mp4 {
            for packet in self.waiting.drain(..) {
                mp4.write(packet)?;
            }
        }
        Ok(())
    }

    /// Creates the file once; waits for the sound if it is not there yet.
    fn open(&mut self, encoder: &VideoEncoder) -> Result<()> {
        if let Some(sound) = self.sound.take() {
            let sound = sound.join().map_err(|_| "the sound's thread panicked")??;
            let tags = Mp4Settings::default();
            self.mp4 = Some(Mp4::create(&self.path, encoder, &sound, &tags)?);
        }
        Ok(())
    }

    fn finish(mut self, encoder: &mut VideoEncoder) -> Result<()> {
        self.open(encoder)?;
        self.drain(encoder)?;
        let mp4 = self.mp4.ok_or("there is no file to complete")?;
        Ok(mp4.finish()?)
    }
}
