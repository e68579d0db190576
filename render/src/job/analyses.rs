//! Measurements of music, kept between renders: a folder with one small file for each track.
//!
//! An entry is named after what decides its content: the version of the analysis, the bytes of the audio file, and how much
//! of it was listened to. It also names the libraries that decoded the sound; one that others wrote counts as none. Nothing
//! about the folder is ever an error: what is missing, broken or cannot be written costs another analysis.

use super::staging::{self, Staged};
use crate::audio::AudioError;
use crate::beats::{ANALYSIS_VERSION, LONGEST_S};
use crate::media;
use crate::plan::{MeasuredAudio, SAMPLE_RATE};
use gildhall_proto::limits::MAX_FILE_BYTES;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Largest entry that is read, in bytes; the longest track at the fastest tempo needs a tenth of it.
const MAX_ENTRY_BYTES: u64 = 256 << 10;
/// How much of the audio is hashed at a time, in bytes.
const BLOCK_BYTES: usize = 64 << 10;

/// Where the measurements of one track are kept.
pub(super) struct Place {
    file: PathBuf,
    /// Most samples that were listened to, at 48 kHz.
    up_to: u64,
}

/// What lies there.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Names and versions of the libraries that decoded the sound.
    decoder: String,
    samples: u64,
    silent: bool,
    beats_s: Vec<f64>,
}

/// What is kept, or else what `measure` finds, which is kept from then on unless the analysis failed.
pub(super) fn kept_or(
    place: Option<&Place>,
    measure: impl FnOnce() -> Result<MeasuredAudio, AudioError>,
) -> Result<MeasuredAudio, AudioError> {
    let Some(place) = place else {
        return measure();
    };
    if let Some(known) = place.read() {
        return Ok(known);
    }
    let measured = measure()?;
    // A full disk costs the next render an analysis, this one nothing.
    let _ = place.write(&measured);
    Ok(measured)
}

impl Place {
    /// The place for `audio` when its first `up_to_s` seconds are listened to; `None` where it cannot be read: whoever
    /// decodes it finds out why.
    pub fn of(folder: &Path, audio: &File, up_to_s: u64) -> Option<Place> {
        let hash = sha256(audio).ok()?;
        let name = format!("beats-v{ANALYSIS_VERSION}-{hash}-{up_to_s}s.json");
        Some(Place {
            file: folder.join(name),
            up_to: up_to_s * u64::from(SAMPLE_RATE),
        })
    }

    fn read(&self) -> Option<MeasuredAudio> {
        let metadata = fs::metadata(&self.file).ok()?;
        // A pipe in its place would be waited for.
        if !metadata.is_file() || metadata.len() > MAX_ENTRY_BYTES {
            return None;
        }
        let mut bytes = Vec::new();
        let file = File::open(&self.file).ok()?;
        file.take(MAX_ENTRY_BYTES).read_to_end(&mut bytes).ok()?;
        told(&bytes, self.up_to)
    }

    fn write(&self, measured: &MeasuredAudio) -> io::Result<()> {
        let Ok(beats_s) = &measured.beats else {
            return Ok(());
        };
        let entry = Entry {
            decoder: decoder(),
            samples: measured.samples,
            silent: measured.silent,
            beats_s: beats_s.clone(),
        };
        let folder = staging::folder_of(&self.file);
        fs::create_dir_all(folder)?;
        staging::remove_leftovers(folder);
        let mut staged = Staged::new(self.file.clone()).map_err(io::Error::other)?;
        staged.file_mut().write_all(&serde_json::to_vec(&entry)?)?;
        staged.publish().map_err(io::Error::other)?;
        Ok(())
    }
}

impl Entry {
    /// Whether this program could have written it.
    fn is_sound(&self, up_to: u64) -> bool {
        let longest_s = f64::from(LONGEST_S);
        self.decoder == decoder()
            && self.samples <= up_to
            && self.beats_s.iter().all(|s| (0.0..=longest_s).contains(s))
            && self.beats_s.is_sorted_by(|a, b| a < b)
    }
}

/// What an entry tells of a track of which at most `up_to` samples were listened to; `None` where this program could not have
/// written it.
pub fn told(entry: &[u8], up_to: u64) -> Option<MeasuredAudio> {
    let entry: Entry = serde_json::from_slice(entry).ok()?;
    entry.is_sound(up_to).then_some(MeasuredAudio {
        samples: entry.samples,
        silent: entry.silent,
        beats: Ok(entry.beats_s),
    })
}

/// Names and versions of the libraries that decode sound here.
pub fn decoder() -> String {
    let versions = media::library_versions();
    let named = versions
        .iter()
        .map(|(name, [major, minor, micro])| format!("{name} {major}.{minor}.{micro}"));
    named.collect::<Vec<_>>().join(", ")
}

/// In hexadecimal. The file's own offset is neither used nor moved.
fn sha256(file: &File) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut block = vec![0; BLOCK_BYTES];
    let mut offset = 0;
    loop {
        let count = match file.read_at(&mut block, offset) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(&block[..count]);
        offset += count as u64;
        if offset > MAX_FILE_BYTES {
            return Err(io::Error::other("it has grown beyond the limit"));
        }
    }
    let digest = hash.finalize();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    const UP_TO_S: u64 = 10;

    fn measured() -> MeasuredAudio {
        MeasuredAudio {
            samples: 480_000,
            silent: false,
            beats: Ok(vec![0.1, 0.6 + 1e-16, 1.1, 9.7]),
        }
    }

    fn audio(folder: &Path, bytes: &[u8]) -> File {
        let path = folder.join("audio");
        fs::write(&path, bytes).expect("written");
        File::open(path).expect("there")
    }

    fn place(folder: &Path) -> Place {
        let audio = audio(folder, b"abc");
        Place::of(&folder.join("cache"), &audio, UP_TO_S).expect("readable")
    }

    /// Asks for the measurements, and says whether they had to be made.
    fn ask(place: &Place) -> (MeasuredAudio, bool) {
        let made = Cell::new(false);
        let found = kept_or(Some(place), || {
            made.set(true);
            Ok(measured())
        });
        (found.expect("it is given"), made.get())
    }

    #[test]
    fn what_was_measured_once_is_not_measured_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = place(folder.path());
        assert_eq!(ask(&place), (measured(), true));
        assert_eq!(ask(&place), (measured(), false));
        let entries = fs::read_dir(folder.path().join("cache")).expect("made");
        assert_eq!(entries.count(), 1);
    }

    #[test]
    fn an_entry_is_named_after_version_bytes_and_length() {
        let folder = tempfile::tempdir().expect("a folder");
        let name = |bytes: &[u8], up_to_s| {
            let audio = audio(folder.path(), bytes);
            let place = Place::of(Path::new("cache"), &audio, up_to_s).expect("readable");
            place.file.display().to_string()
        };
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let expected = format!("cache/beats-v{ANALYSIS_VERSION}-{hash}-10s.json");
        assert_eq!(name(b"abc", 10), expected);
        assert_ne!(name(b"abc", 11), expected);
        assert_ne!(name(b"abd", 10), expected);
        let large = vec![7; 3 * BLOCK_BYTES + 1];
        assert_ne!(name(&large, 10), name(&large[1..], 10));
    }

    #[test]
    fn a_broken_entry_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = place(folder.path());
        ask(&place);
        let sound = fs::read_to_string(&place.file).expect("there");
        let large = format!("{sound}{}", " ".repeat(MAX_ENTRY_BYTES as usize));
        let broken: [&str; 10] = [
            "",
            "{}",
            &sound[..sound.len() / 2],
            &sound.replace("libavcodec", "libother"),
            &sound.replace("480000", "480001"),
            &sound.replace("9.7", "180.1"),
            &sound.replace("9.7", "1.1"),
            &sound.replace("0.1", "-0.1"),
            &sound.replace("9.7", "null"),
            &large,
        ];
        for text in broken {
            assert_ne!(text, sound);
            fs::write(&place.file, text).expect("written");
            assert_eq!(ask(&place), (measured(), true), "{text}");
            assert_eq!(fs::read_to_string(&place.file).expect("there"), sound);
        }
    }

    #[test]
    fn a_folder_that_cannot_be_used_costs_an_analysis_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = place(folder.path());
        fs::write(folder.path().join("cache"), b"a file in its way").expect("written");
        assert_eq!(ask(&place), (measured(), true));
        assert_eq!(ask(&place), (measured(), true));
    }

    #[test]
    fn a_failed_analysis_is_not_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = place(folder.path());
        let failed = MeasuredAudio {
            beats: Err(()),
            ..measured()
        };
        let found = kept_or(Some(&place), || Ok(failed.clone())).expect("it is given");
        assert_eq!(found, failed);
        assert!(!place.file.exists());
        assert_eq!(ask(&place), (measured(), true));
    }
}
