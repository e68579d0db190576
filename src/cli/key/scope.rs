//! What a key may do, on the command line.

use clap::ValueEnum;

/// One thing that a key may do; the words are those that the API reads.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Submit, cancel and replay jobs.
    #[value(name = "jobs:write")]
    JobsWrite,
    /// See jobs and their output.
    #[value(name = "jobs:read")]
    JobsRead,
    /// Upload and delete assets.
    #[value(name = "assets:write")]
    AssetsWrite,
    /// See and download assets.
    #[value(name = "assets:read")]
    AssetsRead,
}

impl Scope {
    /// The word of the contract.
    const fn as_str(self) -> &'static str {
        match self {
            Scope::JobsWrite => "jobs:write",
            Scope::JobsRead => "jobs:read",
            Scope::AssetsWrite => "assets:write",
            Scope::AssetsRead => "assets:read",
        }
    }
}

/// The words of these scopes, each once; of all where none is given.
pub fn words(given: &[Scope]) -> Vec<String> {
    let wanted = |scope: &&Scope| given.is_empty() || given.contains(scope);
    let scopes = Scope::value_variants().iter().filter(wanted);
    scopes.map(|scope| scope.as_str().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_ones_that_are_read() {
        for scope in Scope::value_variants() {
            assert_eq!(Scope::from_str(scope.as_str(), false), Ok(*scope));
        }
    }

    #[test]
    fn each_scope_is_given_once_and_all_without_a_choice() {
        let given = [Scope::AssetsRead, Scope::JobsRead, Scope::AssetsRead];
        assert_eq!(words(&given), ["jobs:read", "assets:read"]);
        assert_eq!(words(&[]).len(), 4);
    }
}
