//! The hook: a few words of any script, set once as a transparent layer for every frame of the video.
//!
//! The way of a text: `clean` bounds it and splits it into paragraphs; `itemize` gives each user-perceived
//! character its face; `shape` measures it; `breaks` and `balance` choose its lines and `fit` its size; `place`
//! puts the lines into the title-safe area and draws their glyphs (`outline`, `picture`); `paint` gives them their look.
//! The same request and the same fonts give the same pixels.

mod balance;
mod bidi;
mod breaks;
mod canvas;
mod clean;
mod emoji;
mod error;
mod fit;
mod fonts;
mod inventory;
mod itemize;
mod look;
mod mask;
mod outline;
mod paint;
mod picture;
mod place;
mod request;
mod safe_area;
mod scripts;
mod shape;
#[cfg(test)]
mod tests;

pub use error::{TextError, TextWarning};
pub use fonts::FontLibrary;
pub use inventory::FontRole;
pub use request::{HookLayer, HookRequest, Position, Style};

/// Sets a hook and paints it.
///
/// # Errors
/// [`TextError::NothingToShow`] for a text without a visible character, [`TextError::Canvas`] for a canvas that is
/// too small or too large. Whatever else is wrong with a text or the fonts becomes a warning of the layer.
pub fn render_hook(
    fonts: &mut FontLibrary,
    request: &HookRequest<'_>,
) -> Result<HookLayer, TextError> {
    let area = safe_area::SafeArea::new(
        request.canvas_width_px,
        request.canvas_height_px,
        request.position,
    )?;
    let cleaned = clean::Cleaned::new(request.text);
    if cleaned.paragraphs.is_empty() {
        return Err(TextError::NothingToShow);
    }
    let fitted = fit::fit(fonts, &cleaned, request.style, &area);
    let drawing = place::draw(fonts, &fitted, &area);
    let canvas = paint::paint(&drawing, look::look(request.style));
    let (crop, image) = canvas.cropped(drawing.frame);
    Ok(HookLayer {
        x_px: crop.x_px,
        y_px: crop.y_px,
        image,
        font_size_px: fitted.size_px,
        lines: fitted.lines.len(),
        warnings: fitted.warnings,
    })
}
