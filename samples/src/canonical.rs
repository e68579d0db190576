//! The benchmark's inputs: eight photos of exactly 12 megapixels in mixed formats, the track, a stock-like overlay.
//!
//! They are derived from the same scenes as the shipped photos, with the fine noise of a camera sensor, so that
//! decoders work as hard as on a customer's photos. Too large for git; the benchmark makes them once.

use crate::assets::write_track;
use crate::atmosphere::{Atmosphere, Weather};
use crate::error::Error;
use crate::files;
use crate::products::Product;
use crate::rng::Rng;
use crate::studio::Quality;
use image::RgbaImage;
use image::imageops::{FilterType, resize};
use std::path::Path;

/// Product, file, and size, which is always 12 megapixels.
const PHOTOS: [(Product, &str, (u32, u32)); 8] = [
    (Product::Ring, "ring.jpg", (3000, 4000)),
    (Product::GiftBox, "box.webp", (3000, 4000)),
    (Product::Bag, "bag.png", (3000, 4000)),
    (Product::Perfume, "perfume.jpg", (3000, 4000)),
    (Product::Watch, "watch.jpg", (3000, 4000)),
    (Product::Lipstick, "lipstick.jpg", (3000, 4000)),
    (Product::Pearls, "pearls.webp", (4000, 3000)),
    (Product::Candle, "candle.avif", (4000, 3000)),
];

/// Length of the overlay.
const OVERLAY_FRAMES: u32 = 10 * files::FPS;
/// Standard deviation of the sensor noise in 8-bit steps.
const NOISE: f32 = 2.0;

/// Writes everything into `out` and hands every finished file to `made`.
///
/// # Errors
/// Where a file cannot be written or `ffmpeg` is missing or fails; files made before stay.
pub fn write(out: &Path, seed: u64, made: &mut dyn FnMut(&Path)) -> Result<(), Error> {
    for (product, name, size) in PHOTOS {
        let path = out.join("products").join(name);
        files::picture(&path, &photo(product, size, seed), 90)?;
        made(&path);
    }
    let overlay = out.join("overlay.mp4");
    let light = Atmosphere::new(
        Weather::GlitterRain,
        (1080, 1920),
        OVERLAY_FRAMES,
        1.6,
        seed,
    );
    let rate = [
        "-preset", "medium", "-b:v", "7M", "-maxrate", "9M", "-bufsize", "14M",
    ];
    files::video(&overlay, &light, (1080, 1920), OVERLAY_FRAMES, &rate)?;
    made(&overlay);
    for path in write_track(out, 192)? {
        made(&path);
    }
    let job = out.join("job.json");
    files::text(&job, &job_text())?;
    made(&job);
    Ok(())
}

/// The scene at half size, enlarged, with sensor noise at full size.
fn photo(product: Product, (width, height): (u32, u32), seed: u64) -> RgbaImage {
    let half = product.photo(
        width / 2,
        height / 2,
        seed,
        Quality {
            grid: 2,
            grain: 0.0,
        },
    );
    let mut full = resize(&half, width, height, FilterType::CatmullRom);
    let mut rng = Rng::new(seed).fork(u64::from(width) << 8 | product as u64);
    // Demosaicing smears a sensor's noise a little: each pixel keeps half of its left neighbour's.
    let mut last = 0.0;
    for pixel in full.pixels_mut().filter(|pixel| pixel.0[3] > 0) {
        last = 0.5 * last + 0.87 * NOISE * rng.normal();
        for channel in &mut pixel.0[..3] {
            *channel = (f32::from(*channel) + last + 0.5) as u8;
        }
    }
    full
}

fn job_text() -> String {
    let images: Vec<String> = PHOTOS
        .iter()
        .map(|(_, name, _)| format!("\"products/{name}\""))
        .collect();
    format!(
        r#"{{
  "version": 1,
  "images": [{}],
  "audio": "track.mp3",
  "overlay": "overlay.mp4",
  "frame": "procedural",
  "text_overlay": "Only 24 hours: the gold drop ✨",
  "duration_s": 30,
  "output": {{"preset": "veryfast", "crf": 21}}
}}
"#,
        images.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_photo_has_twelve_megapixels() {
        assert!(PHOTOS.iter().all(|(_, _, (w, h))| w * h == 12_000_000));
    }
}
