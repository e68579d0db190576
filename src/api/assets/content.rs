//! What a file is, by its first bytes. Its name and `Content-Type` are never believed.
//!
//! Only signatures are looked at, nothing is parsed: whether the file can be decoded shows in the sandbox of a render.

use gildhall_render::photo::{self, Format};

use super::kind::AssetKind;

/// How many bytes of a file are enough.
pub const HEAD_BYTES: usize = 4096;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    /// Its media type.
    pub media_type: &'static str,
    /// The usual extension of its name.
    pub extension: &'static str,
}

const fn content(media_type: &'static str, extension: &'static str) -> Content {
    Content {
        media_type,
        extension,
    }
}

/// What a file for this use is; `None` where it is nothing that the use takes.
pub fn sniff(kind: AssetKind, head: &[u8]) -> Option<Content> {
    match kind {
        AssetKind::Products | AssetKind::Frames => photo::sniff(head).map(image),
        AssetKind::Audio => audio(head).or_else(|| container(head, Track::Audio)),
        AssetKind::Overlays => container(head, Track::Video),
    }
}

fn image(format: Format) -> Content {
    match format {
        Format::Jpeg => content("image/jpeg", "jpg"),
        Format::Png => content("image/png", "png"),
        Format::WebP => content("image/webp", "webp"),
        Format::Gif => content("image/gif", "gif"),
        Format::Avif => content("image/avif", "avif"),
        Format::Bmp => content("image/bmp", "bmp"),
        Format::Tiff => content("image/tiff", "tiff"),
    }
}

/// Files with sound alone. The list is that of the renderer's demuxers.
fn audio(head: &[u8]) -> Option<Content> {
    let riff = |form: &[u8]| head.starts_with(b"RIFF") && head.get(8..12) == Some(form);
    let form = |form: &[u8]| head.starts_with(b"FORM") && head.get(8..12) == Some(form);
    let found = match head {
        _ if riff(b"WAVE") => content("audio/wav", "wav"),
        _ if form(b"AIFF") || form(b"AIFC") => content("audio/aiff", "aiff"),
        [b'I', b'D', b'3', ..] => content("audio/mpeg", "mp3"),
        [b'f', b'L', b'a', b'C', ..] => content("audio/flac", "flac"),
        [b'O', b'g', b'g', b'S', ..] => content("audio/ogg", "ogg"),
        [b'r', b'i', b'f', b'f', 0x2E, 0x91, 0xCF, 0x11, ..] => content("audio/x-w64", "w64"),
        [b'c', b'a', b'f', b'f', ..] => content("audio/x-caf", "caf"),
        [b'.', b's', b'n', b'd', ..] => content("audio/basic", "au"),
        [b'#', b'!', b'A', b'M', b'R', ..] => content("audio/amr", "amr"),
        [b'w', b'v', b'p', b'k', ..] => content("audio/x-wavpack", "wv"),
        [b'M', b'A', b'C', b' ', ..] => content("audio/x-ape", "ape"),
        [b'T', b'T', b'A', b'1', ..] => content("audio/x-tta", "tta"),
        [0x0B, 0x77, ..] => content("audio/ac3", "ac3"),
        // Twelve bits of sync, then MPEG-2 or -4 and layer 0: ADTS (ISO/IEC 13818-7).
        [0xFF, second, ..] if second & 0xF6 == 0xF0 => content("audio/aac", "aac"),
        // Eleven bits of sync, then a version and a layer that exist (ISO/IEC 11172-3).
        [0xFF, second, ..]
            if second & 0xE0 == 0xE0 && second & 0x18 != 0x08 && second & 0x06 != 0 =>
        {
            content("audio/mpeg", "mp3")
        }
        _ => return None,
    };
    Some(found)
}

/// What is wanted of a container that may hold either.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Track {
    Audio,
    Video,
}

/// Containers of audio and video.
fn container(head: &[u8], track: Track) -> Option<Content> {
    let sound = track == Track::Audio;
    let found = match head {
        _ if head.get(4..8) == Some(b"ftyp") => match head.get(8..12) {
            Some(b"avif" | b"avis" | b"heic" | b"heix" | b"mif1" | b"msf1") => return None,
            Some(b"qt  ") => content("video/quicktime", "mov"),
            _ if sound => content("audio/mp4", "m4a"),
            _ => content("video/mp4", "mp4"),
        },
        // QuickTime before there were brands.
        _ if matches!(head.get(4..8), Some(b"moov" | b"mdat" | b"wide" | b"free")) => {
            content("video/quicktime", "mov")
        }
        [0x1A, 0x45, 0xDF, 0xA3, ..] => {
            let webm = head.iter().take(64).copied().collect::<Vec<u8>>();
            match (webm.windows(4).any(|window| window == b"webm"), sound) {
                (true, false) => content("video/webm", "webm"),
                (true, true) => content("audio/webm", "webm"),
                (false, false) => content("video/matroska", "mkv"),
                (false, true) => content("audio/matroska", "mka"),
            }
        }
        [b'R', b'I', b'F', b'F', ..] if head.get(8..12) == Some(b"AVI ") => {
            content("video/vnd.avi", "avi")
        }
        [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, ..] => match sound {
            true => content("audio/x-ms-wma", "wma"),
            false => content("video/x-ms-wmv", "wmv"),
        },
        _ => return None,
    };
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use AssetKind::{Audio, Frames, Overlays, Products};

    fn named(kind: AssetKind, head: &[u8]) -> Option<&'static str> {
        sniff(kind, head).map(|content| content.extension)
    }

    #[test]
    fn each_kind_takes_its_own() {
        let png: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0d";
        let mp4: &[u8] = b"\0\0\0\x20ftypisom\0\0\x02\0";
        let mkv: &[u8] = b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\x82\x88matroska";
        let webm: &[u8] = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm";
        for (kind, head, extension) in [
            (Products, png, Some("png")),
            (Frames, png, Some("png")),
            (Audio, png, None),
            (Overlays, png, None),
            (Products, mp4, None),
            (Audio, mp4, Some("m4a")),
            (Overlays, mp4, Some("mp4")),
            (Overlays, mkv, Some("mkv")),
            (Overlays, webm, Some("webm")),
            (Audio, b"ID3\x04\0\0\0", Some("mp3")),
            (Audio, b"\xff\xfb\x90\x64", Some("mp3")),
            (Audio, b"\xff\xf1\x50\x80", Some("aac")),
            (Audio, b"RIFF\x24\0\0\0WAVEfmt ", Some("wav")),
            (Audio, b"fLaC\0\0\0\x22", Some("flac")),
            (Audio, b"OggS\0\x02", Some("ogg")),
            (Overlays, b"OggS\0\x02", None),
            (Overlays, b"RIFF\x24\0\0\0AVI LIST", Some("avi")),
        ] {
            assert_eq!(named(kind, head), extension, "{kind:?} {head:?}");
        }
    }

    #[test]
    fn what_names_other_files_is_nothing() {
        for head in [
            &b"#EXTM3U\n#EXTINF:1,\nhttp://example.com/a.ts"[..],
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"<?xml version=\"1.0\"?><MPD>",
            b"ffconcat version 1.0",
            b"%PDF-1.7",
            b"PK\x03\x04",
            b"\0\0\0\x1cftypheic\0\0\0\0",
            b"\0\0\x01\xba",
            b"",
            b"\xff",
        ] {
            for kind in AssetKind::ALL {
                assert_eq!(named(kind, head), None, "{kind:?} {head:?}");
            }
        }
    }
}
