//! Tests of which repository the requests of a call may be about.

use proptest::prelude::*;

use super::*;
use crate::Manifest;

#[test]
fn another_repository_is_refused_however_it_is_spelled() {
    for segment in [
        "43",
        "7",
        "web%2Fown%20site",
        "web%252Fshop",
        "web%2FShop",
        "042",
        "42.",
        "shop",
    ] {
        let path = format!("/acme/api/v9/things/{segment}/tree");
        assert_denied(
            &list_tree(),
            &get(&path),
            Layer::Repository,
            Reason::OtherRepository,
        );
    }
    let without = acme::policy(&["read"]).call("git.list-tree", None).unwrap();
    let request = get("/acme/api/v9/things/42/tree");
    assert_denied(
        &without,
        &request,
        Layer::Repository,
        Reason::RepositoryNotNamed,
    );
}

#[test]
fn the_identity_operation_reads_the_repository_that_it_names_and_no_more() {
    let policy = acme::policy(&["read"]);
    let call = |named| {
        policy
            .call(Policy::IDENTITY_OPERATION, Some(named))
            .unwrap()
    };
    for (named, segment, known) in [
        (RepositoryArgument::Id("99"), "99", None),
        (
            RepositoryArgument::Path("new/one two"),
            "new%2Fone%20two",
            None,
        ),
        (
            RepositoryArgument::Path("web/shop"),
            "web%2Fshop",
            Some("42"),
        ),
        (RepositoryArgument::Id("42"), "42", Some("42")),
    ] {
        let call = call(named);
        let path = format!("/acme/api/v9/things/{segment}");
        let request = get(&path);
        let permit = call.decide(&request).unwrap();
        assert!(permit.is_identity());
        assert_eq!(permit.repository(), known);
        for other in ["43", "web%2Fother", "new%252Fone%2520two"] {
            let path = format!("/acme/api/v9/things/{other}");
            assert_denied(
                &call,
                &get(&path),
                Layer::Repository,
                Reason::OtherRepository,
            );
        }
    }
}

#[test]
fn the_absence_operation_reads_the_repository_that_it_names_and_no_more() {
    let manifest = acme::MANIFEST.replace(Policy::IDENTITY_OPERATION, Policy::ABSENCE_OPERATION);
    let manifest = Manifest::parse(manifest.as_bytes()).unwrap();
    let base = BaseUrl::parse("forge.example/acme").unwrap();
    let operator = acme::operator(&["read"]);
    let policy = Policy::new(&acme::profile(), &manifest, &base, operator).unwrap();
    let named = RepositoryArgument::Path("new/one");
    let call = policy.call(Policy::ABSENCE_OPERATION, Some(named)).unwrap();
    assert!(call.decide(&get("/acme/api/v9/things/new%2Fone")).is_ok());
    let other = get("/acme/api/v9/things/43");
    assert_denied(&call, &other, Layer::Repository, Reason::OtherRepository);
    let call = policy.call(Policy::ABSENCE_OPERATION, None).unwrap();
    assert_denied(&call, &other, Layer::Repository, Reason::RepositoryNotNamed);
}

#[test]
fn the_identity_operation_cannot_declare_its_way_to_content() {
    let manifest = acme::MANIFEST.replace(
        r#"{ "endpoint": "GET /things/{thing}", "why": "the thing" }"#,
        r#"{ "endpoint": "GET /things/{thing}/tree", "why": "the thing" }"#,
    );
    let manifest = Manifest::parse(manifest.as_bytes()).unwrap();
    let base = BaseUrl::parse("forge.example/acme").unwrap();
    let policy = Policy::new(
        &acme::profile(),
        &manifest,
        &base,
        acme::operator(&["read"]),
    )
    .unwrap();
    let call = policy
        .call(
            Policy::IDENTITY_OPERATION,
            Some(RepositoryArgument::Id("42")),
        )
        .unwrap();
    let request = get("/acme/api/v9/things/42/tree");
    assert_denied(&call, &request, Layer::Repository, Reason::IdentityOnly);
}

proptest! {
    #[test]
    fn whatever_leaves_is_about_the_named_repository(
        prefix in "/acme/api/v9|/acme|",
        segments in prop::collection::vec("things|42|43|web%2Fshop|tree|files|secrets|self|%2e%2e|[!-~]{0,4}", 0..5),
        query in "((ref|page|sudo|ids\\[\\])=[!-~]{0,3}&?){0,3}",
    ) {
        let path = format!("{prefix}/{}", segments.join("/"));
        let request = RequestHead { query: Some(&query), ..get(&path) };
        if let Ok(permit) = list_tree().decide(&request) {
            prop_assert_eq!(permit.repository(), Some("42"));
            prop_assert!(path == "/acme/api/v9/things/42/tree" || path == "/acme/api/v9/things/web%2Fshop/tree");
            prop_assert!(!query.contains("sudo="));
        }
    }
}
