//! The signatures of a private clamd: one, of the file that everybody tests scanners with.
//!
//! That file (EICAR's standard anti-virus test file, 68 harmless characters) stands nowhere in this repository as it is,
//! or the scanner of whoever clones it would take the sources away.

use std::fmt::Write;

/// What clamd calls a file with the test file in it: the name of the signature, with a mark that it is no official one.
pub const EICAR_SIGNATURE: &str = "Eicar-Test-Signature.UNOFFICIAL";

/// Flips the low five bits.
const MASK: u8 = 0x1F;

/// The test file, masked.
const MASKED: &[u8; 68] =
    b"G*P>O:_^OD+COEG*+7OA6(\\\\6(b;ZV\\^M2LK^Q[^M[2^QKVIVMJL2KZLK2YVSZ>;W4W5";

/// The test file. Whatever it stands in, a private clamd finds it.
#[must_use]
pub fn eicar() -> Vec<u8> {
    MASKED.iter().map(|byte| byte ^ MASK).collect()
}

/// A signature file of the extended form (`.ndb`): name, any kind of file, anywhere in it, and the bytes in hexadecimal.
pub(super) fn file() -> String {
    let name = EICAR_SIGNATURE.trim_end_matches(".UNOFFICIAL");
    let mut line = format!("{name}:0:*:");
    for byte in eicar() {
        write!(line, "{byte:02x}").expect("a string takes everything");
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_file_is_the_standard_one() {
        let file = eicar();
        let digest = <sha2::Sha256 as sha2::Digest>::digest(&file);
        assert_eq!(
            crate::secret::hex(&digest),
            "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"
        );
    }

    #[test]
    fn the_signature_file_is_one_line_that_shows_nothing_of_it() {
        let line = file();
        assert!(
            line.starts_with("Eicar-Test-Signature:0:*:58354f21"),
            "{line}"
        );
        assert_eq!(
            line.len(),
            "Eicar-Test-Signature:0:*:\n".len() + 2 * eicar().len()
        );
    }
}
