//! Assets that many jobs share are fetched once: a folder of files by object and version, bounded in bytes.

use super::numbers;
use crate::objects::{Objects, ObjectsError};
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The cache of one worker process. A file is shared with the attempts that use it by a hard link, so evicting it takes it
/// away from nobody.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    max_bytes: u64,
    index: Mutex<Index>,
}

#[derive(Debug, Default)]
struct Index {
    entries: HashMap<Version, Entry>,
    bytes: u64,
    uses: u64,
}

/// An object as it was at one time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Version {
    key: String,
    etag: String,
}

#[derive(Clone, Debug)]
struct Entry {
    file: PathBuf,
    sha256: String,
    bytes: u64,
    last_use: u64,
}

impl Cache {
    /// An empty cache in a folder of its own; 0 bytes switch it off.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn new(folder: PathBuf, max_bytes: u64) -> io::Result<Cache> {
        fs::create_dir_all(&folder)?;
        Ok(Cache {
            folder,
            max_bytes,
            index: Mutex::default(),
        })
    }

    /// Puts an object into a new file at `path` and gives its SHA-256 in hexadecimal.
    ///
    /// # Errors
    /// When the object is missing, larger than `max_bytes`, or cannot be fetched or written.
    pub async fn fetch(
        &self,
        objects: &Objects,
        key: &str,
        path: &Path,
        max_bytes: u64,
    ) -> Result<String, ObjectsError> {
        let Some(head) = objects.head(key).await? else {
            return Err(ObjectsError::Missing {
                key: key.to_owned(),
            });
        };
        let version = Version {
            key: key.to_owned(),
            etag: head.etag,
        };
        let linked = self.link(&version, path);
        numbers::asked_cache(linked.is_some());
        if let Some(sha256) = linked {
            return Ok(sha256);
        }
        let fetched = objects.download(key, path, max_bytes).await?;
        // The object may have changed since it was asked for: keep it under the version that came.
        let version = Version {
            etag: fetched.etag,
            ..version
        };
        self.keep(version, path, &fetched.sha256, fetched.bytes);
        Ok(fetched.sha256)
    }

    fn index(&self) -> std::sync::MutexGuard<'_, Index> {
        // A panic while it was held leaves at worst a wrong count of bytes.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn link(&self, version: &Version, path: &Path) -> Option<String> {
        let mut index = self.index();
        index.uses += 1;
        let now = index.uses;
        let entry = index.entries.get_mut(version)?;
        fs::hard_link(&entry.file, path).ok()?;
        entry.last_use = now;
        Some(entry.sha256.clone())
    }

    /// Remembers a file; where that fails the next job fetches it again.
    fn keep(&self, version: Version, path: &Path, sha256: &str, bytes: u64) {
        if bytes > self.max_bytes {
            return;
        }
        let mut index = self.index();
        index.uses += 1;
        let entry = Entry {
            file: self.folder.join(index.uses.to_string()),
            sha256: sha256.to_owned(),
            bytes,
            last_use: index.uses,
        };
        if fs::hard_link(path, &entry.file).is_err() {
            return;
        }
        index.bytes += bytes;
        if let Some(old) = index.entries.insert(version, entry) {
            index.forget(&old);
        }
        index.evict(self.max_bytes);
    }
}

impl Index {
    /// Drops what was used longest ago until the rest fits.
    fn evict(&mut self, max_bytes: u64) {
        while self.bytes > max_bytes {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.last_use);
            let Some(version) = oldest.map(|(version, _)| version.clone()) else {
                return;
            };
            if let Some(entry) = self.entries.remove(&version) {
                self.forget(&entry);
            }
        }
    }

    fn forget(&mut self, entry: &Entry) {
        self.bytes -= entry.bytes;
        // A file that stays takes room until the worker ends, and its folder with it.
        let _ = fs::remove_file(&entry.file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(key: &str) -> Version {
        Version {
            key: key.to_owned(),
            etag: "1".to_owned(),
        }
    }

    #[test]
    fn what_was_used_longest_ago_goes_first_and_links_stay() {
        let root = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(root.path().join("cache"), 20).expect("room");
        for name in ["a", "b"] {
            let path = root.path().join(name);
            fs::write(&path, [0; 10]).expect("room");
            cache.keep(version(name), &path, name, 10);
        }
        let link = root.path().join("a-again");
        assert_eq!(cache.link(&version("a"), &link).as_deref(), Some("a"));
        let path = root.path().join("c");
        fs::write(&path, [0; 10]).expect("room");
        cache.keep(version("c"), &path, "c", 10);
        assert_eq!(cache.link(&version("b"), &root.path().join("b2")), None);
        assert!(cache.link(&version("a"), &root.path().join("a2")).is_some());
        assert_eq!(cache.index().bytes, 20);
        assert_eq!(fs::read(&link).expect("still there").len(), 10);
    }

    #[test]
    fn a_file_larger_than_the_cache_is_not_kept() {
        let root = tempfile::tempdir().expect("a folder");
        let cache = Cache::new(root.path().join("cache"), 9).expect("room");
        let path = root.path().join("a");
        fs::write(&path, [0; 10]).expect("room");
        cache.keep(version("a"), &path, "a", 10);
        assert_eq!(cache.index().bytes, 0);
        assert_eq!(cache.link(&version("a"), &root.path().join("a2")), None);
    }
}
