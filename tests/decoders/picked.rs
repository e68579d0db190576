//! Whether a file goes the way that its row is about.

use crate::place::Place;
use crate::row::{Holds, Row};
use anyhow::{Context, ensure};
use gildhall_render::media::{self, MediaSource};

/// Opens the file by the renderer's own code and looks whom that picked. The file is ours, so there is no sandbox.
pub fn check(row: &Row, place: &Place) -> anyhow::Result<()> {
    let Some(means) = &row.means else {
        return Ok(());
    };
    let mut input = media::open(&MediaSource::path(place.file_of(row)))?;
    let demuxer = input.context().format();
    ensure!(
        // One demuxer has all the names of its family.
        demuxer.name().split(',').any(|name| name == means.demuxer),
        "the demuxer {} reads it, and not {}",
        demuxer.name(),
        means.demuxer
    );
    let decoder = match row.holds {
        Holds::Film => input.video_decoder(1)?.1.codec(),
        _ => input.audio_decoder()?.1.codec(),
    };
    let decoder = decoder.context("an open decoder has a name")?;
    ensure!(
        decoder.name() == means.decoder,
        "the decoder {} takes it, and not {}",
        decoder.name(),
        means.decoder
    );
    Ok(())
}
