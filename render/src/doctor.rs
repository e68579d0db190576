//! What this machine offers for rendering, and what is missing.

use crate::encode::{Backend, VideoSettings, usable_encoders};
use crate::text::FontLibrary;
use gildhall_proto::Preset;
use serde::Serialize;

/// The findings.
#[derive(Clone, Debug, Serialize)]
pub struct Findings {
    /// Versions of FFmpeg's libraries.
    pub ffmpeg: Vec<Library>,
    /// Every encoder, and why those that are not usable are not.
    pub encoders: Vec<Encoder>,
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

/// An H.264 encoder.
#[derive(Clone, Debug, Serialize)]
pub struct Encoder {
    /// Its word for `--encoder`.
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
        encodes && self.fonts.iter().any(|font| font.found.is_some())
    }
}

/// Looks at the machine. Every encoder is tried by encoding a frame.
pub fn examine() -> Findings {
    crate::media::quieten_ffmpeg();
    let trial = VideoSettings {
        width: 720,
        height: 1280,
        preset: Preset::Veryfast,
        crf: 21,
        threads: 1,
    };
    let encoders = usable_encoders(trial)
        .into_iter()
        .map(|(backend, fault)| Encoder {
            name: backend.to_string(),
            fault: fault.map(|error| crate::describe(&error)),
        });
    Findings {
        ffmpeg: libraries(),
        encoders: encoders.collect(),
        fonts: fonts(),
        missing_decoders: crate::media::allowed::missing_decoders(),
        threads: crate::job::RenderOptions::default().threads,
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
