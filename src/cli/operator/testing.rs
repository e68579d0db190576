//! Parsing one command's arguments, without the environment of whoever runs the tests.

use clap::{Arg, Args, Command, Error};

/// Where the ledger lies, for commands that only are parsed.
pub const DATABASE: [&str; 2] = ["--database-url", "postgres://db/gildhall"];
/// Where the broker is, for commands that only are parsed.
pub const BROKER: [&str; 2] = ["--amqp-url", "amqp://broker/fleet"];

/// Parses `args` as they would stand behind a command's name.
pub fn parse<T: Args>(args: &[&str]) -> Result<T, Error> {
    let command = T::augment_args(Command::new("test").no_binary_name(true))
        .mut_args(|arg: Arg| arg.env(None::<&'static str>));
    T::from_arg_matches(&command.try_get_matches_from(args)?)
}

/// The same for commands that also want to know where the ledger lies.
pub fn parse_with_ledger<T: Args>(args: &[&str]) -> Result<T, Error> {
    parse(&[args, &DATABASE[..]].concat())
}
