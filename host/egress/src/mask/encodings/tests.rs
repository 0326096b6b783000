//! The encodings against other implementations of them.

use std::collections::BTreeSet;

use base64::prelude::*;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use proptest::{collection::vec, prelude::*};

use crate::mask::{MaskPatterns, encodings::encodings};

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

fn is_in(secret: &[u8], text: &str) -> bool {
    MaskPatterns::new([secret]).is_in(text.as_bytes())
}

fn distinct(secret: &str) -> BTreeSet<String> {
    let forms = encodings(secret.as_bytes()).into_iter();
    forms.map(|form| String::from_utf8(form).unwrap()).collect()
}

#[test]
fn a_token_of_letters_has_these_forms() {
    let forms = [
        "glpat-ab",
        "Z2xwYXQtYW",
        "dscGF0LWFi",
        "nbHBhdC1hY",
        "676c7061742d6162",
        "676C7061742D6162",
        "%67%6c%70%61%74%2d%61%62",
        "%67%6C%70%61%74%2D%61%62",
        "\\u0067\\u006c\\u0070\\u0061\\u0074\\u002d\\u0061\\u0062",
        "\\u0067\\u006C\\u0070\\u0061\\u0074\\u002D\\u0061\\u0062",
    ];
    assert_eq!(distinct("glpat-ab"), forms.map(str::to_owned).into());
}

#[test]
fn a_secret_of_odd_characters_is_found_as_json_writes_it() {
    for text in [
        r#"a\"b\\c/d<é>'"#,
        r#"a\"b\\c\/d<é>'"#,
        r#"a\"b\\c/d<\u00e9>'"#,
        r#"a\"b\\c\/d<\u00E9>'"#,
        r#"a\"b\\c/d\u003cé\u003e'"#,
        r#"a\"b\\c\/d\u003C\u00E9\u003E\u0027"#,
        r#"a\u0022b\\c/d\u003C\u00E9\u003E\u0027"#,
        r#"\u0061\u0022\u0062\u005c\u0063\u002f\u0064\u003c\u00e9\u003e\u0027"#,
    ] {
        assert!(is_in("a\"b\\c/d<é>'".as_bytes(), text), "{text}");
    }
}

#[test]
fn characters_beyond_the_basic_plane_are_found_as_pairs() {
    assert!(is_in("secret-😀".as_bytes(), r"secret-\ud83d\ude00"));
    assert!(is_in("secret-😀".as_bytes(), r"secret-\uD83D\uDE00"));
}

#[test]
fn base64_is_found_where_json_or_a_url_escapes_it() {
    let secret = [0xff; 9];
    assert!(is_in(&secret, "////////////"));
    assert!(is_in(&secret, r"\/\/\/\/\/\/\/\/\/\/\/\/"));
    assert!(is_in(&secret, &"%2F".repeat(12)));
    assert!(is_in(&secret, &"%2f".repeat(12)));
    assert!(is_in(&secret, "____________"));
}

proptest! {
    #[test]
    fn base64_is_found_whatever_stands_around_the_secret(
        before in vec(any::<u8>(), 0..5),
        secret in vec(any::<u8>(), 8..40),
        after in vec(any::<u8>(), 0..5),
    ) {
        let whole = [before, secret.clone(), after].concat();
        for engine in [
            BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD,
        ] {
            prop_assert!(is_in(&secret, &engine.encode(&whole)));
        }
    }

    #[test]
    fn hex_and_percent_encodings_are_found(secret in vec(any::<u8>(), 8..40)) {
        let join = |form: &dyn Fn(&u8) -> String| secret.iter().map(form).collect::<String>();
        for text in [
            percent_encode(&secret, RESERVED).to_string(),
            join(&|byte| format!("{byte:02x}")),
            join(&|byte| format!("{byte:02X}")),
            join(&|byte| format!("%{byte:02x}")),
            join(&|byte| format!("%{byte:02X}")),
        ] {
            prop_assert!(is_in(&secret, &text), "{}", text);
        }
    }

    #[test]
    fn escapes_of_every_byte_are_found(secret in "[ -~]{8,40}") {
        for text in [
            secret.bytes().map(|byte| format!("\\u{byte:04x}")).collect::<String>(),
            secret.bytes().map(|byte| format!("\\u{byte:04X}")).collect::<String>(),
        ] {
            prop_assert!(is_in(secret.as_bytes(), &text), "{}", text);
        }
    }

    #[test]
    fn json_is_found_as_a_writer_writes_it(secret in "\\PC{8,20}") {
        let text = serde_json::to_string(&secret).unwrap();
        prop_assert!(is_in(secret.as_bytes(), &text));
        prop_assert!(is_in(secret.as_bytes(), &text.replace('/', "\\/")));
    }
}
