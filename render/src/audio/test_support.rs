//! Sound and files for tests, made in code.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{CHANNELS, Pcm};
use crate::media::MediaSource;

/// `frames` frames of a stereo sine at 48 kHz.
pub(crate) fn sine(hertz: f64, amplitude: f32, frames: usize) -> Vec<f32> {
    (0..frames)
        .flat_map(|n| {
            let angle = std::f64::consts::TAU * hertz * n as f64 / 48_000.0;
            [amplitude * angle.sin() as f32; CHANNELS]
        })
        .collect()
}

/// `frames` frames of white stereo noise within ±`amplitude`.
pub(crate) fn noise(frames: usize, amplitude: f32, seed: u32) -> Vec<f32> {
    let mut state = seed;
    (0..frames * CHANNELS)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 8) as f32 / (1 << 23) as f32 - 1.0) * amplitude
        })
        .collect()
}

/// Something like music: a chord, a bass and a drum twice a second, all below `level`.
pub(crate) fn music(frames: usize, level: f32) -> Vec<f32> {
    let hiss = noise(frames, 1.0, 1);
    (0..frames)
        .flat_map(|n| {
            let t = n as f32 / 48_000.0;
            let tone = |hertz: f32| (std::f32::consts::TAU * hertz * t).sin();
            let since_beat = t % 0.5;
            let kick = tone(60.0) * (-since_beat * 18.0).exp();
            let hat = hiss[2 * n] * (-((t + 0.25) % 0.5) * 60.0).exp();
            let chord = tone(220.0) + tone(277.2) + tone(329.6);
            let left = 0.08 * chord + 0.5 * kick + 0.15 * hat + 0.15 * tone(55.0);
            let right = 0.08 * chord + 0.5 * kick - 0.1 * hat + 0.15 * tone(55.0);
            [left * level, right * level]
        })
        .collect()
}

/// How samples are stored in a WAV file.
#[derive(Clone, Copy)]
pub(crate) enum Store {
    Int16,
    Int24,
    Float32,
}

/// The bytes of a WAV file (RIFF, plain header, channels in WAV's default order).
pub(crate) fn wav_bytes(rate: u32, channels: u16, store: Store, values: &[f32]) -> Vec<u8> {
    let (tag, width): (u16, u16) = match store {
        Store::Int16 => (1, 2),
        Store::Int24 => (1, 3),
        Store::Float32 => (3, 4),
    };
    let mut data = Vec::new();
    for &value in values {
        let bounded = f64::from(value.clamp(-1.0, 1.0));
        match store {
            Store::Int16 => data.extend(((bounded * 32_767.0).round() as i16).to_le_bytes()),
            Store::Int24 => {
                data.extend(&((bounded * 8_388_607.0).round() as i32).to_le_bytes()[..3]);
            }
            Store::Float32 => data.extend(value.to_le_bytes()),
        }
    }
    let block = channels * width;
    let mut bytes = Vec::from(*b"RIFF");
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend(tag.to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * u32::from(block)).to_le_bytes());
    bytes.extend(block.to_le_bytes());
    bytes.extend((width * 8).to_le_bytes());
    bytes.extend(b"data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes
}

/// A folder for one test's files.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> MediaSource {
        std::fs::write(self.at(name), bytes).expect("written");
        MediaSource::path(self.at(name))
    }

    /// A stereo float file at 48 kHz.
    pub(crate) fn wav(&self, name: &str, values: &[f32]) -> MediaSource {
        self.write(name, &wav_bytes(48_000, 2, Store::Float32, values))
    }

    /// Runs `ffmpeg <args> name` in the folder.
    pub(crate) fn ffmpeg(&self, args: &str, name: &str) -> MediaSource {
        let status = Command::new("ffmpeg")
            .args(["-nostdin", "-loglevel", "error", "-y"])
            .args(args.split_whitespace())
            .arg(name)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .status()
            .expect("the ffmpeg command is installed (make setup)");
        assert!(status.success(), "ffmpeg {args} {name}");
        MediaSource::path(self.at(name))
    }
}

pub(crate) fn decode_all(source: &MediaSource) -> Vec<f32> {
    let mut pcm = Pcm::open(source).expect("opens");
    let mut all = Vec::new();
    while let Some(block) = pcm.next_block().expect("decodes") {
        all.extend_from_slice(block);
    }
    all
}

pub(crate) fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("readable")
}
