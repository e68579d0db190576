//! Measures one file as a stranger sent it. What a render would need of it is decoded, and nothing of that is kept: a file
//! that passes here is no promise, but one that does not would never have been of use.

use crate::audio::{AudioError, Pcm};
use crate::media::{self, MediaError, MediaSource, VideoReader};
use crate::photo::{self, Limits, PhotoError};
use std::fs::File;

/// Side that the first picture of a video is scaled to, in pixels: small, since only the decoding matters.
const PROOF_PX: u32 = 16;

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Width and height in pixels as shown, of an image or a video.
    pub size_px: Option<[u32; 2]>,
    /// Length in milliseconds, of sound or a video, where the container tells; its claim, not counted.
    pub duration_ms: Option<u64>,
}

/// Why a file cannot be used. Its message never repeats the source error's.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// An image.
    #[error("the image cannot be used")]
    Photo(#[from] PhotoError),
    /// Sound or a video.
    #[error("the file cannot be used")]
    Media(#[from] MediaError),
    /// Sound.
    #[error("the sound cannot be used")]
    Audio(#[source] AudioError),
}

/// Who is at fault that a file cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The file may be sound, but is of a kind that is not decoded here.
    Unsupported,
    /// The file is damaged.
    Unreadable,
    /// The file is an image whose pixels are too many.
    TooLarge,
    /// The file takes too long to decode.
    OverLimits,
    /// The machine could not read it.
    Machine,
}

impl MeasureError {
    /// Who is at fault.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Photo(error) if error.is_too_costly() => Fault::OverLimits,
            Self::Photo(error) if error.is_limit() => Fault::TooLarge,
            Self::Photo(error) if error.is_unsupported() => Fault::Unsupported,
            Self::Media(error) | Self::Audio(AudioError::Media(error)) => of_media(error),
            Self::Photo(_) | Self::Audio(_) => Fault::Unreadable,
        }
    }
}

fn of_media(error: &MediaError) -> Fault {
    match error {
        MediaError::FormatNotAllowed
        | MediaError::CodecNotAllowed { .. }
        | MediaError::NoAudioStream
        | MediaError::NoVideoStream => Fault::Unsupported,
        MediaError::TooLong { .. } | MediaError::TimedOut => Fault::OverLimits,
        MediaError::Io(_) => Fault::Machine,
        _ => Fault::Unreadable,
    }
}

/// Decodes a whole image, on a thread of its own. Where that takes too long the thread is left behind: the process should end
/// soon then.
///
/// # Errors
/// When it is not one, is damaged, or is more than the default [`Limits`] allow.
pub fn image(bytes: Vec<u8>) -> Result<Measure, MeasureError> {
    media::quieten_ffmpeg();
    let examined = photo::in_time(&Limits::default(), move |limits| {
        photo::examine(&bytes, limits)
    });
    let info = examined?;
    Ok(Measure {
        size_px: Some([info.width, info.height]),
        duration_ms: None,
    })
}

/// Opens the best audio stream of a file and decodes its beginning.
///
/// # Errors
/// When there is no sound in it that can be decoded.
pub fn sound(file: File) -> Result<Measure, MeasureError> {
    let source = MediaSource::file(file);
    let info = media::probe::probe(&source)?;
    let mut pcm = Pcm::open(&source).map_err(MeasureError::Audio)?;
    if pcm.next_block().map_err(MeasureError::Audio)?.is_none() {
        return Err(MediaError::NoAudioStream.into());
    }
    Ok(Measure {
        size_px: None,
        duration_ms: info.duration_us.and_then(milliseconds),
    })
}

/// Opens the best video stream of a file and decodes its first picture.
///
/// # Errors
/// When there is no picture in it that can be decoded.
pub fn video(file: File) -> Result<Measure, MeasureError> {
    let source = MediaSource::file(file);
    let info = media::probe::probe(&source)?;
    let video = info.video.ok_or(MediaError::NoVideoStream)?;
    let mut reader = VideoReader::open(&source, PROOF_PX, PROOF_PX)?;
    if reader.next_picture()?.is_none() {
        return Err(MediaError::NoVideoStream.into());
    }
    let coded = [video.width_px, video.height_px];
    let [width, height] = coded;
    let is_on_its_side = matches!(video.rotation_deg, 90 | 270);
    Ok(Measure {
        size_px: Some(if is_on_its_side {
            [height, width]
        } else {
            coded
        }),
        duration_ms: info.duration_us.and_then(milliseconds),
    })
}

fn milliseconds(duration_us: i64) -> Option<u64> {
    u64::try_from(duration_us / 1000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// A PNG whose header promises 400000x250000 pixels, and without any.
    const HUNDRED_GIGAPIXELS: &[u8] = b"\x89PNG\r\n\x1a\n\
        \0\0\0\x0dIHDR\x00\x06\x1a\x80\x00\x03\xd0\x90\x08\x02\0\0\0\xc9\xa2\xc9\x0e\
        \0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82";

    fn asset(name: &str) -> File {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../assets")
            .join(name);
        File::open(path).expect("it is one of the sample assets")
    }

    fn bytes(name: &str) -> Vec<u8> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../assets")
            .join(name);
        std::fs::read(path).expect("it is one of the sample assets")
    }

    #[test]
    fn samples_of_each_kind_are_measured() {
        let ring = image(bytes("products/ring.jpg")).expect("a photo");
        assert!(
            ring.size_px
                .is_some_and(|[width, height]| width > 100 && height > 100)
        );
        let track = sound(asset("audio/track.mp3")).expect("music");
        assert_eq!(track.size_px, None);
        assert!(track.duration_ms.is_some_and(|ms| ms > 5_000), "{track:?}");
        let glitter = video(asset("overlays/glitter.mp4")).expect("an overlay");
        assert!(glitter.size_px.is_some() && glitter.duration_ms.is_some());
    }

    #[test]
    fn each_fault_is_told_from_the_others() {
        let fault = |result: Result<Measure, MeasureError>| result.map_err(|error| error.fault());
        let ring = bytes("products/ring.jpg");
        assert_eq!(fault(image(ring[..200].to_vec())), Err(Fault::Unreadable));
        assert_eq!(fault(image(b"#EXTM3U\n".to_vec())), Err(Fault::Unsupported));
        assert_eq!(
            fault(image(HUNDRED_GIGAPIXELS.to_vec())),
            Err(Fault::TooLarge)
        );
        assert_eq!(
            fault(sound(asset("overlays/glitter.mp4"))),
            Err(Fault::Unsupported)
        );
        assert_eq!(
            fault(video(asset("audio/track.mp3"))),
            Err(Fault::Unsupported)
        );
        assert_eq!(fault(video(asset("job.json"))), Err(Fault::Unreadable));
    }
}
