//! JSON without two meanings, and with an end: an object that holds a key twice is refused, at any
//! depth, and so are more values than anybody needs.
//!
//! It is apart because parsers differ in which of two equal keys they keep, so that a body could
//! be checked with one value and acted on with another.

use std::{cell::Cell, fmt};

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

/// Parses JSON, and refuses keys that stand twice in one object, and more than [`MAX_VALUES`].
pub(crate) fn parse(text: &[u8]) -> Result<Value, ParseError> {
    let left = Cell::new(Some(MAX_VALUES));
    let mut json = serde_json::Deserializer::from_slice(text);
    let parsed = Build(&left).deserialize(&mut json);
    match parsed.and_then(|value| json.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(_) if left.get().is_none() => Err(ParseError::TooMany),
        Err(error) => Err(ParseError::Syntax(error)),
    }
}

/// Why a text is not accepted as JSON.
#[derive(Debug)]
pub(crate) enum ParseError {
    Syntax(serde_json::Error),
    TooMany,
}

impl From<ParseError> for serde_json::Error {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::Syntax(error) => error,
            ParseError::TooMany => too_many(),
        }
    }
}

/// Builds a value whose objects hold every key once, and counts down how many values may follow;
/// `None` once there was one too many.
#[derive(Clone, Copy)]
struct Build<'a>(&'a Cell<Option<usize>>);

impl<'de> DeserializeSeed<'de> for Build<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.0
            .set(self.0.get().and_then(|left| left.checked_sub(1)));
        match self.0.get() {
            Some(_) => deserializer.deserialize_any(self),
            None => Err(too_many()),
        }
    }
}

impl<'de> Visitor<'de> for Build<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(de::Error::custom(format_args!(
                    "the key {key:?} stands there twice"
                )));
            }
            let value = entries.next_value_seed(self)?;
            object.insert(key, value);
        }
        Ok(object.into())
    }
}

fn too_many<E: de::Error>() -> E {
    E::custom(format_args!("there are more than {MAX_VALUES} values"))
}

/// The shortest value takes two bytes of text, and sixteen times as much memory: the length of a
/// text is no bound by itself.
pub(crate) const MAX_VALUES: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_refused_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"[{"b":{"a":1,"a":2}}]"#,
            r#"{"":1,"":2}"#,
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn whatever_else_is_json_is_read_as_it_is() {
        let text = r#"{"a":[null,true,-1,18446744073709551615,1.5,"é\n"],"b":{"a":{}}}"#;
        assert_eq!(
            parse(text.as_bytes()).unwrap(),
            serde_json::from_str::<Value>(text).unwrap()
        );
    }

    #[test]
    fn text_that_is_not_json_alone_is_refused() {
        let deep = "[".repeat(100_000);
        for text in [
            "",
            "{} {}",
            "\u{feff}{}",
            "{'a':1}",
            "{\"a\":1,}",
            "nan",
            &deep,
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text:.20}");
        }
        assert!(parse(b"\"\xff\"").is_err());
    }

    #[test]
    fn values_are_counted_at_any_depth() {
        let list = |items: usize| format!("[{}0]", "0,".repeat(items - 1));
        assert!(parse(list(MAX_VALUES - 1).as_bytes()).is_ok());
        let text = list(MAX_VALUES);
        assert!(matches!(parse(text.as_bytes()), Err(ParseError::TooMany)));
        let nested = |pairs: usize| format!(r#"{{"a":[{}[0]]}}"#, "[0],".repeat(pairs - 1));
        assert!(parse(nested(MAX_VALUES / 2 - 1).as_bytes()).is_ok());
        let text = nested(MAX_VALUES / 2);
        let error = parse(text.as_bytes()).unwrap_err();
        assert!(matches!(error, ParseError::TooMany));
        let error = serde_json::Error::from(error).to_string();
        assert_eq!(error, "there are more than 100000 values");
        let objects = format!("[{}{{}}]", "{},".repeat(MAX_VALUES));
        assert!(matches!(
            parse(objects.as_bytes()),
            Err(ParseError::TooMany)
        ));
    }
}
