//! Writes tracks and true beats for other tools to read.

use std::fs;
use std::io;
use std::path::Path;

use gildhall_samples::tracks::Track;

/// `NAME.wav` (mono, 16 bit) and `NAME.json` (`{"beats_s": […], "found_s": […]}`).
pub fn write(folder: &Path, name: &str, track: &Track, found_s: &[f64]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(
        folder.join(format!("{name}.wav")),
        wav(&track.mono(), track.sample_rate),
    )?;
    let beats = serde_json::json!({ "beats_s": track.beats_s, "found_s": found_s });
    fs::write(folder.join(format!("{name}.json")), beats.to_string())
}

fn wav(mono: &[f32], rate: u32) -> Vec<u8> {
    let data_bytes = mono.len() as u32 * 2;
    let mut out = Vec::with_capacity(44 + mono.len() * 2);
    out.extend(b"RIFF");
    out.extend((36 + data_bytes).to_le_bytes());
    out.extend(b"WAVEfmt ");
    out.extend(16_u32.to_le_bytes());
    // PCM, one channel.
    out.extend(1_u16.to_le_bytes());
    out.extend(1_u16.to_le_bytes());
    out.extend(rate.to_le_bytes());
    out.extend((rate * 2).to_le_bytes());
    out.extend(2_u16.to_le_bytes());
    out.extend(16_u16.to_le_bytes());
    out.extend(b"data");
    out.extend(data_bytes.to_le_bytes());
    for sample in mono {
        out.extend(((sample.clamp(-1.0, 1.0) * 32_767.0).round() as i16).to_le_bytes());
    }
    out
}
