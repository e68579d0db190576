//! What a problem looks like on the wire.

use gildhall_proto::{Fault, SpecFaults};
use serde::Serialize;
use utoipa::ToSchema;

/// A problem (RFC 9457), sent as `application/problem+json`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// The kind of problem: a URI reference that stays the same between releases.
    #[serde(rename = "type")]
    #[schema(example = "/problems/invalid-job")]
    pub kind: String,
    /// The kind of problem in a few words.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What is wrong with this request, for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// This occurrence; the service's log has the same.
    #[schema(example = "urn:uuid:01930b6e-7a5c-7cc0-9d3e-6f8f0a1b2c3d")]
    pub instance: String,
    /// Every field or parameter that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldFault>,
}

/// One field or parameter that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldFault {
    /// JSON pointer (RFC 6901) of the field in the body; empty for the whole body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Name of the query parameter or header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What kind of fault it is, for programs.
    #[schema(example = "out_of_range")]
    pub code: String,
    /// The value that was found, shortened and with hidden characters escaped.
    pub value: String,
    /// What would be accepted.
    pub limit: String,
    /// What is wrong and how to mend it, for people.
    pub detail: String,
}

/// Longest part of a parameter's value that is shown back, in characters.
const SHOWN_CHARS: usize = 64;

impl FieldFault {
    /// A query parameter or header with a value that is not accepted.
    pub fn parameter(name: &str, value: &str, limit: &str) -> FieldFault {
        let shown = shown(value);
        FieldFault {
            pointer: None,
            parameter: Some(self::shown(name)),
            code: "invalid_parameter".to_owned(),
            detail: format!("is {shown:?}; give {limit}"),
            value: shown,
            limit: limit.to_owned(),
        }
    }

    /// A query parameter that does not exist.
    pub fn unknown(name: &str, known: &str) -> FieldFault {
        FieldFault {
            pointer: None,
            parameter: Some(shown(name)),
            code: "unknown_parameter".to_owned(),
            value: String::new(),
            limit: known.to_owned(),
            detail: format!("is no parameter here; there are {known}"),
        }
    }
}

impl From<&Fault> for FieldFault {
    fn from(fault: &Fault) -> FieldFault {
        // A code is a unit variant, so it is written as one string.
        let code = serde_json::to_value(fault.code).ok();
        let code = code.as_ref().and_then(serde_json::Value::as_str);
        FieldFault {
            pointer: Some(fault.field.clone()),
            parameter: None,
            code: code.unwrap_or_default().to_owned(),
            value: fault.value.clone(),
            limit: fault.limit.clone(),
            detail: fault.message.clone(),
        }
    }
}

/// Every fault of a job.
pub fn field_faults(report: &SpecFaults) -> Vec<FieldFault> {
    report.faults.iter().map(FieldFault::from).collect()
}

fn shown(text: &str) -> String {
    let mut taken: String = text.chars().take(SHOWN_CHARS).collect();
    if taken.len() < text.len() {
        taken.push('…');
    }
    let mut shown = String::with_capacity(taken.len());
    for c in taken.escape_debug() {
        match c {
            // Tags and further selectors are marks, which are escaped only where nothing comes before them, and show nothing.
            '\u{E0000}'..='\u{E0FFF}' => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use gildhall_proto::JobSpec;

    #[test]
    fn faults_of_a_job_keep_their_place_and_their_code() {
        let report = JobSpec::from_json(br#"{"images": ["a"], "priority": 12}"#).unwrap_err();
        let faults = field_faults(&report);
        assert_eq!(faults[0].pointer.as_deref(), Some("/priority"));
        assert_eq!(faults[0].code, "out_of_range");
    }

    #[test]
    fn values_are_shown_short_and_visible() {
        let fault = FieldFault::parameter("limit", &"\u{202E}".repeat(1000), "a number");
        assert!(fault.value.starts_with("\\u{202e}") && fault.value.len() < 1000);
    }
}
