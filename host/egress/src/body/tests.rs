//! Tests of what a body may hold, and of what is put into it.

use bytes::Bytes;

use super::*;

const RULE: &str = r#"
    max-bytes = 200
    required = ["title"]
    [keys]
    title = { kind = "string" }
    count = { kind = "integer" }
    labels = { kind = "strings" }
    verify = { equals = true }
    state = { one-of = ["open", "closed"] }
    url = { is-webhook-url = true }
    note = { kind = "string", no-commands = true }
    steps = { each = { kind = { one-of = ["make", "drop"] }, text = {} } }
"#;

fn check(body: &str) -> Result<(), String> {
    let rule: BodyRule = toml::from_str(RULE).unwrap();
    assert_eq!(rule.problem(), None);
    let urls = ["https://hooks.example/in", "https://hooks.example/out"].map(str::to_owned);
    let checked = rule.check(body.as_bytes(), &urls, &[]);
    checked.map(drop).map_err(|error| error.to_string())
}

#[test]
fn a_body_with_listed_keys_and_fitting_values_passes() {
    for body in [
        r#"{"title":"x"}"#,
        r#" {"title":"x","count":18446744073709551615,"labels":["a"],"verify":true,"state":"open"} "#,
        r#"{"title":"x","url":"https://hooks.example/in"}"#,
        r#"{"title":"/merge","note":"/usr/bin holds\nit, see /merge"}"#,
        r#"{"title":"x","steps":[{"kind":"make","text":{"any":1}},{"kind":"drop"}]}"#,
    ] {
        assert_eq!(check(body), Ok(()), "{body}");
    }
}

#[test]
fn whatever_else_is_refused() {
    for (body, part) in [
        ("", "not JSON"),
        ("title=x", "not JSON"),
        (r#"{"title":"x","title":"y"}"#, "not JSON"),
        (
            r#"{"title":"x","steps":[{"text":{"a":1,"a":2}}]}"#,
            "not JSON",
        ),
        (r#"[{"title":"x"}]"#, "not a JSON object"),
        (r#"null"#, "not a JSON object"),
        (r#"{"count":3}"#, "lacks the key `title`"),
        (
            r#"{"title":"x","_method":"DELETE"}"#,
            "\"_method\" is not allowed",
        ),
        (
            r#"{"title":"x","custom_headers":[]}"#,
            "\"custom_headers\" is not allowed",
        ),
        (
            r#"{"title":"x","steps":[{"start":"y"}]}"#,
            "\"start\" is not allowed",
        ),
        (r#"{"title":3}"#, "`title` has a value"),
        (r#"{"title":"x","count":1.5}"#, "`count` has a value"),
        (r#"{"title":"x","labels":["a",1]}"#, "`labels` has a value"),
        (r#"{"title":"x","verify":false}"#, "`verify` has a value"),
        (r#"{"title":"x","verify":"true"}"#, "`verify` has a value"),
        (r#"{"title":"x","state":"merged"}"#, "`state` has a value"),
        (
            r#"{"title":"x","url":"https://other.example/in"}"#,
            "`url` has an address that is not listed",
        ),
        (
            r#"{"title":"x","url":["https://hooks.example/in"]}"#,
            "`url` has a value",
        ),
        (
            r#"{"title":"x","note":"fine\n \u002fmerge now"}"#,
            "`note` has a line of `/` and a word",
        ),
        (r#"{"title":"x","note":["/merge"]}"#, "`note` has a value"),
        (r#"{"title":"x","steps":{}}"#, "`steps` has a value"),
        (r#"{"title":"x","steps":["make"]}"#, "`steps` has a value"),
        (
            r#"{"title":"x","steps":[{"kind":"burn"}]}"#,
            "`kind` has a value",
        ),
    ] {
        let error = check(body).unwrap_err();
        assert!(error.contains(part), "{body}: {error}");
    }
    let filled = |length: usize| format!(r#"{{"title":"{}"}}"#, "x".repeat(length - 12));
    assert_eq!(check(&filled(200)), Ok(()));
    let long = filled(201);
    assert_eq!(
        check(&long).unwrap_err(),
        "the body is larger than 200 bytes"
    );
}

#[test]
fn a_body_holds_as_many_values_as_anybody_needs() {
    let rule: BodyRule =
        toml::from_str("max-bytes = 1000000\nkeys = { steps = { each = {} } }").unwrap();
    let check = |items: usize| {
        let body = format!(r#"{{"steps":[{}{{}}]}}"#, "{},".repeat(items - 1));
        rule.check(body.as_bytes(), &[], &[]).map(drop)
    };
    assert!(check(99_998).is_ok());
    let error = check(99_999).unwrap_err();
    assert_eq!(error.to_string(), "the body holds more than 100000 values");
    assert_eq!(error.into_denial().reason(), Reason::BodyRefused);
}

#[test]
fn only_a_text_can_be_without_commands() {
    for rule in [
        "no-commands = true",
        "kind = \"strings\"\nno-commands = true",
    ] {
        let rule: BodyRule = toml::from_str(&format!("[keys.a]\n{rule}")).unwrap();
        assert!(rule.problem().is_some());
    }
}

#[test]
fn a_rule_that_requires_what_it_does_not_list_is_a_mistake() {
    let rule: BodyRule = toml::from_str("required = [\"a\", \"b\"]\nkeys = { a = {} }").unwrap();
    assert!(rule.problem().is_some());
}

const SECRETS: &str = r#"
    required = ["url"]
    [keys]
    url = {}
    token = { secret = "hook" }
    sign = { secret = "hook-signing" }
    at = { object = { line = { kind = "integer" }, range = { object = { end = {} } } } }
    ids = { kind = "integers" }
    share = { kind = "number" }
"#;

fn check_secrets(body: &str, secrets: &[&str]) -> Result<CheckedBody, Denial> {
    let rule: BodyRule = toml::from_str(SECRETS).unwrap();
    assert_eq!(rule.problem(), None);
    let secrets: Vec<_> = secrets.iter().map(|name| (*name).to_owned()).collect();
    rule.check(body.as_bytes(), &[], &secrets)
        .map_err(BodyError::into_denial)
}

fn fill(body: &str, secret: &str) -> Bytes {
    let checked = check_secrets(body, &["hook", "hook-signing"]).unwrap();
    let original = Bytes::copy_from_slice(body.as_bytes());
    checked.fill(original, |_| Some(secret.to_owned())).unwrap()
}

#[test]
fn a_placeholder_is_filled_with_the_secret_and_nothing_else_changes() {
    let body = r#"{ "url": "{secret:hook}", "token": "{secret:hook}" }"#;
    let checked = check_secrets(body, &["hook"]).unwrap();
    assert_eq!(checked.placeholders().collect::<Vec<_>>(), ["hook"]);
    let filled: Value = serde_json::from_slice(&fill(body, "a\"b\\é\n{secret:hook}")).unwrap();
    assert_eq!(
        filled,
        serde_json::json!({ "url": "{secret:hook}", "token": "a\"b\\é\n{secret:hook}" })
    );
}

#[test]
fn a_number_that_would_not_be_written_as_it_came_keeps_a_secret_back() {
    // Longer than 64 bits, or with a fraction: what is written anew could be another number.
    for number in ["99999999999999999999", "-9223372036854775809", "1.5", "1e2"] {
        let body = format!(r#"{{ "token": "{{secret:hook}}", "url": [{{ "deep": {number} }}] }}"#);
        let checked = check_secrets(&body, &["hook"]).unwrap();
        let denial = checked.fill(Bytes::from(body), |_| Some("x")).unwrap_err();
        assert_eq!(denial.reason(), Reason::BodyRefused, "{number}");
    }
    let body =
        r#"{ "token": "{secret:hook}", "url": [18446744073709551615, -9223372036854775808] }"#;
    let filled: Value = serde_json::from_slice(&fill(body, "x")).unwrap();
    assert_eq!(filled["url"][0], u64::MAX);
    assert_eq!(filled["url"][1], i64::MIN);
}

#[test]
fn a_body_without_a_placeholder_leaves_as_it_came() {
    let body = r#" { "url": 1e2,  "ids": [1, 2] } "#;
    assert_eq!(fill(body, "x"), body.as_bytes());
    let original = Bytes::from_static(b"x");
    let filled = CheckedBody::default().fill(original.clone(), |_| None::<String>);
    assert_eq!(filled.unwrap(), original);
}

#[test]
fn a_plugin_has_no_secret_of_its_own() {
    for value in [
        r#""own-secret-0123""#,
        r#""{secret:hook-signing}""#,
        r#""{secret:hook} ""#,
        r#""x{secret:hook}""#,
        r#""{secret:other}""#,
        r#"["{secret:hook}"]"#,
        "null",
        r#""""#,
    ] {
        let body = format!(r#"{{"url":"x","token":{value}}}"#);
        let denial = check_secrets(&body, &["hook", "hook-signing"]).unwrap_err();
        assert_eq!(
            (denial.layer(), denial.reason()),
            (Layer::Body, Reason::BodyRefused),
            "{value}"
        );
        assert!(!denial.detail().contains("own-secret"), "{denial}");
    }
    let escaped = r#"{"url":"x","token":"\u007bsecret:hook}"}"#;
    assert_eq!(
        check_secrets(escaped, &["hook"])
            .unwrap()
            .placeholders()
            .count(),
        1
    );
}

#[test]
fn a_secret_that_the_connection_does_not_have_is_refused_with_the_line_that_gives_it() {
    let body = r#"{"url":"x","token":"{secret:hook}"}"#;
    let assert_missing = |denial: Denial| {
        let found = (denial.layer(), denial.reason());
        assert_eq!(found, (Layer::Body, Reason::SecretNotConfigured));
        let table: toml::Table = toml::from_str(denial.remedy().unwrap()).unwrap();
        assert!(table["secrets"]["hook"]["file"].is_str(), "{table}");
    };
    assert_missing(check_secrets(body, &["hook-signing"]).unwrap_err());
    let checked = check_secrets(body, &["hook"]).unwrap();
    let lost = checked.fill(Bytes::from_static(b"{}"), |_| None::<String>);
    assert_missing(lost.unwrap_err());
}

#[test]
fn objects_and_lists_of_numbers_are_checked_within() {
    let check = |rest: &str| check_secrets(&format!(r#"{{"url":"x",{rest}}}"#), &[]).is_ok();
    for rest in [
        r#""at":{"line":3,"range":{"end":4}}"#,
        r#""at":{}"#,
        r#""ids":[]"#,
        r#""ids":[1,2]"#,
        r#""share":1.5"#,
        r#""share":2"#,
    ] {
        assert!(check(rest), "{rest}");
    }
    for rest in [
        r#""at":[]"#,
        r#""at":null"#,
        r#""at":{"column":3}"#,
        r#""at":{"line":"3"}"#,
        r#""at":{"range":{"start":1}}"#,
        r#""ids":[1,"2"]"#,
        r#""ids":[1.5]"#,
        r#""ids":1"#,
        r#""share":"1.5""#,
    ] {
        assert!(!check(rest), "{rest}");
    }
}

#[test]
fn a_secret_stands_at_the_top_and_has_a_plain_name() {
    for keys in [
        r#"a = { secret = "" }"#,
        r#"a = { secret = "Hook" }"#,
        r#"a = { secret = "hook_1" }"#,
        r#"a = { secret = "a}b" }"#,
        r#"a = { object = { b = { secret = "hook" } } }"#,
        r#"a = { each = { b = { secret = "hook" } } }"#,
        r#"a = { object = { b = { each = { c = { secret = "hook" } } } } }"#,
    ] {
        let rule: BodyRule = toml::from_str(&format!("[keys]\n{keys}")).unwrap();
        assert!(rule.problem().is_some(), "{keys}");
    }
    let rule: BodyRule = toml::from_str(SECRETS).unwrap();
    assert_eq!(rule.secrets().collect::<Vec<_>>(), ["hook-signing", "hook"]);
}

#[test]
fn an_address_that_is_not_listed_comes_with_the_line_that_lists_it() {
    let rule: BodyRule = toml::from_str(RULE).unwrap();
    let listed = ["https://hooks.example/in".to_owned()];
    let check = |url: &str| {
        let body = serde_json::json!({ "title": "x", "url": url }).to_string();
        let checked = rule.check(body.as_bytes(), &listed, &[]);
        checked.map(drop).map_err(BodyError::into_denial)
    };
    for url in [
        "https://hooks.example/in/",
        "https://hooks.example/IN",
        "https://hooks.example/in?x",
        "http://hooks.example/in",
        "\u{1b}]\n\"",
    ] {
        let denial = check(url).unwrap_err();
        assert_eq!(denial.reason(), Reason::BodyRefused, "{url}");
        let table: toml::Table = toml::from_str(denial.remedy().unwrap()).unwrap();
        let urls = table["webhook-urls"].as_array().unwrap();
        assert_eq!((urls.len(), urls[0].as_str()), (1, Some(url)));
        assert!(denial.detail().ends_with("beside those that are listed"));
    }
    assert!(check("https://hooks.example/in").is_ok());
}

#[test]
fn a_body_is_not_printed() {
    let body = r#"{"url":"confidential","token":"{secret:hook}"}"#;
    let text = format!("{:?}", check_secrets(body, &["hook"]).unwrap());
    assert!(
        text.contains("hook") && !text.contains("confidential"),
        "{text}"
    );
}
