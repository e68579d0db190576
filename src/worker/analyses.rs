//! Beat analyses that many jobs share: a folder that render processes read and write, bounded in bytes by the worker.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Most that is kept; an analysis takes a few kilobytes.
const MAX_BYTES: u64 = 8 << 20;

/// The folder of one worker process.
#[derive(Clone, Debug)]
pub struct Analyses {
    folder: PathBuf,
    max_bytes: u64,
}

/// A file in it.
struct Kept {
    path: PathBuf,
    bytes: u64,
    made: SystemTime,
}

impl Analyses {
    /// A folder below `cache`, which renders make when they first need it; `None` where nothing may be kept.
    pub fn below(cache: &Path, max_bytes: u64) -> Option<Analyses> {
        (max_bytes > 0).then(|| Analyses {
            folder: cache.join("analyses"),
            max_bytes: max_bytes.min(MAX_BYTES),
        })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Removes the oldest files until the rest fits. A render that is reading one of them reads on, one that is writing one
    /// of them does without.
    pub fn trim(&self) {
        let mut kept = self.kept();
        kept.sort_by_key(|file| file.made);
        let mut bytes: u64 = kept.iter().map(|file| file.bytes).sum();
        for file in kept {
            if bytes <= self.max_bytes {
                return;
            }
            // Another slot may have removed it.
            let _ = fs::remove_file(&file.path);
            bytes -= file.bytes;
        }
    }

    /// Every file that is there, half-written ones too.
    fn kept(&self) -> Vec<Kept> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let kept = entries.filter_map(|entry| {
            let metadata = entry.metadata().ok()?;
            Some(Kept {
                path: entry.path(),
                bytes: metadata.len(),
                made: metadata.modified().ok()?,
            })
        });
        kept.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::time::Duration;

    fn names(analyses: &Analyses) -> Vec<String> {
        let entries = fs::read_dir(analyses.folder()).expect("it is there");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_oldest_go_until_the_rest_fits() {
        let root = tempfile::tempdir().expect("a folder");
        let analyses = Analyses::below(root.path(), 25).expect("it may keep some");
        fs::create_dir(analyses.folder()).expect("new");
        for (age_s, name) in [(10, "newer"), (30, "oldest"), (20, "older"), (0, "newest")] {
            let path = analyses.folder().join(name);
            fs::write(&path, [0; 10]).expect("room");
            let made = SystemTime::now() - Duration::from_secs(age_s);
            let file = File::options().write(true).open(&path).expect("there");
            file.set_modified(made).expect("it is ours");
        }
        analyses.trim();
        assert_eq!(names(&analyses), ["newer", "newest"]);
        analyses.trim();
        assert_eq!(names(&analyses), ["newer", "newest"]);
    }

    #[test]
    fn a_folder_that_no_render_made_yet_is_empty() {
        let root = tempfile::tempdir().expect("a folder");
        Analyses::below(root.path(), 1).expect("one byte").trim();
        assert_eq!(fs::read_dir(root.path()).expect("there").count(), 0);
    }

    #[test]
    fn where_nothing_may_be_kept_there_is_none() {
        assert!(Analyses::below(Path::new("cache"), 0).is_none());
        let large = Analyses::below(Path::new("cache"), u64::MAX).expect("it may");
        assert_eq!(large.max_bytes, MAX_BYTES);
    }
}
