//! Making a key: `gk_<prefix>_<secret>`, as the API reads it.

use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};

/// What marks a key as one of ours.
const MARK: &str = "gk_";
/// Random bytes of the public part. No two keys ever have the same, by chance alone.
const PREFIX_BYTES: usize = 8;
/// Random bytes of the secret: as many as its hash has, which therefore needs no salt and no stretching.
const SECRET_BYTES: usize = 32;

/// A key that nobody knows yet. It is no part of any debug print.
pub struct FreshKey {
    /// The public part.
    pub prefix: String,
    /// The SHA-256 of the secret part.
    pub secret_sha256: [u8; 32],
    /// The whole key, to be handed over once.
    pub token: String,
}

impl FreshKey {
    /// A key out of the kernel's random numbers.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn draw() -> io::Result<FreshKey> {
        let mut random = [0; PREFIX_BYTES + SECRET_BYTES];
        File::open("/dev/urandom")?.read_exact(&mut random)?;
        Ok(FreshKey::of(&random))
    }

    fn of(random: &[u8; PREFIX_BYTES + SECRET_BYTES]) -> FreshKey {
        let (prefix, secret) = random.split_at(PREFIX_BYTES);
        let (prefix, secret) = (hex::encode(prefix), hex::encode(secret));
        FreshKey {
            secret_sha256: Sha256::digest(secret.as_bytes()).into(),
            token: format!("{MARK}{prefix}_{secret}"),
            prefix,
        }
    }
}

/// The public part out of what somebody pasted: the part alone, or a key with or without its secret.
///
/// # Errors
/// Says what is wanted, without repeating what may hold a secret.
pub fn prefix(text: &str) -> Result<String, String> {
    let text = text.strip_prefix(MARK).unwrap_or(text);
    let prefix = text.split('_').next().unwrap_or_default();
    let is_plain = prefix.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match is_plain && (1..=64).contains(&prefix.len()) {
        true => Ok(prefix.to_owned()),
        false => {
            Err("must be the public part of a key, which `gildhall key list` shows".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_a_mark_a_prefix_and_the_secret_that_is_hashed() {
        let mut random = [0xAB; PREFIX_BYTES + SECRET_BYTES];
        random[0] = 1;
        let key = FreshKey::of(&random);
        assert_eq!(key.prefix, "01ababababababab");
        let secret = "ab".repeat(SECRET_BYTES);
        assert_eq!(key.token, format!("gk_01ababababababab_{secret}"));
        let hash: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
        assert_eq!(key.secret_sha256, hash);
    }

    #[test]
    fn no_two_keys_are_the_same() {
        let draw = || {
            FreshKey::draw()
                .expect("a kernel with random numbers")
                .token
        };
        assert_ne!(draw(), draw());
    }

    #[test]
    fn whatever_part_of_a_key_is_pasted_names_it() {
        for text in ["abcd1234", "gk_abcd1234", "gk_abcd1234_0123_45"] {
            assert_eq!(prefix(text).as_deref(), Ok("abcd1234"), "{text}");
        }
        let long = "a".repeat(65);
        for text in ["", "gk_", "gk__secret", "a b", "é", &long] {
            assert!(prefix(text).is_err(), "{text}");
        }
    }
}
