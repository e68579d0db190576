use std::sync::Arc;

use moxcms::{
    CicpColorPrimaries, CicpProfile, CmsError, ColorProfile, DataColorSpace, Layout,
    MatrixCoefficients, RenderingIntent, TransferCharacteristics, TransformExecutor,
    TransformOptions,
};

use super::PhotoNote;
use super::raster::{Channels, Raster, Samples};

/// What a file says about the meaning of its colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Colour {
    /// Nothing: sRGB, as every viewer takes it.
    Srgb,
    /// An embedded ICC profile, unchecked.
    Icc(Vec<u8>),
    /// Code points of ITU-T H.273.
    Cicp { primaries: u8, transfer: u8 },
}

/// Larger than any press needs; moxcms reads none of this size.
const MAX_ICC_BYTES: usize = 10 << 20;

impl Colour {
    /// A profile out of a file. One that is too large to be used is not even copied, and is as good as a broken one.
    pub(super) fn icc(profile: &[u8]) -> Self {
        let usable = if profile.len() < MAX_ICC_BYTES {
            profile
        } else {
            &[]
        };
        Self::Icc(usable.to_vec())
    }
}

type Transform<T> = Arc<dyn TransformExecutor<T> + Send + Sync>;

/// A sample type for which moxcms builds transforms.
trait Depth: Copy + Default + 'static {
    fn transform(
        profile: &ColorProfile,
        from: Layout,
        to: Layout,
    ) -> Result<Transform<Self>, CmsError>;
}

impl Depth for u8 {
    fn transform(
        profile: &ColorProfile,
        from: Layout,
        to: Layout,
    ) -> Result<Transform<Self>, CmsError> {
        profile.create_transform_8bit(from, &ColorProfile::new_srgb(), to, options())
    }
}

impl Depth for u16 {
    fn transform(
        profile: &ColorProfile,
        from: Layout,
        to: Layout,
    ) -> Result<Transform<Self>, CmsError> {
        profile.create_transform_16bit(from, &ColorProfile::new_srgb(), to, options())
    }
}

fn options() -> TransformOptions {
    TransformOptions {
        rendering_intent: RenderingIntent::RelativeColorimetric,
        // The picture is small by now, so exactness costs nothing that counts.
        prefer_fixed_point: false,
        ..TransformOptions::default()
    }
}

/// Converts to sRGB. A profile that cannot be read, or that describes another kind of pixel, is ignored with
/// a note: the picture with slightly wrong colours is worth more than none.
pub(super) fn to_srgb(raster: Raster, colour: &Colour, notes: &mut Vec<PhotoNote>) -> Raster {
    let profile = match colour {
        Colour::Srgb => return raster,
        Colour::Icc(bytes) => ColorProfile::new_from_slice(bytes).ok(),
        Colour::Cicp {
            primaries,
            transfer,
        } => match coded_profile(*primaries, *transfer, notes) {
            Some(profile) => Some(profile),
            None => return raster,
        },
    };
    let converted = profile
        .filter(|profile| describes(profile, raster.channels))
        .and_then(|profile| convert(&raster, &profile).ok());
    converted.unwrap_or_else(|| {
        notes.push(PhotoNote::BrokenIccIgnored);
        raster
    })
}

fn describes(profile: &ColorProfile, channels: Channels) -> bool {
    let wanted = match channels {
        Channels::Grey | Channels::GreyAlpha => DataColorSpace::Gray,
        Channels::Rgb | Channels::Rgba => DataColorSpace::Rgb,
        Channels::Cmyk => DataColorSpace::Cmyk,
    };
    profile.color_space == wanted
}

fn convert(raster: &Raster, profile: &ColorProfile) -> Result<Raster, CmsError> {
    let (from, to, channels) = match raster.channels {
        Channels::Grey => (Layout::Gray, Layout::Rgb, Channels::Rgb),
        Channels::GreyAlpha => (Layout::GrayAlpha, Layout::Rgba, Channels::Rgba),
        Channels::Rgb => (Layout::Rgb, Layout::Rgb, Channels::Rgb),
        Channels::Rgba => (Layout::Rgba, Layout::Rgba, Channels::Rgba),
        // moxcms has one layout for four channels of any meaning.
        Channels::Cmyk => (Layout::Rgba, Layout::Rgb, Channels::Rgb),
    };
    let pixels = raster.width as usize * raster.height as usize;
    let samples = match &raster.samples {
        Samples::U8(source) => Samples::U8(run(profile, from, to, source, pixels, channels)?),
        Samples::U16(source) => Samples::U16(run(profile, from, to, source, pixels, channels)?),
    };
    Ok(Raster {
        channels,
        samples,
        ..*raster
    })
}

fn run<T: Depth>(
    profile: &ColorProfile,
    from: Layout,
    to: Layout,
    source: &[T],
    pixels: usize,
    channels: Channels,
) -> Result<Vec<T>, CmsError> {
    // A profile that says "sRGB" in its own words would cost rounding and nothing else.
    if from == to && is_srgb(profile)? {
        return Ok(source.to_vec());
    }
    let mut converted = vec![T::default(); pixels * channels.count()];
    T::transform(profile, from, to)?.transform(source, &mut converted)?;
    Ok(converted)
}

/// Whether the profile leaves a lattice of colours where they are, within one step of eight bits.
fn is_srgb(profile: &ColorProfile) -> Result<bool, CmsError> {
    const STEPS: [u8; 9] = [0, 16, 32, 64, 96, 128, 170, 213, 255];
    let lattice: Vec<u8> = STEPS
        .iter()
        .flat_map(|&r| STEPS.iter().map(move |&g| (r, g)))
        .flat_map(|(r, g)| STEPS.iter().flat_map(move |&b| [r, g, b]))
        .collect();
    let mut converted = vec![0; lattice.len()];
    u8::transform(profile, Layout::Rgb, Layout::Rgb)?.transform(&lattice, &mut converted)?;
    Ok(lattice
        .iter()
        .zip(&converted)
        .all(|(a, b)| a.abs_diff(*b) <= 1))
}

/// A profile for H.273 code points, or `None` where they amount to sRGB.
///
/// The camera curve of BT.709 and its kin is shown as sRGB, as browsers do; PQ and HLG would need tone
/// mapping, so their numbers are shown as they are, with a note.
fn coded_profile(primaries: u8, transfer: u8, notes: &mut Vec<PhotoNote>) -> Option<ColorProfile> {
    const UNSPECIFIED: u8 = 2;
    if matches!(transfer, 16 | 18) {
        notes.push(PhotoNote::HdrNotToneMapped);
    }
    let transfer = match transfer {
        4 => TransferCharacteristics::Bt470M,
        5 => TransferCharacteristics::Bt470Bg,
        8 => TransferCharacteristics::Linear,
        _ => TransferCharacteristics::Srgb,
    };
    let is_srgb = matches!(primaries, 1 | UNSPECIFIED) && transfer == TransferCharacteristics::Srgb;
    let primaries = match primaries {
        UNSPECIFIED => CicpColorPrimaries::Bt709,
        code => CicpColorPrimaries::try_from(code).ok()?,
    };
    (!is_srgb).then(|| {
        ColorProfile::new_from_cicp(CicpProfile {
            color_primaries: primaries,
            transfer_characteristics: transfer,
            matrix_coefficients: MatrixCoefficients::Identity,
            full_range: true,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgb(pixels: &[u8]) -> Raster {
        Raster {
            width: 1,
            height: 1,
            channels: Channels::Rgb,
            samples: Samples::U8(pixels.to_vec()),
        }
    }

    fn eight(raster: Raster) -> Vec<u8> {
        match raster.samples {
            Samples::U8(pixels) => pixels,
            Samples::U16(_) => panic!("eight bits stay eight bits"),
        }
    }

    #[test]
    fn display_p3_gold_becomes_its_srgb_numbers() {
        let p3 = Colour::Icc(ColorProfile::new_display_p3().encode().unwrap());
        let mut notes = Vec::new();
        let out = eight(to_srgb(rgb(&[200, 170, 80]), &p3, &mut notes));
        // By hand: linearise, multiply by the P3 to sRGB matrix, encode again.
        for (got, want) in out.iter().zip([206_u8, 169, 60]) {
            assert!(got.abs_diff(want) <= 2, "{out:?}");
        }
        assert!(notes.is_empty());
    }

    #[test]
    fn code_points_and_the_profile_agree() {
        let p3 = Colour::Icc(ColorProfile::new_display_p3().encode().unwrap());
        let coded = Colour::Cicp {
            primaries: 12,
            transfer: 13,
        };
        let a = eight(to_srgb(rgb(&[20, 170, 80]), &p3, &mut Vec::new()));
        let b = eight(to_srgb(rgb(&[20, 170, 80]), &coded, &mut Vec::new()));
        for (a, b) in a.iter().zip(b) {
            assert!(a.abs_diff(b) <= 1);
        }
    }

    #[test]
    fn an_srgb_profile_changes_nothing_at_all() {
        let srgb = Colour::Icc(ColorProfile::new_srgb().encode().unwrap());
        for value in 0..=255 {
            let pixel = [value, 255 - value, value / 2];
            let out = eight(to_srgb(rgb(&pixel), &srgb, &mut Vec::new()));
            assert_eq!(out, pixel);
        }
    }

    #[test]
    fn a_profile_counts_up_to_its_limit() {
        for (bytes, kept) in [
            (MAX_ICC_BYTES - 1, MAX_ICC_BYTES - 1),
            (MAX_ICC_BYTES, 0),
            (MAX_ICC_BYTES + 1, 0),
        ] {
            let Colour::Icc(profile) = Colour::icc(&vec![7; bytes]) else {
                panic!("a profile stays one")
            };
            assert_eq!(profile.len(), kept);
        }
    }

    #[test]
    fn broken_and_mismatching_profiles_are_ignored_with_a_note() {
        let grey = ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
        let mut cut = ColorProfile::new_display_p3().encode().unwrap();
        cut.truncate(140);
        for bytes in [grey, cut, b"not a profile".to_vec(), Vec::new()] {
            let mut notes = Vec::new();
            let out = eight(to_srgb(rgb(&[1, 2, 3]), &Colour::Icc(bytes), &mut notes));
            assert_eq!(out, [1, 2, 3]);
            assert_eq!(notes, [PhotoNote::BrokenIccIgnored]);
        }
    }
}
