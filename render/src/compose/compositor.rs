//! One frame from its layers.

use super::canvas::Canvas;
use super::colour::{self, Ycc};
use super::overlay::StaticLayer;
use super::photo::PreparedPhoto;
use super::planes::{EvenRect, FrameMut};
use super::resample::{AxisMap, Resampler};

/// What of the atmosphere a frame brings, packed rectangle by rectangle, plane by plane, tight rows.
#[derive(Clone, Copy, Debug)]
pub struct AtmosphereView<'a> {
    /// The rectangles, in the order of the bytes.
    pub rects: &'a [EvenRect],
    /// Their samples, already blended with the ground; those of the last rectangles may be left out.
    pub samples: &'a [u8],
}

/// The photo of a frame and how far the zoom has come.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// The prepared photo.
    pub photo: &'a PreparedPhoto,
    /// Zoom factor: 1.0 shows the photo as wide as the content.
    pub zoom: f64,
    /// The point that the zoom holds still, as fractions of the prepared photo.
    pub focus: [f64; 2],
}

/// Composes frames; owns what stays the same between them.
#[derive(Debug)]
pub struct Compositor {
    canvas: Canvas,
    ground: Ycc,
    top: StaticLayer,
    resampler: Resampler,
}

impl Compositor {
    /// A compositor for `canvas` with `top` (frame and hook) over everything.
    pub fn new(canvas: Canvas, top: StaticLayer) -> Self {
        Self {
            canvas,
            ground: colour::nearest_ycc(colour::GROUND),
            top,
            resampler: Resampler::new(),
        }
    }

    /// Writes every sample of `frame`.
    ///
    /// The atmosphere has to cover the mat. Where it leaves out the content and the photo has alpha, the ground shows.
    pub fn compose(
        &mut self,
        frame: &mut FrameMut<'_>,
        atmosphere: Option<AtmosphereView<'_>>,
        content: Content<'_>,
    ) {
        match atmosphere {
            Some(view) => {
                let is_covered = view.samples.len() >= self.canvas.all().bytes();
                paste(frame, view);
                if content.photo.has_alpha() && !is_covered {
                    self.paint_ground(frame, &[self.canvas.content]);
                }
            }
            None => {
                self.paint_ground(frame, &self.canvas.mat());
                if content.photo.has_alpha() {
                    self.paint_ground(frame, &[self.canvas.content]);
                }
            }
        }
        self.draw_content(frame, content);
        self.top.blend(frame);
    }

    fn paint_ground(&self, frame: &mut FrameMut<'_>, rects: &[EvenRect]) {
        for rect in rects {
            for (index, plane) in frame.planes.iter_mut().enumerate() {
                let r = rect.in_plane(index);
                for y in r.y..r.y + r.height {
                    plane.span(r.x, y, r.width).fill(self.ground[index]);
                }
            }
        }
    }

    fn draw_content(&mut self, frame: &mut FrameMut<'_>, content: Content<'_>) {
        let rect = self.canvas.content;
        let photo = content.photo;
        let luma = zoom_maps(rect, [photo.width(), photo.height()], content);
        let chroma = [luma[0].chroma(0.0), luma[1].chroma(0.5)];
        for (index, plane) in frame.planes.iter_mut().enumerate() {
            let maps = if index == 0 { luma } else { chroma };
            let alpha = photo.alpha.as_ref().map(|a| &a[usize::from(index > 0)]);
            self.resampler.draw(
                &photo.planes[index],
                alpha,
                maps,
                plane,
                rect.in_plane(index),
            );
        }
    }
}

/// The maps of both luma axes for a zoom. At zoom 1 the content shows as much of the photo as fits its shape.
pub fn zoom_maps(
    rect: EvenRect,
    [width, height]: [usize; 2],
    content: Content<'_>,
) -> [AxisMap; 2] {
    let fit = (width as f64 / rect.width as f64).min(height as f64 / rect.height as f64);
    let step = fit / content.zoom;
    let [fx, fy] = content.focus;
    [
        AxisMap::anchored(rect.width, width, fx, step),
        AxisMap::anchored(rect.height, height, fy, step),
    ]
}

fn paste(frame: &mut FrameMut<'_>, view: AtmosphereView<'_>) {
    let mut rest = view.samples;
    for rect in view.rects {
        if rest.is_empty() {
            return;
        }
        for (index, plane) in frame.planes.iter_mut().enumerate() {
            let r = rect.in_plane(index);
            let (samples, tail) = rest.split_at(r.width * r.height);
            rest = tail;
            for (row, source) in samples.chunks_exact(r.width).enumerate() {
                plane.span(r.x, r.y + row, r.width).copy_from_slice(source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::overlay::Premultiplied;
    use super::super::photo::Pixels;
    use super::super::planes::OwnedFrame;
    use super::*;

    const CANVAS: Canvas = Canvas {
        width: 40,
        height: 60,
        content: EvenRect {
            x: 8,
            y: 10,
            width: 24,
            height: 40,
        },
        border_px: 4,
        fillet_px: 2,
    };

    fn photo(rgb: [u8; 3], alpha: Option<u8>) -> PreparedPhoto {
        let pixels = rgb.repeat(26 * 42);
        let alpha = alpha.map(|a| vec![a; 26 * 42]);
        PreparedPhoto::new(Pixels {
            width: 26,
            height: 42,
            rgb: &pixels,
            alpha: alpha.as_deref(),
        })
    }

    fn compose(atmosphere: Option<AtmosphereView<'_>>, photo: &PreparedPhoto) -> OwnedFrame {
        let gold_frame = Premultiplied::new(CANVAS.width, CANVAS.height, |x, y| {
            super::super::border::pixel(&CANVAS, x, y)
        });
        let mut compositor = Compositor::new(CANVAS, StaticLayer::new(&gold_frame, 0, 0));
        let mut frame = OwnedFrame::new(CANVAS.width, CANVAS.height);
        let content = Content {
            photo,
            zoom: 1.03,
            focus: [0.5, 0.5],
        };
        compositor.compose(&mut frame.as_mut(), atmosphere, content);
        frame
    }

    fn luma_at(frame: &OwnedFrame, x: usize, y: usize) -> u8 {
        frame.planes[0][y * frame.width + x]
    }

    #[test]
    fn layers_lie_in_order() {
        let frame = compose(None, &photo([255, 255, 255], None));
        let gold = colour::nearest_ycc(colour::GOLD);
        assert!(luma_at(&frame, 0, 0).abs_diff(gold[0]) <= 1);
        assert!(luma_at(&frame, 7, 30).abs_diff(gold[0]) <= 1, "fillet");
        assert_eq!(luma_at(&frame, 20, 30), 235);
        assert_eq!(frame.planes[1][15 * 20 + 10], 128);
    }

    #[test]
    fn alpha_shows_the_atmosphere_and_opaque_hides_it() {
        let rects = [CANVAS.all()];
        let samples = vec![180u8; CANVAS.all().bytes()];
        let view = AtmosphereView {
            rects: &rects,
            samples: &samples,
        };
        let through = compose(Some(view), &photo([255, 255, 255], Some(0)));
        assert_eq!(luma_at(&through, 20, 30), 180);
        let half = compose(Some(view), &photo([255, 255, 255], Some(128)));
        let want = (235 * 128 + 180 * 127) / 255;
        assert!(luma_at(&half, 20, 30).abs_diff(want as u8) <= 1);
        let hidden = compose(Some(view), &photo([255, 255, 255], None));
        assert_eq!(luma_at(&hidden, 20, 30), 235);
    }

    #[test]
    fn a_backdrop_of_the_mat_alone_leaves_the_ground_behind_alpha() {
        let rects: Vec<EvenRect> = CANVAS.mat().into_iter().chain([CANVAS.content]).collect();
        let mat_bytes = CANVAS.mat().iter().map(|rect| rect.bytes()).sum();
        let samples = vec![180u8; mat_bytes];
        let view = AtmosphereView {
            rects: &rects,
            samples: &samples,
        };
        let frame = compose(Some(view), &photo([255, 255, 255], Some(0)));
        assert_eq!(
            luma_at(&frame, 20, 30),
            colour::nearest_ycc(colour::GROUND)[0]
        );
    }

    #[test]
    fn a_zoom_of_one_shows_the_whole_photo_in_its_narrower_axis() {
        let photo = photo([0; 3], None);
        let content = Content {
            photo: &photo,
            zoom: 1.0,
            focus: [0.5, 0.5],
        };
        let [x, y] = zoom_maps(CANVAS.content, [26, 42], content);
        assert!((y.step - 42.0 / 40.0).abs() < 1e-12);
        assert!((x.step - y.step).abs() < 1e-12);
    }
}
