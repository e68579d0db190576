//! Which files can be opened, made and removed (landlock(7)).
//!
//! Everything that the kernel's Landlock can refuse is refused, and then the paths of the rules are opened again.

use crate::devices;
use crate::{Devices, Rules, SandboxError};
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, Ruleset,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope, make_bitflags,
};
use rustix::fs::{FileType, Mode, OFlags, fstat, open};
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

/// The newest version whose rights the escape test has seen refused; later ones are used as this one.
const TESTED: u8 = 7;

const READ: BitFlags<AccessFs> = make_bitflags!(AccessFs::{ReadFile | ReadDir});
/// No right to make folders, links, pipes, sockets or devices, nor to move anything from one folder to another.
const WRITE: BitFlags<AccessFs> =
    make_bitflags!(AccessFs::{ReadFile | ReadDir | WriteFile | Truncate | MakeReg | RemoveFile});
const DEVICE: BitFlags<AccessFs> =
    make_bitflags!(AccessFs::{ReadFile | ReadDir | WriteFile | IoctlDev});

/// Puts the rules in force for this thread and all that it will start.
pub fn put_in_force(rules: &Rules, kernel_abi: u8) -> Result<(), SandboxError> {
    let abi = ABI::from(i32::from(kernel_abi.min(TESTED)));
    let mut paths = Paths {
        ruleset: closed(abi)?,
        abi,
    };
    for path in &rules.read {
        paths = paths.allow_if_there(path, READ)?;
    }
    for path in &rules.write {
        paths = paths.allow(path, WRITE)?;
    }
    if rules.devices == Devices::Encoder {
        paths = paths.allow_devices()?;
    }
    let status = paths.ruleset.restrict_self()?;
    match status.ruleset {
        RulesetStatus::FullyEnforced if status.no_new_privs => Ok(()),
        _ => Err(SandboxError::PartOfLandlock),
    }
}

/// Rules that refuse all that a version can refuse.
fn closed(abi: ABI) -> Result<RulesetCreated, landlock::RulesetError> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(abi))?;
    // A set of nothing is taken for a mistake.
    if abi >= ABI::V4 {
        ruleset = ruleset.handle_access(AccessNet::from_all(abi))?;
    }
    if abi >= ABI::V6 {
        ruleset = ruleset.scope(Scope::from_all(abi))?;
    }
    ruleset.create()
}

/// Rules that are being opened again, path by path.
struct Paths {
    ruleset: RulesetCreated,
    abi: ABI,
}

impl Paths {
    fn allow(mut self, path: &Path, rights: BitFlags<AccessFs>) -> Result<Paths, SandboxError> {
        let failed = |source: io::Error| SandboxError::Path {
            path: path.to_owned(),
            source,
        };
        let (found, is_folder) = find(path).map_err(failed)?;
        let known = match is_folder {
            true => AccessFs::from_all(self.abi),
            false => AccessFs::from_file(self.abi),
        };
        let rule = PathBeneath::new(found, rights & known);
        self.ruleset = self.ruleset.add_rule(rule)?;
        Ok(self)
    }

    fn allow_if_there(
        self,
        path: &Path,
        rights: BitFlags<AccessFs>,
    ) -> Result<Paths, SandboxError> {
        match find(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(self),
            _ => self.allow(path, rights),
        }
    }

    fn allow_devices(mut self) -> Result<Paths, SandboxError> {
        for path in devices::READ {
            self = self.allow_if_there(Path::new(path), READ)?;
        }
        for path in devices::nodes() {
            self = self.allow_if_there(&path, DEVICE)?;
        }
        Ok(self)
    }
}

/// A handle on a file or folder, which neither reads nor runs it, and whether it is a folder.
fn find(path: &Path) -> io::Result<(OwnedFd, bool)> {
    let handle = open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    let kind = FileType::from_raw_mode(fstat(&handle)?.st_mode);
    Ok((handle, kind == FileType::Directory))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_reading_and_plain_files_is_ever_allowed() {
        let all = AccessFs::from_all(ABI::from(i32::from(TESTED)));
        let refused = all & !(READ | WRITE);
        let expected = make_bitflags!(AccessFs::{
            Execute | RemoveDir | MakeChar | MakeDir | MakeSock | MakeFifo | MakeBlock | MakeSym | Refer | IoctlDev
        });
        assert_eq!(refused, expected);
    }

    #[test]
    fn handles_tell_folders_from_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        std::fs::write(&file, "").expect("room");
        assert!(find(folder.path()).is_ok_and(|(_, is_folder)| is_folder));
        assert!(find(&file).is_ok_and(|(_, is_folder)| !is_folder));
        let missing = find(&folder.path().join("missing"));
        assert!(missing.is_err_and(|error| error.kind() == io::ErrorKind::NotFound));
    }
}
