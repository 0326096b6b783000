//! Tests of what one origin may look like, and of what it may not.

use proptest::prelude::*;

use super::*;

fn https(authority: &str) -> Result<String, AuthorityError> {
    Origin::parse("https", authority).map(|origin| origin.to_string())
}

#[test]
fn spellings_of_one_origin_become_one_value() {
    for spelling in [
        "forge.example",
        "FORGE.example",
        "forge.example:443",
        "forge.example.",
        "forge.example.:443",
        "ｆorge.example",
        "forge。example",
    ] {
        assert_eq!(
            https(spelling).as_deref(),
            Ok("https://forge.example"),
            "{spelling}"
        );
    }
}

#[test]
fn a_foreign_port_stays_and_international_names_become_ascii() {
    assert_eq!(
        https("forge.example:8443").as_deref(),
        Ok("https://forge.example:8443")
    );
    assert_eq!(
        https("bücher.example").as_deref(),
        Ok("https://xn--bcher-kva.example")
    );
    let plain = Origin::parse("HTTP", "forge.example:443").unwrap();
    assert_eq!(plain.to_string(), "http://forge.example:443");
}

#[test]
fn addresses_are_kept_apart_from_names() {
    let origin = Origin::parse("https", "[2001:DB8:0:0::1]:8443").unwrap();
    assert_eq!(origin.authority(), "[2001:db8::1]:8443");
    assert_eq!(origin.server_name(), "2001:db8::1");
    assert_eq!(https("10.0.0.7").as_deref(), Ok("https://10.0.0.7"));
    assert_eq!(
        https("[::ffff:127.0.0.1]").as_deref(),
        Ok("https://[::ffff:127.0.0.1]")
    );
}

#[test]
fn whatever_could_be_read_in_two_ways_is_refused() {
    use AuthorityError::*;
    for (authority, error) in [
        ("", Empty),
        (":443", Empty),
        (".", Name),
        ("forge..example", Name),
        (".forge.example", Name),
        ("-", Name),
        ("forge.example..", Name),
        ("-forge.example", Name),
        ("forge*.example", Name),
        ("a,b.example", Name),
        ("xn--a.example", Name),
        ("u:p@forge.example", UserInfo),
        ("u@forge.example", UserInfo),
        ("@forge.example", UserInfo),
        ("forge.example:", Port),
        ("forge.example:abc", Port),
        ("forge.example:+443", Port),
        ("forge.example:0", Port),
        ("forge.example:0443", Port),
        ("forge.example:65536", Port),
        ("forge.example:443:443", Port),
        ("forge.example:４４３", Port),
        ("2001:db8::1", Port),
        ("forge%2eexample", Percent),
        ("%66orge.example", Percent),
        ("[fe80::1%25eth0]", Zone),
        ("[fe80::1%eth0]", Zone),
        ("[::1", Brackets),
        ("[::1]x", Brackets),
        ("[127.0.0.1]", Brackets),
        ("[v1.a]", Brackets),
        ("forge.example/x", Character),
        ("forge.example\\x", Character),
        ("forge.example?x", Character),
        ("forge.example#x", Character),
        ("forge.example\r\nx: y", Character),
        ("forge example", Character),
        ("0x7f.1", OddAddress),
        ("2130706433", OddAddress),
        ("127.1", OddAddress),
        ("127.0.0.1.0", OddAddress),
        ("0177.0.0.1", OddAddress),
        ("127.0.0.0x1", OddAddress),
        ("0x7f000001", OddAddress),
        ("0x", OddAddress),
        ("１２７.1", OddAddress),
        ("999.1.1.1", OddAddress),
    ] {
        assert_eq!(https(authority), Err(error), "{authority}");
    }
    for scheme in ["", "ftp", "file", "https ", "httpss", "unix"] {
        assert_eq!(
            Origin::parse(scheme, "forge.example"),
            Err(Scheme),
            "{scheme}"
        );
    }
}

#[test]
fn names_and_labels_are_as_long_as_dns_allows() {
    let label = "a".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    assert!(https(&longest).is_ok() && https("forge.k8s").is_ok());
    assert_eq!(https(&format!("{longest}a")), Err(AuthorityError::Name));
    assert_eq!(
        https(&format!("a{label}.example")),
        Err(AuthorityError::Name)
    );
}

#[test]
fn an_explicit_port_cannot_be_appended_to_another() {
    let odd = Origin::parse("https", "forge.example:8443").unwrap();
    assert_eq!(odd.is("https", "forge.example:8443"), Ok(true));
    assert_eq!(
        odd.is("https", "forge.example:8443:443"),
        Err(AuthorityError::Port)
    );
    assert_eq!(odd.is("https", "forge.example"), Ok(false));
    let plain = Origin::parse("https", "forge.example").unwrap();
    assert_eq!(plain.is("https", "FORGE.EXAMPLE:443"), Ok(true));
    assert_eq!(plain.is("https", "forge.example."), Ok(true));
    assert_eq!(plain.is("http", "forge.example"), Ok(false));
    assert_eq!(plain.is("http", "forge.example:443"), Ok(false));
    assert_eq!(plain.is("https", "forge.example:80"), Ok(false));
}

proptest! {
    #[test]
    fn a_canonical_origin_is_read_as_itself(authority in "[a-z0-9.:\\[\\]%@ A-Fxé_-]{1,20}") {
        if let Ok(origin) = Origin::parse("https", &authority) {
            prop_assert_eq!(origin.is("https", &authority), Ok(true));
            prop_assert_eq!(Origin::parse("https", origin.authority()), Ok(origin));
        }
    }
}
