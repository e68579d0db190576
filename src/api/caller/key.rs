//! What an API key looks like: `gk_<prefix>_<secret>`.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const MAX_PREFIX_CHARS: usize = 64;
const SECRET_CHARS: std::ops::RangeInclusive<usize> = 16..=128;

/// A key as a request brought it. The secret is kept only as its hash.
#[derive(Debug, Clone)]
pub struct PresentedKey {
    /// The public part, by which the ledger finds the key.
    pub prefix: String,
    secret_sha256: [u8; 32],
}

impl PresentedKey {
    /// `None` for anything that no key looks like, so that the ledger is not asked for it.
    pub fn parse(token: &str) -> Option<PresentedKey> {
        let (prefix, secret) = token.strip_prefix("gk_")?.split_once('_')?;
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let of_base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let lengths =
            (1..=MAX_PREFIX_CHARS).contains(&prefix.len()) && SECRET_CHARS.contains(&secret.len());
        (lengths && plain(prefix) && secret.bytes().all(of_base64)).then(|| PresentedKey {
            prefix: prefix.to_owned(),
            secret_sha256: Sha256::digest(secret.as_bytes()).into(),
        })
    }

    /// Compares in a time that does not depend on where the hashes differ.
    pub fn matches(&self, secret_sha256: &[u8]) -> bool {
        self.secret_sha256[..].ct_eq(secret_sha256).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_three_parts() {
        let secret = "0123456789abcdef0123456789ABCDEF";
        let key = PresentedKey::parse(&format!("gk_abcd1234_{secret}")).expect("a key");
        assert_eq!(key.prefix, "abcd1234");
        assert!(key.matches(&Sha256::digest(secret.as_bytes())[..]));
        assert!(!key.matches(&Sha256::digest(b"another")[..]));
        assert!(!key.matches(b"short"));
    }

    #[test]
    fn what_no_key_looks_like_is_not_looked_up() {
        let long = format!("gk_{}_0123456789abcdef", "a".repeat(MAX_PREFIX_CHARS + 1));
        for bad in [
            "",
            "gk_",
            "gk_abcd",
            "gk__0123456789abcdef",
            "gk_abcd_short",
            "xk_abcd_0123456789abcdef",
            "gk_ab'd_0123456789abcdef",
            "gk_abcd_0123456789abcde\u{e9}",
            &long,
        ] {
            assert!(PresentedKey::parse(bad).is_none(), "{bad:?}");
        }
    }
}
