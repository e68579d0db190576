//! What this machine offers for rendering, and what is missing.

use crate::audio::{AacSettings, MasteredAudio, SAMPLE_RATE_HZ};
use crate::encode::{Backend, VideoSettings, usable_encoders};
use crate::text::FontLibrary;
use gildhall_proto::Preset;
use serde::Serialize;

/// The findings.
#[derive(Clone, Debug, Serialize)]
pub struct Findings {
    /// Versions of FFmpeg's libraries.
    pub ffmpeg: Vec<Library>,
    /// Every H.264 encoder, and why those that are not usable are not.
    pub encoders: Vec<Encoder>,
    /// The encoder of the sound.
    pub audio_encoder: Encoder,
    /// What hooks can be set in.
    pub fonts: Vec<Font>,
    /// Decoders on the list of accepted ones that this FFmpeg lacks.
    pub missing_decoders: Vec<String>,
    /// Threads that renders use by default.
    pub threads: usize,
}

/// One of FFmpeg's libraries.
#[derive(Clone, Debug, Serialize)]
pub struct Library {
    /// Its name.
    pub name: &'static str,
    /// `major.minor.micro`.
    pub version: String,
}

/// An encoder.
#[derive(Clone, Debug, Serialize)]
pub struct Encoder {
    /// Its word for `--encoder`, or `aac`.
    pub name: String,
    /// Why it cannot be used; `None` if it can.
    pub fault: Option<String>,
}

/// What one kind of text is set in.
#[derive(Clone, Debug, Serialize)]
pub struct Font {
    /// The kind of text.
    pub role: String,
    /// The font found for it.
    pub found: Option<String>,
}

impl Findings {
    /// Whether videos can be rendered at all: x264 and AAC work, and there is a font.
    pub fn can_render(&self) -> bool {
        let x264 = Backend::X264.to_string();
        let encodes = self
            .encoders
            .iter()
            .any(|e| e.name == x264 && e.fault.is_none());
        let sounds = self.audio_encoder.fault.is_none();
        encodes && sounds && self.fonts.iter().any(|font| font.found.is_some())
    }
}

/// Looks at the machine. Every encoder is tried by encoding something short.
pub fn examine() -> Findings {
    crate::media::quieten_ffmpeg();
    let trial = VideoSettings {
        width: 720,
        height: 1280,
        preset: Preset::Veryfast,
        crf: 21,
        threads: 1,
        lean: false,
    };
    let encoders = usable_encoders(trial)
        .into_iter()
        .map(|(backend, fault)| Encoder {
            name: backend.to_string(),
            fault: fault.map(|error| crate::describe_in_full(&error)),
        });
    Findings {
        ffmpeg: libraries(),
        encoders: encoders.collect(),
        audio_encoder: audio_encoder(),
        fonts: fonts(),
        missing_decoders: crate::media::allowed::missing_decoders(),
        threads: crate::job::RenderOptions::default().threads,
    }
}

/// Encodes a second of silence, which is decoded again on the way.
fn audio_encoder() -> Encoder {
    let trial = MasteredAudio::silence(u64::from(SAMPLE_RATE_HZ), &AacSettings::default());
    Encoder {
        name: "aac".to_owned(),
        fault: trial.err().map(|error| crate::describe_in_full(&error)),
    }
}

fn libraries() -> Vec<Library> {
    crate::media::library_versions()
        .into_iter()
        .map(|(name, [major, minor, micro])| Library {
            name,
            version: format!("{major}.{minor}.{micro}"),
        })
        .collect()
}

fn fonts() -> Vec<Font> {
    match FontLibrary::system() {
        Ok(library) => library
            .inventory()
            .into_iter()
            .map(|font| Font {
                role: font.role.to_string(),
                found: font.found,
            })
            .collect(),
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoder(name: &str, usable: bool) -> Encoder {
        Encoder {
            name: name.to_owned(),
            fault: (!usable).then(|| "it is missing".to_owned()),
        }
    }

    fn findings(x264: bool, aac: bool, font: bool) -> Findings {
        Findings {
            ffmpeg: Vec::new(),
            encoders: vec![encoder("nvenc", true), encoder("x264", x264)],
            audio_encoder: encoder("aac", aac),
            fonts: vec![Font {
                role: "Latin".to_owned(),
                found: font.then(|| "a face".to_owned()),
            }],
            missing_decoders: Vec::new(),
            threads: 1,
        }
    }

    #[test]
    fn picture_sound_and_a_font_are_all_needed() {
        assert!(findings(true, true, true).can_render());
        assert!(!findings(false, true, true).can_render());
        assert!(!findings(true, false, true).can_render());
        assert!(!findings(true, true, false).can_render());
    }

    #[test]
    fn aac_is_tried() {
        let aac = audio_encoder();
        assert_eq!((aac.name.as_str(), aac.fault), ("aac", None));
    }
}
