//! Which encoder to use: hardware counts only after it has encoded a frame.

use super::settings::{Backend, EncoderChoice, VideoSettings};
use super::{EncodeError, FrameBuffer, VideoEncoder};
use crate::warning::Warning;

/// Outcome of [`choose`].
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// The encoder to use.
    pub backend: Backend,
    /// Why it is not the one asked for.
    pub warning: Option<Warning>,
}

/// Picks the backend: the one asked for if it can encode a frame of this kind, x264 otherwise.
pub fn choose(choice: EncoderChoice, settings: VideoSettings) -> Chosen {
    let plain = |backend| Chosen {
        backend,
        warning: None,
    };
    match choice {
        EncoderChoice::X264 => plain(Backend::X264),
        EncoderChoice::Auto => plain(
            Backend::HARDWARE
                .into_iter()
                .find(|&backend| probe(backend, settings).is_ok())
                .unwrap_or(Backend::X264),
        ),
        EncoderChoice::Hardware(backend) => match probe(backend, settings) {
            Ok(()) => plain(backend),
            Err(error) => Chosen {
                backend: Backend::X264,
                warning: Some(Warning::EncoderFellBack {
                    wanted: backend.to_string(),
                    used: Backend::X264.to_string(),
                    reason: crate::describe(&error),
                }),
            },
        },
    }
}

/// Every backend with the reason why it cannot be used here, `None` for those that can.
pub fn usable_encoders(settings: VideoSettings) -> Vec<(Backend, Option<EncodeError>)> {
    [Backend::X264]
        .into_iter()
        .chain(Backend::HARDWARE)
        .map(|backend| (backend, probe(backend, settings).err()))
        .collect()
}

/// Encodes one grey frame to the end: drivers that are missing or full show only then.
fn probe(backend: Backend, settings: VideoSettings) -> Result<(), EncodeError> {
    let mut encoder = VideoEncoder::open(backend, settings)?;
    let mut buffer = FrameBuffer::new(settings.width, settings.height)?;
    for plane in buffer.as_mut()?.planes {
        plane.data.fill(128);
    }
    encoder.send(&mut buffer, 0)?;
    encoder.finish()?;
    match encoder.receive()? {
        Some(_) => Ok(()),
        None => Err(EncodeError::ffmpeg("encoding a trial frame")(
            ffmpeg_next::Error::Unknown,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gildhall_proto::Preset;

    const SETTINGS: VideoSettings = VideoSettings {
        width: 360,
        height: 640,
        preset: Preset::Ultrafast,
        crf: 30,
        threads: 1,
        lean: false,
    };

    #[test]
    fn x264_is_always_usable() {
        let x264 = usable_encoders(SETTINGS).into_iter().next();
        assert!(matches!(x264, Some((Backend::X264, None))));
    }

    #[test]
    fn what_cannot_encode_a_frame_falls_back_with_the_reason() {
        for (backend, fault) in usable_encoders(SETTINGS).into_iter().skip(1) {
            let chosen = choose(EncoderChoice::Hardware(backend), SETTINGS);
            match fault {
                None => assert_eq!(chosen.backend, backend),
                Some(_) => {
                    assert_eq!(chosen.backend, Backend::X264);
                    assert!(chosen.warning.is_some());
                }
            }
        }
    }
}
