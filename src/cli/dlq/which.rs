//! Names of letters.

use gildhall_proto::JobId;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Bytes of a name.
const BYTES: usize = 6;

/// What a letter is called: a part of the hash of what it says, so that it is the same whenever somebody looks. Letters
/// that say the very same are called the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LetterName([u8; BYTES]);

impl LetterName {
    /// The name of a letter of these parts.
    pub fn of(parts: &[&[u8]]) -> LetterName {
        let mut hash = Sha256::new();
        for part in parts {
            // With its length, so that no two lists of parts are alike.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest: [u8; 32] = hash.finalize().into();
        let mut name = [0; BYTES];
        name.copy_from_slice(&digest[..BYTES]);
        LetterName(name)
    }
}

impl fmt::Display for LetterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// A letter by its own name, or all letters of a job by the job's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Whatever letter is called so.
    Letter(LetterName),
    /// Whatever letter names this job.
    Job(JobId),
}

impl FromStr for Which {
    type Err = String;

    fn from_str(text: &str) -> Result<Which, String> {
        if let Ok(job) = text.parse() {
            return Ok(Which::Job(job));
        }
        let mut name = [0; BYTES];
        hex::decode_to_slice(text, &mut name).map_err(|_| {
            "must be a letter's name as the list shows it, or a job's id".to_owned()
        })?;
        Ok(Which::Letter(LetterName(name)))
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Which::Letter(name) => name.fmt(f),
            Which::Job(job) => job.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        let name = LetterName::of(&[b"body", b"id"]);
        assert_eq!(name.to_string().len(), 2 * BYTES);
        assert_eq!(name.to_string().parse(), Ok(Which::Letter(name)));
        let job = "01930b6e-7a5c-7cc0-9d3e-6f8f0a1b2c3d";
        let which: Which = job.parse().expect("a job");
        assert_eq!(which.to_string(), job);
        for bad in ["", "xyz", "0123456789", "0123456789abcdef", "acme"] {
            assert!(bad.parse::<Which>().is_err(), "{bad}");
        }
    }

    #[test]
    fn names_differ_where_letters_do() {
        let name = LetterName::of(&[b"ab", b"c"]);
        assert_ne!(name, LetterName::of(&[b"a", b"bc"]));
        assert_ne!(name, LetterName::of(&[b"ab"]));
        assert_eq!(name, LetterName::of(&[b"ab", b"c"]));
    }
}
