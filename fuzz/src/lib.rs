//! What several targets need.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use http::{HeaderMap, HeaderName, HeaderValue};

/// Which of `count` parsers an input is for, by its first character, of which `0` names the first; and the text for it.
pub fn choice(input: &str, count: u32) -> (u32, &str) {
    let mut rest = input.chars();
    let first = rest.next().unwrap_or('0');
    let number = u32::from(first).wrapping_sub(u32::from('0'));
    (number % count, rest.as_str())
}

/// A request with these lines of one header; those that no header can have are left out.
pub fn headers<'t>(name: &'static str, lines: impl IntoIterator<Item = &'t str>) -> HeaderMap {
    let values = lines.into_iter().filter_map(value);
    values
        .map(|value| (HeaderName::from_static(name), value))
        .collect()
}

fn value(line: &str) -> Option<HeaderValue> {
    HeaderValue::from_bytes(line.as_bytes()).ok()
}

/// What comes of a future that has nobody to wait for.
pub fn now<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("all of its input is there"),
    }
}
