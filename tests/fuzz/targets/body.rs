//! Bodies: what is accepted means one thing to every parser, and holds listed keys alone.
#![no_main]

use bytes::Bytes;
use code_source_egress::placeholder;
use code_source_fuzz::{BODY_KEYS, WEBHOOK, call, post};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    let call = call();
    let permit = call.decide(&post()).expect("the request is allowed");
    let Ok(checked) = call.check_body(&permit, body) else {
        return;
    };
    let value: Value = serde_json::from_slice(body).expect("an accepted body is JSON");
    let object = value.as_object().expect("an accepted body is an object");
    assert!(object.keys().all(|key| BODY_KEYS.contains(&key.as_str())));
    if let Some(url) = object.get("url") {
        assert_eq!(url, WEBHOOK);
    }
    let names: Vec<_> = checked.placeholders().map(str::to_owned).collect();
    let filled = checked.fill(Bytes::copy_from_slice(body), |name| Some(format!("secret of {name}")));
    let Ok(filled) = filled else {
        assert!(!names.is_empty() && has_inexact(&value));
        return;
    };
    if names.is_empty() {
        assert_eq!(filled, body);
        return;
    }
    let mut expected = value;
    expected["token"] = "secret of webhook".into();
    assert_eq!(serde_json::from_slice::<Value>(&filled).ok(), Some(expected));
    let text = String::from_utf8_lossy(&filled).into_owned();
    assert!(!text.contains(&placeholder("webhook")) || String::from_utf8_lossy(body).matches("{secret:webhook}").count() > 1);
});

/// Whether there is a number that is not written as it was read.
fn has_inexact(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_inexact),
        Value::Object(object) => object.values().any(has_inexact),
        _ => false,
    }
}
