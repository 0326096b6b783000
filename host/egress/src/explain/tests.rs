//! Tests of what is explained, and in which order.

use super::*;
use crate::{Operator, acme};

const THINGS: &str = "https://forge.example/acme/api/v9/things";

fn explain(method: &str, rest: &str, operation: Option<&str>) -> Explanation {
    acme::policy(&["read"]).explain(method, &format!("{THINGS}{rest}"), operation)
}

#[test]
fn a_request_that_would_leave_is_explained_by_its_rule() {
    let explanation = explain("GET", "/42/tree?ref=main#top", None);
    assert!(explanation.denial().is_none());
    assert_eq!(
        explanation.origin().unwrap().to_string(),
        "https://forge.example"
    );
    assert_eq!(explanation.path(), Some("/acme/api/v9/things/42/tree"));
    assert_eq!(
        explanation.rule().unwrap().to_string(),
        "GET /things/{thing}/tree"
    );
    assert_eq!(explanation.operations(), ["git.list-tree"]);
    assert_eq!(explanation.repository(), Some("42"));
    assert_eq!(explanation.credential(), Some("X-Acme-Key"));
}

#[test]
fn every_operation_that_declares_the_endpoint_is_named() {
    assert_eq!(
        explain("GET", "/42/files/a", None).operations(),
        ["git.read-file"]
    );
    let identity = explain("GET", "/42", None);
    assert_eq!(
        identity.operations(),
        ["git.read-file", "repositories.read-repository"]
    );
}

#[test]
fn a_request_that_would_not_leave_is_explained_by_the_first_layer_that_refuses() {
    for (method, rest, operation, layer) in [
        ("GET", "/42/../43", None, Layer::Path),
        ("GET", "/42/secrets", None, Layer::Ceiling),
        ("GET", "/42/tree", Some("git.nothing"), Layer::Manifest),
        ("GET", "/42/tree", Some("git.read-file"), Layer::Operation),
        ("DELETE", "/42/branches/main", None, Layer::Manifest),
        ("POST", "/42/commits", None, Layer::Access),
        ("GET", "/43/tree", None, Layer::Repository),
        ("GET", "/42/tree?sudo=1", None, Layer::Query),
    ] {
        let explanation = explain(method, rest, operation);
        assert_eq!(
            explanation.denial().unwrap().layer(),
            layer,
            "{method} {rest}"
        );
        assert!(explanation.rule().is_none() && explanation.credential().is_none());
    }
    let other = acme::policy(&["read"]).explain("GET", "https://other.example/x", None);
    assert_eq!(other.denial().unwrap().layer(), Layer::Authority);
    let none = acme::policy(&["read"]).explain("GET", "forge.example/x", None);
    assert_eq!(none.denial().unwrap().layer(), Layer::Authority);
}

#[test]
fn the_remedy_is_a_line_to_paste() {
    assert_eq!(
        explain("POST", "/42/commits", None).remedy(),
        Some("access = [\"read\", \"commits\"]")
    );
    let remedy = explain("GET", "/web%2Fother/tree", None)
        .remedy()
        .unwrap()
        .to_owned();
    assert!(remedy.contains("{ id = \"its id\", path = \"web/other\" }"));
    assert!(toml::from_str::<toml::Table>(&remedy).is_ok(), "{remedy}");
}

#[test]
fn the_identity_operation_may_read_whichever_repository_the_url_names() {
    let operation = Some(Policy::IDENTITY_OPERATION);
    assert!(explain("GET", "/web%2Fother", operation).denial().is_none());
    assert_eq!(
        explain("GET", "/web%2Fshop", operation).repository(),
        Some("42")
    );
    assert_eq!(
        explain("GET", "/42/tree", operation)
            .denial()
            .unwrap()
            .layer(),
        Layer::Operation
    );
}

#[test]
fn the_layers_that_were_passed_are_named_up_to_the_one_that_refuses() {
    let passed = |rest, operation| explain("GET", rest, operation).passed().to_vec();
    let all = HEAD_LAYERS;
    assert_eq!(passed("/42/tree", Some("git.list-tree")), all);
    assert_eq!(passed("/42/tree", Some("git.read-file")), all[..4]);
    assert_eq!(passed("/42/secrets", None), all[..2]);
    assert_eq!(passed("/42/../tree", None), all[..1]);
    let without_operation = passed("/43/tree", None);
    let but_operation = [&all[..4], &all[5..7]].concat();
    assert_eq!(without_operation, but_operation);
    let other = acme::policy(&["read"]).explain("GET", "https://other.example/x", None);
    assert!(other.passed().is_empty());
}

#[test]
fn an_unknown_operation_does_not_hide_what_is_refused_before_it() {
    let layer = |rest| {
        let explanation = explain("GET", rest, Some("git.nothing"));
        explanation.denial().unwrap().layer()
    };
    assert_eq!(layer("/42/../tree"), Layer::Path);
    assert_eq!(layer("/42/secrets"), Layer::Ceiling);
    assert_eq!(layer("/42/tree?sudo=1"), Layer::Manifest);
}

#[test]
fn endpoint_and_query_are_explained_whatever_refuses_the_request_before() {
    let explanation = explain("GET", "/43/tree?sudo=1", None);
    assert_eq!(explanation.denial().unwrap().layer(), Layer::Repository);
    assert_eq!(
        explanation.endpoint().unwrap().to_string(),
        "GET /things/{thing}/tree"
    );
    let query = explanation.query().unwrap().unwrap_err();
    assert_eq!(query.reason(), Reason::QueryKeyRefused);
    assert_eq!(explain("GET", "/43/tree?ref=a", None).query(), Some(Ok(())));
    let unknown = explain("GET", "/42/wiki?sudo=1", None);
    assert!(unknown.endpoint().is_none() && unknown.query().is_none());
}

#[test]
fn what_the_operator_lists_is_explained() {
    let policy = acme::policy_of(Operator {
        deny: vec!["GET /things/{thing}/tree".parse().unwrap()],
        ..acme::operator(&["read"])
    });
    let explanation = policy.explain("GET", &format!("{THINGS}/42/tree"), None);
    let denial = explanation.denial().unwrap();
    assert_eq!(
        (denial.layer(), denial.reason()),
        (Layer::Operator, Reason::EndpointDenied)
    );
    assert_eq!(explanation.remedy(), Some("deny = []"));
}

#[test]
fn the_target_of_a_redirect_is_said_to_be_one() {
    let policy = acme::policy_of(Operator {
        redirect_origins: vec![Origin::parse("https", "objects.example").unwrap()],
        ..acme::operator(&["read"])
    });
    let target = policy.explain("GET", "https://objects.example:443/bucket/a", None);
    assert!(target.redirect_target());
    let denial = target.denial().unwrap();
    assert_eq!(denial.reason(), Reason::OtherOrigin);
    assert!(denial.detail().contains("only where an answer leads"));
    let other = policy.explain("GET", "https://other.example/a", None);
    assert!(!other.redirect_target());
    assert!(!other.denial().unwrap().detail().contains("leads"));
}
