//! The kinds of fault.

use serde::{Deserialize, Serialize};

/// What kind of fault it is. The names are part of the contract; later releases may add some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultCode {
    /// The bytes are not JSON or MessagePack at all, or end too early, or go on too long.
    Syntax,
    /// The whole document or the metadata has too many bytes.
    TooLarge,
    /// Arrays and objects are nested too deeply.
    TooDeep,
    /// The same field is there twice.
    DuplicateField,
    /// The contract has no such field.
    UnknownField,
    /// A required field is left out.
    Missing,
    /// The field holds another type than it should.
    WrongType,
    /// A string, or the name of a field, is not text: binary data, or not UTF-8.
    NotText,
    /// A number is NaN or infinite.
    NotFinite,
    /// A number is outside its range.
    OutOfRange,
    /// The version is none that this release reads.
    UnsupportedVersion,
    /// A word is none of those that the field takes.
    UnknownWord,
    /// A list has too few entries.
    TooFew,
    /// A list or object has too many entries.
    TooMany,
    /// A text is empty where it must not be.
    Empty,
    /// A text has too many characters or bytes.
    TooLong,
    /// A text holds characters that it must not.
    BadCharacter,
    /// An asset key breaks a rule for keys.
    InvalidKey,
    /// A rendition is not a permitted size.
    InvalidSize,
    /// A list holds the same entry twice.
    DuplicateEntry,
}

impl FaultCode {
    /// Every kind that this release knows.
    pub const ALL: [FaultCode; 20] = [
        FaultCode::Syntax,
        FaultCode::TooLarge,
        FaultCode::TooDeep,
        FaultCode::DuplicateField,
        FaultCode::UnknownField,
        FaultCode::Missing,
        FaultCode::WrongType,
        FaultCode::NotText,
        FaultCode::NotFinite,
        FaultCode::OutOfRange,
        FaultCode::UnsupportedVersion,
        FaultCode::UnknownWord,
        FaultCode::TooFew,
        FaultCode::TooMany,
        FaultCode::Empty,
        FaultCode::TooLong,
        FaultCode::BadCharacter,
        FaultCode::InvalidKey,
        FaultCode::InvalidSize,
        FaultCode::DuplicateEntry,
    ];
}
