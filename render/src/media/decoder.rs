//! Opening decoders from the allowed list.

use ffmpeg_next::codec::{self, threading};
use ffmpeg_next::{Codec, Dictionary, Stream, decoder, media};

use super::{Input, MediaError, allowed};

/// Most pixels of one picture: 8K, as broadcasters have it, upright or not. The decoder refuses more before it allocates.
const MAX_PIXELS: u64 = 8192 * 4320;
/// Most samples of one frame of sound, for each channel. The longest real ones, of lossless codecs, last about a second.
const MAX_SAMPLES: u64 = 1 << 20;

impl Input {
    /// A decoder for the best audio stream, with the stream's index; all other streams are switched off.
    ///
    /// # Errors
    /// [`MediaError::NoAudioStream`], [`MediaError::CodecNotAllowed`], [`MediaError::Corrupt`].
    pub fn audio_decoder(&mut self) -> Result<(usize, decoder::Audio), MediaError> {
        let index = self
            .best_stream(media::Type::Audio)
            .ok_or(MediaError::NoAudioStream)?;
        self.keep_only(index);
        let opened = self.open_decoder(index, 1, ("max_samples", MAX_SAMPLES))?;
        let decoder = opened.audio().map_err(|_| MediaError::NoAudioStream)?;
        Ok((index, decoder))
    }

    /// A decoder for the best video stream, with the stream's index; all other streams are switched off.
    ///
    /// `threads` is the number of decoder threads (0 lets FFmpeg choose).
    ///
    /// # Errors
    /// [`MediaError::NoVideoStream`], [`MediaError::CodecNotAllowed`], [`MediaError::Corrupt`].
    pub fn video_decoder(&mut self, threads: usize) -> Result<(usize, decoder::Video), MediaError> {
        let index = self
            .best_stream(media::Type::Video)
            .ok_or(MediaError::NoVideoStream)?;
        self.keep_only(index);
        let opened = self.open_decoder(index, threads, ("max_pixels", MAX_PIXELS))?;
        let decoder = opened.video().map_err(|_| MediaError::NoVideoStream)?;
        Ok((index, decoder))
    }

    /// `limit` is an option of FFmpeg's decoders with its value.
    fn open_decoder(
        &self,
        index: usize,
        threads: usize,
        limit: (&str, u64),
    ) -> Result<decoder::Opened, MediaError> {
        let stream = self.context().stream(index).ok_or(UNUSABLE)?;
        let codec = allowed_decoder(&stream)?;
        let mut context =
            codec::Context::from_parameters(stream.parameters()).map_err(|_| UNUSABLE)?;
        context.set_threading(threading::Config {
            count: threads,
            ..threading::Config::kind(threading::Type::Frame)
        });
        let mut decoder = context.decoder();
        // Needed to cut encoder delay and padding by the container's word, to the sample.
        decoder.set_packet_time_base(stream.time_base());
        let mut options = Dictionary::new();
        options.set(limit.0, &limit.1.to_string());
        decoder.open_as_with(codec, options).map_err(|_| UNUSABLE)
    }
}

const UNUSABLE: MediaError = MediaError::Corrupt {
    detail: "its stream parameters make no sense",
};

fn allowed_decoder(stream: &Stream) -> Result<Codec, MediaError> {
    let id = stream.parameters().id();
    // Only libvpx decodes the second, transparent half of VP8 and VP9.
    let has_alpha = stream.metadata().get("alpha_mode") == Some("1");
    let preferred = allowed::DECODERS
        .iter()
        .filter(|name| has_alpha && name.starts_with("libvpx"));
    preferred
        .chain(allowed::DECODERS)
        .filter_map(|name| decoder::find_by_name(name))
        .find(|codec| codec.id() == id)
        .ok_or_else(|| MediaError::CodecNotAllowed {
            codec: id.name().to_owned(),
        })
}
