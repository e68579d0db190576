//! Hostile files, made from a seed: what tenants might upload who want to see something break.
//!
//! Sound files of every accepted format ([`Corpus::new`] makes them) are cut, flipped, spliced and lied about; others are
//! written from scratch, such as pictures that declare a hundred gigapixels, texts under the names of media, or archives
//! that inflate without end. The same seed gives the same bytes, as long as the encoders of the `ffmpeg` command are the
//! same. A file's name tells what was done to it.
//!
//! Nothing here is dangerous to have. It becomes so where software believes what a file says.

mod bases;
mod family;
mod form;
pub mod large;
mod pack;
mod sources;

use crate::error::Error;
use crate::rng::Rng;
use bases::Bases;
use std::fs;
use std::path::Path;

pub use family::Family;

/// What a file pretends to be good for: the kind of asset that it is uploaded as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Use {
    /// A product image.
    Products,
    /// A golden frame.
    Frames,
    /// Music.
    Audio,
    /// An atmosphere.
    Overlays,
}

impl Use {
    /// Every use.
    pub const ALL: [Self; 4] = [Self::Products, Self::Frames, Self::Audio, Self::Overlays];

    /// The word of the contract for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Products => "products",
            Self::Frames => "frames",
            Self::Audio => "audio",
            Self::Overlays => "overlays",
        }
    }
}

/// One hostile file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostileFile {
    /// Its name: number, family, what was done to what, extension. Lower-case ASCII without spaces.
    pub name: String,
    /// How it was made.
    pub family: Family,
    /// What it is to be uploaded as.
    pub usage: Use,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// As many hostile files as anybody wants, each found by its number.
pub struct Corpus {
    seed: u64,
    bases: Bases,
}

impl Corpus {
    /// Makes the sound files that others are made from, in `folder`, which has to be there; they stay there.
    ///
    /// # Errors
    /// Where a file cannot be written or `ffmpeg` is missing or fails.
    pub fn new(seed: u64, folder: &Path) -> Result<Self, Error> {
        let bases = Bases::make(folder)?;
        Ok(Self { seed, bases })
    }

    /// File number `index`. Families take turns, and each goes through its repertoire before it repeats itself with
    /// other numbers.
    #[must_use]
    pub fn file(&self, index: u32) -> HostileFile {
        let count = Family::ALL.len() as u32;
        let family = Family::ALL[(index % count) as usize];
        let mut rng = Rng::new(self.seed).fork(u64::from(index));
        let made = family.make(&self.bases, index / count, &mut rng);
        HostileFile {
            name: format!(
                "{index:05}-{}-{}.{}",
                family.word(),
                plain(&made.label),
                made.extension
            ),
            family,
            usage: made.usage,
            bytes: made.bytes,
        }
    }
}

/// A label as part of a file name.
fn plain(label: &str) -> String {
    let safe = |c: char| match c {
        'a'..='z' | '0'..='9' => c,
        'A'..='Z' => c.to_ascii_lowercase(),
        _ => '-',
    };
    label.chars().map(safe).collect()
}

/// Writes the first `count` files into `out` and hands every finished one to `made`. The sound files that they were made
/// from are in `out/bases`.
///
/// # Errors
/// As [`Corpus::new`]; files made before stay.
pub fn write(seed: u64, count: u32, out: &Path, made: &mut dyn FnMut(&Path)) -> Result<(), Error> {
    let write_error = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Write { path, source }
    };
    let bases = out.join("bases");
    fs::create_dir_all(&bases).map_err(write_error(&bases))?;
    let corpus = Corpus::new(seed, &bases)?;
    for index in 0..count {
        let file = corpus.file(index);
        let path = out.join(file.name);
        fs::write(&path, file.bytes).map_err(write_error(&path))?;
        made(&path);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::PathBuf;

    /// A folder that goes away with it.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let name = format!("gildhall-samples-{name}-{}", std::process::id());
            let path = std::env::temp_dir().join(name);
            fs::create_dir_all(&path).expect("a folder");
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_files_and_another_one_others() {
        let folders = ["a", "b"].map(Folder::new);
        let [a, b] = [&folders[0], &folders[1]].map(|f| Corpus::new(7, &f.0).expect("bases"));
        for index in 0..200 {
            assert_eq!(a.file(index), b.file(index), "{}", a.file(index).name);
        }
        let other = Corpus { seed: 8, ..b };
        let differs = |&index: &u32| a.file(index).bytes != other.file(index).bytes;
        let differing = (0..200).filter(differs).count();
        // Texts, bombs and the like are what they are.
        assert!(differing > 60, "{differing}");
    }

    #[test]
    fn every_family_and_use_has_its_share_and_names_tell_files_apart() {
        let folder = Folder::new("c");
        let corpus = Corpus::new(1, &folder.0).expect("bases");
        let count = 20 * Family::ALL.len() as u32;
        let (mut families, mut uses) = (BTreeMap::new(), BTreeMap::new());
        let (mut names, mut contents) = (BTreeSet::new(), BTreeSet::new());
        for file in (0..count).map(|index| corpus.file(index)) {
            *families.entry(file.family).or_insert(0) += 1;
            *uses.entry(file.usage).or_insert(0) += 1;
            assert!(file.name.contains(file.family.word()), "{}", file.name);
            let is_plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '.');
            assert!(file.name.chars().all(is_plain), "{}", file.name);
            assert!(file.name.len() < 120, "{}", file.name);
            // What is uploaded has to be small, or nothing is tried but the network.
            assert!(file.bytes.len() < 4 << 20, "{}", file.name);
            contents.insert(file.bytes);
            assert!(names.insert(file.name));
        }
        assert_eq!(families.len(), Family::ALL.len());
        assert!(families.values().all(|&files| files == 20), "{families:?}");
        assert_eq!(uses.len(), Use::ALL.len());
        assert!(uses.values().all(|&files| files >= 10), "{uses:?}");
        let different = contents.len() as u32;
        assert!(different > count * 8 / 10, "{different} of {count} differ");
    }
}
