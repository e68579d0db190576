//! Enums that are words in the contract.

use serde_json::Value;

use crate::fault::{FaultCode, Faults, shorten};
use crate::pointer::Pointer;
use crate::read::wrong_type;
use crate::suggest::nearest;

/// Defines an enum whose variants are words: its names in JSON, MessagePack, the schema and messages
/// all come from the one list.
macro_rules! words {
    (
        $(#[$about:meta])*
        pub enum $name:ident {
            $($(#[$variant_about:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, schemars::JsonSchema)]
        pub enum $name {
            $($(#[$variant_about])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every variant, in the order of the contract.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The word of the contract.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::read::Read for $name {
            fn read(
                value: &serde_json::Value,
                at: &$crate::pointer::Pointer,
                faults: &mut $crate::fault::Faults,
            ) -> Option<$name> {
                let index = $crate::words::read_word(value, at, faults, &[$($word,)+])?;
                $name::ALL.get(index).copied()
            }
        }
    };
}
pub(crate) use words;

/// Reads one of `words` and gives its index.
pub(crate) fn read_word(
    value: &Value,
    at: &Pointer,
    faults: &mut Faults,
    words: &[&str],
) -> Option<usize> {
    let limit = one_of(words);
    let Value::String(found) = value else {
        return wrong_type(value, at, faults, &limit);
    };
    let index = words.iter().position(|word| word == found);
    if index.is_none() {
        let advice = match nearest(found, words.iter().copied()) {
            Some(meant) => format!("did you mean {meant:?}?"),
            None => format!("give {limit}"),
        };
        let message = format!("is {:?}; {advice}", shorten(found, 64));
        faults.add(at, FaultCode::UnknownWord, value, limit, message);
    }
    index
}

/// `"a", "b" or "c"`.
fn one_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_words() {
        assert_eq!(one_of(&["a"]), "\"a\"");
        assert_eq!(one_of(&["a", "b", "c"]), "\"a\", \"b\" or \"c\"");
    }

    #[test]
    fn suggests_the_word_that_was_meant() {
        let mut faults = Faults::default();
        let found = Value::from("Zoom-In");
        assert_eq!(
            read_word(
                &found,
                &Pointer::default(),
                &mut faults,
                &["zoom_in", "still"]
            ),
            None
        );
        let report = faults.into_report();
        assert_eq!(report.faults[0].code, FaultCode::UnknownWord);
        assert!(
            report.faults[0]
                .message
                .ends_with("did you mean \"zoom_in\"?")
        );
    }
}
