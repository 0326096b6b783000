//! The parameters of a request that writes: its body merged with its query, as Grape merges them;
//! apart, because both may say the same, as JSON or as a form, and clients send either.

use serde_json::{Map, Value};

use crate::{error::Refusal, query::Query, server::Received};

/// What a client sent, by name. A parameter that was sent as `null` is as good as not sent.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    values: Map<String, Value>,
}

impl Parameters {
    /// Reads query and body; what both name is taken from the body.
    pub(crate) fn parse(request: &Received, query: &Query) -> Result<Self, Refusal> {
        let mut values = Map::new();
        add_pairs(&mut values, query);
        let content_type = request
            .headers
            .get("content-type")
            .map(|value| String::from_utf8_lossy(value.as_bytes()).to_lowercase())
            .unwrap_or_default();
        if request.body.is_empty() {
            return Ok(Self { values });
        }
        if content_type.starts_with("application/json") {
            // A body that is JSON but no object has no parameters, and Grape lets it be.
            if let Value::Object(object) = parse_json(&request.body)? {
                values.extend(object);
            }
        } else if content_type.starts_with("multipart/form-data") {
            add_multipart(&mut values, &content_type_boundary(request), &request.body);
        } else {
            let text = String::from_utf8_lossy(&request.body);
            add_pairs(&mut values, &Query::parse(&text));
        }
        Ok(Self { values })
    }

    /// The value, where one was sent.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    /// Whether a value was sent, even an empty one.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// A text, which may be empty; numbers and booleans are texts too, as in Ruby.
    pub(crate) fn string(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(Some(value.to_string())),
            Some(_) => Err(invalid(name)),
        }
    }

    /// A text that must be sent.
    pub(crate) fn required_string(&self, name: &str) -> Result<String, Refusal> {
        self.string(name)?.ok_or_else(|| missing(name))
    }

    /// Those of `names` that were not sent.
    pub(crate) fn absent(&self, names: &[&str]) -> Vec<String> {
        let absent = names.iter().filter(|name| !self.has(name));
        absent.map(|name| (*name).to_owned()).collect()
    }

    /// Texts that must all be sent, in the order of their names; Grape names every one that was
    /// not.
    pub(crate) fn required<const COUNT: usize>(
        &self,
        names: [&str; COUNT],
    ) -> Result<[String; COUNT], Refusal> {
        let absent = self.absent(&names);
        if !absent.is_empty() {
            return Err(missing(&absent.join(" is missing, ")));
        }
        let mut values = [const { String::new() }; COUNT];
        for (value, name) in values.iter_mut().zip(names) {
            *value = self.required_string(name)?;
        }
        Ok(values)
    }

    /// A truth, in any of the spellings that Grape takes.
    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, Refusal> {
        let Some(text) = self.string(name)? else {
            return Ok(None);
        };
        match text.to_lowercase().as_str() {
            "" => Ok(None),
            "true" | "1" | "t" | "yes" | "y" | "on" => Ok(Some(true)),
            "false" | "0" | "f" | "no" | "n" | "off" => Ok(Some(false)),
            _ => Err(invalid(name)),
        }
    }

    /// Whether a truth was sent.
    pub(crate) fn is_set(&self, name: &str) -> Result<bool, Refusal> {
        Ok(self.boolean(name)?.unwrap_or(false))
    }

    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        match self.string(name)?.as_deref() {
            None | Some("") => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| invalid(name)),
        }
    }

    /// A list; a single value where a list is expected is refused, except a text with commas,
    /// which Grape's list of texts takes apart.
    pub(crate) fn array(&self, name: &str) -> Result<Option<Vec<Value>>, Refusal> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Array(values)) => Ok(Some(values.clone())),
            Some(Value::String(text)) => Ok(Some(
                text.split(',')
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                    .map(Value::from)
                    .collect(),
            )),
            // A form's `list[0][name]` names the places of a list by number.
            Some(Value::Object(object)) if object.keys().all(|key| key.parse::<u32>().is_ok()) => {
                Ok(Some(object.values().cloned().collect()))
            }
            Some(_) => Err(invalid(name)),
        }
    }

    /// One of `allowed`, or Grape's complaint.
    pub(crate) fn one_of(&self, name: &str, allowed: &[&str]) -> Result<Option<String>, Refusal> {
        match self.string(name)? {
            Some(text) if !allowed.contains(&text.as_str()) => Err(Refusal::parameter(&format!(
                "{name} does not have a valid value"
            ))),
            other => Ok(other),
        }
    }

    /// A nested object, such as the position of a discussion.
    pub(crate) fn nested(&self, name: &str) -> Result<Option<Self>, Refusal> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Object(values)) => Ok(Some(Self::from(values.clone()))),
            Some(_) => Err(invalid(name)),
        }
    }
}

impl From<Map<String, Value>> for Parameters {
    fn from(values: Map<String, Value>) -> Self {
        Self { values }
    }
}

/// Grape's complaint of a parameter that was not sent.
pub(crate) fn missing(name: &str) -> Refusal {
    Refusal::parameter(&format!("{name} is missing"))
}

fn invalid(name: &str) -> Refusal {
    Refusal::parameter(&format!("{name} is invalid"))
}

fn parse_json(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).map_err(|_| {
        Refusal::parameter(
            "\nProblem:\n  message body does not match declared format\nResolution:\n  when \
             specifying application/json as content-type, you must pass valid application/json in \
             the request's 'body' ",
        )
    })
}

fn add_pairs(values: &mut Map<String, Value>, query: &Query) {
    for (name, value) in query.pairs() {
        let value = Value::from(String::from_utf8_lossy(value).into_owned());
        add(values, name, value);
    }
}

/// Puts a value where a form's name leads: `name`, `name[]`, `name[key]` and deeper.
fn add(values: &mut Map<String, Value>, name: &str, value: Value) {
    let Some((first, rest)) = name.split_once('[') else {
        values.insert(name.to_owned(), value);
        return;
    };
    let keys: Vec<&str> = rest
        .split('[')
        .map(|key| key.trim_end_matches(']'))
        .collect();
    let slot = values.entry(first.to_owned()).or_insert(Value::Null);
    place(slot, &keys, value);
}

fn place(slot: &mut Value, keys: &[&str], value: Value) {
    match keys.split_first() {
        None => *slot = value,
        Some((&"", rest)) => {
            if !slot.is_array() {
                *slot = Value::Array(Vec::new());
            }
            let Value::Array(list) = slot else { return };
            // Rack begins a new object of a list where a key comes that the last one has.
            let continues = match (rest.first(), list.last()) {
                (Some(key), Some(Value::Object(last))) => !last.contains_key(*key),
                _ => false,
            };
            if !continues {
                list.push(Value::Null);
            }
            if let Some(last) = list.last_mut() {
                place(last, rest, value);
            }
        }
        Some((key, rest)) => {
            if !slot.is_object() {
                *slot = Value::Object(Map::new());
            }
            let Value::Object(object) = slot else { return };
            place(
                object.entry((*key).to_owned()).or_insert(Value::Null),
                rest,
                value,
            );
        }
    }
}

fn content_type_boundary(request: &Received) -> String {
    // The boundary is the one part of this header whose case matters.
    let header = request.headers.get("content-type");
    let text = header.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    text.as_deref()
        .and_then(|text| text.split_once("boundary="))
        .map(|(_, boundary)| boundary.trim_matches('"').to_owned())
        .unwrap_or_default()
}

fn add_multipart(values: &mut Map<String, Value>, boundary: &str, body: &[u8]) {
    let text = String::from_utf8_lossy(body);
    for part in text.split(&format!("--{boundary}")).skip(1) {
        let Some((head, content)) = part.split_once("\r\n\r\n") else {
            continue;
        };
        let name = head
            .split_once("name=\"")
            .and_then(|(_, rest)| rest.split_once('"'));
        if let Some((name, _)) = name {
            let content = content.strip_suffix("\r\n").unwrap_or(content);
            add(values, name, content.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form(text: &str) -> Value {
        let mut values = Map::new();
        add_pairs(&mut values, &Query::parse(text));
        Value::Object(values)
    }

    #[test]
    fn a_form_may_carry_lists_of_objects() {
        let sent = form("actions[][action]=create&actions[][file_path]=a&actions[][action]=delete");
        let expected = json!([{"action": "create", "file_path": "a"}, {"action": "delete"}]);
        assert_eq!(sent["actions"], expected);
    }

    #[test]
    fn a_form_may_carry_nested_objects() {
        let sent = form("position[line_range][start][type]=new&title=a");
        assert_eq!(sent["position"]["line_range"]["start"]["type"], "new");
        assert_eq!(sent["title"], "a");
    }
}
