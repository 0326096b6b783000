//! Tests of the operator's lists: what they do to requests, and which of them are refused.

use crate::{
    BaseUrl, CutReason, Operator, Origin, Policy, PolicyError, RepositoryArgument, RequestHead,
    acme,
    denial::{Denial, Layer, Reason},
    pattern::EndpointPattern,
};

const ALL: [&str; 6] = [
    "read",
    "branches",
    "commits",
    "pull-requests",
    "statuses",
    "webhooks",
];

fn patterns(texts: &[&str]) -> Vec<EndpointPattern> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn listing(allow: &[&str], deny: &[&str]) -> Operator {
    Operator {
        allow: patterns(allow),
        deny: patterns(deny),
        ..acme::operator(&ALL)
    }
}

fn decide(operator: &Operator, operation: &str, method: &str, path: &str) -> Result<(), Denial> {
    let policy = acme::policy_of(operator.clone());
    let call = policy
        .call(operation, Some(RepositoryArgument::Id("42")))
        .unwrap();
    let path = format!("/acme/api/v9/things/42{path}");
    let request = RequestHead {
        method,
        scheme: "https",
        authority: "forge.example",
        path: &path,
        query: None,
    };
    call.decide(&request).map(drop)
}

#[track_caller]
fn assert_denied(refused: Result<(), Denial>, reason: Reason) -> toml::Table {
    let denial = refused.unwrap_err();
    assert_eq!((denial.layer(), denial.reason()), (Layer::Operator, reason));
    toml::from_str(denial.remedy().unwrap()).unwrap()
}

#[test]
fn what_the_operator_denies_is_refused_whatever_else_grants_it() {
    let denying = listing(
        &["* /**"],
        &["GET /things", "* /things/{thing}/tree", "GET /things/*/*"],
    );
    let remedy = assert_denied(
        decide(&denying, "git.list-tree", "GET", "/tree"),
        Reason::EndpointDenied,
    );
    // Every pattern that is in the way goes, and no other.
    assert_eq!(remedy["deny"].as_array().unwrap().len(), 1);
    let mended = listing(&["* /**"], &["GET /things"]);
    assert_eq!(decide(&mended, "git.list-tree", "GET", "/tree"), Ok(()));
    assert_eq!(decide(&denying, "git.read-file", "GET", "/files/a"), Ok(()));
}

#[test]
fn where_something_is_allowed_nothing_else_is() {
    let allowing = listing(&["GET /version", "POST /things/**"], &[]);
    assert_eq!(
        decide(&allowing, "changes.create-commit", "POST", "/commits"),
        Ok(())
    );
    let remedy = assert_denied(
        decide(&allowing, "git.list-tree", "GET", "/tree"),
        Reason::EndpointNotAllowed,
    );
    let pasted: Vec<_> = remedy["allow"].as_array().unwrap().iter().collect();
    let pasted: Vec<_> = pasted.iter().map(|text| text.as_str().unwrap()).collect();
    assert_eq!(
        pasted,
        [
            "GET /version",
            "POST /things/**",
            "GET /things/{thing}/tree"
        ]
    );
    assert_eq!(
        decide(&listing(&pasted, &[]), "git.list-tree", "GET", "/tree"),
        Ok(())
    );
}

#[test]
fn the_lists_judge_the_endpoint_and_not_the_path() {
    // A router takes `files/self` for the rule of that name, which the plugin does not declare.
    let denying = listing(&[], &["GET /things/{thing}/files/self"]);
    assert_eq!(
        decide(&denying, "git.read-file", "GET", "/files/selfie"),
        Ok(())
    );
    let denying = listing(&[], &["GET /things/{thing}/files/{path}"]);
    assert_denied(
        decide(&denying, "git.read-file", "GET", "/files/selfie"),
        Reason::EndpointDenied,
    );
    let own = decide(&denying, "git.read-file", "GET", "/files/self").unwrap_err();
    assert_eq!(own.layer(), Layer::Manifest);
}

#[test]
fn the_lists_are_asked_before_the_access() {
    let operator = Operator {
        access: Vec::new(),
        ..listing(&[], &["GET /things/{thing}/tree"])
    };
    let refused = decide(&operator, "git.list-tree", "GET", "/tree");
    assert_denied(refused, Reason::EndpointDenied);
    let refused = decide(&operator, "git.read-file", "GET", "/files/a").unwrap_err();
    assert_eq!(refused.layer(), Layer::Access);
}

fn refused(operator: Operator) -> PolicyError {
    let base = BaseUrl::parse("forge.example").unwrap();
    Policy::new(&acme::profile(), &acme::manifest(), &base, operator).unwrap_err()
}

#[test]
fn a_pattern_that_means_nothing_is_refused_with_its_place_and_the_reason() {
    for (text, part) in [
        ("GET /wiki", "covers no endpoint"),
        ("GET /things/42/tree", "covers no placeholder"),
        ("PATCH /**", "covers no endpoint"),
        ("GET /things/{thing}/files/readme", "covers no endpoint"),
        ("GET /things/{thing}/secrets", "it reads secrets"),
        ("* /things/*/secrets/**", "it reads secrets"),
        ("DELETE /things/{any}", "a plugin deletes nothing"),
        ("POST /graph", "one path for everything"),
        ("POST /graph/**", "one path for everything"),
    ] {
        let error = refused(listing(&["GET /version", text], &[]));
        assert!(
            matches!(
                &error,
                PolicyError::OperatorRule {
                    list: "allow",
                    index: 1,
                    ..
                }
            ),
            "{error:?}"
        );
        assert!(error.to_string().contains(part), "{error}");
        assert!(error.to_string().contains(text), "{error}");
        let error = refused(listing(&[], &[text]));
        assert!(
            matches!(
                &error,
                PolicyError::OperatorRule {
                    list: "deny",
                    index: 0,
                    ..
                }
            ),
            "{error:?}"
        );
    }
}

#[test]
fn what_the_lists_cut_is_listed_with_the_reason() {
    let policy = acme::policy_of(listing(
        &["GET /**", "POST /things/{thing}/hooks"],
        &["GET /things/{thing}/tree"],
    ));
    let cut: Vec<_> = policy
        .cut()
        .iter()
        .map(|one| (one.operation(), one.reason().to_string()))
        .collect();
    assert_eq!(
        cut,
        [
            (
                "changes.create-commit",
                "`allow` does not have it".to_owned()
            ),
            (
                "git.list-tree",
                "`deny` has `GET /things/{thing}/tree`".to_owned()
            ),
        ]
    );
    assert!(matches!(policy.cut()[0].reason(), CutReason::NotAllowed));
}

#[test]
fn a_redirect_origin_is_an_origin_over_https() {
    let origin = Operator::parse_redirect_origin("https://Objects.example:443/").unwrap();
    assert_eq!(origin.to_string(), "https://objects.example");
    for text in [
        "",
        "http://objects.example",
        "https://objects.example/bucket",
        "https://objects.example?x=1",
        "https://127.1",
        "https://*.objects.example",
        "ftp://objects.example",
    ] {
        let error = Operator::parse_redirect_origin(text).unwrap_err();
        assert!(
            matches!(&error, PolicyError::RedirectOrigin { origin, .. } if **origin == *text),
            "{text}: {error:?}"
        );
    }
    for text in [
        "https://u:hunter2@objects.example",
        "https://u:hunter2@@objects.example",
        "u:hunter2@@objects.example",
        "https://objects.example/hunter2@objects.example",
    ] {
        let error = Operator::parse_redirect_origin(text).unwrap_err();
        assert!(
            matches!(&error, PolicyError::RedirectOrigin { origin, .. } if **origin == *"…@objects.example"),
            "{text}: {error:?}"
        );
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{text}");
    }
    let plain = Operator {
        redirect_origins: vec![Origin::parse("http", "objects.example").unwrap()],
        ..acme::operator(&ALL)
    };
    assert!(matches!(refused(plain), PolicyError::RedirectOrigin { .. }));
}

#[test]
fn a_secret_that_nothing_asks_for_is_refused() {
    let named = |name: &str| Operator {
        secrets: vec!["hook".to_owned(), name.to_owned()],
        ..acme::operator(&ALL)
    };
    let previous = |name: &str| Operator {
        previous_secrets: vec![name.to_owned()],
        ..acme::operator(&ALL)
    };
    for operator in [named("hooks"), previous("hooks")] {
        let error = refused(operator);
        assert!(matches!(&error, PolicyError::Secret { name, .. } if **name == *"hooks"));
        assert!(error.to_string().ends_with("there is `hook`"), "{error}");
    }
}
