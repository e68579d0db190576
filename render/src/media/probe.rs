//! What a media file says about itself, without decoding it.
//!
//! Headers may lie: durations and frame rates are claims for planning, never bounds for memory.

use ffmpeg_next::packet::side_data;
use ffmpeg_next::{Rational, Stream, color, ffi, media};

use super::{Input, MediaError, MediaSource, open};

/// A file's claims about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaInfo {
    /// Length in microseconds, where the container tells.
    pub duration_us: Option<i64>,
    /// The best video stream.
    pub video: Option<VideoInfo>,
    /// The best audio stream.
    pub audio: Option<AudioInfo>,
}

/// A video stream's claims.
#[derive(Clone, Debug, PartialEq)]
pub struct VideoInfo {
    /// FFmpeg's index of the stream.
    pub stream_index: usize,
    /// FFmpeg's name of the codec.
    pub codec: String,
    /// Coded width in pixels, before rotation; positive.
    pub width_px: u32,
    /// Coded height in pixels, before rotation; positive.
    pub height_px: u32,
    /// Average frames per second, where known.
    pub frame_rate: Option<Rational>,
    /// Limited (16..235) or full range; `Unspecified` is common.
    pub colour_range: color::Range,
    /// The YCbCr matrix; `Unspecified` is common.
    pub colour_space: color::Space,
    /// Clockwise turn for display in degrees: 0, 90, 180 or 270.
    pub rotation_deg: u16,
}

/// An audio stream's claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioInfo {
    /// FFmpeg's index of the stream.
    pub stream_index: usize,
    /// FFmpeg's name of the codec.
    pub codec: String,
    /// Samples per second.
    pub sample_rate_hz: u32,
    /// Number of channels.
    pub channels: u32,
}

/// Opens the file and reads its claims.
///
/// # Errors
/// As [`open`]; [`MediaError::NotMedia`] when it has neither audio nor video.
pub fn probe(source: &MediaSource) -> Result<MediaInfo, MediaError> {
    let info = open(source)?.info();
    match (&info.video, &info.audio) {
        (None, None) => Err(MediaError::NotMedia),
        _ => Ok(info),
    }
}

impl Input {
    /// The opened file's claims about itself.
    #[must_use]
    pub fn info(&self) -> MediaInfo {
        let stream = |kind| {
            self.best_stream(kind)
                .and_then(|index| self.context().stream(index))
        };
        let duration = self.context().duration();
        MediaInfo {
            duration_us: (duration > 0).then_some(duration),
            video: stream(media::Type::Video).and_then(|stream| video_info(&stream)),
            audio: stream(media::Type::Audio).map(|stream| audio_info(&stream)),
        }
    }
}

fn video_info(stream: &Stream) -> Option<VideoInfo> {
    let parameters = stream.parameters();
    // SAFETY: the parameters belong to the stream, which is borrowed; plain fields are read.
    let raw: &ffi::AVCodecParameters = unsafe { &*parameters.as_ptr() };
    let frame_rate = stream.avg_frame_rate();
    Some(VideoInfo {
        stream_index: stream.index(),
        codec: parameters.id().name().to_owned(),
        width_px: u32::try_from(raw.width).ok().filter(|&width| width > 0)?,
        height_px: u32::try_from(raw.height)
            .ok()
            .filter(|&height| height > 0)?,
        frame_rate: (frame_rate.numerator() > 0 && frame_rate.denominator() > 0)
            .then_some(frame_rate),
        colour_range: raw.color_range.into(),
        colour_space: raw.color_space.into(),
        rotation_deg: rotation_deg(stream),
    })
}

fn audio_info(stream: &Stream) -> AudioInfo {
    let parameters = stream.parameters();
    // SAFETY: as in `video_info`.
    let raw: &ffi::AVCodecParameters = unsafe { &*parameters.as_ptr() };
    AudioInfo {
        stream_index: stream.index(),
        codec: parameters.id().name().to_owned(),
        sample_rate_hz: u32::try_from(raw.sample_rate).unwrap_or(0),
        channels: u32::try_from(raw.ch_layout.nb_channels).unwrap_or(0),
    }
}

fn rotation_deg(stream: &Stream) -> u16 {
    stream
        .side_data()
        .find(|data| data.kind() == side_data::Type::DisplayMatrix)
        .map_or(0, |data| rotation_of_matrix(data.data()))
}

/// The clockwise turn in a display matrix of nine native-endian i32, row by row (ISO/IEC 14496-12, `tkhd`).
fn rotation_of_matrix(bytes: &[u8]) -> u16 {
    let mut matrix = bytes
        .chunks_exact(4)
        .map(|four| f64::from(i32::from_ne_bytes([four[0], four[1], four[2], four[3]])));
    let (Some(a), Some(b)) = (matrix.next(), matrix.next()) else {
        return 0;
    };
    let quarters = (b.atan2(a) / std::f64::consts::FRAC_PI_2).round();
    (quarters.rem_euclid(4.0) as u16 % 4) * 90
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(a: i32, b: i32, c: i32, d: i32) -> Vec<u8> {
        let rows = [a, b, 0, c, d, 0, 0, 0, 1 << 30];
        rows.iter().flat_map(|value| value.to_ne_bytes()).collect()
    }

    #[test]
    fn display_matrices_become_quarter_turns() {
        let one = 1 << 16;
        assert_eq!(rotation_of_matrix(&matrix(one, 0, 0, one)), 0);
        assert_eq!(rotation_of_matrix(&matrix(0, one, -one, 0)), 90);
        assert_eq!(rotation_of_matrix(&matrix(-one, 0, 0, -one)), 180);
        assert_eq!(rotation_of_matrix(&matrix(0, -one, one, 0)), 270);
        assert_eq!(rotation_of_matrix(&[1, 2]), 0);
    }
}
