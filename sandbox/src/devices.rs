//! What hardware encoders need beside the files of a job. Only for sandboxes that are best-effort anyway.

use std::fs;
use std::path::{Path, PathBuf};

/// Libraries, descriptions of devices, and what drivers ask of the kernel.
pub const READ: &[&str] = &[
    "/etc/ld.so.cache",
    "/lib",
    "/lib64",
    "/proc/devices",
    "/proc/driver",
    "/proc/modules",
    "/sys",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share",
];

/// The devices that are there: graphics cards and those of NVIDIA's driver.
pub fn nodes() -> Vec<PathBuf> {
    let entries = fs::read_dir("/dev").into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| is_encoder(path)).collect()
}

fn is_encoder(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name == "dri" || name.starts_with("nvidia")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoders_are_told_from_other_devices() {
        for device in [
            "/dev/dri",
            "/dev/nvidia0",
            "/dev/nvidia-uvm",
            "/dev/nvidiactl",
        ] {
            assert!(is_encoder(Path::new(device)), "{device}");
        }
        for device in [
            "/dev/sda",
            "/dev/mem",
            "/dev/kvm",
            "/dev/null",
            "/dev/driver",
        ] {
            assert!(!is_encoder(Path::new(device)), "{device}");
        }
    }
}
