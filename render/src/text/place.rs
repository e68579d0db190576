//! Places lines on the canvas and draws their glyphs into masks.

use std::collections::HashMap;

use image::GrayImage;

use super::{
    fit::Fitted,
    fonts::FontLibrary,
    itemize::Kind,
    mask::{FineMask, SUPERSAMPLE},
    outline::OutlineFace,
    picture::{Picture, picture},
    safe_area::{Band, SafeArea},
    shape::{Glyph, Line},
};

/// Height of capitals in em where the font does not say.
const CAP_HEIGHT_EM: f32 = 0.71;
/// Width of the box that stands for a missing character, relative to its height, which is that of capitals.
const BOX_SIDE: f32 = 0.9;
/// How far shadow and scrim may reach beyond the lines, in em.
const MARGIN_EM: f32 = 1.05;

/// The part of the canvas that a layer covers; even on all sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    pub x_px: u32,
    pub y_px: u32,
    pub width_px: u32,
    pub height_px: u32,
}

/// One line's place on the canvas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    pub left_px: f32,
    pub right_px: f32,
    pub base_px: f32,
}

/// Everything that is drawn, relative to `frame`.
#[derive(Debug)]
pub(super) struct Drawing {
    pub frame: Frame,
    pub rows: Vec<Row>,
    pub cap_height_px: f32,
    pub leading_px: f32,
    pub size_px: f32,
    /// Outlined glyphs.
    pub letters: FineMask,
    /// Colour pictures with their left and top edges in the frame.
    pub pictures: Vec<(Picture, i32, i32)>,
}

/// Centres the lines in the area, one base line below the other.
pub(super) fn rows(fitted: &Fitted, area: &SafeArea, cap_height_px: f32) -> Vec<Row> {
    let top_px = area.block_top_px(fitted.leading_px * fitted.lines.len() as f32);
    let centre_px = f32::midpoint(area.text.left_px, area.text.right_px);
    let base = |i: usize| top_px + fitted.leading_px * (i as f32 + 0.5) + cap_height_px / 2.0;
    let row = |(i, line): (usize, &Line)| Row {
        left_px: centre_px - line.width_px / 2.0,
        right_px: centre_px + line.width_px / 2.0,
        base_px: base(i),
    };
    fitted.lines.iter().enumerate().map(row).collect()
}

/// Draws a fitted text.
pub(super) fn draw(fonts: &mut FontLibrary, fitted: &Fitted, area: &SafeArea) -> Drawing {
    let cap_height_px = cap_height_em(fonts, fitted) * fitted.size_px;
    let rows = rows(fitted, area, cap_height_px);
    let frame = frame(&rows, fitted, &area.layer);
    let mut drawing = Drawing {
        frame,
        rows,
        cap_height_px,
        leading_px: fitted.leading_px,
        size_px: fitted.size_px,
        letters: FineMask::new(frame.width_px, frame.height_px),
        pictures: Vec::new(),
    };
    drawing.outlines(fonts, fitted);
    drawing.boxes(fitted);
    drawing.pictures(fonts, fitted);
    drawing
}

/// Height of the capitals of the face that most of the text uses first.
fn cap_height_em(fonts: &mut FontLibrary, fitted: &Fitted) -> f32 {
    let glyphs = fitted.lines.iter().flat_map(|l| &l.glyphs);
    let first = glyphs
        .filter(|g| g.kind == Kind::Text)
        .map(|g| g.font)
        .next();
    let weight = first.and_then(|id| fonts.face_of(id)).map(|f| f.weight);
    let font = first
        .zip(weight)
        .and_then(|(id, weight)| fonts.system_mut().get_font(id, weight));
    let height = font.and_then(|f| {
        let metrics = f.metrics();
        metrics
            .cap_height
            .map(|h| h / f32::from(metrics.units_per_em))
    });
    height
        .filter(|h| (0.5..0.9).contains(h))
        .unwrap_or(CAP_HEIGHT_EM)
}

fn frame(rows: &[Row], fitted: &Fitted, limit: &Band) -> Frame {
    let margin_px = MARGIN_EM * fitted.size_px + 8.0;
    let fold = |start: f32, value: fn(&Row) -> f32, pick: fn(f32, f32) -> f32| {
        rows.iter().map(value).fold(start, pick)
    };
    let left = (fold(limit.right_px, |r| r.left_px, f32::min) - margin_px).max(limit.left_px);
    let right = (fold(limit.left_px, |r| r.right_px, f32::max) + margin_px).min(limit.right_px);
    let top = (fold(limit.bottom_px, |r| r.base_px, f32::min) - fitted.leading_px - margin_px)
        .max(limit.top_px);
    let bottom = (fold(limit.top_px, |r| r.base_px, f32::max) + fitted.leading_px + margin_px)
        .min(limit.bottom_px);
    let even_up = |v: f32| (v.ceil() as u32).next_multiple_of(2);
    let even_down = |v: f32| v.floor() as u32 & !1;
    let (x_px, y_px) = (even_up(left), even_up(top));
    Frame {
        x_px,
        y_px,
        width_px: even_down(right).saturating_sub(x_px),
        height_px: even_down(bottom).saturating_sub(y_px),
    }
}

impl Drawing {
    fn origin(&self, row: usize, glyph: &Glyph) -> (f32, f32) {
        let row = &self.rows[row];
        let x = row.left_px + glyph.x_px - self.frame.x_px as f32;
        let y = row.base_px - glyph.rise_px - self.frame.y_px as f32;
        (x, y)
    }

    fn outlines(&mut self, fonts: &mut FontLibrary, fitted: &Fitted) {
        let text = |g: &&Glyph| g.kind == Kind::Text;
        let mut loaded = HashMap::new();
        for glyph in fitted.lines.iter().flat_map(|l| &l.glyphs).filter(text) {
            if let Some((weight, index)) = fonts.face_of(glyph.font).map(|f| (f.weight, f.index)) {
                loaded
                    .entry(glyph.font)
                    .or_insert_with(|| (fonts.system_mut().get_font(glyph.font, weight), index));
            }
        }
        let faces: HashMap<_, _> = loaded
            .iter()
            .filter_map(|(id, (font, index))| {
                Some((*id, OutlineFace::parse(font.as_ref()?.data(), *index)?))
            })
            .collect();
        let fine = SUPERSAMPLE as f32;
        for (row, line) in fitted.lines.iter().enumerate() {
            for glyph in line.glyphs.iter().filter(text) {
                let (x, y) = self.origin(row, glyph);
                if let Some(face) = faces.get(&glyph.font) {
                    let letters = &mut self.letters;
                    let paint = |x, y, coverage| letters.add(x, y, coverage);
                    face.draw(
                        glyph.glyph,
                        glyph.size_px * fine,
                        (x * fine, y * fine),
                        paint,
                    );
                }
            }
        }
    }

    /// A hollow box for each missing character.
    fn boxes(&mut self, fitted: &Fitted) {
        let fine = SUPERSAMPLE as f32;
        let height = (self.cap_height_px * fine).round() as i32;
        let stroke = (self.size_px * 0.045 * fine).round().max(2.0) as i32;
        for (row, line) in fitted.lines.iter().enumerate() {
            for glyph in line.glyphs.iter().filter(|g| g.kind == Kind::Missing) {
                let (x, y) = self.origin(row, glyph);
                let side = (glyph.advance_px * 0.9).min(self.cap_height_px * BOX_SIDE);
                let width = (side * fine).round() as i32;
                let left = ((x + (glyph.advance_px - side) / 2.0) * fine).round() as i32;
                let base = (y * fine).round() as i32;
                for (dx, dy) in (0..width).flat_map(|dx| (0..height).map(move |dy| (dx, dy))) {
                    let edge = dx.min(dy).min(width - 1 - dx).min(height - 1 - dy);
                    if edge < stroke {
                        self.letters.add(left + dx, base - 1 - dy, 1.0);
                    }
                }
            }
        }
    }

    /// Colour pictures, centred on the capitals.
    fn pictures(&mut self, fonts: &mut FontLibrary, fitted: &Fitted) {
        let mut known: HashMap<(u16, u32), Option<Picture>> = HashMap::new();
        for (row, line) in fitted.lines.iter().enumerate() {
            for glyph in line.glyphs.iter().filter(|g| g.kind == Kind::Emoji) {
                let key = (glyph.glyph, glyph.size_px.to_bits());
                let drawn = known
                    .entry(key)
                    .or_insert_with(|| picture(fonts, glyph.font, glyph.glyph, glyph.size_px));
                if let Some(picture) = drawn {
                    let (x, y) = self.origin(row, glyph);
                    let left = (x + picture.left_px).round() as i32;
                    let top = (y - self.cap_height_px / 2.0 - picture.image.height() as f32 / 2.0)
                        .round() as i32;
                    self.pictures.push((picture.clone(), left, top));
                }
            }
        }
    }

    /// Coverage of the pictures, for their shadow.
    pub fn picture_mask(&self) -> GrayImage {
        let mut mask = GrayImage::new(self.frame.width_px, self.frame.height_px);
        for (picture, left, top) in &self.pictures {
            for (x, y, pixel) in picture.image.enumerate_pixels() {
                let (Ok(x), Ok(y)) = (
                    u32::try_from(x as i32 + left),
                    u32::try_from(y as i32 + top),
                ) else {
                    continue;
                };
                if let Some(p) = mask.get_pixel_mut_checked(x, y) {
                    p.0[0] = p.0[0].max((pixel.0[3].clamp(0.0, 1.0) * 255.0) as u8);
                }
            }
        }
        mask
    }
}
