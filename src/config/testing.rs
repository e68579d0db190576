//! Parsing a single concern, without the environment of whoever runs the tests.

use clap::{Arg, Args, Command, Error};

/// Parses `args` as they would stand behind a role's name.
pub fn parse<T: Args>(args: &[&str]) -> Result<T, Error> {
    let command = T::augment_args(Command::new("test").no_binary_name(true))
        .mut_args(|arg: Arg| arg.env(None::<&'static str>));
    T::from_arg_matches(&command.try_get_matches_from(args)?)
}

/// Whether `args` are accepted.
pub fn accepts<T: Args>(args: &[&str]) -> bool {
    parse::<T>(args).is_ok()
}

/// Asserts that `flag` takes `lowest` and `highest` and nothing beyond them; `others` are the flags that must be there.
pub fn assert_range<T: Args>(flag: &str, lowest: u64, highest: u64, others: &[&str]) {
    let takes = |value: u64| {
        let text = value.to_string();
        accepts::<T>(&[others, &[flag, text.as_str()]].concat())
    };
    assert!(takes(lowest), "{flag} {lowest}");
    assert!(takes(highest), "{flag} {highest}");
    assert!(!takes(highest + 1), "{flag} {}", highest + 1);
    if let Some(below) = lowest.checked_sub(1) {
        assert!(!takes(below), "{flag} {below}");
    }
}
