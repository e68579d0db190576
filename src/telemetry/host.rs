//! The machine's own name.

use std::fs;

/// Longest name that Linux gives a machine, in bytes (uname(2)).
const MAX_BYTES: usize = 64;

/// The name of this machine, or of the container: letters, digits and signs of ASCII, never empty. What a machine is called
/// is its owner's choice, and goes into names, settings and tables.
#[must_use]
pub fn host() -> String {
    let name = fs::read("/proc/sys/kernel/hostname").unwrap_or_default();
    plain(&name)
}

fn plain(name: &[u8]) -> String {
    let kept = name.iter().copied().filter(|byte| byte.is_ascii_graphic());
    let kept: String = kept.take(MAX_BYTES).map(char::from).collect();
    match kept.is_empty() {
        true => "localhost".to_owned(),
        false => kept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain_and_never_empty() {
        assert_eq!(plain(b"node-7.example\n"), "node-7.example");
        assert_eq!(plain(b"two words\tand\x1b[2J\0"), "twowordsand[2J");
        assert_eq!(plain("r\u{f6}ntgen".as_bytes()), "rntgen");
        for nothing in [&b""[..], b"\n", b" \t"] {
            assert_eq!(plain(nothing), "localhost");
        }
        assert_eq!(plain(&[b'x'; 100]).len(), MAX_BYTES);
        assert!(!host().is_empty());
    }
}
