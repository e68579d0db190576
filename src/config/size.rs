//! Sizes in bytes.

/// Reads a number of bytes: plain, or with `KiB`, `MiB` or `GiB` right behind it.
///
/// # Errors
/// Says what a size looks like, where `text` is none or does not fit 64 bits.
pub fn bytes(text: &str) -> Result<u64, String> {
    let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
    let (digits, unit) = units
        .into_iter()
        .find_map(|(name, unit)| Some((text.strip_suffix(name)?, unit)))
        .unwrap_or((text, 1));
    // `parse` alone would take a sign.
    let is_number = !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
    is_number
        .then(|| digits.parse::<u64>().ok()?.checked_mul(unit))
        .flatten()
        .ok_or_else(|| "must be a number of bytes, such as 1048576, 512MiB or 2GiB".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_numbers_with_or_without_a_unit() {
        assert_eq!(bytes("0"), Ok(0));
        assert_eq!(bytes("1048576"), Ok(1_048_576));
        assert_eq!(bytes("3KiB"), Ok(3072));
        assert_eq!(bytes("512MiB"), Ok(536_870_912));
        assert_eq!(bytes("2GiB"), Ok(2_147_483_648));
        assert_eq!(bytes("18446744073709551615"), Ok(u64::MAX));
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "",
            "MiB",
            "-1",
            "+1",
            "1.5GiB",
            "2 GiB",
            "2GB",
            "18446744073709551616",
            "17179869184GiB",
        ] {
            assert!(bytes(bad).is_err(), "{bad}");
        }
    }
}
