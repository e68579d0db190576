//! Panics are logged as everything else is, so that they reach whoever reads the logs.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{self, PanicHookInfo};
use std::thread;

/// From now on, in this process.
pub(super) fn log() {
    panic::set_hook(Box::new(report));
}

fn report(panic: &PanicHookInfo<'_>) {
    // Captured only where RUST_BACKTRACE asks for it.
    let backtrace = Backtrace::capture();
    let backtrace =
        (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
    let thread = thread::current();
    tracing::error!(
        thread = thread.name(),
        location = panic.location().map(tracing::field::display),
        backtrace,
        "panicked: {}",
        message(panic.payload())
    );
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_message_are_found() {
        assert_eq!(message(&"plain"), "plain");
        assert_eq!(message(&String::from("made")), "made");
        assert_eq!(message(&1), "without a message");
    }
}
