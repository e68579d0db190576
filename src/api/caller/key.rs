//! What an API key looks like: `gk_<prefix>_<secret>`.

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

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

    /// Whether it has the secret of the key that the ledger knows.
    pub fn matches(&self, stored: &StoredHash) -> bool {
        self.compare(stored).into()
    }

    /// Takes the same time wherever the hashes differ.
    fn compare(&self, stored: &StoredHash) -> Choice {
        self.secret_sha256[..].ct_eq(&stored.0)
    }
}

/// The SHA-256 of a key's secret, as the ledger keeps it. It has no `==`: there is one way to compare it.
pub struct StoredHash(Vec<u8>);

impl StoredHash {
    /// The hash out of the ledger.
    pub fn new(secret_sha256: Vec<u8>) -> StoredHash {
        StoredHash(secret_sha256)
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
        assert!(key.matches(&StoredHash::new(Sha256::digest(secret.as_bytes()).to_vec())));
        assert!(!key.matches(&StoredHash::new(Sha256::digest(b"another").to_vec())));
        assert!(!key.matches(&StoredHash::new(b"short".to_vec())));
    }

    /// What comes out is `subtle`'s own word, which nothing but its constant-time operations make.
    #[test]
    fn secrets_are_compared_in_constant_time() {
        let compare: fn(&PresentedKey, &StoredHash) -> Choice = PresentedKey::compare;
        let key = PresentedKey::parse("gk_abcd1234_0123456789abcdef").expect("a key");
        let hash = Sha256::digest(b"0123456789abcdef").to_vec();
        assert!(bool::from(compare(&key, &StoredHash::new(hash.clone()))));
        for bit in 0..256 {
            let mut other = hash.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!bool::from(compare(&key, &StoredHash::new(other))), "{bit}");
        }
    }

    #[test]
    fn the_parts_of_a_key_have_lengths() {
        let key = |prefix: usize, secret: usize| {
            let token = format!("gk_{}_{}", "p".repeat(prefix), "s".repeat(secret));
            PresentedKey::parse(&token).is_some()
        };
        for (prefix, good) in [
            (0, false),
            (1, true),
            (2, true),
            (63, true),
            (64, true),
            (65, false),
        ] {
            assert_eq!(key(prefix, 32), good, "{prefix}");
        }
        for (secret, good) in [
            (15, false),
            (16, true),
            (17, true),
            (127, true),
            (128, true),
            (129, false),
        ] {
            assert_eq!(key(8, secret), good, "{secret}");
        }
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
