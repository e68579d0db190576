//! Collects faults while a document is read on.

use serde_json::Value;

use super::{Fault, FaultCode, SpecFaults, show};
use crate::limits::MAX_FAULTS;
use crate::pointer::Pointer;

/// The faults found so far: at most [`MAX_FAULTS`], and only the first one of each field, since a
/// second is most often an echo of it.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    found: Vec<Fault>,
}

impl Faults {
    /// Records that `value` at `at` is not within `limit`.
    pub(crate) fn add(
        &mut self,
        at: &Pointer,
        code: FaultCode,
        value: &Value,
        limit: impl Into<String>,
        message: impl Into<String>,
    ) {
        self.add_shown(at, code, show(value), limit, message);
    }

    /// Like [`Faults::add`], for what is found where no [`Value`] is at hand.
    pub(crate) fn add_shown(
        &mut self,
        at: &Pointer,
        code: FaultCode,
        value: impl Into<String>,
        limit: impl Into<String>,
        message: impl Into<String>,
    ) {
        if self.is_full() || self.found.iter().any(|fault| fault.field == at.as_str()) {
            return;
        }
        self.found.push(Fault {
            field: at.as_str().to_owned(),
            code,
            value: value.into(),
            limit: limit.into(),
            message: message.into(),
        });
    }

    pub(crate) fn is_full(&self) -> bool {
        self.found.len() >= MAX_FAULTS
    }

    /// The report; for use where at least one fault was added.
    pub(crate) fn into_report(self) -> SpecFaults {
        debug_assert!(!self.found.is_empty(), "a refusal without a fault");
        SpecFaults { faults: self.found }
    }

    /// `value` if nothing is wrong. Readers return `None` only after adding a fault.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, SpecFaults> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => Err(self.into_report()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(faults: &mut Faults, at: &Pointer) {
        faults.add(
            at,
            FaultCode::OutOfRange,
            &Value::from(1),
            "2",
            "is 1; give 2",
        );
    }

    #[test]
    fn keeps_the_first_fault_of_a_field() {
        let mut faults = Faults::default();
        add(&mut faults, &Pointer::default());
        add(&mut faults, &Pointer::default());
        assert_eq!(faults.into_report().faults.len(), 1);
    }

    #[test]
    fn stops_at_the_limit() {
        let mut faults = Faults::default();
        for index in 0..MAX_FAULTS + 5 {
            assert_eq!(faults.is_full(), index >= MAX_FAULTS);
            add(&mut faults, &Pointer::default().entry(index));
        }
        assert_eq!(faults.into_report().faults.len(), MAX_FAULTS);
    }

    #[test]
    fn a_value_beside_faults_is_refused() {
        assert_eq!(Faults::default().finish(Some(1)), Ok(1));
        let mut faults = Faults::default();
        add(&mut faults, &Pointer::default());
        assert!(faults.finish(Some(1)).is_err());
    }
}
