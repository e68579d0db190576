//! An MP4 file with faststart, written packet by packet.

use super::{EncodeError, EncodedPacket, VideoEncoder};
use crate::audio::MasteredAudio;
use crate::plan::{FPS, SAMPLE_RATE};
use ffmpeg_next::{Dictionary, Packet, Rational, format};
use std::collections::VecDeque;
use std::path::Path;

const VIDEO: usize = 0;
const AUDIO: usize = 1;

/// What the file says about itself.
#[derive(Clone, Debug, Default)]
pub struct Mp4Settings {
    /// `title` tag; none if empty.
    pub title: String,
}

/// A file being written. Sound is interleaved with the picture as packets come.
pub struct Mp4 {
    output: format::context::Output,
    time_bases: [Rational; 2],
    audio: VecDeque<Packet>,
}

impl Mp4 {
    /// Creates the file and writes its header.
    ///
    /// # Errors
    /// [`EncodeError::Ffmpeg`].
    pub fn create(
        path: &Path,
        encoder: &VideoEncoder,
        audio: &MasteredAudio,
        settings: &Mp4Settings,
    ) -> Result<Self, EncodeError> {
        let creating = EncodeError::ffmpeg("creating the file");
        let mut output = format::output_as(path, "mp4").map_err(&creating)?;
        let mut stream = output
            .add_stream_with(encoder.context())
            .map_err(&creating)?;
        stream.set_time_base(Rational(1, FPS as i32));
        stream.set_avg_frame_rate(Rational(FPS as i32, 1));
        let mut stream = output
            .add_stream(ffmpeg_next::codec::Id::None)
            .map_err(&creating)?;
        audio.apply_parameters(&mut stream);
        let mut tags = Dictionary::new();
        tags.set("comment", concat!("Gildhall ", env!("CARGO_PKG_VERSION")));
        if !settings.title.is_empty() {
            tags.set("title", &settings.title);
        }
        output.set_metadata(tags);
        let mut options = Dictionary::new();
        options.set("movflags", "+faststart");
        // No library versions and no times of day: the same job gives the same bytes.
        options.set("fflags", "+bitexact");
        output.write_header_with(options).map_err(&creating)?;
        let time_base = |index: usize| output.stream(index).map(|stream| stream.time_base());
        let time_bases = [
            time_base(VIDEO).unwrap_or(Rational(1, FPS as i32)),
            time_base(AUDIO).unwrap_or(Rational(1, SAMPLE_RATE as i32)),
        ];
        let audio = audio
            .packets
            .iter()
            .map(|packet| packet.to_ffmpeg(AUDIO))
            .collect();
        Ok(Self {
            output,
            time_bases,
            audio,
        })
    }

    /// Writes a packet of the picture, and the sound that comes before it.
    ///
    /// # Errors
    /// [`EncodeError::Ffmpeg`], for example when the disk is full.
    pub fn write(&mut self, packet: EncodedPacket) -> Result<(), EncodeError> {
        let frame = packet.packet.dts().unwrap_or(0);
        let samples = frame * i64::from(SAMPLE_RATE / FPS);
        while let Some(audio) = self.audio.pop_front_if(|p| p.dts().unwrap_or(0) <= samples) {
            self.write_audio(audio)?;
        }
        let mut packet = packet.packet;
        packet.set_stream(VIDEO);
        packet.rescale_ts(Rational(1, FPS as i32), self.time_bases[VIDEO]);
        packet
            .write_interleaved(&mut self.output)
            .map_err(EncodeError::ffmpeg("writing the picture"))
    }

    /// Writes the rest and completes the file.
    ///
    /// # Errors
    /// [`EncodeError::Ffmpeg`].
    pub fn finish(mut self) -> Result<(), EncodeError> {
        while let Some(audio) = self.audio.pop_front() {
            self.write_audio(audio)?;
        }
        self.output
            .write_trailer()
            .map_err(EncodeError::ffmpeg("completing the file"))
    }

    fn write_audio(&mut self, mut packet: Packet) -> Result<(), EncodeError> {
        packet.rescale_ts(Rational(1, SAMPLE_RATE as i32), self.time_bases[AUDIO]);
        packet
            .write_interleaved(&mut self.output)
            .map_err(EncodeError::ffmpeg("writing the sound"))
    }
}
