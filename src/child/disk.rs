//! How much a child has written.

use super::error::ChildError;
use super::limits::DiskLimit;
use rustix::fs::statvfs;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Most files and folders of a child; a render has less than thirty.
const MAX_ENTRIES: usize = 1000;
/// Free space at which a child is stopped, in bytes, where the disk is large.
const FLOOR_BYTES: u64 = 1 << 30;
/// The unit of `st_blocks` (stat(2)).
const BLOCK_BYTES: u64 = 512;
const MEGABYTE: u64 = 1 << 20;

/// Looks at the folder of a child. Files without a name are seen only in what is left of the disk.
#[derive(Debug)]
pub struct DiskWatch<'l> {
    limit: &'l DiskLimit,
    /// Free space below which a child is stopped: where it began with little, that is a quarter of it.
    floor_bytes: u64,
}

impl<'l> DiskWatch<'l> {
    /// From now on.
    pub fn begin(limit: &'l DiskLimit) -> DiskWatch<'l> {
        let free_bytes = free_bytes(&limit.folder).unwrap_or(0);
        DiskWatch {
            limit,
            floor_bytes: FLOOR_BYTES.min(free_bytes / 4),
        }
    }

    /// Whether the child has to stop.
    pub fn look(&self) -> Option<ChildError> {
        let used_bytes = used_bytes(&self.limit.folder);
        if used_bytes.is_none_or(|used| used > self.limit.max_bytes) {
            let limit_mb = self.limit.max_bytes / MEGABYTE;
            return Some(ChildError::OverDisk { limit_mb });
        }
        // A disk that does not tell is left to the errors of those who write.
        let free_bytes = free_bytes(&self.limit.folder).ok()?;
        (free_bytes < self.floor_bytes).then_some(ChildError::DiskFull {
            free_mb: free_bytes / MEGABYTE,
        })
    }
}

fn free_bytes(folder: &Path) -> io::Result<u64> {
    let disk = statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// What lies in a folder and below; `None` where that is too much to count. What vanishes meanwhile counts nothing, and links
/// are not followed.
fn used_bytes(folder: &Path) -> Option<u64> {
    let mut folders = vec![folder.to_owned()];
    let (mut bytes, mut entries) = (0_u64, 0);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            entries += 1;
            if entries > MAX_ENTRIES {
                return None;
            }
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            bytes = bytes.saturating_add(metadata.blocks().saturating_mul(BLOCK_BYTES));
            if metadata.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn limit(folder: &TempDir, max_bytes: u64) -> DiskLimit {
        DiskLimit {
            folder: folder.path().to_owned(),
            max_bytes,
        }
    }

    #[test]
    fn files_in_folders_count_and_what_links_lead_to_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let limit = limit(&folder, 256 << 10);
        let watch = DiskWatch::begin(&limit);
        fs::create_dir(folder.path().join("inner")).expect("new");
        fs::write(folder.path().join("inner/a"), vec![1; 100 << 10]).expect("room");
        std::os::unix::fs::symlink("/", folder.path().join("all")).expect("new");
        assert!(watch.look().is_none());
        fs::write(folder.path().join("b"), vec![1; 200 << 10]).expect("room");
        let stopped = watch.look();
        assert!(
            matches!(stopped, Some(ChildError::OverDisk { limit_mb: 0 })),
            "{stopped:?}"
        );
    }

    #[test]
    fn too_many_files_are_too_much_whatever_their_size() {
        let folder = tempfile::tempdir().expect("a folder");
        let limit = limit(&folder, u64::MAX);
        let watch = DiskWatch::begin(&limit);
        for number in 0..MAX_ENTRIES {
            fs::write(folder.path().join(number.to_string()), "").expect("room");
        }
        assert!(watch.look().is_none());
        fs::write(folder.path().join("one more"), "").expect("room");
        assert!(matches!(watch.look(), Some(ChildError::OverDisk { .. })));
    }

    #[test]
    fn a_disk_that_runs_full_stops_the_child() {
        let folder = tempfile::tempdir().expect("a folder");
        let limit = limit(&folder, u64::MAX);
        let mut watch = DiskWatch::begin(&limit);
        assert!(watch.floor_bytes <= FLOOR_BYTES);
        watch.floor_bytes = u64::MAX;
        assert!(matches!(watch.look(), Some(ChildError::DiskFull { .. })));
    }
}
