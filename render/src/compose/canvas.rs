//! Where things lie on the canvas.

use super::planes::EvenRect;

/// Frames per second of every video.
pub const FPS: u32 = 30;

/// Size of the picture and the places of its parts, all even so that 4:2:0 chroma fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Canvas {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Where the product photo is shown (Z2).
    pub content: EvenRect,
    /// Thickness of the procedural border (Z3).
    pub border_px: usize,
    /// Thickness of the gold fillet around the content, part of the procedural frame.
    pub fillet_px: usize,
}

impl Canvas {
    /// 1080x1920 with a 900x1600 content and a 10 px border.
    pub const FULL: Canvas = Canvas {
        width: 1080,
        height: 1920,
        content: EvenRect {
            x: 90,
            y: 160,
            width: 900,
            height: 1600,
        },
        border_px: 10,
        fillet_px: 4,
    };

    /// 720x1280, everything at two thirds, rounded to even pixels: for renders that must be small.
    pub const REDUCED: Canvas = Canvas {
        width: 720,
        height: 1280,
        content: EvenRect {
            x: 60,
            y: 106,
            width: 600,
            height: 1068,
        },
        border_px: 6,
        fillet_px: 2,
    };

    /// The mat around the content, as four rectangles that together with the content tile the canvas.
    pub fn mat(&self) -> [EvenRect; 4] {
        let c = self.content;
        let below = c.y + c.height;
        let right = c.x + c.width;
        [
            EvenRect {
                x: 0,
                y: 0,
                width: self.width,
                height: c.y,
            },
            EvenRect {
                x: 0,
                y: c.y,
                width: c.x,
                height: c.height,
            },
            EvenRect {
                x: right,
                y: c.y,
                width: self.width - right,
                height: c.height,
            },
            EvenRect {
                x: 0,
                y: below,
                width: self.width,
                height: self.height - below,
            },
        ]
    }

    /// The whole canvas as one rectangle.
    pub fn all(&self) -> EvenRect {
        EvenRect {
            x: 0,
            y: 0,
            width: self.width,
            height: self.height,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mat_and_content_tile_the_canvas() {
        for canvas in [Canvas::FULL, Canvas::REDUCED] {
            let mut seen = vec![0u8; canvas.width * canvas.height];
            for rect in canvas.mat().into_iter().chain([canvas.content]) {
                for value in [rect.x, rect.y, rect.width, rect.height] {
                    assert_eq!(value % 2, 0, "{rect:?}");
                }
                for y in rect.y..rect.y + rect.height {
                    for x in rect.x..rect.x + rect.width {
                        seen[y * canvas.width + x] += 1;
                    }
                }
            }
            assert!(seen.iter().all(|&count| count == 1));
        }
    }
}
