//! JSON and MessagePack in and out.

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error};
use serde_json::Value;

use crate::fault::{FaultCode, Faults, SpecFaults, shorten};
use crate::limits::{MAX_SPEC_BYTES, MAX_SPEC_DEPTH};
use crate::pointer::Pointer;
use crate::read::Read;
use crate::spec::JobSpec;
use crate::tree::Node;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// Deepest nesting that the MessagePack decoder itself follows: enough to report a document that is
/// somewhat too deep by its place, little enough for any stack.
const MSGPACK_STACK_LEVELS: usize = 128;

impl JobSpec {
    /// Reads a job spec from JSON (RFC 8259), with or without a byte order mark.
    ///
    /// # Errors
    /// Every fault that was found; of a syntax error, its line and column.
    pub fn from_json(bytes: &[u8]) -> Result<JobSpec, SpecFaults> {
        check_size(bytes)?;
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let mut faults = Faults::default();
        let mut decoder = serde_json::Deserializer::from_slice(bytes);
        let tree = Node::root(&mut faults).deserialize(&mut decoder);
        match tree.and_then(|tree| decoder.end().map(|()| tree)) {
            Ok(tree) => read_tree(&tree, faults),
            Err(error) => Err(json_fault(bytes, &error)),
        }
    }

    /// Reads a job spec from MessagePack with named fields.
    ///
    /// # Errors
    /// Every fault that was found.
    pub fn from_msgpack(bytes: &[u8]) -> Result<JobSpec, SpecFaults> {
        check_size(bytes)?;
        let mut faults = Faults::default();
        let mut rest = bytes;
        let tree = {
            let mut decoder = rmp_serde::Deserializer::new(&mut rest);
            decoder.set_max_depth(MSGPACK_STACK_LEVELS);
            Node::root(&mut faults).deserialize(&mut decoder)
        };
        match tree {
            Ok(tree) if rest.is_empty() => read_tree(&tree, faults),
            Ok(_) => Err(msgpack_fault(&format!(
                "{} bytes follow the document",
                rest.len()
            ))),
            Err(rmp_serde::decode::Error::DepthLimitExceeded) => Err(too_deep()),
            Err(error) => Err(msgpack_fault(&error.to_string())),
        }
    }

    /// The canonical form as JSON for people: fields in the order of the contract, those at their
    /// defaults left out. [`JobSpec::from_json`] gives an equal spec back.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a spec has string keys and no failing fields")
    }

    /// The canonical form as MessagePack with named fields (`application/vnd.msgpack`).
    /// [`JobSpec::from_msgpack`] gives an equal spec back.
    pub fn to_msgpack(&self) -> Vec<u8> {
        rmp_serde::to_vec_named(self).expect("a spec has known lengths and no failing fields")
    }

    /// Checks a spec that was put together in code as if it had come from outside.
    ///
    /// # Errors
    /// Every fault that was found.
    pub fn checked(&self) -> Result<JobSpec, SpecFaults> {
        JobSpec::from_json(self.to_json().as_bytes())
    }
}

impl<'de> Deserialize<'de> for JobSpec {
    /// Reads a spec out of any self-describing format; the error lists every fault.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<JobSpec, D::Error> {
        let mut faults = Faults::default();
        let tree = Node::root(&mut faults).deserialize(deserializer)?;
        read_tree(&tree, faults).map_err(D::Error::custom)
    }
}

fn read_tree(tree: &Value, mut faults: Faults) -> Result<JobSpec, SpecFaults> {
    let spec = JobSpec::read(tree, &Pointer::default(), &mut faults);
    faults.finish(spec)
}

fn check_size(bytes: &[u8]) -> Result<(), SpecFaults> {
    if bytes.len() <= MAX_SPEC_BYTES {
        return Ok(());
    }
    let message = format!(
        "has {} bytes; shorten it to at most {MAX_SPEC_BYTES}",
        bytes.len()
    );
    let limit = format!("at most {MAX_SPEC_BYTES} bytes");
    Err(whole(
        FaultCode::TooLarge,
        &format!("{} bytes", bytes.len()),
        &limit,
        &message,
    ))
}

/// What JSON reports by its place, for a document whose decoder gave up before it came to the end of it.
fn too_deep() -> SpecFaults {
    let limit = format!("at most {MAX_SPEC_DEPTH} levels");
    let message = format!("is nested too deeply; use {limit} of lists and objects");
    whole(FaultCode::TooDeep, "", &limit, &message)
}

fn json_fault(bytes: &[u8], error: &serde_json::Error) -> SpecFaults {
    let message = format!("is not valid JSON: {error}");
    whole(
        FaultCode::Syntax,
        &near(bytes, error.line(), error.column()),
        "JSON (RFC 8259)",
        &message,
    )
}

fn msgpack_fault(reason: &str) -> SpecFaults {
    let message = format!("is not valid MessagePack: {reason}");
    whole(
        FaultCode::Syntax,
        "",
        "one MessagePack map with named fields",
        &message,
    )
}

fn whole(code: FaultCode, value: &str, limit: &str, message: &str) -> SpecFaults {
    let mut faults = Faults::default();
    faults.add_shown(&Pointer::default(), code, value, limit, message);
    faults.into_report()
}

/// The text that ends at a line and column, both counted from 1 (the column in bytes).
fn near(bytes: &[u8], line: usize, column: usize) -> String {
    const SHOWN_BYTES: usize = 40;
    let Some(line) = bytes
        .split(|byte| *byte == b'\n')
        .nth(line.saturating_sub(1))
    else {
        return String::new();
    };
    let end = column.min(line.len());
    let shown = &line[end.saturating_sub(SHOWN_BYTES)..end];
    shorten(String::from_utf8_lossy(shown).trim(), SHOWN_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_fault(result: Result<JobSpec, SpecFaults>) -> crate::Fault {
        let mut report = result.expect_err("a broken document");
        assert_eq!(report.faults.len(), 1, "{report}");
        report.faults.remove(0)
    }

    #[test]
    fn syntax_errors_name_line_and_column() {
        let fault = one_fault(JobSpec::from_json(b"{\n  \"images\": [\"a\" \"b\"]\n}"));
        assert_eq!(fault.code, FaultCode::Syntax);
        assert!(fault.message.contains("line 2 column 18"), "{fault}");
        assert!(fault.value.ends_with("[\"a\" \""), "{fault:?}");
    }

    #[test]
    fn nothing_may_follow_the_document() {
        assert_eq!(
            one_fault(JobSpec::from_json(br#"{"images":["a"]} x"#)).code,
            FaultCode::Syntax
        );
        let mut bytes =
            rmp_serde::to_vec_named(&serde_json::json!({"images": ["a"]})).expect("a map");
        assert!(JobSpec::from_msgpack(&bytes).is_ok());
        bytes.push(0xC0);
        assert_eq!(
            one_fault(JobSpec::from_msgpack(&bytes)).code,
            FaultCode::Syntax
        );
    }

    #[test]
    fn a_byte_order_mark_is_no_fault() {
        assert!(JobSpec::from_json(b"\xEF\xBB\xBF{\"images\":[\"a\"]}").is_ok());
    }

    #[test]
    fn endless_nesting_does_no_harm() {
        for byte in [b'[', b'{'] {
            assert!(JobSpec::from_json(&vec![byte; MAX_SPEC_BYTES]).is_err());
        }
        assert!(JobSpec::from_msgpack(&vec![0x91; MAX_SPEC_BYTES]).is_err());
        assert!(JobSpec::from_msgpack(&vec![0x81; MAX_SPEC_BYTES]).is_err());
    }

    #[test]
    fn any_depth_is_told_as_such() {
        let first = |result: Result<JobSpec, SpecFaults>| {
            let report = result.expect_err("too deep");
            report.faults[0].code
        };
        for (open, close, levels) in [("[", "]", 100_000), ("{\"a\":", "}", 40_000)] {
            let json = [open.repeat(levels), close.repeat(levels)].join("1");
            assert_eq!(
                first(JobSpec::from_json(json.as_bytes())),
                FaultCode::TooDeep
            );
        }
        for level in [&[0x91][..], &[0x81, 0xA1, b'a']] {
            let packed = [level.repeat(50_000), vec![0xC0]].concat();
            assert_eq!(first(JobSpec::from_msgpack(&packed)), FaultCode::TooDeep);
        }
    }

    #[test]
    fn serde_reads_specs_inside_other_documents() {
        let spec: JobSpec = serde_json::from_str(r#"{"images": ["a"]}"#).expect("a good spec");
        assert_eq!(spec.images.len(), 1);
        let error = serde_json::from_str::<JobSpec>(r#"{"image": ["a"]}"#).expect_err("no images");
        assert!(error.to_string().contains("did you mean"), "{error}");
    }
}
