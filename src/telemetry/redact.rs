//! Takes secrets out of log lines, wherever they come from: the last line of defence behind [`crate::config::Secret`], for
//! what libraries and other programs put into their errors.

use std::borrow::Cow;
use std::sync::Arc;

/// What stands in a secret's place.
const GONE: &str = "…";
/// The shortest secret of our own that is looked for: a shorter one would be part of ordinary words, and whoever reads the
/// gaps could guess it.
const SHORTEST_BYTES: usize = 12;
/// Shortest text behind a marker that counts as a secret, in bytes.
const SHORTEST_TOKEN_BYTES: usize = 8;

/// What a secret of others follows, in small letters.
const MARKERS: [&str; 8] = [
    "authorization: bearer ",
    "authorization: basic ",
    "x-amz-signature=",
    "x-amz-credential=",
    "x-amz-security-token=",
    "signature=",
    "password=",
    "secret=",
];
/// What an API key of ours begins with: `gk_{public part}_{secret}`.
const KEY: &str = "gk_";

/// Knows the secrets of this process. Clones share them.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Arc<[String]>,
}

impl Redactor {
    /// Takes out these, as they are and as JSON writes them, beside what looks like a secret. Of a URL it is the password.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s str>) -> Redactor {
        let mut known: Vec<String> = secrets
            .into_iter()
            .flat_map(spellings)
            .filter(|secret| secret.len() >= SHORTEST_BYTES)
            .collect();
        // One that holds another goes first, or its rest would stay.
        known.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        known.dedup();
        Redactor {
            secrets: known.into(),
        }
    }

    /// The line without secrets.
    pub fn clean<'l>(&self, line: &'l str) -> Cow<'l, str> {
        let mut clean = Cow::Borrowed(line);
        for secret in self.secrets.iter() {
            if clean.contains(secret.as_str()) {
                clean = Cow::Owned(clean.replace(secret.as_str(), GONE));
            }
        }
        let mut spans = passwords_of_urls(&clean);
        spans.extend(marked(&clean));
        spans.extend(keys(&clean));
        if spans.is_empty() {
            return clean;
        }
        Cow::Owned(without(&clean, spans))
    }
}

/// A part of a line, from byte to byte.
type Span = (usize, usize);

/// A secret in every way it may be written.
fn spellings(secret: &str) -> Vec<String> {
    let plain = match passwords_of_urls(secret).first() {
        Some(&(from, to)) => {
            let written = &secret[from..to];
            vec![written.to_owned(), decoded(written)]
        }
        None => vec![secret.to_owned()],
    };
    let quoted = |text: &String| {
        let quoted = serde_json::Value::from(text.as_str()).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let in_json: Vec<String> = plain.iter().map(quoted).collect();
    [plain, in_json].concat()
}

/// Percent-encoding undone (RFC 3986, 2.1); what is none stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let encoded = tail.get(..2).filter(|_| *first == b'%');
        let byte = encoded
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Where a URL's password ends the search for it: what cannot stand in the authority of a URL.
fn ends_authority(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(
            byte,
            b'/' | b'?' | b'#' | b'"' | b'\'' | b'\\' | b'<' | b'>'
        )
}

/// Where a token or the value of a parameter ends.
fn ends_token(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'&' | b'"' | b'\'' | b'\\' | b',' | b';' | b')')
}

fn end(line: &str, from: usize, is_end: fn(u8) -> bool) -> usize {
    let rest = &line.as_bytes()[from..];
    from + rest
        .iter()
        .position(|byte| is_end(*byte))
        .unwrap_or(rest.len())
}

/// `scheme://user:password@host`.
fn passwords_of_urls(line: &str) -> Vec<Span> {
    let authorities = line.match_indices("://").map(|(at, mark)| {
        let from = at + mark.len();
        (from, end(line, from, ends_authority))
    });
    let passwords = authorities.filter_map(|(from, to)| {
        let user = line[from..to].rfind('@')?;
        let colon = line[from..from + user].find(':')?;
        Some((from + colon + 1, from + user))
    });
    passwords.filter(|(from, to)| from < to).collect()
}

/// What follows a marker, whatever the case of the marker's letters.
fn marked(line: &str) -> Vec<Span> {
    // Of the same length, byte by byte.
    let small = line.to_ascii_lowercase();
    let found = MARKERS.iter().flat_map(|marker| {
        let after = small.match_indices(marker).map(|(at, _)| at + marker.len());
        after.collect::<Vec<usize>>()
    });
    found
        .map(|from| (from, end(line, from, ends_token)))
        .filter(|(from, to)| to - from >= SHORTEST_TOKEN_BYTES)
        .collect()
}

/// The secret parts of API keys.
fn keys(line: &str) -> Vec<Span> {
    let found = line.match_indices(KEY).filter_map(|(at, _)| {
        let public = at + KEY.len();
        let part = |from: usize| {
            let rest = &line.as_bytes()[from..];
            let letters = rest.iter().position(|byte| !byte.is_ascii_alphanumeric());
            from + letters.unwrap_or(rest.len())
        };
        let secret = part(public) + 1;
        let is_key = line.as_bytes().get(secret - 1) == Some(&b'_');
        is_key.then(|| (secret, part(secret)))
    });
    found
        .filter(|(from, to)| to - from >= SHORTEST_TOKEN_BYTES)
        .collect()
}

/// The line with these parts taken out, which may overlap.
fn without(line: &str, mut spans: Vec<Span>) -> String {
    spans.sort_unstable();
    let mut clean = String::with_capacity(line.len());
    let mut kept = 0;
    for (from, to) in spans {
        if from >= kept {
            clean.push_str(&line[kept..from]);
            clean.push_str(GONE);
        }
        kept = kept.max(to);
    }
    clean.push_str(&line[kept..]);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_cleaned(line: &str, expected: &str) {
        assert_eq!(Redactor::default().clean(line), expected);
    }

    #[test]
    fn ordinary_lines_stay_as_they_are() {
        for line in [
            "",
            "connected to amqp://broker:5672/gildhall as gildhall@host 💍",
            "key gk_abcd1234 was not noted",
            "see https://example.org/a:b@c and http://[::1]:8080/x",
            "basic auth, bearer of news, password=, signature=short",
        ] {
            assert!(matches!(
                Redactor::default().clean(line),
                Cow::Borrowed(same) if same == line
            ));
        }
    }

    #[test]
    fn passwords_of_urls_go() {
        assert_cleaned(
            "cannot reach postgres://acme:s3cr%40t@db:5432/x and amqp://u:p@h",
            "cannot reach postgres://acme:…@db:5432/x and amqp://u:…@h",
        );
        assert_cleaned(r#"{"url":"amqp://u:p:q@h"}"#, r#"{"url":"amqp://u:…@h"}"#);
        // A password that was not encoded as it should be.
        assert_cleaned("amqp://u:p@ss@h/v", "amqp://u:…@h/v");
    }

    #[test]
    fn tokens_and_signatures_go() {
        assert_cleaned(
            "Authorization: Bearer gk_abcd1234_0123456789abcdef, next",
            "Authorization: Bearer …, next",
        );
        assert_cleaned(
            "the key gk_abcd1234_0123456789abcdef💍 is old",
            "the key gk_abcd1234_…💍 is old",
        );
        assert_cleaned(
            "GET /b/k?X-Amz-Signature=0f0f0f0f0f&x-amz-expires=60",
            "GET /b/k?X-Amz-Signature=…&x-amz-expires=60",
        );
    }

    #[test]
    fn secrets_of_the_process_go_however_they_are_written() {
        let redactor = Redactor::new([
            "amqp://gildhall:correct%20horse%22battery@broker/v",
            "wJalrXUtnFEMI/K7MDENG",
            "short",
        ]);
        for (line, expected) in [
            ("refused correct%20horse%22battery", "refused …"),
            ("refused correct horse\"battery!", "refused …!"),
            (r#"{"error":"correct horse\"battery"}"#, r#"{"error":"…"}"#),
            (
                "with wJalrXUtnFEMI/K7MDENG twice wJalrXUtnFEMI/K7MDENG",
                "with … twice …",
            ),
            ("a short line", "a short line"),
        ] {
            assert_eq!(redactor.clean(line), expected);
        }
    }

    #[test]
    fn no_line_makes_it_panic() {
        for line in [
            "://",
            "://@",
            "://:@",
            "é://é:é@é",
            "gk_",
            "gk__",
            "gk_é_é",
            "bearer ",
            "%",
            "%é",
            "bearer é́é́é́é́",
        ] {
            Redactor::new([line]).clean(&format!("{line}{line}"));
            decoded(line);
        }
    }
}
