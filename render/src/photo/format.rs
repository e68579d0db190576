use std::fmt;

/// An image format that is accepted as input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG: baseline and progressive, 8 bits, grey, YCbCr, RGB, CMYK and YCCK.
    Jpeg,
    /// PNG, with APNG's default image.
    Png,
    /// WebP: lossy, lossless, and the first frame of an animation.
    WebP,
    /// GIF: the first frame.
    Gif,
    /// AVIF still image, 8 to 12 bits.
    Avif,
    /// Windows bitmap.
    Bmp,
    /// TIFF, the first page.
    Tiff,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Avif => "AVIF",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
        })
    }
}

/// How many bytes of a file are looked at: one that was named by its head is not something else as a whole.
const HEAD_BYTES: usize = 64;

/// Names the format of a file by its first 64 bytes; what follows them changes nothing.
///
/// `infer` looks at fewer bytes than a signature has for some types ("BM" alone would make a bitmap of
/// many a text), so each of its answers is confirmed by the rest of the signature.
#[must_use]
pub fn sniff(head: &[u8]) -> Option<Format> {
    let head = &head[..head.len().min(HEAD_BYTES)];
    let kind = infer::get(head).map(|kind| kind.mime_type());
    match kind {
        Some("image/jpeg") => Some(Format::Jpeg),
        Some("image/png") => head
            .starts_with(b"\x89PNG\r\n\x1a\n")
            .then_some(Format::Png),
        Some("image/webp") => head.starts_with(b"RIFF").then_some(Format::WebP),
        Some("image/gif") => {
            (head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a")).then_some(Format::Gif)
        }
        _ if is_avif(head) => Some(Format::Avif),
        _ if is_tiff(head) => Some(Format::Tiff),
        _ if is_bmp(head) => Some(Format::Bmp),
        _ => None,
    }
}

/// ISO/IEC 14496-12 `ftyp` with an AVIF brand. Own check because `infer` wants the whole box in view.
fn is_avif(head: &[u8]) -> bool {
    let Some((start, rest)) = head.split_at_checked(8) else {
        return false;
    };
    let Some(length) = start.first_chunk().map(|b| u32::from_be_bytes(*b) as usize) else {
        return false;
    };
    let brands = &rest[..rest.len().min(length.saturating_sub(8))];
    start[4..] == *b"ftyp"
        && brands
            .chunks_exact(4)
            .enumerate()
            // The second word is the minor version, not a brand.
            .any(|(at, brand)| at != 1 && (brand == b"avif" || brand == b"avis"))
}

/// Classic TIFF of either byte order; the raw-camera formats that share the signature decode as TIFF or fail.
fn is_tiff(head: &[u8]) -> bool {
    head.starts_with(b"II\x2a\0") || head.starts_with(b"MM\0\x2a")
}

/// "BM", two reserved words that are zero, and a known size of the information header.
fn is_bmp(head: &[u8]) -> bool {
    head.len() >= 18
        && head.starts_with(b"BM")
        && head[6..10] == [0; 4]
        && matches!(head[14], 12 | 16 | 40 | 52 | 56 | 64 | 108 | 124)
        && head[15..18] == [0; 3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_name_the_format() {
        assert_eq!(sniff(b"\xff\xd8\xff\xe0 and so on"), Some(Format::Jpeg));
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n\0\0\0\x0d"), Some(Format::Png));
        assert_eq!(sniff(b"GIF89a\x01\0\x01\0"), Some(Format::Gif));
        assert_eq!(sniff(b"RIFF\x10\0\0\0WEBPVP8 "), Some(Format::WebP));
        assert_eq!(sniff(b"II\x2a\0\x08\0\0\0\0\0"), Some(Format::Tiff));
        let avif = b"\0\0\0\x1cftypmif1\0\0\0\0miafavifMA1B";
        assert_eq!(sniff(avif), Some(Format::Avif));
    }

    #[test]
    fn look_alikes_are_refused() {
        assert_eq!(sniff(b""), None);
        assert_eq!(sniff(b"BM is how this text begins, no bitmap"), None);
        assert_eq!(sniff(b"#EXTM3U\n#EXTINF:1\nfile.jpg"), None);
        assert_eq!(sniff(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), None);
        assert_eq!(sniff(b"GIF17a\x01\0\x01\0"), None);
        // A HEIC file is the same container with another brand.
        assert_eq!(sniff(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), None);
        // "avif" as the minor version is no brand.
        assert_eq!(sniff(b"\0\0\0\x14ftypmp42avifmp42isom"), None);
    }

    #[test]
    fn what_follows_the_head_changes_nothing() {
        let mut brands = b"\0\0\x10\0ftypmp42\0\0\0\0".to_vec();
        brands.extend(b"isom".repeat(11));
        let late = [brands.as_slice(), b"isomavif"].concat();
        assert_eq!(sniff(&late), None);
        let last = [brands.as_slice(), b"avif"].concat();
        assert_eq!(last.len(), HEAD_BYTES);
        assert_eq!(sniff(&last), Some(Format::Avif));
    }
}
