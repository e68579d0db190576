//! Colour emoji: bitmaps from the emoji font, scaled once to the size of the line.

use cosmic_text::{CacheKey, CacheKeyFlags, SwashContent, SwashImage, fontdb::ID};
use image::{
    ImageBuffer, Rgba, Rgba32FImage,
    imageops::{FilterType, resize},
};

use super::fonts::FontLibrary;

/// Size of the bitmaps in Noto Color Emoji. Asking for just this size gives them unscaled; scaling them here,
/// once and with a better filter than a shaper's, keeps them crisp.
const STRIKE_PX: f32 = 109.0;

/// A colour glyph with premultiplied alpha, components from 0 to 1.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub image: Rgba32FImage,
    /// From the glyph's origin to the left edge.
    pub left_px: f32,
}

/// The picture of a glyph at a size; `None` where the font has no colour bitmap for it.
pub(super) fn picture(
    fonts: &mut FontLibrary,
    font: ID,
    glyph: u16,
    size_px: f32,
) -> Option<Picture> {
    let weight = fonts.face_of(font)?.weight;
    let flags = CacheKeyFlags::empty();
    let (key, ..) = CacheKey::new(font, glyph, STRIKE_PX, (0.0, 0.0), weight, flags);
    let (system, swash) = fonts.shaper_and_swash();
    let strike = swash.get_image_uncached(system, key)?;
    let image = premultiplied(&strike)?;
    let scale = size_px / STRIKE_PX;
    let side = |length: u32| ((length as f32 * scale).round() as u32).max(1);
    let image = resize(
        &image,
        side(image.width()),
        side(image.height()),
        FilterType::CatmullRom,
    );
    Some(Picture {
        image,
        left_px: strike.placement.left as f32 * scale,
    })
}

fn premultiplied(strike: &SwashImage) -> Option<Rgba32FImage> {
    if strike.content != SwashContent::Color {
        return None;
    }
    let pixel = |p: &[u8]| {
        let alpha = f32::from(p[3]) / 255.0;
        [0, 1, 2]
            .map(|i| f32::from(p[i]) / 255.0 * alpha)
            .into_iter()
            .chain([alpha])
    };
    let samples = strike.data.chunks_exact(4).flat_map(pixel).collect();
    ImageBuffer::<Rgba<f32>, _>::from_raw(strike.placement.width, strike.placement.height, samples)
}
