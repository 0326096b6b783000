//! Tests of what a profile may and may not say.

use super::*;
use crate::{acme, authority::Origin, rule::Access};

fn with(from: &str, to: &str) -> Result<Profile, ProfileError> {
    assert!(acme::PROFILE.contains(from), "{from}");
    Profile::parse(&acme::PROFILE.replacen(from, to, 1))
}

fn with_rule(rule: &str) -> Result<Profile, ProfileError> {
    Profile::parse(&format!("{}\n[[rules]]\n{rule}", acme::PROFILE))
}

#[test]
fn a_profile_says_what_it_says() {
    let profile = acme::profile();
    assert_eq!(
        (profile.provider(), profile.api_path()),
        ("acme", "/api/v9")
    );
    assert_eq!(profile.credential_header(), ("X-Acme-Key", "Key {token}"));
    assert_eq!(profile.secret_fields().collect::<Vec<_>>(), ["secret"]);
    let identity = profile.identity();
    assert_eq!(identity.endpoint().to_string(), "GET /things/{thing}");
    assert_eq!(
        (identity.id_field(), identity.path_field()),
        ("number", "full_name")
    );
    let of = |text: &str| {
        profile
            .rules()
            .iter()
            .find(|rule| rule.endpoint().to_string() == text)
            .unwrap()
    };
    let file = of("GET /things/{thing}/files/{path}");
    assert!(file.may_redirect() && file.names_repository() && !file.is_identity());
    assert_eq!(
        (file.access(), file.answer()),
        (Access::Read, crate::Answer::Content)
    );
    assert!(of("GET /things/{thing}").is_identity());
    assert_eq!(
        of("GET /things").query().once().collect::<Vec<_>>(),
        ["page", "per_page", "search"]
    );
    assert_eq!(
        of("POST /things/{thing}/commits")
            .body()
            .unwrap()
            .max_bytes(),
        1024 * 1024
    );
}

#[test]
fn the_more_literal_rule_comes_first() {
    let profile = acme::profile();
    let place = |text: &str| {
        profile
            .rules()
            .iter()
            .position(|rule| rule.endpoint().to_string() == text)
    };
    assert!(place("GET /things/{thing}/files/self") < place("GET /things/{thing}/files/{path}"));
}

#[test]
fn hosts_of_the_provider_are_refused_with_their_sub_domains() {
    let profile = acme::profile();
    let refuses = |authority: &str| {
        let origin = Origin::parse("https", authority).unwrap();
        profile.refuses_host(origin.host()).map(str::to_owned)
    };
    for authority in [
        "acme.example",
        "ACME.example.",
        "www.acme.example",
        "a.b.acme.example:8443",
    ] {
        assert_eq!(
            refuses(authority).as_deref(),
            Some("the public acme is not served"),
            "{authority}"
        );
    }
    for authority in ["notacme.example", "acme.example.org", "10.0.0.1"] {
        assert_eq!(refuses(authority), None, "{authority}");
    }
}

#[test]
fn keys_that_nobody_knows_are_refused() {
    for (from, to) in [
        ("provider = ", "extra = 1\nprovider = "),
        ("header = ", "extra = 1\nheader = "),
        ("placeholder = ", "extra = 1\nplaceholder = "),
        ("sub-domains", "subdomains"),
        ("may-redirect", "may_redirect"),
        ("answer = \"content\"", "answer = \"bytes\""),
        ("kind = \"string\"", "kind = \"text\""),
        ("access = \"read\"", "access = \"all\""),
        ("required = [\"branch\"]", "require = [\"branch\"]"),
        (
            "provider = \"acme\"",
            "provider = \"acme\"\nprovider = \"other\"",
        ),
    ] {
        assert!(
            matches!(with(from, to), Err(ProfileError::Syntax(_))),
            "{to}"
        );
    }
}

#[test]
fn settings_that_cannot_be_right_are_refused() {
    for (from, to, key) in [
        ("provider = \"acme\"", "provider = \"\"", "provider"),
        ("\"/api/v9\"", "\"/api/v9/\"", "api-path"),
        ("\"/api/v9\"", "\"api/v9\"", "api-path"),
        ("X-Acme-Key", "X Acme", "credential.header"),
        ("Key {token}", "Key", "credential.value"),
        ("Key {token}", "Ké {token}", "credential.value"),
        ("Key {token}", "{token}{token}", "credential.value"),
        (
            "placeholder = \"thing\"",
            "placeholder = \"other\"",
            "identity.placeholder",
        ),
        ("id = \"number\"", "id = \"full_name\"", "identity.id"),
        (
            "endpoint = \"GET /things/{thing}\"",
            "endpoint = \"GET /x/{thing}\"",
            "identity.endpoint",
        ),
        (
            "endpoint = \"GET /things/{thing}\"",
            "endpoint = \"PUT /things/{thing}\"",
            "identity.endpoint",
        ),
    ] {
        match with(from, to) {
            Err(ProfileError::Setting { key: found, .. }) => assert_eq!(found, key, "{to}"),
            other => panic!("{to}: {other:?}"),
        }
    }
}

#[test]
fn rules_that_grant_more_than_they_say_are_refused() {
    for (rule, part) in [
        (
            "endpoint = \"POST /x\"\naccess = \"read\"\nanswer = \"json\"",
            "writes, which `read` does not grant",
        ),
        (
            "endpoint = \"DELETE /x\"\naccess = \"read\"\nanswer = \"none\"",
            "writes, which `read` does not grant",
        ),
        (
            "endpoint = \"GET /x\"\naccess = \"read\"\nanswer = \"json\"\nquery-values = { scope = [\"a\"] }",
            "lists values of a query key",
        ),
        (
            "endpoint = \"HEAD /x\"\naccess = \"read\"\nanswer = \"json\"",
            "is a HEAD",
        ),
        (
            "endpoint = \"GET /x\"\naccess = \"read\"\nanswer = \"json\"\nbody = { keys = {} }",
            "has a body",
        ),
        (
            "endpoint = \"POST /x\"\naccess = \"commits\"\nanswer = \"json\"\nmay-redirect = true",
            "may redirect",
        ),
        (
            "endpoint = \"GET /x\"\naccess = \"read\"\nanswer = \"json\"\nquery = [\"Sudo\"]",
            "query key",
        ),
        (
            "endpoint = \"GET /x\"\naccess = \"read\"\nanswer = \"json\"\nquery-sets = [\"all\"]",
            "query set",
        ),
        (
            "endpoint = \"GET /x/{y}\"\naccess = \"read\"\nanswer = \"json\"\nsegments = { z = \"number\" }",
            "narrows a placeholder",
        ),
        (
            "endpoint = \"GET /things/{thing}/x\"\naccess = \"read\"\nanswer = \"json\"\nsegments = { thing = \"number\" }",
            "narrows a placeholder",
        ),
        (
            "endpoint = \"GET /x/{y}\"\naccess = \"read\"\nanswer = \"json\"\nsegments = { y = [\"a\", \"a/b\"] }",
            "values that are no segments",
        ),
        (
            "endpoint = \"GET /version\"\naccess = \"read\"\nanswer = \"json\"",
            "the same requests",
        ),
        (
            "endpoint = \"GET /things/{id}\"\naccess = \"read\"\nanswer = \"json\"",
            "the same requests",
        ),
        (
            "endpoint = \"GET /a/secrets/{b}\"\naccess = \"read\"\nanswer = \"json\"",
            "it reads secrets",
        ),
        (
            "endpoint = \"DELETE /things/{thing}\"\naccess = \"commits\"\nanswer = \"none\"",
            "a plugin deletes nothing",
        ),
    ] {
        let error = with_rule(rule).unwrap_err();
        assert!(error.to_string().contains(part), "{rule}: {error}");
    }
    let wildcard = with_rule("endpoint = \"GET /**\"\naccess = \"read\"\nanswer = \"json\"");
    assert!(matches!(wildcard, Err(ProfileError::Endpoint { .. })));
}

#[test]
fn reading_may_need_more_than_the_access_to_read() {
    let rule = "endpoint = \"GET /x\"\naccess = \"webhooks\"\nanswer = \"json\"";
    let profile = with_rule(rule).unwrap();
    let found = profile.rules().iter().find(|rule| rule.matches("/x"));
    assert_eq!(found.unwrap().access(), Access::Webhooks);
}

#[test]
fn only_some_rules_are_about_a_repository() {
    let profile = acme::profile();
    let names_repository = |path: &str| {
        let found = profile.rules().iter().find(|rule| rule.matches(path));
        found.unwrap().names_repository()
    };
    assert!(names_repository("/things/42") && names_repository("/things/42/tree"));
    assert!(!names_repository("/version") && !names_repository("/things"));
}

#[test]
fn placeholders_can_be_narrowed() {
    let rule = "endpoint = \"GET /x/{y}/{z}\"\naccess = \"read\"\nanswer = \"json\"\n\
                segments = { y = \"object-id\", z = [\"one\", \"two\"] }";
    let profile = with_rule(rule).unwrap();
    let id = "0123456789abcdef0123456789abcdef01234567";
    let matched = |path: String| profile.rules().iter().any(|rule| rule.matches(&path));
    assert!(matched(format!("/x/{id}/two")));
    assert!(!matched(format!("/x/{id}/three")) && !matched("/x/main/two".into()));
}

#[test]
fn an_exception_from_what_is_refused_by_name_has_to_be_written_down() {
    let rule = "endpoint = \"GET /secrets/self\"\naccess = \"read\"\nanswer = \"json\"";
    assert!(with_rule(rule).is_err());
    let excepted = acme::PROFILE.replace(
        "segments = [\"secrets\"]",
        "segments = [\"secrets\"]\nexcept = [\"GET /secrets/self\"]",
    );
    assert!(Profile::parse(&format!("{excepted}\n[[rules]]\n{rule}")).is_ok());
}

#[test]
fn a_profile_says_how_a_delivery_is_verified_in_no_two_ways() {
    const SIGNATURE: &str = r#"signature = { id = "a", timestamp = "b", signature = "c", version = "v1",
        key-prefix = "key_", tolerance-seconds = 300, secret = "signing" }"#;
    const TOKEN: &str = r#"token = { header = "X-Token", secret = "hook" }"#;
    let parse = |lines: &[&str]| {
        // The tables before it end with a list of rules.
        let table = format!("\n[deliveries]\n{}\n", lines.join("\n").replace(",\n", ","));
        Profile::parse(&format!("{}{table}", acme::PROFILE))
    };
    let both = parse(&[SIGNATURE, TOKEN]).unwrap();
    let deliveries = both.deliveries().unwrap();
    assert_eq!(
        deliveries.headers().collect::<Vec<_>>(),
        ["a", "b", "c", "X-Token"]
    );
    assert_eq!(
        deliveries.secrets().collect::<Vec<_>>(),
        ["signing", "hook"]
    );
    assert!(
        parse(&[TOKEN])
            .unwrap()
            .deliveries()
            .unwrap()
            .signature()
            .is_none()
    );
    assert!(acme::profile().deliveries().is_none());
    for (from, to) in [
        ("id = \"a\"", "id = \"C\""),
        ("id = \"a\"", "id = \"\""),
        ("id = \"a\"", "id = \"a b\""),
        ("id = \"a\"", "id = \"x-token\""),
        ("\"signing\"", "\"hook\""),
        ("\"signing\"", "\"\""),
        ("\"v1\"", "\"\""),
        ("\"v1\"", "\"v1,\""),
        ("300", "3601"),
    ] {
        let refused = parse(&[&SIGNATURE.replace(from, to), TOKEN]).unwrap_err();
        let is_it = matches!(
            refused,
            ProfileError::Setting {
                key: "deliveries",
                ..
            }
        );
        assert!(is_it, "{to}: {refused}");
    }
    assert!(matches!(parse(&[]), Err(ProfileError::Setting { .. })));
    assert!(matches!(
        parse(&["other = 1"]),
        Err(ProfileError::Syntax(_))
    ));
}

#[test]
fn a_placeholder_that_holds_one_value_holds_it_as_it_stands_in_a_path() {
    let with = |value: &str| {
        let rule = format!(
            "endpoint = \"GET /things/{{nobody}}\"\naccess = \"read\"\nanswer = \"json\"\nsegments = {{ nobody = [\"{value}\"] }}"
        );
        with_rule(&rule)
    };
    let profile = with("-%2Fnone").unwrap();
    let template = |path: &str| {
        let mut rules = profile.rules().iter();
        rules
            .find(|rule| rule.matches(path))
            .unwrap()
            .endpoint()
            .template()
    };
    assert_eq!(template("/things/-%2Fnone"), "/things/{nobody}");
    for other in ["/things/-%2Fnones", "/things/-%252Fnone", "/things/42"] {
        assert_eq!(template(other), "/things/{thing}", "{other}");
    }
    for value in ["-%2fnone", "-/none", "..%2Fnone", "%2D", ""] {
        assert!(with(value).is_err(), "{value}");
    }
}
