use gildhall_resize::{U8, U8x2, U8x3, U8x4, U16, U16x2, U16x3, U16x4};
use image::DynamicImage;

use super::super::cover::Crop;
use super::super::raster::{Channels, Raster, Samples};
use super::super::resize::{self, Edges, View, premultiply_u8, premultiply_u16, unpremultiply};
use super::super::{Photo, PhotoError};

/// Interleaved pixels of a decoder.
pub(in super::super) struct Pixels {
    image: DynamicImage,
    /// The four channels are amounts of ink, not RGBA.
    inks: bool,
    /// Rows that hold picture; less than the image's height where a file was cut off.
    rows: u32,
}

impl Pixels {
    /// Floating-point samples are reduced to 16 bits here, since nothing after this needs their range.
    pub(in super::super) fn new(image: DynamicImage) -> Self {
        let image = match image {
            DynamicImage::ImageRgb32F(_) => image.into_rgb16().into(),
            DynamicImage::ImageRgba32F(_) => image.into_rgba16().into(),
            other => other,
        };
        let rows = image.height();
        Self {
            image,
            inks: false,
            rows,
        }
    }

    /// A finished photo again. Where it has alpha it is widened to 16 bits, so that multiplying alpha in and
    /// out does not shift the colour of nearly transparent pixels. `None` where its parts do not fit its size.
    pub(in super::super) fn of_photo(photo: &Photo) -> Option<Self> {
        let (width, height) = (photo.width_px, photo.height_px);
        let wide = |v: u8| u16::from(v) * 257;
        let image = match &photo.alpha {
            None => image::RgbImage::from_raw(width, height, photo.rgb.clone())?.into(),
            Some(alpha) => {
                let pixels = photo
                    .rgb
                    .chunks_exact(3)
                    .zip(alpha)
                    .flat_map(|(c, &a)| [c[0], c[1], c[2], a].map(wide))
                    .collect();
                DynamicImage::ImageRgba16(image::ImageBuffer::from_raw(width, height, pixels)?)
            }
        };
        Some(Self::new(image))
    }

    /// Four channels that are amounts of ink, 0 is none.
    pub(super) fn of_inks(cmyk: impl Into<DynamicImage>) -> Self {
        Self {
            inks: true,
            ..Self::new(cmyk.into())
        }
    }

    /// Leaves only the first `rows` rows in use, at least one.
    pub(super) fn keep_rows(&mut self, rows: u32) {
        self.rows = rows.clamp(1, self.image.height());
    }

    pub(super) fn size(&self) -> (u32, u32) {
        (self.image.width(), self.rows)
    }

    /// Bytes of the pixels as they are.
    pub(super) fn held_bytes(&self) -> u64 {
        self.image.as_bytes().len() as u64
    }

    /// Bytes of a pixel once grey is spread to three channels.
    pub(super) fn px_bytes(&self) -> u64 {
        let colour = self.image.color();
        let channels = u64::from(colour.channel_count());
        u64::from(colour.bytes_per_pixel()) / channels * channels.max(3)
    }

    pub(super) fn is_whole(&self) -> bool {
        self.rows == self.image.height()
    }

    pub(in super::super) fn resample(
        mut self,
        crop: &Crop,
        size: (u32, u32),
    ) -> Result<Raster, PhotoError> {
        let sheer = self.premultiply();
        let view = View {
            bytes: self.image.as_bytes(),
            stride_px: self.image.width(),
            size: self.size(),
            edges: if sheer {
                Edges::NoOvershoot
            } else {
                Edges::Sharp
            },
        };
        let (v, c, s) = (&view, crop, size);
        let samples = match self.image {
            DynamicImage::ImageLuma8(_) => Samples::U8(resize::resample::<U8>(v, c, s)?),
            DynamicImage::ImageLumaA8(_) => Samples::U8(resize::resample::<U8x2>(v, c, s)?),
            DynamicImage::ImageRgb8(_) => Samples::U8(resize::resample::<U8x3>(v, c, s)?),
            DynamicImage::ImageRgba8(_) => Samples::U8(resize::resample::<U8x4>(v, c, s)?),
            DynamicImage::ImageLuma16(_) => Samples::U16(resize::resample::<U16>(v, c, s)?),
            DynamicImage::ImageLumaA16(_) => Samples::U16(resize::resample::<U16x2>(v, c, s)?),
            DynamicImage::ImageRgb16(_) => Samples::U16(resize::resample::<U16x3>(v, c, s)?),
            DynamicImage::ImageRgba16(_) => Samples::U16(resize::resample::<U16x4>(v, c, s)?),
            _ => return Err(PhotoError::unsupported("this kind of pixel")),
        };
        let raster = Raster {
            width: size.0,
            height: size.1,
            channels: self.channels(),
            samples,
        };
        Ok(if sheer { unpremultiply(raster) } else { raster })
    }

    /// The pixels as they are, without a copy.
    pub(super) fn into_raster(self) -> Raster {
        let (width, height) = self.size();
        let channels = self.channels();
        let samples = match self.image {
            DynamicImage::ImageLuma16(image) => Samples::U16(image.into_raw()),
            DynamicImage::ImageLumaA16(image) => Samples::U16(image.into_raw()),
            DynamicImage::ImageRgb16(image) => Samples::U16(image.into_raw()),
            DynamicImage::ImageRgba16(image) => Samples::U16(image.into_raw()),
            eight_bits => Samples::U8(eight_bits.into_bytes()),
        };
        Raster {
            width,
            height,
            channels,
            samples,
        }
    }

    fn channels(&self) -> Channels {
        match self.image.color().channel_count() {
            1 => Channels::Grey,
            2 => Channels::GreyAlpha,
            3 => Channels::Rgb,
            _ if self.inks => Channels::Cmyk,
            _ => Channels::Rgba,
        }
    }

    /// Multiplies alpha in, in place: a second full-size buffer would double the peak memory. Says whether
    /// there was any; a channel that is opaque everywhere needs no work.
    fn premultiply(&mut self) -> bool {
        if self.inks {
            return false;
        }
        match &mut self.image {
            DynamicImage::ImageLumaA8(image) => premultiply_if_sheer_u8(image, 2),
            DynamicImage::ImageRgba8(image) => premultiply_if_sheer_u8(image, 4),
            DynamicImage::ImageLumaA16(image) => premultiply_if_sheer_u16(image, 2),
            DynamicImage::ImageRgba16(image) => premultiply_if_sheer_u16(image, 4),
            _ => false,
        }
    }
}

fn premultiply_if_sheer_u8(pixels: &mut [u8], step: usize) -> bool {
    let sheer = pixels.chunks_exact(step).any(|p| p[step - 1] != u8::MAX);
    if sheer {
        premultiply_u8(pixels, step);
    }
    sheer
}

fn premultiply_if_sheer_u16(pixels: &mut [u16], step: usize) -> bool {
    let sheer = pixels.chunks_exact(step).any(|p| p[step - 1] != u16::MAX);
    if sheer {
        premultiply_u16(pixels, step);
    }
    sheer
}
