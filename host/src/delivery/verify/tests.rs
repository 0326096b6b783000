//! Tests of what verifies a delivery: apart because they outgrew the file.

use super::*;
use crate::credential::Secret;

const NOW: i64 = 1_700_000_000;
const BODY: &[u8] = b"{\"event\":\"push\"}";

/// A forge that both signs and sends a shared secret.
fn form() -> Deliveries {
    toml::from_str(
        r#"
        [signature]
        id = "delivery-id"
        timestamp = "delivery-time"
        signature = "delivery-signature"
        version = "v1"
        key-prefix = "key_"
        tolerance-seconds = 300
        secret = "signing"
        [token]
        header = "X-Acme-Token"
        secret = "hook"
        "#,
    )
    .unwrap()
}

fn keys(signing: &[(Age, &[u8])], shared: &[(Age, &str)]) -> Keys {
    Keys {
        signing: signing
            .iter()
            .map(|(age, key)| (*age, key.to_vec().into()))
            .collect(),
        shared: shared
            .iter()
            .map(|(age, text)| (*age, Secret::new(*text)))
            .collect(),
    }
}

fn all_keys() -> Keys {
    keys(
        &[(Age::Current, b"new-key"), (Age::Previous, b"old-key")],
        &[(Age::Current, "new-token"), (Age::Previous, "old-token")],
    )
}

/// A signature in the form of a header's value.
fn signature(key: &[u8], time: i64, body: &[u8]) -> String {
    let bytes = sign(key, b"d-1", time.to_string().as_bytes(), body).unwrap();
    format!("v1,{}", STANDARD.encode(bytes))
}

fn signed(time: i64, signatures: &str) -> Vec<(String, String)> {
    let time = time.to_string();
    [
        ("delivery-id", "d-1"),
        ("delivery-time", &time),
        ("delivery-signature", signatures),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn with(mut headers: Vec<(String, String)>, name: &str, value: &str) -> Vec<(String, String)> {
    headers.push((name.to_owned(), value.to_owned()));
    headers
}

fn judge(keys: &Keys, headers: &[(String, String)]) -> Result<Verification, DeliveryRefusal> {
    let headers = headers.iter().cloned();
    let delivery = RawDelivery::new(headers, BODY);
    verify(Some(&form()), keys, false, &delivery, NOW)
}

fn label(keys: &Keys, headers: &[(String, String)]) -> &'static str {
    judge(keys, headers).map_or_else(|refusal| refusal.label(), Verification::label)
}

#[test]
fn a_signature_is_the_one_that_the_standard_gives_as_its_example() {
    // From the vectors of Standard Webhooks' own libraries.
    let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let (id, time) = (b"msg_p5jXN8AQM9LWM0D4loKWxJek", b"1614265330");
    let made = sign(&key, id, time, b"{\"test\": 2432232314}").unwrap();
    assert_eq!(
        STANDARD.encode(made),
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    );
}

#[test]
fn a_delivery_is_verified_by_its_signature_or_by_what_it_carries() {
    let keys = all_keys();
    let by = |key: &[u8]| signed(NOW, &signature(key, NOW, BODY));
    assert_eq!(label(&keys, &by(b"new-key")), "signature");
    assert_eq!(label(&keys, &by(b"old-key")), "previous-signature");
    assert_eq!(label(&keys, &by(b"other")), "mismatch");
    for (token, expected) in [
        ("new-token", "token"),
        ("old-token", "previous-token"),
        ("new-tokem", "mismatch"),
        ("new-token ", "mismatch"),
        ("new-toke", "mismatch"),
        ("", "mismatch"),
    ] {
        let headers = with(Vec::new(), "x-ACME-token", token);
        assert_eq!(label(&keys, &headers), expected, "{token}");
    }
}

#[test]
fn a_wrong_signature_is_not_made_good_by_the_right_secret() {
    let headers = signed(NOW, &signature(b"other", NOW, BODY));
    let headers = with(headers, "X-Acme-Token", "new-token");
    assert_eq!(label(&all_keys(), &headers), "mismatch");
    let without = keys(&[], &[(Age::Current, "new-token")]);
    let refusal = judge(&without, &headers).unwrap_err();
    let secret = Some("signing".to_owned());
    assert_eq!(refusal, DeliveryRefusal::NoSecret { secret });
}

#[test]
fn an_id_and_a_time_alone_are_no_signature() {
    let mut headers = with(signed(NOW, ""), "X-Acme-Token", "new-token");
    headers.retain(|(name, _)| name != "delivery-signature");
    assert_eq!(label(&all_keys(), &headers), "token");
    let signing = keys(&[(Age::Current, b"new-key")], &[]);
    let refusal = judge(&signing, &headers).unwrap_err();
    let headers = vec!["delivery-signature".to_owned()];
    assert_eq!(refusal, DeliveryRefusal::Missing { headers });
}

#[test]
fn of_several_signatures_one_has_to_be_right() {
    let (right, wrong) = (
        signature(b"new-key", NOW, BODY),
        signature(b"other", NOW, BODY),
    );
    let bare = right.strip_prefix("v1,").unwrap();
    for (text, expected) in [
        (format!("{wrong} {right}"), "signature"),
        (format!("v1a,xyz {right} {wrong}"), "signature"),
        (format!("v1,%% {right}"), "signature"),
        (wrong, "mismatch"),
        (format!("v2,{bare}"), "malformed"),
        (bare.to_owned(), "malformed"),
        (String::new(), "malformed"),
        ("v1,".to_owned(), "mismatch"),
        (right[..right.len() - 4].to_owned(), "mismatch"),
    ] {
        assert_eq!(label(&all_keys(), &signed(NOW, &text)), expected, "{text}");
    }
}

#[test]
fn a_signature_covers_id_time_and_every_byte_of_the_body() {
    let right = signed(NOW, &signature(b"new-key", NOW, BODY));
    for index in [0, 1] {
        let mut headers = right.clone();
        headers[index].1 = ["d-2", "1700000001"][index].to_owned();
        assert_eq!(label(&all_keys(), &headers), "mismatch");
    }
    let other = signed(NOW, &signature(b"new-key", NOW, b"{\"event\":\"push\"} "));
    assert_eq!(label(&all_keys(), &other), "mismatch");
}

#[test]
fn clocks_may_differ_by_five_minutes_either_way() {
    for (apart, expected) in [
        (-301, "clock"),
        (-300, "signature"),
        (300, "signature"),
        (301, "clock"),
    ] {
        let headers = signed(NOW + apart, &signature(b"new-key", NOW + apart, BODY));
        assert_eq!(label(&all_keys(), &headers), expected, "{apart}");
    }
    let late = signed(NOW - 4000, &signature(b"new-key", NOW - 4000, BODY));
    let told = judge(&all_keys(), &late).unwrap_err().to_string();
    assert!(told.starts_with("the clocks differ by 4000 s"), "{told}");
    // What is not signed says nothing about clocks.
    let forged = signed(NOW - 4000, &signature(b"other", NOW - 4000, BODY));
    assert_eq!(label(&all_keys(), &forged), "mismatch");
}

#[test]
fn a_time_is_digits() {
    for time in [
        "",
        "+1700000000",
        "-1",
        " 1700000000",
        "1.7e9",
        "9999999999999",
    ] {
        let mut headers = signed(NOW, &signature(b"new-key", NOW, BODY));
        headers[1].1 = time.to_owned();
        assert_eq!(label(&all_keys(), &headers), "malformed", "{time}");
    }
    for part in ["delivery-id", "delivery-time"] {
        let mut headers = signed(NOW, &signature(b"new-key", NOW, BODY));
        headers.retain(|(name, _)| name != part);
        assert_eq!(label(&all_keys(), &headers), "missing", "{part}");
    }
}

#[test]
fn a_header_that_verifies_may_be_there_once() {
    let right = with(
        signed(NOW, &signature(b"new-key", NOW, BODY)),
        "X-Acme-Token",
        "new-token",
    );
    assert_eq!(label(&all_keys(), &right), "signature");
    for (name, value) in right.clone() {
        let twice = with(right.clone(), &name.to_uppercase(), &value);
        assert_eq!(label(&all_keys(), &twice), "repeated-header", "{name}");
    }
    let other = with(with(right, "X-Other", "1"), "X-Other", "2");
    assert_eq!(label(&all_keys(), &other), "signature");
}

#[test]
fn without_a_secret_nothing_is_accepted_unless_that_is_allowed() {
    let (none, headers) = (Keys::default(), with(Vec::new(), "X-Acme-Token", "guess"));
    let delivery = RawDelivery::new(headers.clone(), BODY);
    let open = |form: Option<&Deliveries>, keys: &Keys| verify(form, keys, true, &delivery, NOW);
    assert_eq!(label(&none, &headers), "no-secret");
    assert_eq!(
        open(Some(&form()), &none),
        Ok(Verification::Unauthenticated)
    );
    assert_eq!(open(None, &none), Ok(Verification::Unauthenticated));
    // As soon as there is a secret, it has to be right.
    assert_eq!(
        open(Some(&form()), &all_keys()).unwrap_err().label(),
        "mismatch"
    );
    let refusal = verify(None, &none, false, &delivery, NOW).unwrap_err();
    assert!(
        refusal
            .hint()
            .unwrap()
            .contains("allow-unauthenticated-deliveries")
    );
}

#[test]
fn a_body_has_25_mebibytes_at_most() {
    let of = |length: usize| {
        let headers = [("X-Acme-Token", "new-token")];
        let delivery = RawDelivery::new(headers, vec![b' '; length]);
        verify(Some(&form()), &all_keys(), false, &delivery, NOW)
    };
    let by_previous = false;
    assert_eq!(of(26_214_400), Ok(Verification::Token { by_previous }));
    assert_eq!(of(26_214_401), Err(DeliveryRefusal::BodyTooLarge));
}

#[test]
fn a_refusal_repeats_nothing_of_what_came() {
    let value = "0-what-came";
    let header = |name: &str| with(Vec::new(), name, value);
    let mut odd_time = signed(NOW, &signature(b"new-key", NOW, BODY));
    odd_time[1].1 = value.to_owned();
    for headers in [
        header("X-Acme-Token"),
        signed(NOW, value),
        signed(NOW, &format!("v1,{value}")),
        with(header("X-Acme-Token"), "x-acme-token", value),
        odd_time,
    ] {
        let refusal = judge(&all_keys(), &headers).unwrap_err();
        let hint = refusal.hint().unwrap_or_default();
        let told = format!("{refusal} {refusal:?} {hint}");
        assert!(!told.contains("what-came"), "{told}");
    }
    let delivery = RawDelivery::new(header("X-Acme-Token"), BODY);
    assert_eq!(
        format!("{delivery:?}"),
        "RawDelivery { headers: 1, body: 16 }"
    );
}
