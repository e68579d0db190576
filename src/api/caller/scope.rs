//! What a key may do.

use std::fmt;
use std::str::FromStr;

/// One thing that a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Submit, cancel and replay jobs.
    JobsWrite,
    /// See jobs and their output.
    JobsRead,
    /// Upload and delete assets.
    AssetsWrite,
    /// See and download assets.
    AssetsRead,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 4] = [
        Scope::JobsWrite,
        Scope::JobsRead,
        Scope::AssetsWrite,
        Scope::AssetsRead,
    ];

    /// The word of the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Scope::JobsWrite => "jobs:write",
            Scope::JobsRead => "jobs:read",
            Scope::AssetsWrite => "assets:write",
            Scope::AssetsRead => "assets:read",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No such scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a scope is one of jobs:write, jobs:read, assets:write, assets:read")]
pub struct UnknownScope;

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(word: &str) -> Result<Scope, UnknownScope> {
        let known = Scope::ALL.into_iter().find(|scope| scope.as_str() == word);
        known.ok_or(UnknownScope)
    }
}

/// Stands in a handler's signature for the scope that it needs.
pub trait Needs {
    /// The scope.
    const SCOPE: Scope;
}

macro_rules! needs {
    ($($name:ident),*) => {$(
        #[doc = concat!("Needs [`Scope::", stringify!($name), "`].")]
        pub struct $name;

        impl Needs for $name {
            const SCOPE: Scope = Scope::$name;
        }
    )*};
}

needs!(JobsWrite, JobsRead, AssetsWrite, AssetsRead);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_reads_back() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        assert_eq!("jobs:*".parse::<Scope>(), Err(UnknownScope));
    }
}
