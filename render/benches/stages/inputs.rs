//! What the stages work on.

use gildhall_render::compose::overlay::{Premultiplied, StaticLayer};
use gildhall_render::compose::photo::{Pixels, PreparedPhoto};
use gildhall_render::compose::{Canvas, border};
use gildhall_render::media::MediaSource;
use gildhall_render::text::{self, FontLibrary, HookLayer, HookRequest, Position, Style};
use gildhall_samples::Quality;
use gildhall_samples::products::Product;
use gildhall_samples::rng::Rng;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, resize};
use image::{DynamicImage, RgbImage, RgbaImage};
use std::sync::LazyLock;

pub const CANVAS: Canvas = Canvas::FULL;
/// Width and height that photos are prepared at: the content at the zoom's far end, in even pixels.
pub const SOURCE: [usize; 2] = [946, 1680];

const SEED: u64 = 7;
/// Standard deviation of the camera's noise in 8-bit steps.
const NOISE: f32 = 2.0;

static RING: LazyLock<RgbaImage> = LazyLock::new(|| {
    let quality = Quality {
        grid: 0,
        grain: 0.0,
    };
    Product::Ring.photo(750, 1000, SEED, quality)
});

fn enlarged(width: u32, height: u32) -> RgbImage {
    let scaled = resize(&*RING, width, height, FilterType::Triangle);
    DynamicImage::ImageRgba8(scaled).into_rgb8()
}

/// sRGB of a photo at its prepared size.
pub fn photo_rgb() -> Vec<u8> {
    let [width, height] = SOURCE.map(|side| side as u32);
    enlarged(width, height).into_raw()
}

/// A photo ready for the zoom; cut out, the atmosphere shows through all of it.
pub fn prepared(cut_out: bool) -> PreparedPhoto {
    let alpha = vec![180_u8; SOURCE[0] * SOURCE[1]];
    PreparedPhoto::new(Pixels {
        width: SOURCE[0],
        height: SOURCE[1],
        rgb: &photo_rgb(),
        alpha: cut_out.then_some(alpha.as_slice()),
    })
}

/// A JPEG of 12 megapixels with the noise of a sensor.
pub fn camera_jpeg() -> Vec<u8> {
    let mut photo = enlarged(3000, 4000);
    let mut rng = Rng::new(SEED);
    for pixel in photo.pixels_mut() {
        let noise = NOISE * rng.normal();
        for channel in &mut pixel.0 {
            *channel = (f32::from(*channel) + noise + 0.5) as u8;
        }
    }
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90)
        .encode_image(&photo)
        .expect("memory can be written");
    bytes
}

/// The hook of the canonical job.
pub fn hook(fonts: &mut FontLibrary) -> HookLayer {
    let request = HookRequest {
        text: "Only 24 hours: the gold drop ✨",
        style: Style::Luxe,
        position: Position::Top,
        canvas_width_px: CANVAS.width as u32,
        canvas_height_px: CANVAS.height as u32,
    };
    text::render_hook(fonts, &request).expect("the hook has visible characters")
}

/// The fonts that `make setup` installs.
pub fn fonts() -> FontLibrary {
    FontLibrary::system().expect("`make setup` installed the fonts")
}

/// The procedural frame with the hook over it.
pub fn top_layer() -> StaticLayer {
    let hook = hook(&mut fonts());
    let inside = |v: usize, start: u32, len: u32| {
        let offset = (v as u32).checked_sub(start)?;
        (offset < len).then_some(offset)
    };
    let layer = Premultiplied::new(CANVAS.width, CANVAS.height, |x, y| {
        let column = inside(x, hook.x_px, hook.image.width());
        let row = inside(y, hook.y_px, hook.image.height());
        let of_hook = column
            .zip(row)
            .map(|(column, row)| hook.image.get_pixel(column, row).0);
        match of_hook {
            Some(pixel) if pixel[3] > 0 => pixel,
            _ => border::pixel(&CANVAS, x, y),
        }
    });
    StaticLayer::new(&layer, 0, 0)
}

/// The shipped track: 30 s of MP3.
pub fn track_file() -> MediaSource {
    MediaSource::path(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../assets/audio/track.mp3"
    ))
}
