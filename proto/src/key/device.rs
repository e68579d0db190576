//! Names that open a device on Windows, whatever folder and extension they stand with.

use unicode_normalization::UnicodeNormalization;

const DEVICES: [&str; 7] = ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"];

/// Whether the part names a device: its text before the first dot, without trailing spaces, in any
/// case. Windows takes superscript digits for digits here, hence the compatibility form.
pub(super) fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end();
    let stem: String = stem.nfkc().flat_map(char::to_lowercase).collect();
    DEVICES.contains(&stem.as_str()) || is_port(&stem)
}

fn is_port(stem: &str) -> bool {
    let digits = stem
        .strip_prefix("com")
        .or_else(|| stem.strip_prefix("lpt"));
    digits.is_some_and(|digits| matches!(digits.as_bytes(), [b'0'..=b'9']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_devices() {
        for part in [
            "CON",
            "nul",
            "Aux.png",
            "prn.tar.gz",
            "COM0",
            "lpt9.txt",
            "com¹",
            "ＣＯＮ",
            "con .txt",
            "CONIN$",
        ] {
            assert!(is_device(part), "{part}");
        }
    }

    #[test]
    fn leaves_other_names_alone() {
        for part in [
            "console",
            "com",
            "com10",
            "lpt",
            "nullable.png",
            "my.con",
            "auxiliary",
        ] {
            assert!(!is_device(part), "{part}");
        }
    }
}
