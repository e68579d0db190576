//! How many files and connections this process may have open.

use crate::telemetry::chain;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Enough for all connections of an API, and what it needs for each.
const WANTED: u64 = 65_536;

/// Asks for as many as the system gives without being asked twice: many systems begin with 1024, and let every process have
/// more. Children inherit it, and the sandbox has a limit of its own.
pub fn raise() {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.map_or(WANTED, |most| most.min(WANTED));
    if limit.current.is_none_or(|current| current >= most) {
        return;
    }
    let more = Rlimit {
        current: Some(most),
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, more) {
        tracing::warn!(
            error = chain(&error),
            current = limit.current,
            "no more files can be open at a time than now"
        );
    }
}
