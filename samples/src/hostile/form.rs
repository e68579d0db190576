//! Where a file says how long something is, how many of it there are, and where.
//!
//! Each form is read just well enough to find such fields in a sound file; what is odd ends the search.

mod chunks;
mod iso;
mod tables;

/// The ways in which formats are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Jpeg,
    Png,
    Gif,
    Bmp,
    Tiff,
    /// WebP, WAV, AVI.
    Riff,
    /// MP4, MOV, M4A, AVIF.
    Iso,
    /// Matroska and WebM.
    Ebml,
    Ogg,
    Flac,
    /// Core Audio, with eight bytes to a length.
    Caf,
    /// AIFF, with four.
    Aiff,
    /// Wave 64, with names of sixteen bytes.
    W64,
    Asf,
    Au,
    /// MPEG frames behind an ID3 tag.
    Mpeg,
    /// Frames without any container that has lengths.
    Raw,
}

/// A number in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Its offset.
    pub at: usize,
    /// Its length in bytes, 1 to 8.
    pub bytes: usize,
    pub big_endian: bool,
    /// What it belongs to.
    pub name: [u8; 4],
}

impl Field {
    const fn be(at: usize, bytes: usize, name: [u8; 4]) -> Self {
        Self {
            at,
            bytes,
            big_endian: true,
            name,
        }
    }

    const fn le(at: usize, bytes: usize, name: [u8; 4]) -> Self {
        Self {
            big_endian: false,
            ..Self::be(at, bytes, name)
        }
    }

    /// The number that stands there; 0 beyond the end.
    pub(super) fn read(&self, file: &[u8]) -> u64 {
        number(file, self.at, self.bytes, self.big_endian).unwrap_or(0)
    }

    /// Puts another one there, cut to its length; nothing happens beyond the end.
    pub(super) fn write(&self, file: &mut [u8], value: u64) {
        let Some(place) = file.get_mut(self.at..self.at + self.bytes) else {
            return;
        };
        let bytes = value.to_le_bytes();
        place.copy_from_slice(&bytes[..place.len()]);
        if self.big_endian {
            place.reverse();
        }
    }

    /// The name in letters.
    pub(super) fn label(&self) -> String {
        let letter = |&byte: &u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => byte as char,
            _ => '-',
        };
        self.name.iter().map(letter).collect()
    }
}

fn number(file: &[u8], at: usize, bytes: usize, big_endian: bool) -> Option<u64> {
    let place = file.get(at..at.checked_add(bytes)?)?;
    let add = |sum: u64, &byte: &u8| sum << 8 | u64::from(byte);
    Some(match big_endian {
        true => place.iter().fold(0, add),
        false => place.iter().rev().fold(0, add),
    })
}

impl Form {
    /// The fields of a file, from its beginning on. Every form has some.
    pub(super) fn fields(self, file: &[u8]) -> Vec<Field> {
        let mut fields = match self {
            Self::Jpeg => tables::jpeg(file),
            Self::Png => chunks::png(file),
            Self::Gif => tables::gif(file),
            Self::Bmp => tables::bmp(),
            Self::Tiff => tables::tiff(file),
            Self::Riff => chunks::riff(file),
            Self::Iso => iso::boxes(file),
            Self::Ebml => iso::elements(file),
            Self::Ogg => tables::ogg(file),
            Self::Flac => tables::flac(file),
            Self::Caf => chunks::caf(file),
            Self::Aiff => chunks::aiff(file),
            Self::W64 => chunks::w64(file),
            Self::Asf => chunks::asf(file),
            Self::Au => tables::au(),
            Self::Mpeg | Self::Raw => tables::frames(file),
        };
        fields.retain(|field| field.at + field.bytes <= file.len());
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_written_in_their_order_of_bytes() {
        let mut file = [1, 2, 3, 4, 5, 6];
        let (be, le) = (Field::be(1, 2, *b"be  "), Field::le(3, 3, *b"le  "));
        assert_eq!((be.read(&file), le.read(&file)), (0x0203, 0x0006_0504));
        be.write(&mut file, 0xFFAA_BBCC);
        le.write(&mut file, 0x0102_0304);
        assert_eq!(file, [1, 0xBB, 0xCC, 4, 3, 2]);
        let beyond = Field::be(5, 2, *b"none");
        beyond.write(&mut file, 7);
        assert_eq!((beyond.read(&file), beyond.label().as_str()), (0, "none"));
    }
}
