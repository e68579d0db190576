//! What zune-jpeg does not tell: the coding process, the sampling factors, the Adobe marker and where the
//! scan data start (ITU-T T.81, annex B; Adobe technical note 5116 for APP14).

use super::super::{Format, PhotoError};

/// More segments than any writer puts before the first scan: the largest profile has 255, the longest XMP of a file of
/// 100 MB about 1,500. Each table among them costs the decoder far more time than its bytes take.
const MAX_SEGMENTS: u32 = 4_096;

/// The facts of a JPEG that decide how it is decoded and how much memory that takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct JpegHeader {
    pub width: u32,
    pub height: u32,
    pub progressive: bool,
    /// Identifier and sampling factors (across, down) of each component.
    pub components: Vec<(u8, u8, u8)>,
    /// Adobe's colour transform (0 none, 1 YCbCr, 2 YCCK) and the offset of its byte.
    pub adobe: Option<(u8, usize)>,
    /// Offset of the first scan header.
    pub scan_at: usize,
    /// Components of the first scan.
    pub scan_components: u8,
}

impl JpegHeader {
    pub(in super::super) fn parse(bytes: &[u8]) -> Result<Self, PhotoError> {
        let mut frame = None;
        let mut adobe = None;
        let mut at = 2;
        for _ in 0..MAX_SEGMENTS {
            let (marker, payload_at, payload) = segment(bytes, at)?;
            match marker {
                0xC0..=0xC2 => frame = Some(Frame::parse(marker, payload)?),
                0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                    return Err(PhotoError::unsupported(
                        "lossless, hierarchical or arithmetic JPEG coding",
                    ));
                }
                0xEE if payload.starts_with(b"Adobe") && payload.len() >= 12 => {
                    adobe = Some((payload[11], payload_at + 11));
                }
                0xDA => {
                    let frame = frame.ok_or_else(|| damaged("a scan before its frame header"))?;
                    let count = payload.first().copied().unwrap_or(0);
                    return Ok(frame.into_header(adobe, at, count));
                }
                _ => {}
            }
            at = payload_at + payload.len();
        }
        Err(damaged("more segments than any writer needs"))
    }

    /// Bytes that a file needs beside its output while its picture comes in several scans (a progressive one, or one
    /// whose first scan has not all components): two for each sample, in whole blocks.
    pub(super) fn coefficient_bytes(&self) -> u64 {
        if !self.progressive && usize::from(self.scan_components) == self.components.len() {
            return 0;
        }
        let largest = |pick: fn(&(u8, u8, u8)) -> u8| {
            self.components.iter().map(pick).max().unwrap_or(1).max(1)
        };
        let (h_max, v_max) = (u64::from(largest(|c| c.1)), u64::from(largest(|c| c.2)));
        let units =
            u64::from(self.width).div_ceil(8 * h_max) * u64::from(self.height).div_ceil(8 * v_max);
        let blocks: u64 = self
            .components
            .iter()
            .map(|c| u64::from(c.1) * u64::from(c.2))
            .sum();
        units * blocks * 64 * 2
    }

    /// Rows of one line of coding units, the finest step in which a file can be cut off.
    pub(super) fn unit_rows(&self) -> u32 {
        8 * u32::from(self.components.iter().map(|c| c.2).max().unwrap_or(1))
    }
}

struct Frame {
    width: u32,
    height: u32,
    progressive: bool,
    components: Vec<(u8, u8, u8)>,
}

impl Frame {
    fn parse(marker: u8, payload: &[u8]) -> Result<Self, PhotoError> {
        let [precision, h1, h0, w1, w0, count, rest @ ..] = payload else {
            return Err(damaged("a frame header that is too short"));
        };
        if *precision != 8 {
            return Err(PhotoError::unsupported(format!(
                "JPEG with {precision} bits a sample"
            )));
        }
        if rest.len() < usize::from(*count) * 3 {
            return Err(damaged("a frame header without all its components"));
        }
        let components: Vec<_> = rest
            .chunks_exact(3)
            .take(usize::from(*count))
            .map(|c| (c[0], c[1] >> 4, c[1] & 15))
            .collect();
        if components
            .iter()
            .any(|&(_, h, v)| !(1..=4).contains(&h) || !(1..=4).contains(&v))
        {
            return Err(damaged("a sampling factor out of range"));
        }
        Ok(Self {
            width: u16::from_be_bytes([*w1, *w0]).into(),
            height: u16::from_be_bytes([*h1, *h0]).into(),
            progressive: marker == 0xC2,
            components,
        })
    }

    fn into_header(
        self,
        adobe: Option<(u8, usize)>,
        scan_at: usize,
        scan_components: u8,
    ) -> JpegHeader {
        JpegHeader {
            width: self.width,
            height: self.height,
            progressive: self.progressive,
            components: self.components,
            adobe,
            scan_at,
            scan_components,
        }
    }
}

/// The next marker at or after `at`, the offset of its payload, and the payload without its length field.
pub(super) fn segment(bytes: &[u8], mut at: usize) -> Result<(u8, usize, &[u8]), PhotoError> {
    let cut = || PhotoError::Truncated {
        format: Format::Jpeg,
    };
    loop {
        let skipped = bytes
            .get(at..)
            .and_then(|rest| rest.iter().position(|&b| b == 0xFF));
        at += skipped.ok_or_else(cut)?;
        let marker = *bytes.get(at + 1).ok_or_else(cut)?;
        // Fill bytes, stuffing, and the markers that stand alone.
        if matches!(marker, 0x00 | 0x01 | 0xD0..=0xD8 | 0xFF) {
            at += 1 + usize::from(marker != 0xFF);
            continue;
        }
        if marker == 0xD9 {
            return Err(damaged("an end of image before any scan"));
        }
        let length = bytes
            .get(at + 2..at + 4)
            .map(|b| usize::from(u16::from_be_bytes([b[0], b[1]])))
            .ok_or_else(cut)?;
        if length < 2 {
            return Err(damaged("a segment length below two"));
        }
        let payload = bytes.get(at + 4..at + 2 + length).ok_or_else(cut)?;
        return Ok((marker, at + 4, payload));
    }
}

pub(super) fn damaged(what: &'static str) -> PhotoError {
    PhotoError::malformed(Format::Jpeg, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
        let length = u16::try_from(payload.len() + 2).expect("short segments");
        [&[0xFF, marker][..], &length.to_be_bytes(), payload].concat()
    }

    /// 64x64 with three components, of which the first scan has so many.
    fn file(marker: u8, in_scan: u8, comments: u32) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8];
        for _ in 0..comments {
            bytes.extend(segment(0xFE, b""));
        }
        let frame = [8, 0, 64, 0, 64, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0];
        bytes.extend(segment(marker, &frame));
        bytes.extend(segment(0xDA, &[in_scan]));
        bytes
    }

    #[test]
    fn pictures_in_several_scans_are_kept_whole() {
        let kept = |marker, in_scan| {
            let header = JpegHeader::parse(&file(marker, in_scan, 0)).expect("a header");
            header.coefficient_bytes()
        };
        // 4 x 4 units of four blocks of luma and one of each chroma, two bytes a sample.
        let whole = 4 * 4 * 6 * 64 * 2;
        assert_eq!((kept(0xC0, 3), kept(0xC1, 3)), (0, 0));
        assert_eq!((kept(0xC0, 1), kept(0xC0, 2)), (whole, whole));
        assert_eq!((kept(0xC2, 3), kept(0xC2, 1)), (whole, whole));
    }

    #[test]
    fn segments_count_at_below_and_above_the_limit() {
        // Beside the comments there are the frame and the scan.
        for (comments, fits) in [(4_093, true), (4_094, true), (4_095, false)] {
            let parsed = JpegHeader::parse(&file(0xC0, 3, comments));
            assert_eq!(parsed.is_ok(), fits, "{comments}");
        }
    }
}
