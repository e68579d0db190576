//! The first pass over a track: its true length and level, and mono blocks for the beat analysis.

use super::{AudioError, CHANNELS, Pcm, SAMPLE_RATE_HZ};
use crate::media::{MediaError, MediaSource};

/// Sound that never exceeds this (−80 dBFS) counts as silence.
const SILENCE_PEAK: f32 = 1e-4;
/// Longest track that is measured to its end, in seconds.
const LONGEST_S: u64 = 12 * 3_600;

/// What a pass over the decoded sound found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SourceFacts {
    /// Samples per channel at 48 kHz; the decoded length, not the header's claim. At most `up_to`.
    pub samples: u64,
    /// Greatest absolute sample value of either channel.
    pub sample_peak: f32,
    /// Whether nothing can be heard.
    pub silent: bool,
    /// Damaged packets that were passed over.
    pub damaged_packets: u32,
    /// Whether the track goes on after `samples`.
    pub has_more: bool,
}

/// Decodes a track once, hands `on_mono` its mono blocks (48 kHz, mean of both channels) and sums it up.
///
/// With `up_to` it stops after that many samples.
///
/// # Errors
/// As [`Pcm::open`] and [`Pcm::next_block`]; [`MediaError::TooLong`] for half a day of sound without `up_to`.
pub fn scan(
    source: &MediaSource,
    up_to: Option<u64>,
    mut on_mono: impl FnMut(&[f32]),
) -> Result<SourceFacts, AudioError> {
    let longest = LONGEST_S * u64::from(SAMPLE_RATE_HZ);
    let limit = up_to.unwrap_or(longest);
    let mut pcm = Pcm::open(source)?;
    let mut mono = Vec::new();
    let (mut samples, mut sample_peak) = (0, 0.0_f32);
    let mut has_more = false;
    while let Some(block) = pcm.next_block()? {
        let left = limit - samples;
        if left == 0 {
            has_more = true;
            break;
        }
        let values = usize::try_from(left).map_or(block.len(), |left| {
            block.len().min(left.saturating_mul(CHANNELS))
        });
        has_more = values < block.len();
        let block = &block[..values];
        samples += (values / CHANNELS) as u64;
        sample_peak = block.iter().fold(sample_peak, |peak, s| peak.max(s.abs()));
        mono.clear();
        mono.extend(block.chunks_exact(CHANNELS).map(|f| 0.5 * (f[0] + f[1])));
        on_mono(&mono);
    }
    if has_more && up_to.is_none() {
        return Err(MediaError::TooLong { limit_s: LONGEST_S }.into());
    }
    Ok(SourceFacts {
        samples,
        sample_peak,
        silent: sample_peak < SILENCE_PEAK,
        damaged_packets: pcm.damaged_packets(),
        has_more,
    })
}
