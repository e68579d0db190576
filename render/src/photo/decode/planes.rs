//! Planar YUV pictures: each plane is resized on its own and only the result is converted to RGB, which
//! saves the full-size conversion. Chroma is taken as centred between its luma samples.

use ffmpeg_next as ffmpeg;

use ffmpeg::format::Pixel;
use ffmpeg::frame;
use gildhall_resize::{U8, U16};

use super::super::cover::Crop;
use super::super::raster::{Channels, Raster, Samples};
use super::super::resize::{Edges, View, resample};
use super::super::{Format, PhotoError};
use super::avif_boxes::Nclx;

/// How three planes become red, green and blue (ITU-T H.273, table 4).
#[derive(Debug, Clone, Copy, PartialEq)]
enum Matrix {
    /// The weights of red and blue in luma.
    Luma {
        kr: f32,
        kb: f32,
    },
    YCgCo,
    /// Green, blue, red.
    Identity,
    /// One plane only.
    Grey,
}

/// A decoded frame and how to read it.
pub(in super::super) struct Planes {
    frame: frame::Video,
    matrix: Matrix,
    full_range: bool,
    bits: u32,
    /// Binary logarithms of the chroma subsampling, across and down.
    subsampling: (u32, u32),
}

impl Planes {
    /// Takes a frame of FFmpeg; unspecified matrix coefficients are BT.601, the rule for stills.
    pub(super) fn new(frame: frame::Video, codes: Nclx) -> Result<Self, PhotoError> {
        let (bits, subsampling, order) = layout(frame.format())?;
        if frame.width() == 0 || frame.height() == 0 {
            return Err(PhotoError::ZeroSize);
        }
        let matrix = match order {
            Order::Grey => Matrix::Grey,
            Order::Gbr => Matrix::Identity,
            Order::Yuv => matrix(codes.matrix)?,
        };
        Ok(Self {
            frame,
            matrix,
            full_range: codes.full_range,
            bits,
            subsampling,
        })
    }

    pub(super) fn size(&self) -> (u32, u32) {
        (self.frame.width(), self.frame.height())
    }

    /// Bytes of the frame's planes, padding left out.
    pub(super) fn held_bytes(&self) -> u64 {
        let planes = 0..self.frame.planes();
        planes
            .map(|index| self.frame.data(index).len() as u64)
            .sum()
    }

    /// Bytes of a pixel as RGB, and once more for its three planes at that size.
    pub(super) fn px_bytes(&self) -> u64 {
        6 * u64::from(self.bits.div_ceil(8))
    }

    pub(super) fn resample(&self, crop: &Crop, size: (u32, u32)) -> Result<Raster, PhotoError> {
        let samples = if self.matrix == Matrix::Grey {
            self.luma(crop, size)?
        } else if self.bits == 8 {
            let planes = [0, 1, 2].map(|index| self.plane_u8(index, crop, size));
            let [a, b, c] = planes;
            Samples::U8(self.to_rgb(&a?, &b?, &c?, |v| (v * 255.0).round() as u8))
        } else {
            let planes = [0, 1, 2].map(|index| self.plane_u16(index, crop, size));
            let [a, b, c] = planes;
            Samples::U16(self.to_rgb(&a?, &b?, &c?, |v| (v * 65_535.0).round() as u16))
        };
        let channels = if self.matrix == Matrix::Grey {
            Channels::Grey
        } else {
            Channels::Rgb
        };
        let raster = Raster {
            width: size.0,
            height: size.1,
            channels,
            samples,
        };
        Ok(spread_grey(raster))
    }

    /// The first plane alone, at full scale: what an alpha picture holds.
    pub(super) fn luma(&self, crop: &Crop, size: (u32, u32)) -> Result<Samples, PhotoError> {
        let range = self.range();
        Ok(if self.bits == 8 {
            let plane = self.plane_u8(0, crop, size)?;
            let full = |v: u8| (range.luma(v.into()) * 255.0).round() as u8;
            Samples::U8(plane.into_iter().map(full).collect())
        } else {
            let plane = self.plane_u16(0, crop, size)?;
            let full = |v: u16| (range.luma(v.into()) * 65_535.0).round() as u16;
            Samples::U16(plane.into_iter().map(full).collect())
        })
    }

    fn plane_u8(&self, index: usize, crop: &Crop, size: (u32, u32)) -> Result<Vec<u8>, PhotoError> {
        let (view, crop) = self.view(index, crop, 1)?;
        resample::<U8>(&view, &crop, size)
    }

    fn plane_u16(
        &self,
        index: usize,
        crop: &Crop,
        size: (u32, u32),
    ) -> Result<Vec<u16>, PhotoError> {
        let (view, crop) = self.view(index, crop, 2)?;
        resample::<U16>(&view, &crop, size)
    }

    fn view(
        &self,
        index: usize,
        crop: &Crop,
        sample_bytes: usize,
    ) -> Result<(View<'_>, Crop), PhotoError> {
        if index >= self.frame.planes() {
            return Err(PhotoError::malformed(Format::Avif, "a plane is missing"));
        }
        let (across, down) = if index == 0 { (0, 0) } else { self.subsampling };
        let size = (
            self.frame.width().div_ceil(1 << across),
            self.frame.height().div_ceil(1 << down),
        );
        let part = crop.scaled(
            1.0 / f64::from(1 << across),
            1.0 / f64::from(1 << down),
            size,
        );
        let view = View {
            bytes: self.frame.data(index),
            stride_px: (self.frame.stride(index) / sample_bytes) as u32,
            size,
            edges: Edges::Sharp,
        };
        Ok((view, part))
    }

    fn range(&self) -> Range {
        Range::new(self.bits, self.full_range)
    }

    fn to_rgb<T: Copy + Into<f32>>(
        &self,
        a: &[T],
        b: &[T],
        c: &[T],
        quantise: impl Fn(f32) -> T,
    ) -> Vec<T> {
        let range = self.range();
        let mut rgb = Vec::with_capacity(a.len() * 3);
        for ((&a, &b), &c) in a.iter().zip(b).zip(c) {
            let (a, b, c): (f32, f32, f32) = (a.into(), b.into(), c.into());
            let pixel = match self.matrix {
                Matrix::Identity => [range.luma(c), range.luma(a), range.luma(b)],
                matrix => matrix.to_rgb(range.luma(a), range.chroma(b), range.chroma(c)),
            };
            // `as` in the quantisers saturates: that is the clamp.
            rgb.extend(pixel.map(&quantise));
        }
        rgb
    }
}

/// A grey AVIF is an RGB picture without colour: its profile, if any, speaks of RGB.
fn spread_grey(raster: Raster) -> Raster {
    if raster.channels != Channels::Grey {
        return raster;
    }
    let samples = match raster.samples {
        Samples::U8(grey) => Samples::U8(grey.into_iter().flat_map(|v| [v; 3]).collect()),
        Samples::U16(grey) => Samples::U16(grey.into_iter().flat_map(|v| [v; 3]).collect()),
    };
    Raster {
        channels: Channels::Rgb,
        samples,
        ..raster
    }
}

impl Matrix {
    /// `y` from 0 to 1, `u` and `v` from −0.5 to 0.5 (H.273, equations 38 to 40 solved for R, G, B).
    fn to_rgb(self, y: f32, u: f32, v: f32) -> [f32; 3] {
        match self {
            Self::Luma { kr, kb } => {
                let r = y + 2.0 * (1.0 - kr) * v;
                let b = y + 2.0 * (1.0 - kb) * u;
                [r, (y - kr * r - kb * b) / (1.0 - kr - kb), b]
            }
            Self::YCgCo => [y - u + v, y + u, y - u - v],
            Self::Identity | Self::Grey => [y; 3],
        }
    }
}

fn matrix(code: u8) -> Result<Matrix, PhotoError> {
    let (kr, kb) = match code {
        0 => return Ok(Matrix::Identity),
        1 => (0.2126, 0.0722),
        2 | 5 | 6 => (0.299, 0.114),
        4 => (0.30, 0.11),
        7 => (0.212, 0.087),
        8 => return Ok(Matrix::YCgCo),
        9 => (0.2627, 0.0593),
        other => {
            return Err(PhotoError::unsupported(format!(
                "AVIF with matrix coefficients {other}"
            )));
        }
    };
    Ok(Matrix::Luma { kr, kb })
}

/// Offsets and spans that turn code values into 0 to 1 and −0.5 to 0.5.
#[derive(Clone, Copy)]
struct Range {
    black: f32,
    luma_span: f32,
    middle: f32,
    chroma_span: f32,
}

impl Range {
    fn new(bits: u32, full: bool) -> Self {
        let step = f32::from(1_u16 << (bits - 8));
        let top = f32::from(((1_u32 << bits) - 1) as u16);
        Self {
            black: if full { 0.0 } else { 16.0 * step },
            luma_span: if full { top } else { 219.0 * step },
            middle: 128.0 * step,
            chroma_span: if full { top } else { 224.0 * step },
        }
    }

    fn luma(self, code: f32) -> f32 {
        (code - self.black) / self.luma_span
    }

    fn chroma(self, code: f32) -> f32 {
        (code - self.middle) / self.chroma_span
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Yuv,
    Gbr,
    Grey,
}

/// Bits, subsampling and meaning of the planes; the formats are those that FFmpeg's libdav1d wrapper gives.
fn layout(format: Pixel) -> Result<(u32, (u32, u32), Order), PhotoError> {
    Ok(match format {
        Pixel::YUV420P | Pixel::YUVJ420P => (8, (1, 1), Order::Yuv),
        Pixel::YUV422P | Pixel::YUVJ422P => (8, (1, 0), Order::Yuv),
        Pixel::YUV444P | Pixel::YUVJ444P => (8, (0, 0), Order::Yuv),
        Pixel::YUV420P10LE => (10, (1, 1), Order::Yuv),
        Pixel::YUV422P10LE => (10, (1, 0), Order::Yuv),
        Pixel::YUV444P10LE => (10, (0, 0), Order::Yuv),
        Pixel::YUV420P12LE => (12, (1, 1), Order::Yuv),
        Pixel::YUV422P12LE => (12, (1, 0), Order::Yuv),
        Pixel::YUV444P12LE => (12, (0, 0), Order::Yuv),
        Pixel::GBRP => (8, (0, 0), Order::Gbr),
        Pixel::GBRP10LE => (10, (0, 0), Order::Gbr),
        Pixel::GBRP12LE => (12, (0, 0), Order::Gbr),
        Pixel::GRAY8 => (8, (0, 0), Order::Grey),
        Pixel::GRAY10LE => (10, (0, 0), Order::Grey),
        Pixel::GRAY12LE => (12, (0, 0), Order::Grey),
        other => {
            return Err(PhotoError::unsupported(format!(
                "AVIF with pixels of the kind {other:?}"
            )));
        }
    })
}
