//! Secret fields: in JSON exactly their values change, and however it is cut, the same comes out.
#![no_main]

use code_source_egress::{FieldBlanker, SecretFields};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: (u8, Vec<u8>)| {
    let (split, body) = input;
    let names = SecretFields::new(["token", "import_url"]);
    let mut whole = body.clone();
    FieldBlanker::new(names.clone()).blank(&mut whole);
    assert_eq!(whole.len(), body.len());
    let mut pieces = body.clone();
    let mut blanker = FieldBlanker::new(names);
    for piece in pieces.chunks_mut(usize::from(split).max(1)) {
        blanker.blank(piece);
    }
    assert_eq!(pieces, whole);
    let Ok(value) = serde_json::from_slice::<Value>(&body) else {
        return;
    };
    let blanked: Value = serde_json::from_slice(&whole).expect("JSON stays JSON");
    check(&value, &blanked, false);
});

/// Values of secret fields are covered, and nothing else differs.
fn check(before: &Value, after: &Value, is_secret: bool) {
    match (before, after) {
        (Value::String(_), Value::String(after)) if is_secret => {
            assert!(after.bytes().all(|byte| byte == b'*'));
        }
        (Value::Number(_), Value::Number(_)) if is_secret => {}
        (Value::Array(before), Value::Array(after)) => {
            assert_eq!(before.len(), after.len());
            before.iter().zip(after).for_each(|(before, after)| check(before, after, is_secret));
        }
        (Value::Object(_), Value::Object(_)) if is_secret => {}
        (Value::Object(before), Value::Object(after)) => {
            assert_eq!(before.len(), after.len());
            for (key, value) in before {
                check(value, &after[key], matches!(key.as_str(), "token" | "import_url"));
            }
        }
        (before, after) => assert_eq!(before, after),
    }
}
