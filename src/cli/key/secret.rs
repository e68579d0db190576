//! Making a key: `gk_<prefix>_<secret>`, as the API reads it.

use crate::cli::operator::OperatorError;
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::fs::File;
use std::io::{self, Read};
use std::str::FromStr;

/// What marks a key as one of ours.
const MARK: &str = "gk_";
/// Random bytes of the public part. No two keys ever have the same, by chance alone.
const PREFIX_BYTES: usize = 8;
/// Longest public part that is taken for one.
const MAX_PREFIX_CHARS: usize = 32;
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

/// What somebody pasted where the public part of a key is wanted: the part alone, or a key with or without its secret,
/// which is forgotten at once. Parsing it never fails, for the parser of the command line would repeat it: so it does not
/// show a secret that was pasted a little wrong.
#[derive(Clone, Debug)]
pub struct Pasted(Option<String>);

impl Pasted {
    /// The public part.
    ///
    /// # Errors
    /// Says what is wanted, without repeating what may hold a secret.
    pub fn prefix(&self) -> Result<&str, OperatorError> {
        let reason = "KEY must be the public part of a key, which `gildhall key list` shows";
        let prefix = self.0.as_deref();
        prefix.ok_or_else(|| OperatorError::Usage(reason.to_owned()))
    }
}

impl FromStr for Pasted {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Pasted, Infallible> {
        let text = text.strip_prefix(MARK).unwrap_or(text);
        let prefix = text.split('_').next().unwrap_or_default();
        let is_plain = prefix.bytes().all(|byte| byte.is_ascii_alphanumeric());
        // A secret alone is longer.
        let is_prefix = is_plain && (1..=MAX_PREFIX_CHARS).contains(&prefix.len());
        Ok(Pasted(is_prefix.then(|| prefix.to_owned())))
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
            let pasted: Pasted = text.parse().unwrap_or_else(|never| match never {});
            assert_eq!(pasted.prefix().ok(), Some("abcd1234"), "{text}");
            assert!(!format!("{pasted:?}").contains("0123"), "{text}");
        }
    }

    #[test]
    fn what_may_be_a_secret_is_not_repeated() {
        let secret = "ab".repeat(SECRET_BYTES);
        let with_quote = format!("gk_abcd'1234_{secret}");
        let without_prefix = format!("gk__{secret}");
        for text in ["", "gk_", "a b", "é", &secret, &with_quote, &without_prefix] {
            let pasted: Pasted = text.parse().unwrap_or_else(|never| match never {});
            let fault = pasted.prefix().expect_err(text);
            assert_eq!(fault.exit_code(), 2);
            assert!(!format!("{fault}{pasted:?}").contains("ab"), "{fault}");
        }
    }
}
