//! What the command line asks for.

use crate::Result;
use crate::child::Role;
use std::path::{Path, PathBuf};

/// The help.
pub const USAGE: &str = "\
The canonical job beside the bare encoder fed with the same finished frames.

  cargo bench --bench canonical [-- OPTIONS]

  --inputs DIR  folder of the inputs, relative to render/; made once (some minutes, about 60 MB) if it has no
                job.json, and 3 GB larger while the benchmark runs [default: a folder in target/tmp]
  --runs N      paired runs whose medians are told [default: 3]
  --long        also renders 180 s once, to see that memory does not grow with the length
";

/// What to do.
pub enum Command {
    /// Print [`USAGE`].
    Help,
    /// Measure and compare.
    Compare(Options),
    /// Be a measured child that works in this folder.
    Child(Role, PathBuf),
}

/// How to compare.
pub struct Options {
    pub folder: PathBuf,
    pub runs: usize,
    pub long: bool,
}

/// Reads the arguments after the program's name.
pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Command> {
    let mut options = Options {
        folder: Path::new(env!("CARGO_TARGET_TMPDIR")).join("canonical"),
        runs: 3,
        long: false,
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            // Cargo gives this to every benchmark.
            "--bench" => {}
            "--help" | "-h" => return Ok(Command::Help),
            "--long" => options.long = true,
            "--inputs" => options.folder = value(&word, &mut words)?.into(),
            "--runs" => options.runs = count(&value(&word, &mut words)?)?,
            flag => {
                let role = Role::from_flag(flag)
                    .ok_or_else(|| format!("unknown argument {flag}; --help lists them"))?;
                return Ok(Command::Child(role, value(flag, &mut words)?.into()));
            }
        }
    }
    Ok(Command::Compare(options))
}

fn value(flag: &str, words: &mut impl Iterator<Item = String>) -> Result<String> {
    let value = words
        .next()
        .ok_or_else(|| format!("{flag} wants a value"))?;
    Ok(value)
}

fn count(text: &str) -> Result<usize> {
    let count = text.parse::<usize>().ok().filter(|&count| count > 0);
    Ok(count.ok_or("--runs wants a whole number from 1 on")?)
}
