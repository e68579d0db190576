//! Reading a job from a file or from standard input.

use anyhow::Context;
use gildhall_proto::JobSpec;
use gildhall_proto::limits::MAX_SPEC_BYTES;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Reads and checks a job; `-` is standard input. JSON and MessagePack are told apart by their first byte.
pub fn read(path: &Path) -> anyhow::Result<JobSpec> {
    let bytes =
        bytes(path).with_context(|| format!("cannot read the job file {}", path.display()))?;
    let is_json = |first: &u8| matches!(first, b'{' | b'[' | b'"' | b' ' | b'\t' | b'\r' | b'\n');
    let spec = match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(first) if !is_json(first) && !first.is_ascii() => JobSpec::from_msgpack(&bytes),
        _ => JobSpec::from_json(&bytes),
    };
    Ok(spec?)
}

/// The bytes, one more than the limit at most, so that a larger file is told from one at the limit.
fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let limit = MAX_SPEC_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().take(limit).read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
