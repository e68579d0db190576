//! `gildhall inspect`: what an upload is, found out inside the sandbox. The API runs it; it prints one line of JSON.

use super::parent::end_with;
use crate::child::Status;
use crate::inspect::{Answer, AssetKind, Content, HEAD_BYTES, Measured, Refusal, kind, sniff};
use anyhow::Context;
use gildhall_proto::limits::MAX_FILE_BYTES;
use gildhall_render::measure::{self, Fault, Measure, MeasureError};
use gildhall_sandbox::{Devices, Limits, Mode, Rules, enter};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Address space for the pixels of one image, in bytes.
const IMAGE_BYTES: u64 = 512 << 20;
/// Address space for decoders, stacks and arenas, beside what the program takes at its start, in bytes.
const MARGIN_BYTES: u64 = 256 << 20;
/// Seconds on a processor for one file.
const CPU_S: u64 = 10;
/// Nothing is written but the answer, which may go to a file.
const WRITTEN_BYTES: u64 = 1 << 20;
const OPEN_FILES: u64 = 64;

/// Arguments of `gildhall inspect`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What the file is for: products, frames, audio or overlays.
    #[arg(long, value_name = "KIND", value_parser = asset_kind)]
    kind: AssetKind,
    /// The file.
    file: PathBuf,
    /// What a kernel without a part of the sandbox means: required (nothing is looked at), or best-effort.
    #[arg(long, value_name = "MODE", default_value = "required")]
    sandbox: Mode,
    /// The process that this one must not outlive.
    #[arg(long, value_name = "PID", hide = true)]
    parent: Option<i32>,
}

/// The file is refused; why has been said.
#[derive(Debug, thiserror::Error)]
#[error("the file is refused: {0}")]
pub struct NotTaken(pub Refusal);

fn asset_kind(word: &str) -> Result<AssetKind, String> {
    word.parse().map_err(|()| format!("give {}", kind::WORDS))
}

/// Inspects, and prints what was found or why the file is refused.
pub fn run(args: &Args) -> anyhow::Result<()> {
    if let Some(parent) = args.parent {
        end_with(parent)?;
    }
    enter(&rules(&args.file)?, args.sandbox)?;
    let answer = look(args.kind, &args.file)?;
    writeln!(io::stdout(), "{}", serde_json::to_string(&answer)?)?;
    match answer {
        Answer::Found { .. } => Ok(()),
        Answer::Refused { error } => Err(NotTaken(error.code).into()),
    }
}

fn rules(file: &Path) -> anyhow::Result<Rules> {
    let metadata = fs::metadata(file).with_context(|| cannot_read(file))?;
    let base_bytes = Status::own().address_space_bytes + metadata.len() + MARGIN_BYTES;
    Ok(Rules {
        read: vec![file.to_owned()],
        write: Vec::new(),
        limits: Limits {
            address_space_bytes: base_bytes + IMAGE_BYTES,
            cpu_s: CPU_S,
            file_bytes: WRITTEN_BYTES,
            open_files: OPEN_FILES,
        },
        devices: Devices::None,
    })
}

fn look(kind: AssetKind, path: &Path) -> anyhow::Result<Answer> {
    let mut file = File::open(path).with_context(|| cannot_read(path))?;
    let head = up_to(&mut file, HEAD_BYTES as u64, Vec::new());
    let head = head.with_context(|| cannot_read(path))?;
    let Some(content) = sniff(kind, &head) else {
        let message = format!("it is no {}", kind.as_str());
        return Ok(Answer::refused(Refusal::UnsupportedContent, message));
    };
    let measured = match kind {
        AssetKind::Products | AssetKind::Frames => {
            let whole = up_to(&mut file, MAX_FILE_BYTES, head);
            measure::image(whole.with_context(|| cannot_read(path))?)
        }
        AssetKind::Audio => measure::sound(file),
        AssetKind::Overlays => measure::video(file),
    };
    answer(content, measured)
}

/// Reads on, at most so many bytes.
fn up_to(file: &mut File, most: u64, mut bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn answer(content: Content, measured: Result<Measure, MeasureError>) -> anyhow::Result<Answer> {
    let error = match measured {
        Ok(measure) => {
            let measured = Measured {
                width: measure.size_px.map(|[width, _]| width),
                height: measure.size_px.map(|[_, height]| height),
                duration_ms: measure.duration_ms,
            };
            return Ok(Answer::found(content, measured));
        }
        Err(error) => error,
    };
    let refusal = match error.fault() {
        Fault::Unsupported => Refusal::UnsupportedContent,
        Fault::Unreadable => Refusal::UnreadableMedia,
        Fault::TooLarge => Refusal::TooLargeImage,
        Fault::OverLimits => Refusal::OverLimits,
        Fault::Machine => return Err(error.into()),
    };
    let message = format!("{:#}", anyhow::Error::from(error));
    Ok(Answer::refused(refusal, message))
}

fn cannot_read(file: &Path) -> String {
    format!("cannot read {}", file.display())
}
