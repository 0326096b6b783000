//! A body that was checked, and the secrets that have yet to be put in.
//!
//! It is apart because what leaves here may hold a secret, and what came in never does.

use std::fmt;

use bytes::Bytes;
use serde_json::{Map, Value};
use zeroize::Zeroize;

use super::BodyError;
use crate::denial::{Denial, Layer, Reason};

/// What a plugin writes where the host puts in a secret: `{secret:webhook}` for `webhook`.
pub fn placeholder(name: &str) -> String {
    format!("{{secret:{name}}}")
}

/// A body that may leave once its secrets are put in.
#[derive(Clone, Default)]
#[must_use = "a body leaves with its secrets put in"]
pub struct CheckedBody {
    /// Keys at the top of the body, each with the name of the secret that stands there.
    asked: Vec<(Box<str>, Box<str>)>,
    /// The body as it was checked, where something has to be put in.
    object: Map<String, Value>,
}

impl CheckedBody {
    pub(super) fn new(asked: Vec<(Box<str>, Box<str>)>, object: Map<String, Value>) -> Self {
        if asked.is_empty() {
            return Self::default();
        }
        Self { asked, object }
    }

    /// The names of the secrets that the body asks for.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        self.asked.iter().map(|(_, name)| &**name)
    }

    /// The body as it leaves. One that asks for no secret is `original`, the bytes that were
    /// checked; any other is written anew from what was checked.
    ///
    /// # Errors
    ///
    /// A secret that is not there, or a number that would not be written as it came.
    pub fn fill<S: AsRef<str>>(
        self,
        original: Bytes,
        secret: impl Fn(&str) -> Option<S>,
    ) -> Result<Bytes, Denial> {
        if self.asked.is_empty() {
            return Ok(original);
        }
        if !self.object.values().all(is_exact) {
            return Err(BodyError::Number.into_denial());
        }
        let mut object = self.object;
        for (key, name) in &self.asked {
            let Some(text) = secret(name) else {
                wipe(&mut object, &self.asked);
                return Err(BodyError::Secret(name.to_string()).into_denial());
            };
            object.insert(key.to_string(), text.as_ref().into());
        }
        let written = serde_json::to_vec(&object);
        wipe(&mut object, &self.asked);
        written
            .map(Bytes::from)
            .map_err(|error| Denial::new(Layer::Body, Reason::BodyRefused, error.to_string()))
    }
}

impl fmt::Debug for CheckedBody {
    /// Without the body, which belongs in no log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedBody")
            .field("asked", &self.asked)
            .finish_non_exhaustive()
    }
}

/// Whether a value is written as it was read: of numbers only whole ones are, up to 64 bits.
fn is_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.is_f64(),
        Value::Array(items) => items.iter().all(is_exact),
        Value::Object(object) => object.values().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// Leaves no copy of a secret behind that nobody needs.
fn wipe(object: &mut Map<String, Value>, asked: &[(Box<str>, Box<str>)]) {
    for (key, _) in asked {
        if let Some(Value::String(text)) = object.get_mut(&**key) {
            text.zeroize();
        }
    }
}
