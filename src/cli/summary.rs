//! What a person reads after a render.

use gildhall_render::job::{OutputFile, RenderReport};
use std::fmt::Write;

/// The result in a few lines: files first, then facts, then what was degraded.
pub fn text(report: &RenderReport) -> String {
    let mut out = String::new();
    line(&mut out, "video", &file(&report.video));
    line(&mut out, "poster", &file(&report.poster));
    for thumbnail in &report.thumbnails {
        line(&mut out, "thumbnail", &file(thumbnail));
    }
    for rendition in &report.renditions {
        line(&mut out, "rendition", &file(rendition));
    }
    let seconds = report.timings.total_ms as f64 / 1000.0;
    let speed = report.duration_s / seconds.max(1e-3);
    line(
        &mut out,
        "length",
        &format!("{:.2} s, {} frames", report.duration_s, report.frames),
    );
    if let Some(sound) = report.sound
        && let (Some(loudness), Some(peak)) = (sound.loudness_lufs, sound.true_peak_dbtp)
    {
        line(
            &mut out,
            "sound",
            &format!("{loudness:.1} LUFS, true peak {peak:.1} dBTP"),
        );
    }
    line(
        &mut out,
        "rendered",
        &format!(
            "in {seconds:.1} s ({speed:.2} x real time) by {} on {} threads, peak memory {} MiB",
            report.encoder,
            report.threads,
            report.peak_memory_bytes >> 20
        ),
    );
    for warning in &report.warnings {
        line(&mut out, "warning", &warning.to_string());
    }
    out.truncate(out.trim_end().len());
    out
}

fn file(file: &OutputFile) -> String {
    let size = match file.bytes {
        bytes @ 1_000_000.. => format!("{:.1} MB", bytes as f64 / 1e6),
        bytes => format!("{:.0} kB", bytes as f64 / 1e3),
    };
    format!(
        "{}  {}x{}, {size}",
        file.path.display(),
        file.width,
        file.height
    )
}

fn line(out: &mut String, label: &str, text: &str) {
    // Writing into a string cannot fail.
    let _ = writeln!(out, "{label:>10}  {text}");
}
