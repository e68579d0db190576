//! Random bytes, and the password of a stack.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::error::DevstackError;

/// Bytes from the system's generator.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], DevstackError> {
    let mut bytes = [0; N];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .map_err(DevstackError::io("read random bytes"))?;
    Ok(bytes)
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The password of all services of the stack in `folder`: 32 hexadecimal digits, so that it can stand in any URL. It is
/// kept there, since the data of a named folder remembers it.
pub(crate) fn of_stack(folder: &Path) -> Result<String, DevstackError> {
    let path = folder.join("secret");
    match fs::read_to_string(&path) {
        Ok(kept) if kept.len() == 32 && kept.bytes().all(|b| b.is_ascii_hexdigit()) => {
            return Ok(kept);
        }
        Ok(_) => {
            return Err(DevstackError::BadSetting {
                setting: "secret",
                why: format!("{} is damaged", path.display()),
            });
        }
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        Err(source) => {
            return Err(DevstackError::Io {
                what: format!("read {}", path.display()),
                source,
            });
        }
    }
    let secret = hex(&random::<16>()?);
    write_private(&path, &secret)?;
    Ok(secret)
}

/// Writes a new file that only its owner can read.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), DevstackError> {
    let write = || {
        let mut file = File::options()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(text.as_bytes())
    };
    write().map_err(DevstackError::io(format!("write {}", path.display())))
}
