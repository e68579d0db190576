//! The folder a job's asset keys are resolved in, and nothing outside it.

use crate::Plain;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use gildhall_proto::AssetKey;
use gildhall_proto::limits::MAX_FILE_BYTES;
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Why an asset could not be opened. Its message never repeats the source error's.
#[derive(Debug, thiserror::Error)]
pub enum AssetError {
    /// There is no such file.
    #[error("there is no such file")]
    Missing,
    /// The path leads out of the asset root, for example through a symbolic link.
    #[error("it leads out of the asset folder")]
    Outside,
    /// A folder, a device, a pipe or the like.
    #[error("it is not a regular file")]
    NotAFile,
    /// An empty file.
    #[error("the file is empty")]
    Empty,
    /// A file above the limit.
    #[error("the file has {bytes} bytes; the limit is {limit}")]
    TooLarge {
        /// Its size in bytes.
        bytes: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The operating system failed.
    #[error("the file cannot be read")]
    Io(#[source] io::Error),
}

impl Plain for AssetError {}

impl AssetError {
    /// Whether another attempt can succeed without anyone changing the job or its files.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Io(_))
    }
}

/// An opened asset root.
#[derive(Debug)]
pub struct AssetRoot {
    dir: Dir,
}

impl AssetRoot {
    /// Opens the folder; all keys are resolved below it, also if it is moved meanwhile.
    ///
    /// # Errors
    /// The operating system's, if it is no readable folder.
    pub fn open(path: &Path) -> io::Result<Self> {
        let dir = Dir::open_ambient_dir(path, ambient_authority())?;
        Ok(Self { dir })
    }

    /// Opens a file for reading. A key cannot leave the root by itself; symbolic links that would are refused here.
    ///
    /// # Errors
    /// [`AssetError`].
    pub fn file(&self, key: &AssetKey) -> Result<File, AssetError> {
        // A named pipe must not make the open wait for a writer.
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(flags.bits() as i32);
        let file = self
            .dir
            .open_with(key.as_str(), &options)
            .map_err(opening)?;
        let metadata = file.metadata().map_err(AssetError::Io)?;
        if !metadata.is_file() {
            return Err(AssetError::NotAFile);
        }
        match metadata.len() {
            0 => Err(AssetError::Empty),
            bytes if bytes > MAX_FILE_BYTES => Err(AssetError::TooLarge {
                bytes,
                limit: MAX_FILE_BYTES,
            }),
            _ => Ok(file.into_std()),
        }
    }

    /// Reads a whole file, bounded by the size limit even if it grows meanwhile.
    ///
    /// # Errors
    /// [`AssetError`].
    pub fn bytes(&self, key: &AssetKey) -> Result<Vec<u8>, AssetError> {
        let file = self.file(key)?;
        let mut bytes = Vec::new();
        file.take(MAX_FILE_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(AssetError::Io)?;
        match bytes.len() as u64 {
            0..=MAX_FILE_BYTES => Ok(bytes),
            bytes => Err(AssetError::TooLarge {
                bytes,
                limit: MAX_FILE_BYTES,
            }),
        }
    }
}

fn opening(error: io::Error) -> AssetError {
    let is = |errno: Errno| error.raw_os_error() == Some(errno.raw_os_error());
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => AssetError::Missing,
        // cap-std's own refusal carries no error number.
        io::ErrorKind::PermissionDenied if error.raw_os_error().is_none() => AssetError::Outside,
        io::ErrorKind::IsADirectory => AssetError::NotAFile,
        _ if is(Errno::XDEV) || is(Errno::LOOP) => AssetError::Outside,
        _ if is(Errno::NXIO) => AssetError::NotAFile,
        _ => AssetError::Io(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn key(text: &str) -> AssetKey {
        AssetKey::parse(text).expect("a valid key")
    }

    fn root() -> (tempfile::TempDir, AssetRoot) {
        let outer = tempfile::tempdir().expect("a temporary folder");
        let inside = outer.path().join("root");
        std::fs::create_dir_all(inside.join("products")).expect("a folder");
        std::fs::write(outer.path().join("secret"), b"secret").expect("a file");
        std::fs::write(inside.join("products/ring.jpg"), b"ring").expect("a file");
        std::fs::write(inside.join("empty"), b"").expect("a file");
        symlink("../secret", inside.join("up")).expect("a link");
        symlink("/etc/passwd", inside.join("absolute")).expect("a link");
        symlink("products/ring.jpg", inside.join("within")).expect("a link");
        symlink("..", inside.join("parent")).expect("a link");
        symlink("loop", inside.join("loop")).expect("a link");
        let root = AssetRoot::open(&inside).expect("the folder opens");
        (outer, root)
    }

    #[test]
    fn files_below_the_root_are_read_also_through_inner_links() {
        let (_outer, root) = root();
        assert_eq!(
            root.bytes(&key("products/ring.jpg")).expect("read"),
            b"ring"
        );
        assert_eq!(root.bytes(&key("within")).expect("read"), b"ring");
    }

    #[test]
    fn links_that_lead_out_are_refused() {
        let (_outer, root) = root();
        for escape in ["up", "absolute", "parent/secret", "loop"] {
            let result = root.file(&key(escape));
            assert!(
                matches!(result, Err(AssetError::Outside)),
                "{escape}: {result:?}"
            );
        }
    }

    #[test]
    fn what_is_no_file_is_named_as_such() {
        let (outer, root) = root();
        let pipe = outer.path().join("root/pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .expect("a named pipe");
        assert!(matches!(
            root.file(&key("missing.jpg")),
            Err(AssetError::Missing)
        ));
        assert!(matches!(
            root.file(&key("products")),
            Err(AssetError::NotAFile)
        ));
        assert!(matches!(root.file(&key("pipe")), Err(AssetError::NotAFile)));
        assert!(matches!(root.file(&key("empty")), Err(AssetError::Empty)));
    }

    #[test]
    fn the_size_limit_holds_at_its_edge() {
        let (outer, root) = root();
        for (bytes, fits) in [
            (MAX_FILE_BYTES - 1, true),
            (MAX_FILE_BYTES, true),
            (MAX_FILE_BYTES + 1, false),
        ] {
            let file = File::create(outer.path().join("root/big")).expect("a file");
            file.set_len(bytes).expect("a sparse file");
            let result = root.file(&key("big"));
            assert_eq!(result.is_ok(), fits, "{bytes}: {result:?}");
        }
    }
}
