//! Beat analyses that the jobs of a tenant share: folders that render processes read and write, bounded in bytes by the
//! worker.
//!
//! Each tenant has its own. What a render writes there is no more to be trusted than its media, and must reach nobody else's
//! videos; nor does anybody learn, from the time a render takes, which music others use.

use gildhall_proto::TenantId;
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Most that is kept; an analysis takes a few kilobytes.
const MAX_BYTES: u64 = 8 << 20;
/// What a file takes beside its bytes: many empty ones must not be free.
const OVERHEAD_BYTES: u64 = 256;

/// The folders of one worker process.
#[derive(Clone, Debug)]
pub struct Analyses {
    /// Holds one for each tenant.
    root: PathBuf,
    max_bytes: u64,
}

/// A file in it.
struct Kept {
    path: PathBuf,
    /// With its overhead.
    bytes: u64,
    made: SystemTime,
}

impl Analyses {
    /// Folders below `cache`, which renders make when they first need them; `None` where nothing may be kept.
    pub fn below(cache: &Path, max_bytes: u64) -> Option<Analyses> {
        (max_bytes > 0).then(|| Analyses {
            root: cache.join("analyses"),
            max_bytes: max_bytes.min(MAX_BYTES),
        })
    }

    /// Where those of a tenant are; its name has no character that leads elsewhere.
    pub fn folder_of(&self, tenant: &TenantId) -> PathBuf {
        self.root.join(tenant.as_str())
    }

    /// Removes the oldest files of all tenants until the rest fits. A render that is reading one of them reads on, one that is
    /// writing one of them does without.
    pub fn trim(&self) {
        let mut kept = self.kept();
        kept.sort_by_key(|file| file.made);
        let mut bytes = kept
            .iter()
            .fold(0_u64, |sum, file| sum.saturating_add(file.bytes));
        for file in kept {
            if bytes <= self.max_bytes {
                return;
            }
            // Another slot may have removed it.
            let _ = fs::remove_file(&file.path);
            bytes = bytes.saturating_sub(file.bytes);
        }
    }

    /// Every file that is there, half-written ones too. What is none is removed.
    fn kept(&self) -> Vec<Kept> {
        let files = entries(&self.root).flat_map(|tenant| entries(&tenant.path()));
        let kept = files.filter_map(|entry| {
            let metadata = entry.metadata().ok()?;
            if metadata.is_dir() {
                // No render makes one, save one that was taken over.
                let _ = fs::remove_dir_all(entry.path());
                return None;
            }
            Some(Kept {
                path: entry.path(),
                bytes: metadata.len().saturating_add(OVERHEAD_BYTES),
                made: metadata.modified().ok()?,
            })
        });
        kept.collect()
    }
}

/// What a folder holds; nothing where there is none.
fn entries(folder: &Path) -> impl Iterator<Item = DirEntry> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::time::Duration;

    fn tenant(name: &str) -> TenantId {
        TenantId::parse(name).expect("a name")
    }

    /// What is kept of both tenants.
    fn names(analyses: &Analyses) -> Vec<String> {
        let mut names: Vec<String> = ["acme", "zenith"]
            .into_iter()
            .flat_map(|name| entries(&analyses.folder_of(&tenant(name))))
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_oldest_of_all_tenants_go_until_the_rest_fits() {
        let root = tempfile::tempdir().expect("a folder");
        let room = 2 * (10 + OVERHEAD_BYTES) + 5;
        let analyses = Analyses::below(root.path(), room).expect("it may keep some");
        for (name, age_s, file) in [
            ("acme", 10, "newer"),
            ("acme", 30, "oldest"),
            ("zenith", 20, "older"),
            ("zenith", 0, "newest"),
        ] {
            let folder = analyses.folder_of(&tenant(name));
            fs::create_dir_all(&folder).expect("room");
            let path = folder.join(file);
            fs::write(&path, [0; 10]).expect("room");
            let made = SystemTime::now() - Duration::from_secs(age_s);
            let file = File::options().write(true).open(&path).expect("there");
            file.set_modified(made).expect("it is ours");
        }
        fs::create_dir(analyses.folder_of(&tenant("acme")).join("hidden")).expect("room");
        analyses.trim();
        assert_eq!(names(&analyses), ["newer", "newest"]);
        analyses.trim();
        assert_eq!(names(&analyses), ["newer", "newest"]);
    }

    #[test]
    fn tenants_do_not_share_a_folder() {
        let analyses = Analyses::below(Path::new("cache"), 1).expect("it may keep some");
        let [acme, zenith] = ["acme", "zenith"].map(|name| analyses.folder_of(&tenant(name)));
        assert!(!acme.starts_with(&zenith) && !zenith.starts_with(&acme));
        assert!(acme.starts_with("cache/analyses"));
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
