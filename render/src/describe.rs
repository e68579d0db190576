//! Errors in words, for places where nobody can ask further.

use std::error::Error;

/// An error of this crate. Its words name what is the job's. What the system and libraries say, and where files lie, is left
/// to its source, which is for whoever runs the machine.
pub(crate) trait Plain: Error {
    /// The error below it that is of this crate too.
    fn below(&self) -> Option<&dyn Plain> {
        None
    }
}

/// An error and those of this crate below it, joined by colons: what whoever sent the job may read.
pub(crate) fn describe(error: &dyn Plain) -> String {
    let mut text = error.to_string();
    let mut next = error.below();
    while let Some(below) = next {
        text = format!("{text}: {below}");
        next = below.below();
    }
    text
}

/// An error and everything below it, joined by colons: what whoever runs the machine has to know.
pub(crate) fn describe_in_full(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[derive(Debug, thiserror::Error)]
    #[error("the overlay cannot be read")]
    struct Outer(#[from] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("the file cannot be read")]
    struct Inner(#[source] io::Error);

    impl Plain for Outer {
        fn below(&self) -> Option<&dyn Plain> {
            Some(&self.0)
        }
    }

    impl Plain for Inner {}

    #[test]
    fn what_is_of_the_machine_is_told_to_whoever_runs_it() {
        let denied = io::Error::other("/srv/work/a.mp4: permission denied");
        let error = Outer(Inner(denied));
        let plain = "the overlay cannot be read: the file cannot be read";
        assert_eq!(describe(&error), plain);
        let full = format!("{plain}: /srv/work/a.mp4: permission denied");
        assert_eq!(describe_in_full(&error), full);
    }
}
