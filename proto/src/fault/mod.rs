//! What is wrong with a job spec, said so that its sender can mend it.

mod code;
mod collect;
mod show;

pub use code::FaultCode;
pub(crate) use collect::Faults;
pub(crate) use show::{shorten, show};

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::limits::MAX_FAULTS;

/// One thing that is wrong with a job spec.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// JSON pointer (RFC 6901) of the field, such as `/images/3/focus/x`; empty for the whole document.
    pub field: String,
    /// What kind of fault it is; stable, for programs.
    pub code: FaultCode,
    /// The value that was found: shortened, with control and invisible characters escaped; empty where
    /// there is none.
    pub value: String,
    /// What would be accepted, such as `1 to 50 entries`.
    pub limit: String,
    /// What is wrong and how to mend it, for people. Its wording may change between releases.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = if self.field.is_empty() {
            "the document"
        } else {
            &self.field
        };
        write!(f, "{field}: {}", self.message)
    }
}

/// Everything that is wrong with a job spec, at most [`MAX_FAULTS`] of them and at most one per field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecFaults {
    /// The faults in the order in which the contract lists the fields; never empty.
    pub faults: Vec<Fault>,
}

impl fmt::Display for SpecFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            let line_end = if index == 0 { "" } else { "\n" };
            write!(f, "{line_end}{fault}")?;
        }
        if self.faults.len() >= MAX_FAULTS {
            write!(
                f,
                "\n(the report ends after {MAX_FAULTS} faults; there may be more)"
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for SpecFaults {}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(field: &str) -> Fault {
        Fault {
            field: field.into(),
            code: FaultCode::OutOfRange,
            value: "12".into(),
            limit: "0 to 9".into(),
            message: "is 12; give 0 to 9".into(),
        }
    }

    #[test]
    fn prints_one_line_per_fault() {
        let faults = SpecFaults {
            faults: vec![fault("/priority"), fault("")],
        };
        assert_eq!(
            faults.to_string(),
            "/priority: is 12; give 0 to 9\nthe document: is 12; give 0 to 9"
        );
    }

    #[test]
    fn a_full_report_says_so() {
        let faults = SpecFaults {
            faults: vec![fault("/x"); MAX_FAULTS],
        };
        assert!(faults.to_string().ends_with("there may be more)"));
    }

    #[test]
    fn travels_as_json() {
        let text = serde_json::to_string(&fault("/priority")).expect("plain strings");
        assert!(text.contains(r#""code":"out_of_range""#));
        assert_eq!(
            serde_json::from_str::<Fault>(&text).expect("just written"),
            fault("/priority")
        );
    }
}
