//! What a file is, by its first bytes. Its name and `Content-Type` are never believed.

use super::kind::AssetKind;
use gildhall_render::photo::{self, Format};

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

const IMAGES: &[Content] = &[
    content("image/jpeg", "jpg"),
    content("image/png", "png"),
    content("image/webp", "webp"),
    content("image/gif", "gif"),
    content("image/avif", "avif"),
    content("image/bmp", "bmp"),
    content("image/tiff", "tiff"),
];

const SOUND: &[Content] = &[
    content("audio/wav", "wav"),
    content("audio/aiff", "aiff"),
    content("audio/mpeg", "mp3"),
    content("audio/flac", "flac"),
    content("audio/ogg", "ogg"),
    content("audio/x-w64", "w64"),
    content("audio/x-caf", "caf"),
    content("audio/basic", "au"),
    content("audio/amr", "amr"),
    content("audio/x-wavpack", "wv"),
    content("audio/x-ape", "ape"),
    content("audio/x-tta", "tta"),
    content("audio/ac3", "ac3"),
    content("audio/aac", "aac"),
    content("audio/mp4", "m4a"),
    content("audio/webm", "webm"),
    content("audio/matroska", "mka"),
    content("audio/x-ms-wma", "wma"),
    content("video/quicktime", "mov"),
    content("video/vnd.avi", "avi"),
];

const FILMS: &[Content] = &[
    content("video/mp4", "mp4"),
    content("video/quicktime", "mov"),
    content("video/matroska", "mkv"),
    content("video/webm", "webm"),
    content("video/vnd.avi", "avi"),
    content("video/x-ms-wmv", "wmv"),
];

/// Everything that a kind takes; no extension stands for two of them.
fn takes(kind: AssetKind) -> &'static [Content] {
    match kind {
        AssetKind::Products | AssetKind::Frames => IMAGES,
        AssetKind::Audio => SOUND,
        AssetKind::Overlays => FILMS,
    }
}

impl Content {
    /// The content that somebody else names, if this kind takes it.
    pub fn named(kind: AssetKind, media_type: &str, extension: &str) -> Option<Content> {
        by_extension(kind, extension).filter(|content| content.media_type == media_type)
    }
}

fn by_extension(kind: AssetKind, extension: &str) -> Option<Content> {
    let mut all = takes(kind).iter().copied();
    all.find(|content| content.extension == extension)
}

/// What a file for this use is; `None` where it is nothing that the use takes. To be called in the sandbox only.
pub fn sniff(kind: AssetKind, head: &[u8]) -> Option<Content> {
    let extension = match kind {
        AssetKind::Products | AssetKind::Frames => photo::sniff(head).map(image),
        AssetKind::Audio => audio(head).or_else(|| container(head, Track::Audio)),
        AssetKind::Overlays => container(head, Track::Video),
    };
    by_extension(kind, extension?)
}

fn image(format: Format) -> &'static str {
    match format {
        Format::Jpeg => "jpg",
        Format::Png => "png",
        Format::WebP => "webp",
        Format::Gif => "gif",
        Format::Avif => "avif",
        Format::Bmp => "bmp",
        Format::Tiff => "tiff",
    }
}

/// Files with sound alone. The list is that of the renderer's demuxers.
fn audio(head: &[u8]) -> Option<&'static str> {
    let riff = |form: &[u8]| head.starts_with(b"RIFF") && head.get(8..12) == Some(form);
    let form = |form: &[u8]| head.starts_with(b"FORM") && head.get(8..12) == Some(form);
    let found = match head {
        _ if riff(b"WAVE") => "wav",
        _ if form(b"AIFF") || form(b"AIFC") => "aiff",
        [b'I', b'D', b'3', ..] => "mp3",
        [b'f', b'L', b'a', b'C', ..] => "flac",
        [b'O', b'g', b'g', b'S', ..] => "ogg",
        [b'r', b'i', b'f', b'f', 0x2E, 0x91, 0xCF, 0x11, ..] => "w64",
        [b'c', b'a', b'f', b'f', ..] => "caf",
        [b'.', b's', b'n', b'd', ..] => "au",
        [b'#', b'!', b'A', b'M', b'R', ..] => "amr",
        [b'w', b'v', b'p', b'k', ..] => "wv",
        [b'M', b'A', b'C', b' ', ..] => "ape",
        [b'T', b'T', b'A', b'1', ..] => "tta",
        [0x0B, 0x77, ..] => "ac3",
        // Twelve bits of sync, then MPEG-2 or -4 and layer 0: ADTS (ISO/IEC 13818-7).
        [0xFF, second, ..] if second & 0xF6 == 0xF0 => "aac",
        // Eleven bits of sync, then a version and a layer that exist (ISO/IEC 11172-3).
        [0xFF, second, ..]
            if second & 0xE0 == 0xE0 && second & 0x18 != 0x08 && second & 0x06 != 0 =>
        {
            "mp3"
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
fn container(head: &[u8], track: Track) -> Option<&'static str> {
    let sound = track == Track::Audio;
    let found = match head {
        _ if head.get(4..8) == Some(b"ftyp") => match head.get(8..12) {
            Some(b"avif" | b"avis" | b"heic" | b"heix" | b"mif1" | b"msf1") => return None,
            Some(b"qt  ") => "mov",
            _ if sound => "m4a",
            _ => "mp4",
        },
        // QuickTime before there were brands.
        _ if matches!(head.get(4..8), Some(b"moov" | b"mdat" | b"wide" | b"free")) => "mov",
        [0x1A, 0x45, 0xDF, 0xA3, ..] => {
            let start = &head[..head.len().min(64)];
            match (start.windows(4).any(|window| window == b"webm"), sound) {
                (true, _) => "webm",
                (false, false) => "mkv",
                (false, true) => "mka",
            }
        }
        [b'R', b'I', b'F', b'F', ..] if head.get(8..12) == Some(b"AVI ") => "avi",
        [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, ..] => match sound {
            true => "wma",
            false => "wmv",
        },
        _ => return None,
    };
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use AssetKind::{Audio, Frames, Overlays, Products};
    use std::collections::HashSet;

    fn extension(kind: AssetKind, head: &[u8]) -> Option<&'static str> {
        sniff(kind, head).map(|content| content.extension)
    }

    #[test]
    fn each_kind_takes_its_own() {
        let png: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0d";
        let mp4: &[u8] = b"\0\0\0\x20ftypisom\0\0\x02\0";
        let mkv: &[u8] = b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\x82\x88matroska";
        let webm: &[u8] = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm";
        let asf: &[u8] = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9";
        for (kind, head, expected) in [
            (Products, png, Some("png")),
            (Frames, png, Some("png")),
            (Audio, png, None),
            (Overlays, png, None),
            (Products, mp4, None),
            (Audio, mp4, Some("m4a")),
            (Overlays, mp4, Some("mp4")),
            (Audio, mkv, Some("mka")),
            (Overlays, mkv, Some("mkv")),
            (Overlays, webm, Some("webm")),
            (Audio, webm, Some("webm")),
            (Audio, asf, Some("wma")),
            (Overlays, asf, Some("wmv")),
            (Audio, b"ID3\x04\0\0\0", Some("mp3")),
            (Audio, b"\xff\xfb\x90\x64", Some("mp3")),
            (Audio, b"\xff\xf1\x50\x80", Some("aac")),
            (Audio, b"RIFF\x24\0\0\0WAVEfmt ", Some("wav")),
            (Audio, b"FORM\0\0\0\x24AIFF", Some("aiff")),
            (Audio, b"fLaC\0\0\0\x22", Some("flac")),
            (Audio, b"OggS\0\x02", Some("ogg")),
            (Overlays, b"OggS\0\x02", None),
            (Overlays, b"RIFF\x24\0\0\0AVI LIST", Some("avi")),
            (Audio, b"RIFF\x24\0\0\0AVI LIST", Some("avi")),
            (Overlays, b"\0\0\0\x08wide", Some("mov")),
        ] {
            assert_eq!(extension(kind, head), expected, "{kind:?} {head:?}");
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
                assert_eq!(extension(kind, head), None, "{kind:?} {head:?}");
            }
        }
    }

    #[test]
    fn only_what_a_kind_takes_can_be_named() {
        for kind in AssetKind::ALL {
            let extensions: HashSet<_> = takes(kind).iter().map(|one| one.extension).collect();
            assert_eq!(extensions.len(), takes(kind).len(), "{kind:?}");
            for &content in takes(kind) {
                let named = Content::named(kind, content.media_type, content.extension);
                assert_eq!(named, Some(content));
            }
        }
        assert_eq!(Content::named(Products, "text/html", "png"), None);
        assert_eq!(Content::named(Products, "image/png", "html"), None);
        assert_eq!(Content::named(Audio, "image/png", "png"), None);
        assert_eq!(Content::named(Overlays, "audio/webm", "webm"), None);
    }
}
