//! Where it was measured: numbers mean little without it.

use std::fs;
use std::path::Path;
use std::thread;

/// The machine's processor and cores, and what holds the services' data.
pub fn describe(data: Option<&Path>) -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == "model name").then(|| value.trim())
    });
    let model = model.unwrap_or("unknown CPU");
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let disk = data.map_or_else(
        || "services elsewhere".to_owned(),
        |data| format!("data in {} ({})", data.display(), file_system(data)),
    );
    format!("{model}, {threads} threads, {disk}")
}

/// The kind of file system that a folder is on: waiting for the disk costs nothing on a `tmpfs`.
fn file_system(folder: &Path) -> String {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    // Device, folder, kind (fstab(5)); of several mounts over each other the last one is seen.
    let over = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let (mount, kind) = (Path::new(fields.next()?), fields.next()?);
        folder.starts_with(mount).then_some((mount, kind))
    });
    let nearest = over.max_by_key(|(mount, _)| mount.components().count());
    nearest.map_or("unknown", |(_, kind)| kind).to_owned()
}
