//! What was tried, and what of it came off.

use std::fmt::Display;

/// Successes of somebody who should have none.
#[derive(Default)]
pub struct Tries(Vec<String>);

impl Tries {
    /// Something was tried, with this result.
    pub fn one<T, E>(&mut self, what: impl Display, result: Result<T, E>) {
        if result.is_ok() {
            self.succeeded(what);
        }
    }

    /// Something came off.
    pub fn succeeded(&mut self, what: impl Display) {
        self.0.push(what.to_string());
    }

    /// Everything that came off.
    pub fn into_successes(self) -> Vec<String> {
        self.0
    }
}
