//! A file as an upload: `gildhall inspect` as the API runs it.

use crate::child;
use crate::place::Place;
use crate::row::{Holds, Row};
use crate::{films, photos, sounds};
use anyhow::{Context, bail, ensure};
use gildhall::inspect::Answer;
use std::path::Path;

/// Inspects the file, which has to be taken, with the size and length that it was made with.
pub fn check(row: &Row, place: &Place, own: &Path) -> anyhow::Result<()> {
    let mut command = child::command("inspect");
    command
        .args(["--kind", row.holds.kind().as_str()])
        .arg(place.file_of(row));
    let said = child::run(command, own).context("its inspection failed")?;
    let answer: Answer =
        serde_json::from_str(&said).context("an inspection says one line of JSON")?;
    let Answer::Found {
        width,
        height,
        duration_ms,
        ..
    } = answer
    else {
        bail!("it is refused: {said}");
    };
    let (size_px, lengths_ms) = match row.holds {
        Holds::Sound | Holds::Silence => (None, Some(sounds::CLAIMED_MS)),
        Holds::Film => (Some(films::SIZE_PX), Some(films::CLAIMED_MS)),
        Holds::Photo | Holds::Frame => (Some(photos::SIZE_PX), None),
    };
    ensure!(width.zip(height) == size_px, "its size is wrong: {said}");
    let is_right = match (lengths_ms, duration_ms) {
        (Some(lengths_ms), Some(duration_ms)) => lengths_ms.contains(&duration_ms),
        (None, None) => true,
        _ => false,
    };
    ensure!(is_right, "its length is wrong: {said}");
    Ok(())
}
