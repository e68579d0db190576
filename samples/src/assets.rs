//! What the project ships: the default overlays, the frame, sample photos, a track, and a job that uses them.

use crate::atmosphere::{Atmosphere, Weather};
use crate::error::Error;
use crate::files;
use crate::golden_frame::golden_frame;
use crate::products::Product;
use crate::studio::Quality;
use crate::tracks::sample_track;
use std::path::{Path, PathBuf};

/// A part of the shipped assets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `overlays/`: the looped atmospheres.
    Overlays,
    /// `frames/`: the golden frame.
    Frames,
    /// `products/`: the sample photos.
    Products,
    /// `audio/`: the sample track and its beats.
    Audio,
    /// `job.json`: a job that uses all of them.
    Job,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 5] = [
        Self::Overlays,
        Self::Frames,
        Self::Products,
        Self::Audio,
        Self::Job,
    ];
}

/// Size and length of the shipped loops.
const SIZE: (u32, u32) = (1080, 1920);
const LOOP_FRAMES: u32 = 9 * files::FPS;

/// The shipped photos: product, file, size.
const PHOTOS: [(Product, &str, (u32, u32)); 8] = [
    (Product::Ring, "ring.jpg", (1200, 1600)),
    (Product::GiftBox, "box.webp", (1200, 1600)),
    (Product::Bag, "bag.png", (1080, 1440)),
    (Product::Perfume, "perfume.jpg", (1200, 1600)),
    (Product::Watch, "watch.jpg", (1400, 1400)),
    (Product::Lipstick, "lipstick.jpg", (1120, 1400)),
    (Product::Pearls, "pearls.webp", (1600, 1200)),
    (Product::Candle, "candle.jpg", (1500, 1200)),
];

/// Makes `part` in the folder `out` and hands every finished file to `made`.
///
/// # Errors
/// Where a file cannot be written or `ffmpeg` is missing or fails; files made before stay.
pub fn write(part: Part, out: &Path, seed: u64, made: &mut dyn FnMut(&Path)) -> Result<(), Error> {
    match part {
        Part::Overlays => overlays(&out.join("overlays"), seed, made),
        Part::Frames => {
            let path = out.join("frames/golden-frame.png");
            files::picture(&path, &golden_frame(SIZE.0), 100)?;
            made(&path);
            Ok(())
        }
        Part::Products => photos(&out.join("products"), seed, made),
        Part::Audio => audio(&out.join("audio"), made),
        Part::Job => {
            let path = out.join("job.json");
            files::text(&path, &job())?;
            made(&path);
            Ok(())
        }
    }
}

fn overlays(folder: &Path, seed: u64, made: &mut dyn FnMut(&Path)) -> Result<(), Error> {
    let loops = [
        ("glitter.mp4", Weather::Glitter, "27"),
        ("rain.mp4", Weather::Rain, "26"),
        ("glitter-rain.mp4", Weather::GlitterRain, "27"),
    ];
    for (name, weather, crf) in loops {
        let path = folder.join(name);
        let light = Atmosphere::new(weather, SIZE, LOOP_FRAMES, 1.0, seed);
        files::video(
            &path,
            &light,
            SIZE,
            LOOP_FRAMES,
            &["-preset", "medium", "-crf", crf],
        )?;
        made(&path);
    }
    Ok(())
}

fn photos(folder: &Path, seed: u64, made: &mut dyn FnMut(&Path)) -> Result<(), Error> {
    for (product, name, (width, height)) in PHOTOS {
        let path = folder.join(name);
        // Grain would only bloat the lossless file.
        let grain = if name.ends_with("png") { 0.0 } else { 0.55 };
        let photo = product.photo(width, height, seed, Quality { grid: 2, grain });
        files::picture(&path, &photo, 88)?;
        made(&path);
    }
    Ok(())
}

fn audio(folder: &Path, made: &mut dyn FnMut(&Path)) -> Result<(), Error> {
    for path in write_track(folder, 128)? {
        made(&path);
    }
    Ok(())
}

/// Writes the sample track as `track.mp3` and its beats as `track.beats.json`.
pub(crate) fn write_track(folder: &Path, kbit_s: u32) -> Result<[PathBuf; 2], Error> {
    let track = sample_track();
    let (sound, beats) = (folder.join("track.mp3"), folder.join("track.beats.json"));
    files::mp3(&sound, &track.stereo, track.sample_rate, kbit_s)?;
    let times: Vec<String> = track.beats_s.iter().map(|t| format!("{t:.4}")).collect();
    files::text(
        &beats,
        &format!("{{\"beats_s\": [{}]}}\n", times.join(", ")),
    )?;
    Ok([sound, beats])
}

/// The bundled job.
fn job() -> String {
    let images: Vec<String> = PHOTOS
        .iter()
        .map(|(product, name, _)| match product {
            // One image in the long form, as an example of it.
            Product::Bag => format!("    {{\"asset\": \"products/{name}\"}}"),
            _ => format!("    \"products/{name}\""),
        })
        .collect();
    format!(
        r#"{{
  "version": 1,
  "images": [
{}
  ],
  "audio": "audio/track.mp3",
  "overlay": "overlays/glitter-rain.mp4",
  "frame": "frames/golden-frame.png",
  "text_overlay": "Only 24 hours: the gold drop ✨",
  "duration_s": 30,
  "output": {{"preset": "veryfast", "crf": 21}},
  "metadata": {{"campaign": "autumn"}}
}}
"#,
        images.join(",\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_job_names_every_photo_once() {
        let job = job();
        for (_, name, _) in PHOTOS {
            assert_eq!(
                job.matches(&format!("products/{name}\"")).count(),
                1,
                "{name}"
            );
        }
        assert_eq!(job.matches('{').count(), job.matches('}').count());
    }
}
