//! Tests of the layers, each with requests that pass every layer before it.

mod repository;
mod sent;

use super::*;
use crate::{BaseUrl, Method, Operator, Policy, acme, repository::RepositoryArgument};

const ALL: [&str; 6] = [
    "read",
    "branches",
    "commits",
    "pull-requests",
    "statuses",
    "webhooks",
];

fn get(path: &str) -> RequestHead<'_> {
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (path, None),
    };
    RequestHead {
        method: "GET",
        scheme: "https",
        authority: "forge.example",
        path,
        query,
    }
}

fn list_tree() -> Call {
    acme::policy(&["read"])
        .call("git.list-tree", Some(RepositoryArgument::Id("42")))
        .unwrap()
}

#[track_caller]
fn assert_denied(call: &Call, request: &RequestHead<'_>, layer: Layer, reason: Reason) {
    let denial = call
        .decide(request)
        .map(|permit| permit.template().to_owned())
        .unwrap_err();
    assert_eq!(
        (denial.layer(), denial.reason()),
        (layer, reason),
        "{request:?}: {denial}"
    );
}

#[test]
fn a_declared_request_about_the_named_repository_leaves() {
    let call = list_tree();
    for path in [
        "/acme/api/v9/things/42/tree",
        "/acme/api/v9/things/42/tree?ref=main&page=2",
    ] {
        let request = get(path);
        let permit = call.decide(&request).unwrap();
        assert_eq!(permit.template(), "/things/{thing}/tree");
        assert_eq!(permit.repository(), Some("42"));
        assert!(!permit.is_identity());
    }
    assert_eq!(call.operation(), "git.list-tree");
}

#[test]
fn another_origin_is_refused_first() {
    let path = "/acme/api/v9/things/42/secrets//";
    for (scheme, authority, reason) in [
        ("https", "other.example", Reason::OtherOrigin),
        ("https", "forge.example:8443", Reason::OtherOrigin),
        ("http", "forge.example", Reason::OtherOrigin),
        ("https", "forge.example.other.example", Reason::OtherOrigin),
        ("https", "10.0.0.1", Reason::OtherOrigin),
        ("https", "u:p@forge.example", Reason::AuthorityMalformed),
        ("https", "forge.example:", Reason::AuthorityMalformed),
        ("https", "forge.example:abc", Reason::AuthorityMalformed),
        ("ftp", "forge.example", Reason::AuthorityMalformed),
    ] {
        let request = RequestHead {
            scheme,
            authority,
            ..get(path)
        };
        assert_denied(&list_tree(), &request, Layer::Authority, reason);
    }
    for authority in ["FORGE.example", "forge.example:443", "forge.example."] {
        let request = RequestHead {
            authority,
            ..get("/acme/api/v9/things/42/tree")
        };
        assert!(list_tree().decide(&request).is_ok(), "{authority}");
    }
}

#[test]
fn a_path_that_is_not_canonical_is_refused_before_it_is_matched() {
    for path in [
        "/acme/api/v9/things/42/../43/tree",
        "/acme/api/v9/things/42%2F..%2F43/tree",
        "/acme/api/v9/things/42%252F..%252F43/tree",
        "/acme/api/v9/things/%34%32/tree",
        "/acme/api/v9/things/web%2fshop/tree",
        "/acme/api/v9/things/42%0A/tree",
        "/acme//api/v9/things/42/tree",
        "/acme/api/v9/things/42/tree/",
        "https://forge.example/acme/api/v9/things/42/tree",
    ] {
        assert_denied(&list_tree(), &get(path), Layer::Path, Reason::PathMalformed);
    }
}

#[test]
fn what_the_profile_does_not_have_is_refused() {
    for (path, reason) in [
        ("/api/v9/things/42/tree", Reason::OutsideTheApi),
        ("/acme/api/v9", Reason::OutsideTheApi),
        ("/acme/api/v99/things/42/tree", Reason::OutsideTheApi),
        ("/acme/graph", Reason::EndpointRefusedByName),
        ("/acme/graphs", Reason::OutsideTheApi),
        (
            "/acme/api/v9/things/42/secrets",
            Reason::EndpointRefusedByName,
        ),
        ("/acme/api/v9/things/42/wiki", Reason::EndpointNotInProfile),
        (
            "/acme/api/v9/things/42/tree.json",
            Reason::EndpointNotInProfile,
        ),
        ("/acme/api/v9/things/42/TREE", Reason::EndpointNotInProfile),
        (
            "/acme/api/v9/things/web/shop/tree",
            Reason::EndpointNotInProfile,
        ),
    ] {
        assert_denied(&list_tree(), &get(path), Layer::Ceiling, reason);
    }
    for method in ["CONNECT", "TRACE", "OPTIONS", "get", ""] {
        let request = RequestHead {
            method,
            ..get("/acme/api/v9/things/42/tree")
        };
        assert_denied(
            &list_tree(),
            &request,
            Layer::Ceiling,
            Reason::MethodRefused,
        );
    }
    let head = RequestHead {
        method: "HEAD",
        ..get("/acme/api/v9/things/42/tree")
    };
    assert_denied(
        &list_tree(),
        &head,
        Layer::Ceiling,
        Reason::EndpointNotInProfile,
    );
    let delete = RequestHead {
        method: "DELETE",
        ..get("/acme/api/v9/things/42")
    };
    assert_denied(
        &list_tree(),
        &delete,
        Layer::Ceiling,
        Reason::EndpointRefusedByName,
    );
}

#[test]
fn what_the_manifest_does_not_declare_is_refused() {
    let delete = RequestHead {
        method: Method::Delete.as_str(),
        ..get("/acme/api/v9/things/42/branches/main")
    };
    assert_denied(
        &list_tree(),
        &delete,
        Layer::Manifest,
        Reason::EndpointNotDeclared,
    );
}

#[test]
fn a_literal_endpoint_is_not_reached_through_a_placeholder() {
    let call = acme::policy(&["read"])
        .call("git.read-file", Some(RepositoryArgument::Id("42")))
        .unwrap();
    assert!(
        call.decide(&get("/acme/api/v9/things/42/files/selfie"))
            .is_ok()
    );
    let request = get("/acme/api/v9/things/42/files/self");
    assert_denied(
        &call,
        &request,
        Layer::Manifest,
        Reason::EndpointNotDeclared,
    );
}

#[test]
fn what_another_function_declares_is_refused() {
    let reason = Reason::EndpointOfAnotherOperation;
    assert_denied(
        &list_tree(),
        &get("/acme/api/v9/things"),
        Layer::Operation,
        reason,
    );
    let post = RequestHead {
        method: "POST",
        ..get("/acme/api/v9/things/42/commits")
    };
    assert_denied(&list_tree(), &post, Layer::Operation, reason);
}

#[test]
fn what_the_operator_does_not_grant_is_refused_with_the_line_that_would() {
    let named = Some(RepositoryArgument::Id("42"));
    let post = RequestHead {
        method: "POST",
        ..get("/acme/api/v9/things/42/commits")
    };
    let call = acme::policy(&["read"])
        .call("changes.create-commit", named)
        .unwrap();
    assert_denied(&call, &post, Layer::Access, Reason::AccessNotGranted);
    let remedy = call.decide(&post).unwrap_err().remedy().map(str::to_owned);
    assert_eq!(remedy.as_deref(), Some("access = [\"read\", \"commits\"]"));
    assert!(
        acme::policy(&ALL)
            .call("changes.create-commit", named)
            .unwrap()
            .decide(&post)
            .is_ok()
    );
}

#[test]
fn the_query_is_judged_last() {
    for (query, reason) in [
        ("sudo=root", Reason::QueryKeyRefused),
        ("private_token=x", Reason::QueryKeyRefused),
        ("ref=a&ref=b", Reason::QueryKeyRepeated),
        ("ref=a;sudo=root", Reason::QueryMalformed),
    ] {
        let path = format!("/acme/api/v9/things/42/tree?{query}");
        assert_denied(&list_tree(), &get(&path), Layer::Query, reason);
    }
}

#[test]
fn headers_and_body_follow_the_rule() {
    let policy = acme::policy_of(Operator {
        webhook_urls: vec!["https://hooks.example/in".into()],
        ..acme::operator(&ALL)
    });
    let call = policy
        .call(
            "webhooks.ensure-webhook",
            Some(RepositoryArgument::Id("42")),
        )
        .unwrap();
    let post = RequestHead {
        method: "POST",
        ..get("/acme/api/v9/things/42/hooks")
    };
    let permit = call.decide(&post).unwrap();
    let headers = [("content-type", &b"application/json"[..])];
    assert_eq!(call.check_headers(&permit, headers.into_iter()), Ok(()));
    let smuggled = call
        .check_headers(&permit, [("sudo", &b"root"[..])].into_iter())
        .unwrap_err();
    assert_eq!(
        (smuggled.layer(), smuggled.reason()),
        (Layer::Headers, Reason::HeaderRefused)
    );
    let own = call.check_body(&permit, br#"{"url":"https://hooks.example/in"}"#);
    assert_eq!(own.unwrap().placeholders().count(), 0);
    let foreign = call
        .check_body(&permit, br#"{"url":"https://other.example/in"}"#)
        .unwrap_err();
    assert_eq!(
        (foreign.layer(), foreign.reason()),
        (Layer::Body, Reason::BodyRefused)
    );

    let call = list_tree();
    let read = get("/acme/api/v9/things/42/tree");
    let permit = call.decide(&read).unwrap();
    assert!(call.check_body(&permit, b"").is_ok());
    assert_eq!(
        call.check_body(&permit, b"{}").unwrap_err().reason(),
        Reason::BodyForbidden
    );
}

#[test]
fn plain_http_needs_a_word_from_the_operator() {
    let base = BaseUrl::parse("http://127.0.0.1:8080").unwrap();
    let operator = Operator {
        allow_plain_http: true,
        ..acme::operator(&["read"])
    };
    let policy = Policy::new(&acme::profile(), &acme::manifest(), &base, operator).unwrap();
    let call = policy.call("connection.check", None).unwrap();
    let request = RequestHead {
        scheme: "http",
        authority: "127.0.0.1:8080",
        ..get("/api/v9/version")
    };
    assert!(call.decide(&request).is_ok());
    let odd = RequestHead {
        authority: "127.1:8080",
        ..request
    };
    assert_denied(&call, &odd, Layer::Authority, Reason::AuthorityMalformed);
}

#[test]
fn calls_can_be_handed_to_other_threads() {
    fn assert_shareable<T: Send + Sync + 'static>() {}
    assert_shareable::<Call>();
    assert_shareable::<Policy>();
    assert_shareable::<Denial>();
}
