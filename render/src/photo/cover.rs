use super::orient::Orientation;

/// The size to fill and the point of the picture that matters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CoverTarget {
    /// Width of the result in pixels, at least 1.
    pub width_px: u32,
    /// Height of the result in pixels, at least 1.
    pub height_px: u32,
    /// The point of the upright picture that the crop keeps as near the middle as it can: 0 is its left
    /// edge, 1 its right. Values outside 0 to 1, and NaN, are taken as the nearest edge or the middle.
    pub focus_x: f32,
    /// As `focus_x`, from top to bottom.
    pub focus_y: f32,
}

/// A rectangle of the source in fractional pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Crop {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Crop {
    pub(super) fn whole((width, height): (u32, u32)) -> Self {
        Self {
            left: 0.0,
            top: 0.0,
            width: width.into(),
            height: height.into(),
        }
    }

    /// The same part of a picture that is `x` times as wide and `y` times as high, kept inside `size`
    /// against rounding.
    pub(super) fn scaled(self, x: f64, y: f64, size: (u32, u32)) -> Self {
        let (left, width) = inside(self.left * x, self.width * x, size.0);
        let (top, height) = inside(self.top * y, self.height * y, size.1);
        Self {
            left,
            top,
            width,
            height,
        }
    }
}

/// Moves and shortens an interval until it lies within 0 to `length`.
fn inside(start: f64, span: f64, length: u32) -> (f64, f64) {
    let length = f64::from(length);
    let start = start.clamp(0.0, (length - span).max(0.0));
    (start, span.min(length - start))
}

/// Which part of the stored picture to take, and at which size, before it is turned upright.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placement {
    pub crop: Crop,
    pub size: (u32, u32),
    /// Pixels of the result for one of the source; above 1 the picture is enlarged.
    pub scale: f64,
}

/// The largest part of the target's shape, around the focus, expressed in stored coordinates.
pub(super) fn place(
    stored: (u32, u32),
    orientation: Orientation,
    target: &CoverTarget,
) -> Placement {
    let (width, height) = orientation.transpose_pair(stored);
    let scale = f64::max(
        f64::from(target.width_px) / f64::from(width),
        f64::from(target.height_px) / f64::from(height),
    );
    let (crop_w, crop_h) = (
        f64::from(target.width_px) / scale,
        f64::from(target.height_px) / scale,
    );
    let (mut left, crop_w) = around(target.focus_x, crop_w, width);
    let (mut top, crop_h) = around(target.focus_y, crop_h, height);
    if orientation.flip_x {
        left = (f64::from(width) - left - crop_w).max(0.0);
    }
    if orientation.flip_y {
        top = (f64::from(height) - top - crop_h).max(0.0);
    }
    let (left, top) = orientation.transpose_pair((left, top));
    let (crop_w, crop_h) = orientation.transpose_pair((crop_w, crop_h));
    let crop = Crop {
        left,
        top,
        width: crop_w,
        height: crop_h,
    };
    Placement {
        crop: crop.scaled(1.0, 1.0, stored),
        size: orientation.transpose_pair((target.width_px, target.height_px)),
        scale,
    }
}

/// An interval of `span` with `focus` as near its middle as the picture allows.
fn around(focus: f32, span: f64, length: u32) -> (f64, f64) {
    let focus = if focus.is_nan() { 0.5 } else { focus };
    let middle = f64::from(focus.clamp(0.0, 1.0)) * f64::from(length);
    inside(middle - span / 2.0, span, length)
}

#[cfg(test)]
mod tests {
    use image::metadata::Orientation as Exif;

    use super::*;

    fn target(width_px: u32, height_px: u32, focus_x: f32, focus_y: f32) -> CoverTarget {
        CoverTarget {
            width_px,
            height_px,
            focus_x,
            focus_y,
        }
    }

    #[test]
    fn a_landscape_photo_loses_its_sides() {
        let placement = place(
            (4000, 3000),
            Orientation::default(),
            &target(900, 1600, 0.5, 0.5),
        );
        assert!((placement.scale - 1600.0 / 3000.0).abs() < 1e-12);
        assert!((placement.crop.width - 1687.5).abs() < 1e-9);
        assert!((placement.crop.left - 1156.25).abs() < 1e-9);
        assert_eq!((placement.crop.top, placement.crop.height), (0.0, 3000.0));
    }

    #[test]
    fn the_focus_moves_the_crop_to_the_edge_and_no_further() {
        for (focus, left) in [(0.0, 0.0), (1.0, 300.0), (f32::NAN, 150.0), (-7.0, 0.0)] {
            let placement = place(
                (400, 100),
                Orientation::default(),
                &target(100, 100, focus, 0.5),
            );
            assert_eq!(placement.crop.left, left, "focus {focus}");
        }
        let placement = place(
            (400, 100),
            Orientation::default(),
            &target(100, 100, 0.25, 0.5),
        );
        assert_eq!(placement.crop.left, 50.0);
    }

    #[test]
    fn every_crop_lies_inside_whatever_the_sizes() {
        for exif in (1..=8).filter_map(Exif::from_exif) {
            for (w, h) in [(1, 1), (1, 16384), (3, 7), (4000, 3000), (12000, 9000)] {
                for (tw, th) in [(945, 1680), (1, 1), (1, 4096), (1080, 7)] {
                    let orientation = Orientation::from_exif(exif);
                    let Crop {
                        left,
                        top,
                        width,
                        height,
                    } = place((w, h), orientation, &target(tw, th, 0.9, 0.3)).crop;
                    assert!(left >= 0.0 && top >= 0.0 && width > 0.0 && height > 0.0);
                    assert!(left + width <= f64::from(w) && top + height <= f64::from(h));
                }
            }
        }
    }

    #[test]
    fn a_turned_photo_is_cropped_where_its_upright_form_would_be() {
        let turned = Orientation::from_exif(Exif::Rotate90);
        // Stored 100 wide and 400 high is upright 400 wide; its left quarter is stored at the bottom.
        let placement = place((100, 400), turned, &target(50, 50, 0.0, 0.5));
        assert_eq!((placement.crop.left, placement.crop.top), (0.0, 300.0));
        assert_eq!(placement.size, (50, 50));
    }
}
