//! Percent-encoded separators, which a gateway on the way may decode.

use unicode_normalization::UnicodeNormalization;

use super::KeyFault;

/// `.`, `/`, `\`, NUL, and the two bytes that only overlong UTF-8 forms of them start with.
const ENCODED: [&str; 6] = ["2e", "2f", "5c", "00", "c0", "c1"];

/// Refuses the encodings above in any case, encoded again (`%252e`) as well, and `%uXXXX`. Looks at
/// the compatibility form of the key, so that fullwidth `％` and digits are seen too.
pub(super) fn check(key: &str) -> Result<(), KeyFault> {
    if key.is_ascii() && !key.contains('%') {
        return Ok(());
    }
    let plain: String = key.nfkc().flat_map(char::to_lowercase).collect();
    for (start, _) in plain.match_indices('%') {
        if let Some(length) = encoded_length(&plain[start + 1..]) {
            return Err(KeyFault::PercentEncoded(
                plain[start..=start + length].to_owned(),
            ));
        }
    }
    Ok(())
}

/// How many bytes after a `%` encode something that is refused; `None` if they do not.
fn encoded_length(after_percent: &str) -> Option<usize> {
    let mut rest = after_percent;
    while let Some(next) = rest.strip_prefix("25") {
        rest = next;
    }
    let skipped = after_percent.len() - rest.len();
    if ENCODED.iter().any(|code| rest.starts_with(code)) {
        return Some(skipped + 2);
    }
    let digits = rest.strip_prefix('u')?.bytes().take(4);
    (digits.filter(u8::is_ascii_hexdigit).count() == 4).then_some(skipped + 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_encoded_separators() {
        for (key, found) in [
            ("%2e%2e/a", "%2e"),
            ("a%2Fb", "%2f"),
            ("a%5cb", "%5c"),
            ("a%252e", "%252e"),
            ("a%25252Fb", "%25252f"),
            ("a%c0%ae", "%c0"),
            ("a%u2215b", "%u2215"),
            ("a%00", "%00"),
            ("％２ｅ", "%2e"),
        ] {
            assert_eq!(
                check(key),
                Err(KeyFault::PercentEncoded(found.into())),
                "{key}"
            );
        }
    }

    #[test]
    fn a_percent_sign_alone_is_fine() {
        for key in [
            "50%.jpg",
            "50% off.jpg",
            "100%gold.jpg",
            "a%20b.jpg",
            "a%25",
            "été%",
            "%uxyz1",
        ] {
            assert_eq!(check(key), Ok(()), "{key}");
        }
    }
}
