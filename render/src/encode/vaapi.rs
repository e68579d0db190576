//! Getting frames onto a VA-API device, which FFmpeg leaves to its callers.

use super::EncodeError;
use ffmpeg_next as ffmpeg;
use ffmpeg_next::{encoder, ffi, frame};
use std::ptr;

/// Frames the device keeps for uploading: the encoder's references and reordering, with some to spare.
const POOL_FRAMES: i32 = 20;

/// A reference to one of FFmpeg's counted buffers.
struct BufferRef(*mut ffi::AVBufferRef);

// SAFETY: FFmpeg counts references atomically, and the contexts behind these may be used from any one thread at a time.
unsafe impl Send for BufferRef {}

impl Drop for BufferRef {
    fn drop(&mut self) {
        // SAFETY: the reference is valid and dropped once.
        unsafe { ffi::av_buffer_unref(&mut self.0) };
    }
}

/// A device with a pool of frames.
pub(super) struct Upload {
    frames: BufferRef,
}

impl Upload {
    /// Opens the default device and ties the encoder to a pool of NV12 frames on it.
    pub fn attach(
        video: &mut encoder::video::Video,
        width: u32,
        height: u32,
    ) -> Result<Self, EncodeError> {
        let opening = EncodeError::ffmpeg("opening the VA-API device");
        let mut device = BufferRef(ptr::null_mut());
        // SAFETY: the out pointer is valid; on failure it stays null, which is fine to drop.
        let answer = unsafe {
            ffi::av_hwdevice_ctx_create(
                &mut device.0,
                ffi::AVHWDeviceType::AV_HWDEVICE_TYPE_VAAPI,
                ptr::null(),
                ptr::null_mut(),
                0,
            )
        };
        check(answer).map_err(&opening)?;
        // SAFETY: the device was created above; the result is checked before use.
        let frames = BufferRef(unsafe { ffi::av_hwframe_ctx_alloc(device.0) });
        if frames.0.is_null() {
            return Err(EncodeError::OutOfMemory);
        }
        // SAFETY: the data of a frames reference is an AVHWFramesContext, not yet initialised and owned by us alone.
        let answer = unsafe {
            let context = (*frames.0).data.cast::<ffi::AVHWFramesContext>();
            (*context).format = ffi::AVPixelFormat::AV_PIX_FMT_VAAPI;
            (*context).sw_format = ffi::AVPixelFormat::AV_PIX_FMT_NV12;
            (*context).width = width as i32;
            (*context).height = height as i32;
            (*context).initial_pool_size = POOL_FRAMES;
            ffi::av_hwframe_ctx_init(frames.0)
        };
        check(answer).map_err(&opening)?;
        // SAFETY: the encoder context is not opened yet; it takes over the new reference.
        unsafe { (*video.as_mut_ptr()).hw_frames_ctx = ffi::av_buffer_ref(frames.0) };
        Ok(Self { frames })
    }

    /// A device frame with the contents and time of `source`, which is NV12.
    pub fn upload(&mut self, source: &frame::Video) -> Result<frame::Video, EncodeError> {
        let mut target = frame::Video::empty();
        // SAFETY: both frames and the pool are valid; each answer is checked before the next step counts.
        let answer = unsafe {
            match ffi::av_hwframe_get_buffer(self.frames.0, target.as_mut_ptr(), 0) {
                0 => ffi::av_hwframe_transfer_data(target.as_mut_ptr(), source.as_ptr(), 0),
                failed => failed,
            }
        };
        check(answer).map_err(EncodeError::ffmpeg("uploading a frame"))?;
        target.set_pts(source.pts());
        Ok(target)
    }
}

fn check(answer: i32) -> Result<(), ffmpeg::Error> {
    match answer {
        0.. => Ok(()),
        failed => Err(ffmpeg::Error::from(failed)),
    }
}
