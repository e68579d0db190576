//! Reads types out of the neutral tree, adding a fault for whatever does not fit.

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::fault::{FaultCode, Faults, shorten};
use crate::pointer::Pointer;
use crate::suggest::nearest;

/// A type of the contract that can be read out of a tree.
pub(crate) trait Read: Sized {
    /// `None` only after adding a fault, so that the caller can read on and refuse the whole in the end.
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<Self>;
}

/// Adds the fault that `value` is not of the `expected` type; gives `None` for the caller to return.
pub(crate) fn wrong_type<T>(
    value: &Value,
    at: &Pointer,
    faults: &mut Faults,
    expected: &str,
) -> Option<T> {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    faults.add(
        at,
        FaultCode::WrongType,
        value,
        expected,
        format!("is {kind}; give {expected}"),
    );
    None
}

/// Reads a whole number within `range`. `21.0` is one too, as in JSON Schema: some languages have no
/// other numbers.
pub(crate) fn read_integer<T>(
    value: &Value,
    at: &Pointer,
    faults: &mut Faults,
    range: RangeInclusive<T>,
) -> Option<T>
where
    T: Copy + Display + Into<i64> + TryFrom<i64>,
{
    let (low, high) = (*range.start(), *range.end());
    let limit = format!("a whole number from {low} to {high}");
    let Some(number) = whole_number(value) else {
        return wrong_type(value, at, faults, &limit);
    };
    let within = number.filter(|n| (low.into()..=high.into()).contains(n));
    let found = within.and_then(|n| T::try_from(n).ok());
    if found.is_none() {
        let message = format!("is {value}; give {limit}");
        faults.add(at, FaultCode::OutOfRange, value, limit, message);
    }
    found
}

/// `None`: not a whole number. `Some(None)`: one beyond `i64`, and so beyond every range.
pub(crate) fn whole_number(value: &Value) -> Option<Option<i64>> {
    let number = value.as_number()?;
    if let Some(float) = number.as_f64().filter(|_| number.is_f64()) {
        // Every whole number below 2^53 is exact here; larger ones are out of every range.
        let exact = float.abs() < 9_007_199_254_740_992.0;
        return (float.fract() == 0.0).then_some(exact.then_some(float as i64));
    }
    Some(number.as_i64())
}

/// Reads a fraction within `range`; `what` names it for a person.
pub(crate) fn read_fraction(
    value: &Value,
    at: &Pointer,
    faults: &mut Faults,
    range: RangeInclusive<f64>,
    what: &str,
) -> Option<f64> {
    let limit = format!("{what} from {} to {}", range.start(), range.end());
    let Some(number) = value.as_number().and_then(serde_json::Number::as_f64) else {
        return wrong_type(value, at, faults, &limit);
    };
    if !range.contains(&number) {
        let message = format!("is {value}; give {limit}");
        faults.add(at, FaultCode::OutOfRange, value, limit, message);
        return None;
    }
    Some(number)
}

/// Reads a list with a number of entries within `range`. Of a list that is too long only the permitted
/// beginning is read further.
pub(crate) fn read_list<T: Read>(
    value: &Value,
    at: &Pointer,
    faults: &mut Faults,
    range: RangeInclusive<usize>,
) -> Option<Vec<T>> {
    let (low, high) = (*range.start(), *range.end());
    let limit = format!("a list of {low} to {high} entries");
    let Value::Array(entries) = value else {
        return wrong_type(value, at, faults, &limit);
    };
    if !range.contains(&entries.len()) {
        let code = if entries.len() > high {
            FaultCode::TooMany
        } else {
            FaultCode::TooFew
        };
        let message = format!("has {} entries; give {limit}", entries.len());
        faults.add(at, code, value, limit, message);
    }
    let read = entries
        .iter()
        .take(high)
        .enumerate()
        .map(|(n, entry)| T::read(entry, &at.entry(n), faults));
    // Not a collect into an Option: that would stop at the first fault.
    let read: Vec<Option<T>> = read.collect();
    read.into_iter().collect()
}

/// Whether a value may be left out of the canonical form.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The fields of one object, all of them known.
pub(crate) struct Fields<'v> {
    map: &'v Map<String, Value>,
    at: &'v Pointer,
}

impl<'v> Fields<'v> {
    /// Adds a fault for every field that is not `known`: a typo must never be silently ignored.
    pub(crate) fn of(
        map: &'v Map<String, Value>,
        at: &'v Pointer,
        faults: &mut Faults,
        known: &[&str],
    ) -> Fields<'v> {
        for (name, value) in map
            .iter()
            .filter(|(name, _)| !known.contains(&name.as_str()))
        {
            if faults.is_full() {
                break;
            }
            let advice = match nearest(name, known.iter().copied()) {
                Some(meant) => format!("did you mean {meant:?}?"),
                None => "take it out, or put it into \"metadata\"".to_owned(),
            };
            let message = format!("{:?} is no field here; {advice}", shorten(name, 64));
            faults.add(
                &at.child(name),
                FaultCode::UnknownField,
                value,
                known.join(", "),
                message,
            );
        }
        Fields { map, at }
    }

    /// The raw value of a field, if it is there.
    pub(crate) fn get(&self, name: &str) -> Option<&'v Value> {
        self.map.get(name)
    }

    /// Where a field stands.
    pub(crate) fn at(&self, name: &str) -> Pointer {
        self.at.child(name)
    }

    /// Reads a field that must be there; `limit` says what it holds.
    pub(crate) fn required<T: Read>(
        &self,
        name: &str,
        faults: &mut Faults,
        limit: &str,
    ) -> Option<T> {
        match self.get(name) {
            Some(value) => T::read(value, &self.at(name), faults),
            None => {
                let message = format!("is left out but required; give {limit}");
                faults.add_shown(&self.at(name), FaultCode::Missing, "", limit, message);
                None
            }
        }
    }

    /// Reads a field that has a default; also gives the default after a fault, since the document is
    /// refused as a whole then.
    pub(crate) fn or_default<T: Read + Default>(&self, name: &str, faults: &mut Faults) -> T {
        let value = self.get(name);
        value
            .and_then(|value| T::read(value, &self.at(name), faults))
            .unwrap_or_default()
    }

    /// Reads a field that may be left out or null.
    pub(crate) fn optional<T: Read>(&self, name: &str, faults: &mut Faults) -> Option<T> {
        let value = self.get(name).filter(|value| !value.is_null())?;
        T::read(value, &self.at(name), faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn integer(value: Value) -> Result<u8, FaultCode> {
        let mut faults = Faults::default();
        let read = read_integer(&value, &Pointer::default(), &mut faults, 15_u8..=35);
        faults.finish(read).map_err(|report| report.faults[0].code)
    }

    #[test]
    fn integers_within_their_range() {
        assert_eq!(integer(json!(15)), Ok(15));
        assert_eq!(integer(json!(35.0)), Ok(35));
        for outside in [
            json!(14),
            json!(36),
            json!(-21),
            json!(u64::MAX),
            json!(1e300),
            json!(1e15),
        ] {
            assert_eq!(integer(outside), Err(FaultCode::OutOfRange));
        }
        for other in [json!(21.5), json!("21"), json!(null), json!([21])] {
            assert_eq!(integer(other), Err(FaultCode::WrongType));
        }
    }

    #[test]
    fn unknown_fields_are_named_with_the_nearest_known() {
        let mut faults = Faults::default();
        let Value::Object(map) = json!({"imags": 1, "watermark": 2}) else {
            unreachable!("an object literal")
        };
        Fields::of(&map, &Pointer::default(), &mut faults, &["images", "audio"]);
        let report = faults.into_report();
        assert_eq!(report.faults[0].field, "/imags");
        assert!(
            report.faults[0]
                .message
                .contains("did you mean \"images\"?")
        );
        assert!(report.faults[1].message.contains("take it out"));
    }
}
