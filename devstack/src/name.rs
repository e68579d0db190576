//! Names of databases, virtual hosts and buckets.

use crate::error::DevstackError;
use crate::secret;

/// What all three services accept unquoted in URLs: bucket names are the narrowest.
pub(crate) fn check(name: &str) -> Result<&str, DevstackError> {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| inner(byte) && byte != b'-');
    let good = (3..=63).contains(&name.len())
        && name.bytes().all(inner)
        && edge(name.bytes().next())
        && edge(name.bytes().next_back());
    if good {
        Ok(name)
    } else {
        Err(DevstackError::BadName {
            name: name.to_owned(),
        })
    }
}

/// A name that no other test has, beginning like `test`, of which unfit characters become hyphens.
pub(crate) fn unique(test: &str) -> Result<String, DevstackError> {
    let fit = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let readable: String = test.chars().map(fit).take(40).collect();
    let tail = secret::hex(&secret::random::<6>()?);
    Ok(format!("t-{readable}-{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_test_gets_a_good_name_of_its_own() {
        for test in ["", "a", "api::submit_twice", "Größe 🎬", &"x".repeat(300)] {
            let name = unique(test).expect("the system gives random bytes");
            check(&name).expect("unique makes good names");
            assert_ne!(name, unique(test).expect("the system gives random bytes"));
        }
    }

    #[test]
    fn names_that_would_need_quoting_are_refused() {
        for name in [
            "ab",
            "-abc",
            "abc-",
            "Abc",
            "a_b",
            "a\"b",
            "a/b",
            "a b",
            &"x".repeat(64),
        ] {
            assert!(check(name).is_err(), "{name:?}");
        }
        check("abc").expect("three letters");
        check(&"x".repeat(63)).expect("63 letters");
    }
}
