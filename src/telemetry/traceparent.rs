//! The `traceparent` header of W3C Trace Context.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
use std::fmt;
use std::str::FromStr;

/// Length of version 00, and of what later versions begin with.
const LENGTH: usize = 55;

/// The one flag that every version has.
const SAMPLED: u8 = 1;

/// Which trace something belongs to, and which span it follows from. Written, it is of version 00.
///
/// Read and written again it is the same text, unless it came in a later version: of those, a reader of version 00 is
/// to keep the ids and whether it is sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traceparent {
    trace_id: u128,
    parent_id: u64,
    flags: u8,
}

/// A text is no `traceparent`. The specification asks to go on as if there were none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a traceparent as W3C Trace Context has it")]
pub struct BadTraceparent;

impl Traceparent {
    /// A trace of its own that nobody records, so that what belongs together bears one id even while traces are off.
    #[must_use]
    pub fn unrecorded() -> Traceparent {
        Traceparent {
            trace_id: fastrand::u128(1..),
            parent_id: fastrand::u64(1..),
            flags: 0,
        }
    }

    /// The id of the trace, in hexadecimal.
    pub(super) fn trace_id(self) -> String {
        format!("{:032x}", self.trace_id)
    }

    /// That of a span; `None` where it has no ids, as without an exporter.
    pub(super) fn of(context: &SpanContext) -> Option<Traceparent> {
        context.is_valid().then(|| Traceparent {
            trace_id: u128::from_be_bytes(context.trace_id().to_bytes()),
            parent_id: u64::from_be_bytes(context.span_id().to_bytes()),
            flags: context.trace_flags().to_u8(),
        })
    }

    /// The span it names, which is another process's.
    pub(super) fn span_context(self) -> SpanContext {
        SpanContext::new(
            TraceId::from_bytes(self.trace_id.to_be_bytes()),
            SpanId::from_bytes(self.parent_id.to_be_bytes()),
            TraceFlags::new(self.flags),
            true,
            TraceState::default(),
        )
    }

    fn read(text: &str) -> Option<Traceparent> {
        let (known, more) = text.split_at_checked(LENGTH)?;
        let mut fields = known.split('-');
        let version = number(fields.next()?, 2)?;
        let trace_id = number(fields.next()?, 32)?;
        let parent_id = u64::try_from(number(fields.next()?, 16)?).ok()?;
        let flags = u8::try_from(number(fields.next()?, 2)?).ok()?;
        let flags = match version {
            0 if more.is_empty() => flags,
            1..0xff if more.is_empty() || more.starts_with('-') => flags & SAMPLED,
            _ => return None,
        };
        (trace_id != 0 && parent_id != 0).then_some(Traceparent {
            trace_id,
            parent_id,
            flags,
        })
    }
}

/// Exactly so many hexadecimal digits, small ones.
fn number(text: &str, digits: usize) -> Option<u128> {
    let is_digit = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != digits || !text.bytes().all(is_digit) {
        return None;
    }
    u128::from_str_radix(text, 16).ok()
}

impl FromStr for Traceparent {
    type Err = BadTraceparent;

    fn from_str(text: &str) -> Result<Traceparent, BadTraceparent> {
        Traceparent::read(text).ok_or(BadTraceparent)
    }
}

impl fmt::Display for Traceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "00-{:032x}-{:016x}-{:02x}",
            self.trace_id, self.parent_id, self.flags
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: &str = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

    fn read(text: &str) -> Option<String> {
        text.parse::<Traceparent>()
            .ok()
            .map(|parent| parent.to_string())
    }

    #[test]
    fn version_00_comes_out_as_it_went_in() {
        for flags in ["00", "01", "03", "ff"] {
            let text = format!("00-{IDS}-{flags}");
            assert_eq!(read(&text), Some(text));
        }
    }

    #[test]
    fn later_versions_are_read_as_far_as_they_are_known() {
        let known = Some(format!("00-{IDS}-01"));
        assert_eq!(read(&format!("01-{IDS}-01")), known);
        assert_eq!(read(&format!("cc-{IDS}-ff")), known);
        assert_eq!(read(&format!("fe-{IDS}-01-what-comes-then")), known);
    }

    #[test]
    fn anything_else_is_none() {
        let zeros = "00000000000000000000000000000000";
        let bad = [
            String::new(),
            format!("00-{IDS}"),
            format!("00-{IDS}-1"),
            format!("00-{IDS}-01-more"),
            format!("00-{IDS}-01 "),
            format!(" 00-{IDS}-01"),
            format!("01-{IDS}-01more"),
            format!("ff-{IDS}-01"),
            format!("0x-{IDS}-01"),
            format!("00-{}-01", IDS.to_uppercase()),
            format!("00-{}-01", IDS.replace('-', "+")),
            format!("00-{zeros}-00f067aa0ba902b7-01"),
            format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01", &zeros[..16]),
            "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01".to_string(),
            format!("00-{}-01", IDS.replace('4', "é")),
        ];
        for text in bad {
            assert_eq!(read(&text), None, "{text}");
        }
    }

    #[test]
    fn one_of_its_own_can_be_read_and_is_not_sampled() {
        let own = Traceparent::unrecorded();
        assert_eq!(own.to_string().parse(), Ok(own));
        assert!(!own.span_context().is_sampled());
        assert_eq!(own.trace_id(), &own.to_string()[3..35]);
        assert_ne!(own, Traceparent::unrecorded());
    }

    #[test]
    fn it_is_the_same_trace_to_the_tracer() {
        let parent: Traceparent = format!("00-{IDS}-01").parse().expect("a good one");
        let context = parent.span_context();
        assert!(context.is_remote() && context.is_sampled());
        assert_eq!(context.trace_id().to_string(), &IDS[..32]);
        assert_eq!(Traceparent::of(&context), Some(parent));
        assert_eq!(Traceparent::of(&SpanContext::empty_context()), None);
    }
}
