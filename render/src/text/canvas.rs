//! Composes masks, colours and pictures into one transparent layer.

use image::{GrayImage, Rgba, RgbaImage};

use super::{picture::Picture, place::Frame};

/// A colour: sRGB components from 0 to 1.
pub(super) type Colour = [f32; 3];

/// A layer in the making: premultiplied, in floats so that many soft layers add no rounding.
#[derive(Debug)]
pub(super) struct Canvas {
    width: u32,
    pixels: Vec<[f32; 4]>,
}

impl Canvas {
    /// A fully transparent layer.
    pub fn new(width_px: u32, height_px: u32) -> Self {
        Self {
            width: width_px,
            pixels: vec![[0.0; 4]; width_px as usize * height_px as usize],
        }
    }

    /// Lays a mask over everything so far; `colour` gives the colour and opacity of each pixel it covers.
    pub fn lay(&mut self, mask: &GrayImage, colour: impl Fn(u32, u32) -> (Colour, f32)) {
        let rows = self.pixels.chunks_exact_mut(self.width as usize);
        for (y, (row, cover)) in rows
            .zip(mask.chunks_exact(mask.width().max(1) as usize))
            .enumerate()
        {
            for (x, (pixel, &cover)) in row.iter_mut().zip(cover).enumerate() {
                if cover > 0 {
                    let (colour, opacity) = colour(x as u32, y as u32);
                    let alpha = f32::from(cover) / 255.0 * opacity;
                    over(
                        pixel,
                        [
                            colour[0] * alpha,
                            colour[1] * alpha,
                            colour[2] * alpha,
                            alpha,
                        ],
                    );
                }
            }
        }
    }

    /// Lays a picture with its top left corner at (left, top); what lies outside is cut off.
    pub fn lay_picture(&mut self, picture: &Picture, left: i32, top: i32) {
        for (x, y, source) in picture.image.enumerate_pixels() {
            let (x, y) = (x as i32 + left, y as i32 + top);
            if x < 0 || y < 0 || x as u32 >= self.width {
                continue;
            }
            if let Some(pixel) = self
                .pixels
                .get_mut(y as usize * self.width as usize + x as usize)
            {
                let alpha = source.0[3].clamp(0.0, 1.0);
                let part = |i: usize| source.0[i].clamp(0.0, alpha);
                over(pixel, [part(0), part(1), part(2), alpha]);
            }
        }
    }

    /// The layer with straight alpha, cropped to what is visible, on even places and with even sides.
    pub fn cropped(&self, frame: Frame) -> (Frame, RgbaImage) {
        let crop = self.visible(frame);
        let image = RgbaImage::from_fn(crop.width_px, crop.height_px, |x, y| {
            let (x, y) = (x + crop.x_px - frame.x_px, y + crop.y_px - frame.y_px);
            straight(self.pixels[(y * self.width + x) as usize])
        });
        (crop, image)
    }

    fn visible(&self, frame: Frame) -> Frame {
        let (mut left, mut top, mut right, mut bottom) = (frame.width_px, frame.height_px, 0, 0);
        for (i, pixel) in self.pixels.iter().enumerate() {
            if straight(*pixel).0[3] > 0 {
                let (x, y) = (i as u32 % self.width, i as u32 / self.width);
                (left, right) = (left.min(x), right.max(x + 1));
                (top, bottom) = (top.min(y), bottom.max(y + 1));
            }
        }
        // The frame itself is even, so growing to even sides stays inside it.
        let (left, top) = (left.min(right) & !1, top.min(bottom) & !1);
        let even = |length: u32| length.next_multiple_of(2).max(2);
        Frame {
            x_px: frame.x_px + left,
            y_px: frame.y_px + top,
            width_px: even(right - left).min(frame.width_px),
            height_px: even(bottom - top).min(frame.height_px),
        }
    }
}

/// Porter and Duff's "over" for premultiplied colours.
fn over(below: &mut [f32; 4], above: [f32; 4]) {
    for (b, a) in below.iter_mut().zip(above) {
        *b = a + *b * (1.0 - above[3]);
    }
}

fn straight(pixel: [f32; 4]) -> Rgba<u8> {
    let alpha = pixel[3];
    if alpha < 0.5 / 255.0 {
        return Rgba([0; 4]);
    }
    let byte = |v: f32| (v * 255.0).round().clamp(0.0, 255.0) as u8;
    Rgba([
        byte(pixel[0] / alpha),
        byte(pixel[1] / alpha),
        byte(pixel[2] / alpha),
        byte(alpha),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame {
        x_px: 10,
        y_px: 20,
        width_px: 16,
        height_px: 12,
    };

    #[test]
    fn layers_compose_and_crop_to_even_sides() {
        let mut canvas = Canvas::new(16, 12);
        let mut mask = GrayImage::new(16, 12);
        mask.put_pixel(5, 3, image::Luma([255]));
        mask.put_pixel(7, 4, image::Luma([255]));
        canvas.lay(&mask, |_, _| ([1.0, 0.0, 0.0], 0.5));
        canvas.lay(&mask, |_, _| ([0.0, 0.0, 1.0], 0.5));
        let (crop, image) = canvas.cropped(FRAME);
        assert_eq!(
            crop,
            Frame {
                x_px: 14,
                y_px: 22,
                width_px: 4,
                height_px: 4
            }
        );
        assert_eq!(image.get_pixel(1, 1).0, [85, 0, 170, 191]);
        assert_eq!(image.get_pixel(0, 0).0, [0; 4]);
    }

    #[test]
    fn an_empty_layer_still_has_an_even_size() {
        let (crop, image) = Canvas::new(16, 12).cropped(FRAME);
        assert_eq!((crop.width_px, crop.height_px), (2, 2));
        assert!(image.pixels().all(|p| p.0[3] == 0));
    }
}
