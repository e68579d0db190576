//! What clamd's answers mean.

use super::{ScanError, Verdict};

/// Longest name of a signature that is kept, in bytes.
const MAX_SIGNATURE_BYTES: usize = 200;
/// Longest part of an answer that is shown, in characters.
const SHOWN_CHARS: usize = 200;

/// The verdict in an answer to `zINSTREAM`: `stream: OK` or `stream: NAME FOUND`, with a NUL at its end. An answer that was cut
/// off has none, and could have gone on otherwise.
///
/// # Errors
/// [`ScanError::Answer`] for everything else.
pub fn verdict(answer: &[u8]) -> Result<Verdict, ScanError> {
    let text = std::str::from_utf8(answer).ok();
    let text = text.and_then(|text| text.strip_suffix('\0'));
    let said = text.and_then(|text| text.strip_prefix("stream: "));
    match said {
        Some("OK") => Ok(Verdict::Clean),
        Some(said) => match said.strip_suffix(" FOUND") {
            Some(name) if !name.is_empty() => Ok(Verdict::Infected {
                signature: signature(name),
            }),
            _ => Err(odd(answer)),
        },
        None => Err(odd(answer)),
    }
}

/// That an answer to `zPING` is `PONG`.
///
/// # Errors
/// [`ScanError::Answer`] for everything else.
pub fn is_alive(answer: &[u8]) -> Result<(), ScanError> {
    match answer == clamav_client::PONG {
        true => Ok(()),
        false => Err(odd(answer)),
    }
}

/// A name as it can stand in the ledger, in logs and in answers: whoever wrote the signatures chose it.
fn signature(name: &str) -> String {
    let mut name: String = name.chars().filter(|c| !c.is_control()).collect();
    name.truncate(name.floor_char_boundary(MAX_SIGNATURE_BYTES));
    name
}

fn odd(answer: &[u8]) -> ScanError {
    let text = String::from_utf8_lossy(answer);
    let text = text.trim_end_matches('\0');
    ScanError::Answer(text.chars().take(SHOWN_CHARS).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn infected(signature: &str) -> Option<Verdict> {
        Some(Verdict::Infected {
            signature: signature.to_owned(),
        })
    }

    #[test]
    fn only_ok_is_clean() {
        for (answer, expected) in [
            ("stream: OK\0", Some(Verdict::Clean)),
            (
                "stream: Win.Test.EICAR_HDB-1 FOUND\0",
                infected("Win.Test.EICAR_HDB-1"),
            ),
            // Names that sound well.
            ("stream: OK FOUND\0", infected("OK")),
            ("stream: A OK B FOUND\0", infected("A OK B")),
            ("stream: FOUND FOUND\0", infected("FOUND")),
            ("stream:  FOUND\0", None),
            ("stream: OK ERROR\0", None),
            ("stream: NOT OK\0", None),
            ("stream: ok\0", None),
            ("stream: OK\n", None),
            ("stream: OK", None),
            ("stream: OK\0\0", None),
            ("OK\0", None),
            ("/tmp/x: OK\0", None),
            ("INSTREAM size limit exceeded. ERROR\0", None),
            ("COMMAND READ TIMED OUT\0", None),
            ("stream: OK\0stream: OK\0", None),
            ("", None),
        ] {
            assert_eq!(verdict(answer.as_bytes()).ok(), expected, "{answer:?}");
        }
        assert!(verdict(b"stream: \xFF FOUND\0").is_err());
    }

    #[test]
    fn names_are_kept_short_and_without_control_characters() {
        let long = format!("stream: a\u{7}{} FOUND\0", "é".repeat(300));
        let Ok(Verdict::Infected { signature }) = verdict(long.as_bytes()) else {
            panic!("it was found");
        };
        assert!(signature.starts_with("aé") && signature.len() <= MAX_SIGNATURE_BYTES);
    }

    #[test]
    fn a_sign_of_life_is_pong() {
        assert!(is_alive(b"PONG\0").is_ok());
        for odd in [&b""[..], b"PONG", b"UNKNOWN COMMAND\0"] {
            assert!(is_alive(odd).is_err(), "{odd:?}");
        }
    }
}
