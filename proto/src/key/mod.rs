//! Asset keys: the only way in which a job names a file.

mod device;
mod fault;
mod hidden;
mod lookalike;
mod marks;
mod percent;
mod rules;
mod script;
mod styled;

pub use fault::KeyFault;

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::fault::{FaultCode, Faults};
use crate::limits::{MAX_KEY_BYTES, MAX_KEY_PARTS};
use crate::pointer::Pointer;
use crate::read::{Read, wrong_type};

/// What a key must be, in short, for reports.
pub(crate) const KEY_LIMIT: &str = "a relative asset key such as products/ring.jpg";

/// The name of an asset relative to its tenant's asset root, such as `products/ring.jpg`.
///
/// A key is 1 to 512 bytes of UTF-8 in normal form C: 1 to 16 parts of 1 to 255 bytes each, separated
/// by `/`. Joined to any root it stays under that root on every system, and it looks like what it is:
/// see [`KeyFault`] for what is refused. Letters of every script and emoji are fine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct AssetKey(String);

impl AssetKey {
    /// Checks `text` against every rule for keys. The text is kept as it is: nothing is repaired.
    ///
    /// # Errors
    /// The first rule that `text` breaks.
    pub fn parse(text: &str) -> Result<AssetKey, KeyFault> {
        rules::check(text)?;
        Ok(AssetKey(text.to_owned()))
    }

    /// The key as it was given, with `/` between its parts.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts of the key, outermost folder first; at least one, none of them `.` or `..`.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }
}

impl fmt::Display for AssetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for AssetKey {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl FromStr for AssetKey {
    type Err = KeyFault;

    fn from_str(text: &str) -> Result<AssetKey, KeyFault> {
        AssetKey::parse(text)
    }
}

impl<'de> Deserialize<'de> for AssetKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<AssetKey, D::Error> {
        let text = String::deserialize(deserializer)?;
        AssetKey::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl Read for AssetKey {
    fn read(value: &Value, at: &Pointer, faults: &mut Faults) -> Option<AssetKey> {
        let Value::String(text) = value else {
            return wrong_type(value, at, faults, KEY_LIMIT);
        };
        match AssetKey::parse(text) {
            Ok(key) => Some(key),
            Err(fault) => {
                faults.add(
                    at,
                    FaultCode::InvalidKey,
                    value,
                    fault.limit(),
                    fault.to_string(),
                );
                None
            }
        }
    }
}

/// The part of the rules that a regular expression can say without look-around, which many validators
/// lack. A part that starts with a dot ends with something else, so `.` and `..` do not match.
fn pattern() -> String {
    let taken = r#"/\\:*?"<>|\x00-\x1f\x7f"#;
    let part = |first: &str| format!("(?:[^{first}.]|[^{first}][^{taken}]*[^{taken} .])");
    let (first, next) = (part(&format!("{taken} ~")), part(&format!("{taken} ")));
    format!("^{first}(?:/{next}){{0,{}}}$", MAX_KEY_PARTS - 1)
}

impl JsonSchema for AssetKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AssetKey".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "title": "Asset key",
            "description": "The name of an asset relative to its tenant's asset root: 1 to 512 bytes of \
                UTF-8 in normal form C, 1 to 16 parts of 1 to 255 bytes separated by \"/\". Beyond the \
                pattern, control, invisible and direction-changing characters, look-alikes of \"/\", \
                \"\\\" and \".\", percent-encoded ones, styled letters, words that mix scripts, towers of marks, Windows device \
                names and the words \"default\", \"none\" and \"procedural\" are refused.",
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_KEY_BYTES,
            "pattern": pattern(),
            "examples": ["products/ring.jpg", "audio/track.mp3", "製品/指輪.png"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_was_parsed() {
        let key =
            AssetKey::parse("produits/bague-été.jpg").expect("letters of any script are fine");
        assert_eq!(key.as_str(), "produits/bague-été.jpg");
        assert_eq!(key.to_string(), key.as_str());
        assert_eq!(
            key.parts().collect::<Vec<_>>(),
            ["produits", "bague-été.jpg"]
        );
    }

    #[test]
    fn serde_parses_too() {
        let key: AssetKey = serde_json::from_str("\"a/b.png\"").expect("a good key");
        assert_eq!(
            serde_json::to_string(&key).expect("a string"),
            "\"a/b.png\""
        );
        assert!(serde_json::from_str::<AssetKey>("\"../b.png\"").is_err());
    }
}
