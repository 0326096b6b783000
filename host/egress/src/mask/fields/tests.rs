//! Blanking against a parser of JSON, and at every split.

use bytes::Bytes;
use proptest::{collection::vec, prelude::*, sample};
use serde_json::Value;

use crate::mask::{FieldBlanker, SecretFields};

const NAMES: [&str; 4] = ["runners_token", "token", "é😀", "import_url"];

fn blanker() -> FieldBlanker {
    FieldBlanker::new(SecretFields::new(NAMES))
}

fn blank(text: &str) -> (String, usize) {
    let mut bytes = text.as_bytes().to_vec();
    let values = blanker().blank(&mut bytes);
    (String::from_utf8(bytes).unwrap(), values)
}

/// Blanks a text in pieces of these lengths, over and over again.
fn blank_pieces(text: &[u8], lengths: &[usize]) -> (Vec<u8>, usize) {
    let mut blanker = blanker();
    let mut bytes = text.to_vec();
    let (mut rest, mut values) = (&mut bytes[..], 0);
    for length in lengths.iter().cycle() {
        let piece = rest.split_off_mut(..rest.len().min(*length)).unwrap();
        values += blanker.blank(piece);
        if rest.is_empty() {
            break;
        }
    }
    (bytes, values)
}

#[track_caller]
fn assert_blanks(text: &str, expected: &str, values: usize) {
    assert_eq!(blank(text), (expected.to_owned(), values));
    for length in 1..text.len() {
        let (bytes, count) = blank_pieces(text.as_bytes(), &[length]);
        assert_eq!(String::from_utf8_lossy(&bytes), expected, "{length}");
        assert_eq!(count, values, "{length}");
    }
}

#[test]
fn a_text_is_blanked_up_to_its_closing_quote() {
    assert_blanks(
        r#"{"id":1,"token":"a\"b\\","name":"token"}"#,
        r#"{"id":1,"token":"******","name":"token"}"#,
        1,
    );
    assert_blanks(r#"{"token":"","x":"y"}"#, r#"{"token":"","x":"y"}"#, 1);
    assert_blanks(
        r#"{"text":"a lot longer than \" any name","token":"x"}"#,
        r#"{"text":"a lot longer than \" any name","token":"*"}"#,
        1,
    );
}

#[test]
fn a_number_stays_a_number() {
    assert_blanks(
        r#"{"token":-0.52e+309,"x":5,"token":0,"import_url":12}"#,
        r#"{"token":-1.11e+000,"x":5,"token":1,"import_url":11}"#,
        3,
    );
}

#[test]
fn everything_inside_an_object_or_a_list_is_blanked() {
    assert_blanks(
        r#"{"token":[{"a":["b}",2e3,{}],"token":null},[true],"\\"],"a":"b","x":["y",3]}"#,
        r#"{"token":[{"*":["**",1e0,{}],"*****":null},[true],"**"],"a":"b","x":["y",3]}"#,
        1,
    );
}

#[test]
fn null_true_and_false_stay() {
    let text = r#"{"token":null,"runners_token":true,"import_url":false,"x":"y"}"#;
    assert_blanks(text, text, 0);
}

#[test]
fn a_name_is_known_by_any_of_its_spellings() {
    for name in [
        r"runners_token",
        r"runners\u005ftoken",
        r"\u0072\u0075nners_toke\u006E",
        r"import\u005Furl",
        r"é😀",
        r"\u00e9\uD83d\ude00",
    ] {
        assert_blanks(
            &format!("{{\"{name}\" \n:\t\r \"x1\"}}"),
            &format!("{{\"{name}\" \n:\t\r \"**\"}}"),
            1,
        );
    }
}

#[test]
fn other_names_are_not_taken_for_secret_ones() {
    for name in [
        r"Token",
        r"token ",
        r"xtoken",
        r"token\u0000",
        r"token\u00",
        r"token\ud83d",
        r"to\nken",
        r"token\",
        r"tokentoken",
        r"tok\u00e6n",
        r"\u00e9\ud83d\ud83d\ude00",
        r"\u00e9\ude00",
        r"runners_token_and_more_of_it_than_any_name_has",
        r"\ud83d",
        "",
    ] {
        let name = name
            .strip_suffix('\\')
            .map_or(name.into(), |name| format!(r#"x\"{name}"#));
        let text = format!("{{\"{name}\":\"x1\",\"x\\\"token\":2}}");
        assert_blanks(&text, &text, 0);
    }
}

#[test]
fn a_name_without_a_colon_is_a_text() {
    let text = r#"["token","x",{"a":"token"},"token"]"#;
    assert_blanks(text, text, 0);
}

#[test]
fn a_name_within_a_text_is_not_a_name() {
    for text in [
        r#"{"text":"{\"token\":\"x\"}","b":"\\\"token\": 5"}"#,
        r#"{"text":"longer than any name: \\ \\\" \"token\":\"x\""}"#,
    ] {
        assert_blanks(text, text, 0);
    }
}

#[test]
fn what_is_not_json_passes_as_it_is() {
    for text in [
        "",
        "<html class=\"token\"><b title='x\\'>token: \"5\"</b>",
        "\"token",
        "{\"token\\",
        "{\"tok\\u00",
        "{\"tok\\u\"token\\u00",
        "{\"token\\q\":5,\"x\\",
        "\\\"\\\\\"\"{[}]",
    ] {
        assert_blanks(text, text, 0);
    }
}

#[test]
fn a_value_that_is_cut_is_blanked_as_far_as_it_goes() {
    assert_blanks(r#"{"token":"abc\"#, r#"{"token":"****"#, 1);
    assert_blanks(r#"{"token":[1,{"a":"bc"#, r#"{"token":[1,{"*":"**"#, 1);
    assert_blanks(r#"{"token":-12"#, r#"{"token":-11"#, 1);
    assert_blanks(r#"{"token":"#, r#"{"token":"#, 0);
}

#[test]
fn brackets_in_the_hundred_thousands_cost_no_memory() {
    let deep = 100_000;
    let text = [
        "{\"token\":",
        &"[".repeat(deep),
        "7",
        &"]".repeat(deep),
        ",\"x\":7}",
    ]
    .concat();
    assert_eq!(blank(&text), (text.replacen('7', "1", 1), 1));
}

#[test]
fn a_piece_is_copied_only_if_something_in_it_is_blanked() {
    let text = Bytes::from_static(br#"{"name":"x","token":null}"#);
    let masked = blanker().push(text.clone());
    assert_eq!(masked.bytes.as_ptr(), text.as_ptr());

    let text = Bytes::from_static(br#"{"name":"x","token":"a","import_url":[1]}"#);
    let masked = blanker().push(text.clone());
    assert_eq!(
        masked.bytes,
        br#"{"name":"x","token":"*","import_url":[1]}"#[..]
    );
    assert_eq!(masked.hits, 2);
    assert_eq!(text, br#"{"name":"x","token":"a","import_url":[1]}"#[..]);
}

#[test]
fn a_value_is_counted_in_the_piece_that_it_begins_in() {
    let mut blanker = blanker();
    let mut push = |piece: &'static str| blanker.push(Bytes::from_static(piece.as_bytes())).hits;
    let hits = [
        push(r#"{"token":"a","import_url":"b""#),
        push(r#","name":"x""#),
        push(r#","token":""#),
        push(r#"c","token":1"#),
        push("}"),
    ];
    assert_eq!(hits, [2, 0, 1, 1, 0]);
}

#[test]
fn without_secret_fields_nothing_is_blanked() {
    assert!(!SecretFields::new(NAMES).is_empty());
    assert!(SecretFields::new([]).is_empty());
    let mut blanker = FieldBlanker::new(SecretFields::new([]));
    let mut text = *br#"{"":"a"}"#;
    assert_eq!(blanker.blank(&mut text), 0);
    assert_eq!(&text, br#"{"":"a"}"#);
}

#[test]
fn a_debug_form_tells_nothing_of_the_body() {
    let mut blanker = blanker();
    blanker.blank(&mut br#"{"hidden\u0020"#.to_vec());
    let text = format!("{blanker:?}");
    assert!(
        text.contains("runners_token") && !text.contains("hidden"),
        "{text}"
    );
}

fn name() -> impl Strategy<Value = String> {
    let secret =
        (sample::select(&NAMES[..]), any::<u64>()).prop_map(|(name, escaped)| spell(name, escaped));
    prop_oneof![1 => secret, 3 => other_name()]
}

fn other_name() -> impl Strategy<Value = String> {
    "[a-y_]{0,6}z".prop_flat_map(|name| any::<u64>().prop_map(move |escaped| spell(&name, escaped)))
}

/// A name with the characters escaped whose bit is set.
fn spell(name: &str, escaped: u64) -> String {
    let spelled = name.chars().enumerate().map(|(index, character)| {
        if escaped >> index & 1 == 0 {
            return character.to_string();
        }
        let units = character.encode_utf16(&mut [0; 2]).to_vec();
        units
            .into_iter()
            .map(|unit| format!("\\u{unit:04x}"))
            .collect()
    });
    spelled.collect()
}

/// Documents whose names come from `name`.
fn documents(
    name: impl Strategy<Value = String> + Clone + 'static,
) -> impl Strategy<Value = String> {
    let string = prop_oneof![
        Just("\"token\"".to_owned()),
        Just(r#""{\"token\": \"x\"}""#.to_owned()),
        "\\PC{0,12}".prop_map(|text| serde_json::to_string(&text).unwrap()),
        r#"(\\["\\/bfnrt]|[a-z:,{}]){0,8}"#.prop_map(|text| format!("\"{text}\"")),
    ];
    let number = "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,2})?";
    let word = sample::select(vec!["null", "true", "false"]).prop_map(str::to_owned);
    prop_oneof![string, number, word].prop_recursive(5, 40, 6, move |inner| {
        let entry = (
            "[ \n]{0,2}",
            name.clone(),
            "[ \t\r]{0,2}",
            "[ \n]{0,2}",
            inner.clone(),
        );
        let entry = entry.prop_map(|(a, name, b, c, value)| format!("{a}\"{name}\"{b}:{c}{value}"));
        prop_oneof![
            vec(inner, 0..6).prop_map(|items| format!("[{}]", items.join(" ,"))),
            vec(entry, 0..6).prop_map(|entries| format!("{{{}}}", entries.join(","))),
        ]
    })
}

/// Whether two documents differ in the values of secret fields only, and none of those is left.
fn is_blanked(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            before.len() == after.len()
                && before
                    .iter()
                    .zip(after)
                    .all(|((name, before), (same, after))| {
                        let is_secret = NAMES.contains(&name.as_str());
                        name == same
                            && if is_secret {
                                is_blank(before, after)
                            } else {
                                is_blanked(before, after)
                            }
                    })
        }
        (Value::Array(before), Value::Array(after)) => {
            before.len() == after.len()
                && before
                    .iter()
                    .zip(after)
                    .all(|(before, after)| is_blanked(before, after))
        }
        _ => before == after,
    }
}

fn is_blank(before: &Value, after: &Value) -> bool {
    let is_masked = |text: &str| text.bytes().all(|byte| byte == b'*');
    match (before, after) {
        (Value::Object(_), Value::Object(after)) => after
            .iter()
            .all(|(name, value)| is_masked(name) && is_blank(value, value)),
        (Value::Array(before), Value::Array(after)) => {
            before.len() == after.len()
                && before
                    .iter()
                    .zip(after)
                    .all(|(before, after)| is_blank(before, after))
        }
        (Value::String(_), Value::String(after)) => is_masked(after),
        (Value::Number(_), Value::Number(_)) => true,
        _ => before == after,
    }
}

proptest! {
    #[test]
    fn only_secret_values_of_a_document_change(text in documents(name().boxed())) {
        let before: Value = serde_json::from_str(&text).unwrap();
        let (blanked, _) = blank(&text);
        prop_assert_eq!(blanked.len(), text.len());
        let after: Value = serde_json::from_str(&blanked).unwrap();
        prop_assert!(is_blanked(&before, &after), "{}", blanked);
        prop_assert_eq!(blank(&blanked).0, blanked);
    }

    #[test]
    fn a_document_without_secret_fields_is_not_altered(text in documents(other_name().boxed())) {
        prop_assert_eq!(blank(&text), (text, 0));
    }

    #[test]
    fn every_split_gives_the_same(
        text in prop_oneof![
            documents(name().boxed()),
            r#"(["\\{}\[\]:, 01eu-]|"token"|runners_|\\u005f|token){0,60}"#,
            "(\\PC|\"token\":){0,30}",
        ],
        lengths in vec(0usize..8, 1..10),
    ) {
        let (expected, values) = blank(&text);
        prop_assert_eq!(expected.len(), text.len());
        let lengths = [lengths, vec![1]].concat();
        let (bytes, count) = blank_pieces(text.as_bytes(), &lengths);
        prop_assert_eq!(&bytes, expected.as_bytes());
        prop_assert_eq!(count, values);
        let masked = blanker().push(text.into());
        prop_assert_eq!((masked.bytes.as_ref(), masked.hits), (expected.as_bytes(), values));
    }
}
