//! Any sample format, rate and channel layout → 48 kHz stereo f32, with FFmpeg's resampler.
//!
//! Down-mixing uses libswresample's matrix for the declared layout (centre and surrounds at −3 dB as ITU-R BS.775
//! has it, LFE left out). Peaks above 1.0 that this makes are kept: the samples are floats and the level is set
//! later.

use std::ptr;

use ffmpeg_next::ffi::{
    AVChannelLayout, AVChannelOrder, AVSampleFormat, SwrContext, av_channel_layout_compare,
    av_channel_layout_copy, av_channel_layout_default, av_channel_layout_uninit,
    swr_alloc_set_opts2, swr_convert, swr_free, swr_get_out_samples, swr_init,
};
use ffmpeg_next::frame;

use super::{CHANNELS, SAMPLE_RATE_HZ};
use crate::media::MediaError;

/// More channels than any music file has; FFmpeg's down-mix knows no more than this either.
const MAX_CHANNELS: i32 = 32;
/// Sample rates outside make no sense for music and would make the resampler's filter bank huge.
const RATES_HZ: std::ops::RangeInclusive<u32> = 1_000..=768_000;
/// Most frames that one frame of the file may become: over a minute of sound. A rate far below any music's would turn what
/// the decoder may give at once into gigabytes.
const MAX_FRAMES: u64 = 1 << 22;
/// Louder than anything a sane file holds (+30 dB over full scale): what lies beyond is damage.
const LOUDEST: f32 = 32.0;

/// A resampler for frames of one format, rate and layout.
pub(super) struct Resampler {
    context: *mut SwrContext,
    layout: AVChannelLayout,
    format: AVSampleFormat,
    rate_hz: u32,
}

// SAFETY: both the context and the layout are owned by this value alone, and libswresample keeps no state per thread.
unsafe impl Send for Resampler {}

impl Resampler {
    /// A resampler for frames like this one.
    pub(super) fn for_frame(frame: &frame::Audio) -> Result<Self, MediaError> {
        let layout = layout_of(frame)?;
        let mut resampler = Self {
            context: ptr::null_mut(),
            layout,
            format: frame.format().into(),
            rate_hz: frame.rate(),
        };
        if !RATES_HZ.contains(&resampler.rate_hz) {
            return Err(UNUSABLE);
        }
        resampler.start()?;
        Ok(resampler)
    }

    fn start(&mut self) -> Result<(), MediaError> {
        // SAFETY: an all-zero layout is FFmpeg's "unset"; `av_channel_layout_default` fills it without allocating.
        // `swr_alloc_set_opts2` copies both layouts and leaves null on failure, and `swr_init` gets what it made;
        // `drop` frees the context in every case.
        let started = unsafe {
            let mut stereo: AVChannelLayout = std::mem::zeroed();
            av_channel_layout_default(&mut stereo, CHANNELS as i32);
            swr_alloc_set_opts2(
                &raw mut self.context,
                &raw mut stereo,
                AVSampleFormat::AV_SAMPLE_FMT_FLT,
                SAMPLE_RATE_HZ as i32,
                &raw mut self.layout,
                self.format,
                self.rate_hz as i32,
                0,
                ptr::null_mut(),
            ) >= 0
                && swr_init(self.context) >= 0
        };
        started.then_some(()).ok_or(UNUSABLE)
    }

    /// Whether the frame can go through this resampler.
    pub(super) fn fits(&self, frame: &frame::Audio) -> bool {
        let Ok(mut layout) = layout_of(frame) else {
            return false;
        };
        // SAFETY: both layouts are valid, and the copy made by `layout_of` is released here.
        let same_layout = unsafe {
            let same = av_channel_layout_compare(&raw const self.layout, &raw const layout) == 0;
            av_channel_layout_uninit(&raw mut layout);
            same
        };
        let format: AVSampleFormat = frame.format().into();
        same_layout && format == self.format && frame.rate() == self.rate_hz
    }

    /// Appends the frame's samples, converted, to `out`. The frame must fit.
    pub(super) fn convert(
        &mut self,
        frame: &frame::Audio,
        out: &mut Vec<f32>,
    ) -> Result<(), MediaError> {
        debug_assert!(self.fits(frame));
        let frames = frame.samples() as u64 * u64::from(SAMPLE_RATE_HZ) / u64::from(self.rate_hz);
        if frames > MAX_FRAMES {
            return Err(UNUSABLE);
        }
        // SAFETY: `extended_data` of a decoded frame holds one pointer per plane, each to `nb_samples` samples in the
        // format and layout that the resampler was made for.
        let planes = unsafe { (*frame.as_ptr()).extended_data };
        self.run(planes.cast(), frame.samples() as i32, out)
    }

    /// Appends what the resampler still holds; afterwards it must not be used for more frames.
    pub(super) fn finish(&mut self, out: &mut Vec<f32>) -> Result<(), MediaError> {
        self.run(ptr::null_mut(), 0, out)
    }

    fn run(
        &mut self,
        planes: *mut *const u8,
        frames: i32,
        out: &mut Vec<f32>,
    ) -> Result<(), MediaError> {
        let start = out.len();
        // SAFETY: the context was initialised by `start`. `swr_get_out_samples` gives an upper bound of what the next
        // conversion writes; `out` has that many frames, and the count passed says so.
        let written = unsafe {
            let room = swr_get_out_samples(self.context, frames).max(0);
            out.resize(start + room as usize * CHANNELS, 0.0);
            let mut target = out.as_mut_ptr().add(start).cast::<u8>();
            swr_convert(self.context, &raw mut target, room, planes, frames)
        };
        let written = usize::try_from(written).map_err(|_| UNUSABLE)?;
        out.truncate(start + written * CHANNELS);
        out[start..].iter_mut().for_each(tame);
        Ok(())
    }
}

impl Drop for Resampler {
    fn drop(&mut self) {
        // SAFETY: both accept what `for_frame` left behind, null and unset included, and are called once.
        unsafe {
            swr_free(&raw mut self.context);
            av_channel_layout_uninit(&raw mut self.layout);
        }
    }
}

const UNUSABLE: MediaError = MediaError::Corrupt {
    detail: "its sample rate or channel layout makes no sense",
};

/// Float files can hold infinities and NaN, which would poison every filter after this.
fn tame(sample: &mut f32) {
    *sample = match sample.is_nan() {
        true => 0.0,
        false => sample.clamp(-LOUDEST, LOUDEST),
    };
}

/// An own copy of the frame's layout; where the file names none, FFmpeg's usual one for the number of channels.
fn layout_of(frame: &frame::Audio) -> Result<AVChannelLayout, MediaError> {
    // SAFETY: the frame is valid while borrowed. An all-zero layout is "unset", into which both calls write; the
    // caller releases the copy.
    unsafe {
        let theirs = &raw const (*frame.as_ptr()).ch_layout;
        let channels = (*theirs).nb_channels;
        if !(1..=MAX_CHANNELS).contains(&channels) {
            return Err(UNUSABLE);
        }
        let mut layout: AVChannelLayout = std::mem::zeroed();
        if (*theirs).order == AVChannelOrder::AV_CHANNEL_ORDER_UNSPEC {
            av_channel_layout_default(&raw mut layout, channels);
        } else if av_channel_layout_copy(&raw mut layout, theirs) < 0 {
            return Err(UNUSABLE);
        }
        Ok(layout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ffmpeg_next::ChannelLayout;
    use ffmpeg_next::format::Sample;
    use ffmpeg_next::format::sample::Type;

    #[test]
    fn a_frame_that_would_become_minutes_is_refused() {
        // At 1 kHz each sample becomes 48.
        for (samples, fits) in [(87_380, true), (87_381, true), (87_382, false)] {
            let mut frame =
                frame::Audio::new(Sample::F32(Type::Planar), samples, ChannelLayout::MONO);
            frame.set_rate(1_000);
            frame.plane_mut::<f32>(0).fill(0.25);
            let mut resampler = Resampler::for_frame(&frame).expect("a rate that makes sense");
            let mut out = Vec::new();
            assert_eq!(resampler.convert(&frame, &mut out).is_ok(), fits);
        }
    }

    #[test]
    fn nan_and_infinity_are_tamed() {
        let mut samples = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, 0.25];
        samples.iter_mut().for_each(tame);
        assert_eq!(samples, [0.0, LOUDEST, -LOUDEST, LOUDEST, 0.25]);
    }
}
