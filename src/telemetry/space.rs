//! How much room files take, for gauges.

use std::fs::{self, Metadata};
use std::path::Path;

/// Bytes of all files below a folder that `counts`. What vanishes meanwhile, and what cannot be looked at, is nothing.
pub fn bytes_below(folder: &Path, counts: fn(&Metadata) -> bool) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(about) if about.is_dir() => bytes_below(&entry.path(), counts),
            Ok(about) if about.is_file() && counts(&about) => about.len(),
            _ => 0,
        })
        .sum()
}

/// Bytes that this process may still write to the file system of a folder; `None` where the system does not tell.
pub fn free_bytes(folder: &Path) -> Option<u64> {
    let about = rustix::fs::statvfs(folder).ok()?;
    Some(about.f_bavail.saturating_mul(about.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn files_are_summed_through_all_folders() {
        let root = tempfile::tempdir().expect("a folder");
        let inner = root.path().join("a/b");
        fs::create_dir_all(&inner).expect("room");
        fs::write(root.path().join("one"), [0; 10]).expect("room");
        fs::write(inner.join("two"), [0; 5]).expect("room");
        fs::hard_link(inner.join("two"), inner.join("two again")).expect("the same file system");
        assert_eq!(bytes_below(root.path(), |_| true), 20);
        assert_eq!(bytes_below(root.path(), |about| about.nlink() == 1), 10);
        assert_eq!(bytes_below(&root.path().join("none"), |_| true), 0);
        assert!(free_bytes(root.path()).is_some_and(|free| free > 0));
        assert_eq!(free_bytes(&root.path().join("none")), None);
    }
}
