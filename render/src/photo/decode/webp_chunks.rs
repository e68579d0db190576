//! The chunks of a WebP file (RFC 9649), read from the file itself: image-webp allocates what a chunk's header says, before
//! it looks whether the file has so much.

use super::super::colour::Colour;
use super::super::orient::Orientation;

/// A chunk: its name, as much of its data as is there, and whether that is all.
struct Chunk<'a> {
    name: &'a [u8; 4],
    data: &'a [u8],
    is_whole: bool,
}

/// The chunks of a RIFF file, in order.
struct Chunks<'a>(&'a [u8]);

fn chunks(file: &[u8]) -> Chunks<'_> {
    // "RIFF", a size that need not be true, "WEBP".
    Chunks(file.get(12..).unwrap_or_default())
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let (name, rest) = self.0.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        let data = &rest[..length.min(rest.len())];
        // Chunks are padded to even lengths.
        let end = length.saturating_add(length & 1).min(rest.len());
        self.0 = &rest[end..];
        Some(Chunk {
            name,
            data,
            is_whole: data.len() == length,
        })
    }
}

/// What the chunks of a file say beside its pixels.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub orientation: Orientation,
    pub colour: Colour,
    /// Most bytes per pixel that image-webp holds beside its output.
    pub scratch: u64,
}

impl Facts {
    pub(super) fn read(file: &[u8]) -> Self {
        let mut facts = Self {
            orientation: Orientation::default(),
            colour: Colour::Srgb,
            scratch: LOSSY,
        };
        // Only the extended form has anything but one picture.
        let is_extended = chunks(file)
            .next()
            .is_some_and(|chunk| chunk.name == b"VP8X");
        let (mut exif, mut icc) = (None, None);
        for Chunk {
            name,
            data,
            is_whole,
        } in chunks(file)
        {
            facts.scratch = facts.scratch.max(scratch(name));
            // The first of its kind counts, and one that was cut off is none.
            match name {
                b"EXIF" if is_extended && is_whole => exif = exif.or(Some(data)),
                b"ICCP" if is_extended && is_whole => icc = icc.or(Some(data)),
                _ => {}
            }
        }
        if let Some(block) = exif {
            facts.orientation = Orientation::from_exif_block(block);
        }
        if let Some(profile) = icc {
            facts.colour = Colour::icc(profile);
        }
        facts
    }
}

/// Luma and chroma of one frame.
const LOSSY: u64 = 2;

/// What a file with such a chunk needs for each pixel beside its output.
fn scratch(name: &[u8; 4]) -> u64 {
    match name {
        // A frame of RGBA, the canvas it goes on, and what the frame itself is made of.
        b"ANMF" => 16,
        // Luma and chroma, and alpha, which comes as one channel of RGBA.
        b"ALPH" => 8,
        // RGBA, and the pictures of its predictors and codes.
        b"VP8L" => 6,
        _ => LOSSY,
    }
}

/// The `VP8 ` frame of a lossy still without alpha, if all of it is there.
pub(super) fn lossy_frame(file: &[u8]) -> Option<&[u8]> {
    file.strip_prefix(b"RIFF")?;
    for Chunk {
        name,
        data,
        is_whole,
    } in chunks(file)
    {
        match name {
            b"VP8 " => return is_whole.then_some(data),
            b"ALPH" | b"ANMF" | b"VP8L" => return None,
            _ if !is_whole => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WEBP".to_vec();
        for (kind, data) in chunks {
            file.extend(*kind);
            file.extend((data.len() as u32).to_le_bytes());
            file.extend(*data);
            file.extend(vec![0; data.len() % 2]);
        }
        file
    }

    #[test]
    fn only_plain_lossy_stills_are_taken() {
        let plain = riff(&[(b"VP8X", &[0; 10]), (b"ICCP", b"odd"), (b"VP8 ", b"frame")]);
        assert_eq!(lossy_frame(&plain), Some(&b"frame"[..]));
        assert_eq!(lossy_frame(&plain[..plain.len() - 3]), None);
        assert_eq!(lossy_frame(&riff(&[(b"VP8L", b"frame")])), None);
        let sheer = riff(&[(b"ALPH", b"alpha!"), (b"VP8 ", b"frame")]);
        assert_eq!(lossy_frame(&sheer), None);
    }

    #[test]
    fn a_profile_comes_from_the_file_and_never_from_a_length_field() {
        let mut file = riff(&[(b"VP8X", &[0x20; 10]), (b"ICCP", b"some profile")]);
        assert_eq!(Facts::read(&file).colour, Colour::icc(b"some profile"));
        let length = file.len() - 12 - 4;
        file[length..length + 4].copy_from_slice(&0xFFFF_FFF0_u32.to_le_bytes());
        assert_eq!(Facts::read(&file).colour, Colour::Srgb);
        let simple = riff(&[(b"VP8L", b"frame"), (b"ICCP", b"some profile")]);
        assert_eq!(Facts::read(&simple).colour, Colour::Srgb);
    }

    #[test]
    fn the_dearest_chunk_decides_what_is_needed() {
        let of = |names: &[&[u8; 4]]| {
            let chunks: Vec<(&[u8; 4], &[u8])> = names.iter().map(|n| (*n, &b"x"[..])).collect();
            Facts::read(&riff(&chunks)).scratch
        };
        assert_eq!(of(&[b"VP8 "]), LOSSY);
        assert_eq!(of(&[b"VP8L"]), 6);
        assert_eq!(of(&[b"VP8X", b"ALPH", b"VP8 "]), 8);
        assert_eq!(of(&[b"VP8X", b"ANMF", b"ALPH"]), 16);
    }

    #[test]
    fn any_cut_is_survived() {
        let whole = riff(&[
            (b"VP8X", &[0; 10]),
            (b"EXIF", b"Exif\0\0MM\0\x2a"),
            (b"VP8 ", b"f"),
        ]);
        for length in 0..whole.len() {
            Facts::read(&whole[..length]);
            let _ = lossy_frame(&whole[..length]);
        }
    }
}
