//! JSON with one value that no client expects; apart from the other faults because it is pure.

use serde_json::{Value, json};

/// Items of a list that are told apart: what one of them may be, the others may be as well.
const ITEMS: usize = 2;

/// The same with one value, chosen by the number, missing or replaced by something odd.
pub(crate) fn replaced(mut json: Value, number: u64) -> Value {
    let mut pointers = Vec::new();
    collect(&json, String::new(), &mut pointers);
    let count = pointers.len() as u64;
    let Some(pointer) = pointers.get((number % count.max(1)) as usize) else {
        return json;
    };
    let kind = number / count.max(1) + number;
    if kind.is_multiple_of(7) && remove(&mut json, pointer) {
        return json;
    }
    if let Some(value) = json.pointer_mut(pointer) {
        *value = odd(value, kind % 7);
    }
    json
}

/// What else could stand there.
fn odd(value: &Value, kind: u64) -> Value {
    match kind {
        0 | 1 => Value::Null,
        2 => json!("a word that nobody knows"),
        3 if !value.is_number() => json!(-7),
        3 => json!("7"),
        4 if !value.is_array() => json!([value]),
        4 => json!({}),
        5 if !value.is_object() => json!({"new": value}),
        5 => json!([]),
        _ => json!(1e300),
    }
}

/// Pointers to every value below the top, and to the top itself.
fn collect(json: &Value, at: String, pointers: &mut Vec<String>) {
    match json {
        Value::Array(items) => {
            for (index, item) in items.iter().take(ITEMS).enumerate() {
                collect(item, format!("{at}/{index}"), pointers);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                collect(value, format!("{at}/{name}"), pointers);
            }
        }
        _ => {}
    }
    pointers.push(at);
}

fn remove(json: &mut Value, pointer: &str) -> bool {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return false;
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    let fields = json.pointer_mut(parent).and_then(Value::as_object_mut);
    fields.is_some_and(|fields| fields.remove(&name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_turn_and_is_another_each_time() {
        let json = json!({"id": 1, "list": [{"name": "a/b"}], "none": null});
        let all: Vec<_> = (0..200)
            .map(|number| replaced(json.clone(), number))
            .collect();
        for pointer in ["/id", "/list", "/list/0", "/list/0/name", "/none"] {
            let truth = json.pointer(pointer);
            assert!(
                all.iter().any(|odd| odd.pointer(pointer) != truth),
                "{pointer}"
            );
        }
        assert!(all.iter().any(|odd| odd.get("id").is_none()));
        assert!(all.iter().all(|odd| odd != &json));
    }
}
