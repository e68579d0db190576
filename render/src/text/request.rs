//! What is asked for and what comes back.

use image::RgbaImage;

use super::error::TextWarning;

/// The look of a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Style {
    /// Display serif in warm white with a fine gold edge and a soft shadow. The default.
    #[default]
    Luxe,
    /// Display serif filled with gold foil, with a fine dark edge.
    Gold,
    /// Plain white sans with a soft shadow and no gold.
    Clean,
}

/// Which of the two title-safe areas holds the hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Position {
    /// Above the product's middle. The default.
    #[default]
    Top,
    /// Below the product's middle, above the platforms' captions.
    Bottom,
}

/// One hook to set. Sizes scale with the canvas: 720x1280 looks like 1080x1920, only smaller.
#[derive(Debug, Clone, Copy)]
pub struct HookRequest<'a> {
    /// The words as the caller wrote them; line feeds are kept as line ends (at most a few).
    pub text: &'a str,
    /// The look.
    pub style: Style,
    /// The area.
    pub position: Position,
    /// Width of the video in pixels, 180 to 8192.
    pub canvas_width_px: u32,
    /// Height of the video in pixels, 320 to 8192.
    pub canvas_height_px: u32,
}

/// The finished hook: an image to be laid over every frame at a fixed place.
#[derive(Debug, Clone)]
pub struct HookLayer {
    /// Left edge on the canvas in pixels; even, so that it lies on the chroma grid of 4:2:0.
    pub x_px: u32,
    /// Top edge on the canvas in pixels; even.
    pub y_px: u32,
    /// The pixels: sRGB with straight alpha, cropped to everything that is not fully transparent; even sides.
    pub image: RgbaImage,
    /// The size the text was set at, in pixels of the canvas per em.
    pub font_size_px: f32,
    /// How many lines it takes.
    pub lines: usize,
    /// What was less than perfect, each once.
    pub warnings: Vec<TextWarning>,
}
