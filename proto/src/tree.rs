//! One neutral tree for both encodings, so that everything behind it is written once.
//!
//! What only one encoding can say, or neither should, becomes a fault with its place in the document
//! while the rest is read on: fields given twice, binary data, NaN, names that are not text.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::fault::{FaultCode, Faults};
use crate::limits::MAX_SPEC_DEPTH;
use crate::pointer::Pointer;

/// Decodes the value at one place of the document.
pub(crate) struct Node<'f> {
    at: Pointer,
    /// Arrays and objects around this value.
    depth: usize,
    faults: &'f mut Faults,
}

impl<'f> Node<'f> {
    /// The whole document.
    pub(crate) fn root(faults: &'f mut Faults) -> Node<'f> {
        Node {
            at: Pointer::default(),
            depth: 0,
            faults,
        }
    }

    fn inside(&mut self, at: Pointer) -> Node<'_> {
        Node {
            at,
            depth: self.depth + 1,
            faults: self.faults,
        }
    }

    /// Adds the fault; the null in the value's place goes no further, since the document is refused.
    fn refuse(&mut self, code: FaultCode, value: &str, limit: &str, message: &str) -> Value {
        self.faults.add_shown(&self.at, code, value, limit, message);
        Value::Null
    }

    fn refuse_depth(&mut self) -> Value {
        let limit = format!("at most {MAX_SPEC_DEPTH} levels");
        let message = format!("is nested too deeply; use {limit} of lists and objects");
        self.refuse(FaultCode::TooDeep, "", &limit, &message)
    }

    fn refuse_name(&mut self, name: &str) {
        let message = "has a name that is not text; name fields by UTF-8 strings";
        self.refuse(FaultCode::NotText, name, "UTF-8 strings as names", message);
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, true, false, a number, a string, a list or an object")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(mut self, value: f64) -> Result<Value, E> {
        Ok(match Number::from_f64(value) {
            Some(number) => Value::Number(number),
            None => {
                let message = format!("is {value}; give a finite number");
                self.refuse(
                    FaultCode::NotFinite,
                    &value.to_string(),
                    "a finite number",
                    &message,
                )
            }
        })
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_bytes<E: Error>(mut self, value: &[u8]) -> Result<Value, E> {
        let shown = format!("{} bytes", value.len());
        let message = "is binary data or not UTF-8; send text as a UTF-8 string";
        Ok(self.refuse(FaultCode::NotText, &shown, "a UTF-8 string", message))
    }

    /// How the MessagePack decoder presents extension types, timestamps among them.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, _: D) -> Result<Value, D::Error> {
        Err(D::Error::custom(
            "an extension type (such as a timestamp); send text or numbers",
        ))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut entries: A) -> Result<Value, A::Error> {
        if self.depth >= MAX_SPEC_DEPTH {
            while entries.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(self.refuse_depth());
        }
        let mut list = Vec::new();
        loop {
            let at = self.at.entry(list.len());
            match entries.next_element_seed(self.inside(at))? {
                Some(entry) => list.push(entry),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<Value, A::Error> {
        if self.depth >= MAX_SPEC_DEPTH {
            while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(self.refuse_depth());
        }
        let mut map = Map::new();
        while let Some(name) = fields.next_key_seed(Name)? {
            let name = match name {
                Ok(name) => name,
                Err(shown) => {
                    self.refuse_name(&shown);
                    fields.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let at = self.at.child(&name);
            let mut node = self.inside(at);
            if map.contains_key(&name) {
                let message = "is given twice; keep one of them";
                node.refuse(FaultCode::DuplicateField, "", "each field once", message);
            }
            let value = fields.next_value_seed(node)?;
            map.entry(name).or_insert(value);
        }
        Ok(Value::Object(map))
    }
}

/// Decodes the name of a field: `Err` shows one that is not text.
struct Name;

type NameOrShown = Result<String, String>;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = NameOrShown;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<NameOrShown, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Name {
    type Value = NameOrShown;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<NameOrShown, E> {
        Ok(Ok(value.to_owned()))
    }

    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<NameOrShown, E> {
        Ok(Err(format!("{} bytes", value.len())))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<NameOrShown, E> {
        Ok(Err(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<NameOrShown, E> {
        Ok(Err(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<NameOrShown, E> {
        Ok(Err(value.to_string()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<NameOrShown, E> {
        Ok(Err(value.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<NameOrShown, E> {
        Ok(Err("null".to_owned()))
    }
}
