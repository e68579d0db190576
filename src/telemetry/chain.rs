//! Errors on one line.

use std::error::Error;
use std::iter;

/// An error with all that caused it, on one line: no `Display` of ours repeats its source. Where another's does, nothing is
/// told twice.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    for cause in iter::successors(error.source(), |&cause| Error::source(cause)) {
        let cause = cause.to_string();
        if !text.ends_with(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[derive(Debug, thiserror::Error)]
    enum Outer {
        #[error("the store is away")]
        Silent(#[source] io::Error),
        #[error("the store is away: {0}")]
        Talkative(#[source] io::Error),
    }

    #[test]
    fn every_cause_is_told_once() {
        let refused = || io::Error::other("connection refused");
        for error in [Outer::Silent(refused()), Outer::Talkative(refused())] {
            assert_eq!(chain(&error), "the store is away: connection refused");
        }
        assert_eq!(chain(&refused()), "connection refused");
    }
}
