//! Any text as an API key: no panic, and what is accepted is looked for by a plain word.
#![no_main]

use gildhall::api::{PresentedKey, StoredHash};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|token: &str| {
    let Some(key) = PresentedKey::parse(token) else {
        return;
    };
    assert!((1..=64).contains(&key.prefix.len()));
    assert!(key.prefix.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert!(token.starts_with(&format!("gk_{}_", key.prefix)));
    // Nobody knows the text of this hash.
    assert!(!key.matches(&StoredHash::new(vec![0; 32])));
});
