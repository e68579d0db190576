use super::{Photo, PhotoNote};

/// What the numbers of a pixel mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channels {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
    /// Amounts of ink, 0 is none.
    Cmyk,
}

impl Channels {
    pub(super) fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }

    pub(super) fn has_alpha(self) -> bool {
        matches!(self, Self::GreyAlpha | Self::Rgba)
    }
}

/// Interleaved samples at the depth that the file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Samples {
    U8(Vec<u8>),
    U16(Vec<u16>),
}

/// A picture at its wanted size, between resizing and the final eight bits. Alpha is straight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Raster {
    pub width: u32,
    pub height: u32,
    pub channels: Channels,
    pub samples: Samples,
}

impl Raster {
    /// Reduces to eight bits and splits colour from alpha. The colours are sRGB by now: grey is spread, and
    /// inks without a profile are taken as ideal ones.
    pub(super) fn into_photo(self, notes: Vec<PhotoNote>) -> Photo {
        let pixels = match self.samples {
            Samples::U8(pixels) => pixels,
            Samples::U16(pixels) => pixels.into_iter().map(eight_bits).collect(),
        };
        let alpha = self.channels.has_alpha().then(|| {
            let step = self.channels.count();
            let alpha: Vec<u8> = pixels
                .iter()
                .skip(step - 1)
                .step_by(step)
                .copied()
                .collect();
            alpha
        });
        Photo {
            width_px: self.width,
            height_px: self.height,
            rgb: rgb_of(self.channels, pixels),
            alpha: alpha.filter(|alpha| alpha.iter().any(|&a| a != 255)),
            notes,
        }
    }
}

fn rgb_of(channels: Channels, pixels: Vec<u8>) -> Vec<u8> {
    match channels {
        Channels::Rgb => pixels,
        Channels::Grey => pixels.iter().flat_map(|&y| [y; 3]).collect(),
        Channels::GreyAlpha => pixels.chunks_exact(2).flat_map(|p| [p[0]; 3]).collect(),
        Channels::Rgba => pixels
            .chunks_exact(4)
            .flat_map(|p| [p[0], p[1], p[2]])
            .collect(),
        Channels::Cmyk => pixels.chunks_exact(4).flat_map(ideal_inks).collect(),
    }
}

/// What is left of white light under ideal inks: R = (1 − C)(1 − K), and so on. Inks of real presses need
/// their profile.
fn ideal_inks(cmyk: &[u8]) -> [u8; 3] {
    let [c, m, y, k] = [cmyk[0], cmyk[1], cmyk[2], cmyk[3]].map(|ink| u16::from(255 - ink));
    [c, m, y].map(|light| ((light * k + 127) / 255) as u8)
}

/// 16 bits to 8, rounded to the nearest: 65535 / 255 = 257.
pub(super) fn eight_bits(sample: u16) -> u8 {
    ((u32::from(sample) + 128) / 257) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(channels: Channels, samples: Samples) -> Photo {
        Raster {
            width: 1,
            height: 1,
            channels,
            samples,
        }
        .into_photo(Vec::new())
    }

    #[test]
    fn sixteen_bits_round_to_the_nearest() {
        for value in 0..=u16::MAX {
            let exact = (f64::from(value) / 257.0).round() as u8;
            assert_eq!(eight_bits(value), exact, "{value}");
        }
    }

    #[test]
    fn inks_absorb_light() {
        let of = |cmyk: [u8; 4]| photo(Channels::Cmyk, Samples::U8(cmyk.to_vec())).rgb;
        assert_eq!(of([0, 0, 0, 0]), [255, 255, 255]);
        assert_eq!(of([255, 0, 0, 0]), [0, 255, 255]);
        assert_eq!(of([0, 0, 0, 255]), [0, 0, 0]);
        assert_eq!(of([0, 128, 255, 51]), [204, 102, 0]);
    }

    #[test]
    fn an_alpha_channel_of_255_everywhere_is_none() {
        let opaque = photo(Channels::GreyAlpha, Samples::U16(vec![257 * 9, u16::MAX]));
        assert_eq!((opaque.rgb, opaque.alpha), (vec![9, 9, 9], None));
        let sheer = photo(Channels::Rgba, Samples::U8(vec![1, 2, 3, 254]));
        assert_eq!((sheer.rgb, sheer.alpha), (vec![1, 2, 3], Some(vec![254])));
    }
}
