//! Which pushes a hook wants, and in which shape; apart, because both are its owner's own texts.

use serde_json::Value;

use crate::state::HookRecord;

/// Whether a hook wants to hear of a branch; `None` where that is a regular expression, which the
/// stand-in does not play.
pub(super) fn passes(hook: &HookRecord, branch: &str) -> Option<bool> {
    let filter = match hook.branch_filter.as_deref() {
        None | Some("") => return Some(true),
        Some(filter) => filter,
    };
    match hook.branch_filter_strategy.as_str() {
        "all_branches" => Some(true),
        "regex" => None,
        _ => Some(matches(filter, branch)),
    }
}

/// Whether a text fits a pattern whose stars stand for anything.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.any(|at| matches(rest, &text[at..]))
        }),
    }
}

/// The body that a hook is sent: its own template filled in, or the event as it is.
pub(super) fn shaped(hook: &HookRecord, body: &Value) -> String {
    match hook.template.as_deref() {
        None | Some("") => body.to_string(),
        Some(template) => fill(template, body),
    }
}

fn fill(template: &str, body: &Value) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else {
            break;
        };
        text.push_str(before);
        let mut parts = name.trim().split('.');
        let value = parts.try_fold(body, |value, part| match part.parse::<usize>() {
            Ok(index) => value.get(index),
            Err(_) => value.get(part),
        });
        match value {
            None | Some(Value::Null) => {}
            Some(Value::String(value)) => text.push_str(value),
            Some(value) => text.push_str(&value.to_string()),
        }
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("release/*", "release/1"));
        assert!(matches("*-stable", "1-stable"));
        assert!(!matches("release/*", "main"));
        assert!(!matches("main", "main2"));
    }

    #[test]
    fn a_template_is_filled_from_the_event() {
        let body = json!({"ref": "a", "project": {"id": 3}});
        assert_eq!(fill("{{ref}} of {{project.id}}{{no}}", &body), "a of 3");
    }
}
