//! JSON with one field spoilt; apart because every model is held against it.

use serde_json::{Value, json};

/// What became of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spoilt {
    Absent,
    Null,
    OtherType,
}

/// Every way to spoil one field, at any depth, with the field's JSON pointer.
pub(super) fn spoil(json: &str) -> Vec<(String, Spoilt, String)> {
    let whole: Value = serde_json::from_str(json).expect("is JSON");
    let mut pointers = Vec::new();
    collect(&whole, "", &mut pointers);
    let mut spoilt = Vec::new();
    for pointer in pointers {
        let (parent, key) = pointer.rsplit_once('/').expect("begins with a slash");
        let mut absent = whole.clone();
        let object = absent.pointer_mut(parent).and_then(Value::as_object_mut);
        object.expect("is an object").remove(key);
        spoilt.push((pointer.clone(), Spoilt::Absent, absent.to_string()));
        let others = [
            json!(true),
            json!(-1.5),
            json!("odd"),
            json!([[]]),
            json!({ "odd": 1 }),
        ];
        let others = others.map(|other| (Spoilt::OtherType, other));
        for (kind, value) in [(Spoilt::Null, Value::Null)].into_iter().chain(others) {
            let mut changed = whole.clone();
            let place = changed.pointer_mut(&pointer).expect("is there");
            let is_same = std::mem::discriminant(place) == std::mem::discriminant(&value);
            *place = value;
            if !is_same {
                spoilt.push((pointer.clone(), kind, changed.to_string()));
            }
        }
    }
    spoilt
}

fn collect(value: &Value, pointer: &str, pointers: &mut Vec<String>) {
    if let Value::Object(fields) = value {
        for (key, value) in fields {
            let below = format!("{pointer}/{key}");
            collect(value, &below, pointers);
            pointers.push(below);
        }
    }
}
