//! Frame memory shared by compositor and encoder.

use super::EncodeError;
use crate::compose::planes::{FrameMut, OwnedFrame, PlaneMut};
use ffmpeg_next::format::Pixel;
use ffmpeg_next::{color, ffi, frame};

/// An FFmpeg frame in 4:2:0 that is written by the compositor and read by the encoder, over and over.
pub struct FrameBuffer {
    frame: frame::Video,
}

impl FrameBuffer {
    /// A frame of `width` × `height` pixels, tagged as what it will hold: limited-range BT.709.
    ///
    /// # Errors
    /// [`EncodeError::OutOfMemory`].
    pub fn new(width: u32, height: u32) -> Result<Self, EncodeError> {
        let frame = frame::Video::new(Pixel::YUV420P, width, height);
        if frame.planes() != 3 || frame.data(0).is_empty() {
            return Err(EncodeError::OutOfMemory);
        }
        Ok(Self::tagged(frame))
    }

    /// Has a margin along all four edges encoded finer than the rest, so that a flat border keeps its colour.
    ///
    /// x264 takes this as a region of interest (FFmpeg's `AVRegionOfInterest`); encoders that know none ignore it. It stays
    /// with the buffer however often that is filled again.
    ///
    /// # Errors
    /// [`EncodeError::OutOfMemory`].
    pub fn refine_margin(&mut self, margin_px: u32) -> Result<(), EncodeError> {
        let (width, height) = (self.frame.width() as i32, self.frame.height() as i32);
        let margin = margin_px as i32;
        let regions = [
            region(0, margin, 0, width),
            region(height - margin, height, 0, width),
            region(0, height, 0, margin),
            region(0, height, width - margin, width),
        ];
        let kind = ffi::AVFrameSideDataType::AV_FRAME_DATA_REGIONS_OF_INTEREST;
        // SAFETY: the frame is valid and owned; the new side data has room for exactly these plain structs, which are copied
        // without any demand on alignment.
        unsafe {
            let bytes = std::mem::size_of_val(&regions);
            let data = ffi::av_frame_new_side_data(self.frame.as_mut_ptr(), kind, bytes);
            if data.is_null() {
                return Err(EncodeError::OutOfMemory);
            }
            std::ptr::copy_nonoverlapping(regions.as_ptr().cast(), (*data).data, bytes);
        }
        Ok(())
    }

    pub(super) fn tagged(mut frame: frame::Video) -> Self {
        frame.set_color_space(color::Space::BT709);
        frame.set_color_range(color::Range::MPEG);
        frame.set_color_primaries(color::Primaries::BT709);
        frame.set_color_transfer_characteristic(color::TransferCharacteristic::BT709);
        Self { frame }
    }

    /// The frame for writing. If an encoder still holds on to the memory, it is replaced first.
    ///
    /// # Errors
    /// [`EncodeError::OutOfMemory`] when a replacement cannot be allocated.
    pub fn as_mut(&mut self) -> Result<FrameMut<'_>, EncodeError> {
        // SAFETY: the frame is valid and owned; on success its buffers are referenced by nobody else.
        let answer = unsafe { ffi::av_frame_make_writable(self.frame.as_mut_ptr()) };
        if answer < 0 {
            return Err(EncodeError::OutOfMemory);
        }
        let planes = std::array::from_fn(|index| {
            let stride = self.frame.stride(index);
            let data = self.frame.data_mut(index);
            let (start, len) = (data.as_mut_ptr(), data.len());
            PlaneMut {
                // SAFETY: the three planes are disjoint parts of buffers that live as long as the frame, which stays
                // borrowed mutably for as long as the returned views do.
                data: unsafe { std::slice::from_raw_parts_mut(start, len) },
                stride,
            }
        });
        Ok(FrameMut { planes })
    }

    /// A copy with tight rows.
    pub fn to_owned_frame(&self) -> OwnedFrame {
        let (width, height) = (self.frame.width() as usize, self.frame.height() as usize);
        let mut copy = OwnedFrame::new(width, height);
        for (index, plane) in copy.planes.iter_mut().enumerate() {
            let row_bytes = width >> usize::from(index > 0);
            let stride = self.frame.stride(index);
            let rows = self.frame.data(index).chunks(stride);
            for (target, source) in plane.chunks_exact_mut(row_bytes).zip(rows) {
                target.copy_from_slice(&source[..row_bytes]);
            }
        }
        copy
    }

    pub(super) fn frame(&self) -> &frame::Video {
        &self.frame
    }

    pub(super) fn frame_mut(&mut self) -> &mut frame::Video {
        &mut self.frame
    }
}

/// A rectangle to be quantised finer by a fifth of the quantiser's range.
fn region(top: i32, bottom: i32, left: i32, right: i32) -> ffi::AVRegionOfInterest {
    ffi::AVRegionOfInterest {
        self_size: std::mem::size_of::<ffi::AVRegionOfInterest>() as u32,
        top,
        bottom,
        left,
        right,
        qoffset: ffi::AVRational { num: -1, den: 5 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut buffer = FrameBuffer::new(36, 64).expect("memory for a small frame");
        {
            let mut frame = buffer.as_mut().expect("writable");
            for (value, plane) in [10u8, 20, 30].into_iter().zip(&mut frame.planes) {
                plane.span(0, 31, 18).fill(value);
            }
        }
        let copy = buffer.to_owned_frame();
        assert_eq!(copy.planes[0][31 * 36 + 17], 10);
        assert_eq!(copy.planes[1][31 * 18 + 17], 20);
        assert_eq!(copy.planes[2][31 * 18 + 17], 30);
    }
}
