//! Why there is no video.

use crate::assets::AssetError;
use crate::atmosphere::AtmosphereError;
use crate::audio::AudioError;
use crate::encode::EncodeError;
use crate::media::MediaError;
use crate::{Plain, describe};
use serde::Serialize;
use std::io;
use std::path::{Display, Path, PathBuf};

/// Why a render failed. Its message never repeats the source error's.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// None of the images can be used.
    #[error("none of the images can be used: {}", .reasons.join("; "))]
    NoUsableImage {
        /// What is wrong with each, `key: reason`.
        reasons: Vec<String>,
    },
    /// Decoding an image takes more CPU time than one image gets. The thread that tried is still at it.
    #[error("image {asset} takes more than {limit_s} s of CPU time to decode")]
    ImageTooCostly {
        /// Its key.
        asset: String,
        /// The limit in seconds.
        limit_s: u64,
    },
    /// The audio asset cannot be opened.
    #[error("audio {asset} cannot be used")]
    AudioAsset {
        /// Its key.
        asset: String,
        /// What is wrong with it.
        source: AssetError,
    },
    /// The audio cannot be read or mastered.
    #[error("audio {asset} cannot be used")]
    Audio {
        /// Its key.
        asset: String,
        /// What is wrong with it.
        source: AudioError,
    },
    /// The silent soundtrack cannot be made.
    #[error("the silent soundtrack cannot be encoded")]
    Silence(#[source] AudioError),
    /// The built-in overlay cannot be read.
    #[error("the atmosphere cannot be made")]
    Atmosphere(#[source] AtmosphereError),
    /// Encoding failed.
    #[error("the video cannot be encoded")]
    Encode(#[from] EncodeError),
    /// A file cannot be written.
    #[error("{} cannot be written", name(.path))]
    Output {
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// The deadline of the options has passed.
    #[error("the render took longer than its time limit")]
    TimeUp,
    /// The caller cancelled the render.
    #[error("the render was cancelled")]
    Cancelled,
    /// A stage ended because another one did; that other one's error is the one to report.
    #[error("a stage of the render ended early")]
    Stopped,
}

/// The folders above it are of the machine.
fn name(path: &Path) -> Display<'_> {
    Path::new(path.file_name().unwrap_or_default()).display()
}

impl Plain for RenderError {
    fn below(&self) -> Option<&dyn Plain> {
        match self {
            Self::AudioAsset { source, .. } => Some(source),
            Self::Audio { source, .. } | Self::Silence(source) => Some(source),
            Self::Atmosphere(source) => Some(source),
            Self::Encode(source) => Some(source),
            Self::NoUsableImage { .. }
            | Self::ImageTooCostly { .. }
            | Self::Output { .. }
            | Self::TimeUp
            | Self::Cancelled
            | Self::Stopped => None,
        }
    }
}

/// What a [`RenderError`] means to whoever has to act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// The machine is at fault: disk, files, a missing encoder. Another attempt, here or elsewhere, may succeed.
    Recoverable,
    /// The job or its media are at fault: no attempt can succeed.
    Rejected,
    /// Memory or time ran out: an attempt at reduced quality may succeed.
    Resource,
    /// Someone wanted it to stop.
    Cancelled,
}

impl RenderError {
    /// Every class and code that an error can have together.
    pub const ENDS: [(ErrorClass, &'static str); 16] = [
        (ErrorClass::Rejected, "no_usable_image"),
        (ErrorClass::Rejected, "image_too_costly"),
        (ErrorClass::Rejected, "audio_unusable"),
        (ErrorClass::Recoverable, "audio_unusable"),
        (ErrorClass::Resource, "audio_unusable"),
        (ErrorClass::Recoverable, "silence_failed"),
        (ErrorClass::Resource, "silence_failed"),
        (ErrorClass::Recoverable, "atmosphere_failed"),
        (ErrorClass::Resource, "atmosphere_failed"),
        (ErrorClass::Recoverable, "encoding_failed"),
        (ErrorClass::Resource, "encoding_failed"),
        (ErrorClass::Recoverable, "output_failed"),
        (ErrorClass::Resource, "output_failed"),
        (ErrorClass::Resource, "time_limit"),
        (ErrorClass::Cancelled, "cancelled"),
        (ErrorClass::Recoverable, "stopped"),
    ];

    /// What happened, for whoever sent the job: nothing of the machine, of where its files lie, or of libraries. The error with
    /// its sources is for whoever runs the machine.
    #[must_use]
    pub fn brief(&self) -> String {
        describe(self)
    }

    /// Who is to act, and how. A full disk is [`ErrorClass::Recoverable`]: less quality hardly frees it.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::NoUsableImage { .. } | Self::ImageTooCostly { .. } => ErrorClass::Rejected,
            Self::AudioAsset { source, .. } if !source.is_temporary() => ErrorClass::Rejected,
            Self::Audio {
                source: AudioError::Media(media),
                ..
            } if media.is_permanent() => ErrorClass::Rejected,
            Self::Cancelled => ErrorClass::Cancelled,
            Self::TimeUp => ErrorClass::Resource,
            _ if self.is_out_of_memory() => ErrorClass::Resource,
            _ => ErrorClass::Recoverable,
        }
    }

    /// A name for programs, one for each kind of error. It does not change between releases.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoUsableImage { .. } => "no_usable_image",
            Self::ImageTooCostly { .. } => "image_too_costly",
            Self::AudioAsset { .. } | Self::Audio { .. } => "audio_unusable",
            Self::Silence(_) => "silence_failed",
            Self::Atmosphere(_) => "atmosphere_failed",
            Self::Encode(_) => "encoding_failed",
            Self::Output { .. } => "output_failed",
            Self::TimeUp => "time_limit",
            Self::Cancelled => "cancelled",
            Self::Stopped => "stopped",
        }
    }

    /// What a failure of the music means: one that ran into the deadline says nothing about the file.
    pub(super) fn audio(asset: &str, source: AudioError) -> Self {
        match source {
            AudioError::Media(MediaError::TimedOut) => Self::TimeUp,
            source => Self::Audio {
                asset: asset.to_owned(),
                source,
            },
        }
    }

    /// What a failure of the overlay means: one that ran into the deadline says nothing about the file.
    pub(super) fn atmosphere(source: AtmosphereError) -> Self {
        match source {
            AtmosphereError::Media(MediaError::TimedOut) => Self::TimeUp,
            source => Self::Atmosphere(source),
        }
    }

    fn is_out_of_memory(&self) -> bool {
        let no_memory = |error: &io::Error| error.kind() == io::ErrorKind::OutOfMemory;
        match self {
            Self::Audio { source, .. } | Self::Silence(source) => source.is_out_of_memory(),
            Self::Encode(source) => source.is_out_of_memory(),
            Self::Output { source, .. } => no_memory(source),
            Self::AudioAsset {
                source: AssetError::Io(source),
                ..
            }
            | Self::Atmosphere(
                AtmosphereError::Store(source) | AtmosphereError::Media(MediaError::Io(source)),
            ) => no_memory(source),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(source: AssetError) -> RenderError {
        RenderError::AudioAsset {
            asset: "a.mp3".to_owned(),
            source,
        }
    }

    fn audio(source: MediaError) -> RenderError {
        RenderError::audio("a.mp3", source.into())
    }

    fn overlay(source: MediaError) -> RenderError {
        RenderError::atmosphere(source.into())
    }

    fn output(kind: io::ErrorKind) -> RenderError {
        RenderError::Output {
            path: PathBuf::from("video.mp4"),
            source: kind.into(),
        }
    }

    #[test]
    fn every_error_has_its_class_and_its_code() {
        use ErrorClass::{Cancelled, Recoverable, Rejected, Resource};
        let no_image = RenderError::NoUsableImage {
            reasons: Vec::new(),
        };
        let costly = RenderError::ImageTooCostly {
            asset: "a.jpg".to_owned(),
            limit_s: 10,
        };
        let no_encoder = EncodeError::NoEncoder { name: "libx264" };
        let slow = MediaError::TimedOut;
        let broken = || MediaError::Io(io::ErrorKind::Other.into());
        let unread = AssetError::Io(io::ErrorKind::Other.into());
        let short = AtmosphereError::Store(io::ErrorKind::OutOfMemory.into());
        let no_memory = || AudioError::Loudness(ebur128::Error::NoMem);
        let no_edit = AudioError::InvalidEdit { reason: "empty" };
        let table = [
            (no_image, Rejected, "no_usable_image"),
            (costly, Rejected, "image_too_costly"),
            (asset(AssetError::Missing), Rejected, "audio_unusable"),
            (asset(unread), Recoverable, "audio_unusable"),
            (audio(MediaError::NotMedia), Rejected, "audio_unusable"),
            (audio(broken()), Recoverable, "audio_unusable"),
            (audio(slow), Resource, "time_limit"),
            (
                RenderError::audio("a.mp3", no_memory()),
                Resource,
                "audio_unusable",
            ),
            (RenderError::Silence(no_edit), Recoverable, "silence_failed"),
            (
                RenderError::Silence(no_memory()),
                Resource,
                "silence_failed",
            ),
            (overlay(broken()), Recoverable, "atmosphere_failed"),
            (overlay(MediaError::TimedOut), Resource, "time_limit"),
            (
                RenderError::Atmosphere(short),
                Resource,
                "atmosphere_failed",
            ),
            (no_encoder.into(), Recoverable, "encoding_failed"),
            (EncodeError::OutOfMemory.into(), Resource, "encoding_failed"),
            (
                output(io::ErrorKind::StorageFull),
                Recoverable,
                "output_failed",
            ),
            (
                output(io::ErrorKind::OutOfMemory),
                Resource,
                "output_failed",
            ),
            (RenderError::TimeUp, Resource, "time_limit"),
            (RenderError::Cancelled, Cancelled, "cancelled"),
            (RenderError::Stopped, Recoverable, "stopped"),
        ];
        for (error, class, code) in &table {
            let end = (*class, *code);
            assert_eq!((error.class(), error.code()), end, "{error:?}");
            assert!(RenderError::ENDS.contains(&end), "{end:?} is not listed");
        }
        for end in RenderError::ENDS {
            let is_met = table.iter().any(|(_, class, code)| (*class, *code) == end);
            assert!(is_met, "no error ends like {end:?}");
        }
    }

    #[test]
    fn whoever_sent_the_job_reads_nothing_of_the_machine() {
        let denied =
            || io::Error::other("/srv/work/attempt-7/inputs: Permission denied (os error 13)");
        let path = PathBuf::from("/srv/work/attempt-7/outputs/video.mp4");
        let source = denied();
        for (error, brief) in [
            (
                RenderError::Output { path, source },
                "video.mp4 cannot be written",
            ),
            (
                asset(AssetError::Io(denied())),
                "audio a.mp3 cannot be used: the file cannot be read",
            ),
            (
                audio(MediaError::Io(denied())),
                "audio a.mp3 cannot be used: the audio file cannot be used: the file cannot be read",
            ),
            (
                overlay(MediaError::NotMedia),
                "the atmosphere cannot be made: the overlay cannot be read: the file is not audio or video",
            ),
            (
                RenderError::Atmosphere(AtmosphereError::Store(denied())),
                "the atmosphere cannot be made: the temporary file for the overlay cannot be used",
            ),
            (
                EncodeError::Jpeg(image::ImageError::IoError(denied())).into(),
                "the video cannot be encoded: a still picture cannot be encoded",
            ),
        ] {
            assert_eq!(error.brief(), brief);
        }
    }

    #[test]
    fn classes_are_words_for_programs() {
        let word = |class| serde_json::to_string(&class).expect("a word");
        assert_eq!(word(ErrorClass::Rejected), "\"rejected\"");
        assert_eq!(word(ErrorClass::Resource), "\"resource\"");
    }
}
