use std::time::Duration;

use super::PhotoError;

/// What one image may cost. All but the time is checked before any pixel buffer exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most pixels of one image (width × height).
    pub max_pixels: u64,
    /// Longest side in pixels.
    pub max_side_px: u32,
    /// Most bytes of memory one image may need while it is decoded and scaled, those of its file among them.
    pub max_alloc_bytes: u64,
    /// Most CPU time that [`in_time`](super::in_time) gives to one image. The plain functions know no time.
    pub max_cpu: Duration,
}

impl Default for Limits {
    /// 120 megapixels (a 12000x9000 scan has 108), 16384 px a side, 512 MiB, 10 s.
    fn default() -> Self {
        Self {
            max_pixels: 120_000_000,
            max_side_px: 16_384,
            max_alloc_bytes: 512 << 20,
            max_cpu: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// Checks a size as declared by a header, stored or upright.
    pub(super) fn check_size(&self, width: u32, height: u32) -> Result<(), PhotoError> {
        if width == 0 || height == 0 {
            return Err(PhotoError::ZeroSize);
        }
        if width.max(height) > self.max_side_px {
            return Err(PhotoError::SideTooLong {
                width,
                height,
                limit: self.max_side_px,
            });
        }
        if u64::from(width) * u64::from(height) > self.max_pixels {
            return Err(PhotoError::TooManyPixels {
                width,
                height,
                limit: self.max_pixels,
            });
        }
        Ok(())
    }

    /// Checks an upper bound of the memory that the next step takes, with all that is held meanwhile.
    pub(super) fn check_alloc(&self, needed_bytes: u64) -> Result<(), PhotoError> {
        if needed_bytes > self.max_alloc_bytes {
            return Err(self.too_much_memory(needed_bytes));
        }
        Ok(())
    }

    /// The error for a decoder that hit its own memory limit without saying by how much.
    pub(super) fn too_much_memory(&self, needed_bytes: u64) -> PhotoError {
        PhotoError::TooMuchMemory {
            needed_bytes: needed_bytes.max(self.max_alloc_bytes.saturating_add(1)),
            limit_bytes: self.max_alloc_bytes,
        }
    }
}

/// Bytes of `width` × `height` pixels of `bytes_per_px` each, or the largest number there is.
pub(super) fn pixel_bytes(width: u32, height: u32, bytes_per_px: u64) -> u64 {
    (u64::from(width) * u64::from(height)).saturating_mul(bytes_per_px)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_at_below_and_above() {
        let limits = Limits {
            max_pixels: 100,
            max_side_px: 20,
            max_alloc_bytes: 300,
            ..Limits::default()
        };
        assert!(limits.check_size(9, 11).is_ok());
        assert!(limits.check_size(10, 10).is_ok());
        assert!(limits.check_size(20, 5).is_ok());
        assert!(matches!(
            limits.check_size(21, 1),
            Err(PhotoError::SideTooLong { limit: 20, .. })
        ));
        assert!(matches!(
            limits.check_size(11, 10),
            Err(PhotoError::TooManyPixels { limit: 100, .. })
        ));
        assert!(matches!(limits.check_size(0, 5), Err(PhotoError::ZeroSize)));
        assert!(limits.check_alloc(299).is_ok() && limits.check_alloc(300).is_ok());
        assert!(limits.check_alloc(301).unwrap_err().is_limit());
    }

    #[test]
    fn a_twelve_thousand_by_nine_thousand_scan_passes_by_default() {
        let limits = Limits::default();
        assert!(limits.check_size(12_000, 9_000).is_ok());
        assert!(limits.check_alloc(pixel_bytes(12_000, 9_000, 4)).is_ok());
        assert!(limits.check_size(16_385, 1).is_err());
    }
}
