//! Property tests: what is allowed is what is sent, whoever reads it after the check.

use std::sync::LazyLock;

use proptest::{collection, prelude::*, sample};

use super::*;
use crate::authority::Origin;

static CALL: LazyLock<Call> = LazyLock::new(|| {
    let named = Some(RepositoryArgument::Id("42"));
    acme::policy(&["read"])
        .call("git.read-file", named)
        .unwrap()
});

/// Authorities that are the connection's own, nearly its own, and another's.
fn authority() -> impl Strategy<Value = String> {
    let known = [
        "forge.example",
        "FORGE.example",
        "forge.example:443",
        "forge.example.",
        "forge.example:8443",
        "forge.example:",
        "forge.example:0443",
        "u@forge.example",
        "forge.example@other.example",
        "forge.example%2Eother.example",
        "forge.example\\other.example",
        "forge.example#other.example",
        "other.example",
        "ｆｏｒｇｅ.example",
    ];
    prop_oneof![
        4 => Just("forge.example".to_owned()),
        4 => sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => "[a-z.:@%]{0,16}",
    ]
}

/// Paths that are the API's own with something odd in one segment, and any others.
fn path() -> impl Strategy<Value = String> {
    let odd = prop_oneof![
        "[a-z0-9._~-]{1,6}",
        "([a-c./~;@\\\\]|%[0-9A-Fa-f]{2}|%25[0-9A-F]{2}){1,5}"
    ];
    let prefix = sample::select(vec![
        "/acme/api/v9",
        "/acme",
        "/acme/api/v9/",
        "/acme/../acme/api/v9",
    ]);
    prop_oneof![
        4 => odd.prop_map(|segment| format!("/acme/api/v9/things/42/files/{segment}")),
        1 => Just("/acme/api/v9/things/42".to_owned()),
        1 => (prefix, collection::vec("[a-z0-9.%]{0,4}", 0..4))
            .prop_map(|(prefix, rest)| format!("{prefix}/things/{}", rest.join("/"))),
    ]
}

fn query() -> impl Strategy<Value = Option<String>> {
    let key = sample::select(vec!["ref", "ids[]", "ids%5B%5D", "sudo", "re%66", ""]);
    let value = "([a-z+=:/?&#; ]|%[0-9a-fA-F]{2}|\\PC){0,4}";
    let pair = (key, value).prop_map(|(key, value)| format!("{key}={value}"));
    let query = collection::vec(pair, 0..3).prop_map(|pairs| pairs.join("&"));
    proptest::option::of(query)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn what_is_allowed_is_what_is_sent(
        scheme in "https|HTTPS|http|ftp",
        authority in authority(),
        path in path(),
        query in query(),
    ) {
        let request = RequestHead {
            method: "GET",
            scheme: &scheme,
            authority: &authority,
            path: &path,
            query: query.as_deref(),
        };
        if CALL.decide(&request).is_err() {
            return Ok(());
        }
        // The origin, and a path below the API's.
        let own = Origin::parse("https", "forge.example").unwrap();
        prop_assert_eq!(&Origin::parse(&scheme, &authority).unwrap(), &own);
        prop_assert!(path.starts_with("/acme/api/v9/things/42"));
        // The parts, read again out of the whole.
        let target = match &query {
            Some(query) => format!("{path}?{query}"),
            None => path.clone(),
        };
        let url = format!("https://forge.example{target}");
        let again = crate::url::split("GET", &url).unwrap();
        prop_assert_eq!((again.path, again.query), (&*path, query.as_deref()));
        // As the library reads it that sends it.
        let sent: http::Uri = url.parse().unwrap();
        prop_assert_eq!(sent.path_and_query().unwrap().as_str(), &target);
        prop_assert_eq!(sent.authority().unwrap().as_str(), "forge.example");
        // As the libraries read it that normalise: browsers, proxies.
        let read = url::Url::parse(&url).unwrap();
        prop_assert_eq!(read.path(), &path);
        prop_assert_eq!(read.host_str(), Some("forge.example"));
        prop_assert_eq!(read.fragment(), None);
    }
}

#[test]
fn the_property_is_about_requests_that_are_allowed() {
    for path in [
        "/acme/api/v9/things/42",
        "/acme/api/v9/things/42/files/a%2Fb?ref=a+b&ids[]=1&ids%5B%5D=%c3%a9",
    ] {
        assert!(CALL.decide(&get(path)).is_ok(), "{path}");
    }
}
