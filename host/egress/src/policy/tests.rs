//! Tests of what is refused before the first request.

use super::*;
use crate::{acme, rule::Access};

const ALL: [&str; 6] = [
    "read",
    "branches",
    "commits",
    "pull-requests",
    "statuses",
    "webhooks",
];

#[test]
fn a_call_for_a_repository_that_is_not_connected_does_not_begin() {
    let policy = acme::policy(&["read"]);
    let call = |named| policy.call("git.list-tree", Some(named)).unwrap_err();
    for named in [
        RepositoryArgument::Id("43"),
        RepositoryArgument::Path("web/other"),
    ] {
        let denial = call(named);
        assert_eq!(denial.reason(), Reason::RepositoryNotConnected);
        let table: toml::Table = toml::from_str(denial.remedy().unwrap()).unwrap();
        assert_eq!(table["repositories"].as_array().unwrap().len(), 3);
    }
    for named in [
        RepositoryArgument::Id(""),
        RepositoryArgument::Id(".."),
        RepositoryArgument::Id("42\n"),
        RepositoryArgument::Id("web/shop"),
        RepositoryArgument::Path("web/../shop"),
        RepositoryArgument::Path("/web/shop"),
    ] {
        assert_eq!(
            call(named).reason(),
            Reason::RepositoryMalformed,
            "{named:?}"
        );
    }
    assert!(
        policy
            .call(
                "git.list-tree",
                Some(RepositoryArgument::Path("web/own site"))
            )
            .is_ok()
    );
    let unknown = policy.call("git.unknown", None).unwrap_err();
    assert_eq!(
        (unknown.layer(), unknown.reason()),
        (Layer::Manifest, Reason::OperationNotDeclared)
    );
}

#[test]
fn what_is_declared_and_not_granted_is_listed() {
    let policy = acme::policy(&["read", "commits"]);
    let [cut] = policy.cut() else {
        panic!("{:?}", policy.cut());
    };
    assert_eq!(cut.operation(), "webhooks.ensure-webhook");
    assert_eq!(cut.endpoint().to_string(), "POST /things/{thing}/hooks");
    assert_eq!(cut.reason(), &CutReason::Access(Access::Webhooks));
    assert!(acme::policy(&ALL).cut().is_empty());
}

#[test]
fn a_manifest_outside_the_ceiling_is_refused_by_the_name_of_its_endpoint() {
    for (endpoint, part) in [
        (
            "GET /things/{thing}/wiki",
            "is not in the profile of `acme`",
        ),
        (
            "GET /things/{thing}/secrets",
            "no plugin may have: it reads secrets",
        ),
        (
            "DELETE /things/{thing}",
            "no plugin may have: a plugin deletes nothing",
        ),
        ("GET /things/{id}/tree", "is not in the profile"),
        ("HEAD /things/{thing}/tree", "is not in the profile"),
    ] {
        let manifest = acme::MANIFEST.replace("GET /version", endpoint);
        let manifest = Manifest::parse(manifest.as_bytes()).unwrap();
        let base = BaseUrl::parse("forge.example").unwrap();
        let error =
            Policy::new(&acme::profile(), &manifest, &base, Operator::default()).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(endpoint) && text.contains(part), "{text}");
    }
}

#[test]
fn a_connection_that_cannot_be_right_is_refused() {
    let new = |base: &str, operator: Operator| {
        let base = BaseUrl::parse(base).unwrap();
        Policy::new(&acme::profile(), &acme::manifest(), &base, operator).unwrap_err()
    };
    let public = new("www.acme.example", Operator::default());
    assert_eq!(
        public,
        PolicyError::Host("the public acme is not served".into())
    );
    let plain = new("http://forge.example", Operator::default());
    assert_eq!(plain.remedy(), Some("allow-plain-http = true"));
    let api = new("https://forge.example/acme/api/v9", Operator::default());
    assert_eq!(api, PolicyError::BaseNamesApi("/api/v9".into()));
    let connect = |entries: &[(&str, &str)]| Operator {
        repositories: entries
            .iter()
            .map(|(id, path)| ConnectedRepository {
                id: (*id).into(),
                path: (*path).into(),
            })
            .collect(),
        ..Operator::default()
    };
    let repeated = new("forge.example", connect(&[("1", "a/b"), ("1", "a/c")]));
    assert!(matches!(repeated, PolicyError::RepeatedRepository(_)));
    let repeated = new("forge.example", connect(&[("1", "a/b"), ("2", "a/b")]));
    assert!(matches!(repeated, PolicyError::RepeatedRepository(_)));
    for entry in [("", "a/b"), ("1", "a/../b"), ("1/2", "a"), ("1", "")] {
        let refused = new("forge.example", connect(&[entry]));
        assert!(
            matches!(refused, PolicyError::Repository { .. }),
            "{entry:?}"
        );
    }
}

#[test]
fn a_plugin_for_another_provider_is_refused() {
    let manifest = acme::MANIFEST.replace("\"provider\": \"acme\"", "\"provider\": \"other\"");
    let manifest = Manifest::parse(manifest.as_bytes()).unwrap();
    let base = BaseUrl::parse("forge.example").unwrap();
    let error = Policy::new(&acme::profile(), &manifest, &base, Operator::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the plugin is for `other`, and the profile for `acme`"
    );
}

#[test]
fn a_function_that_reads_declares_nothing_that_writes() {
    let base = BaseUrl::parse("forge.example").unwrap();
    let new = |function: &str| {
        let manifest = acme::MANIFEST.replace("changes.create-commit", function);
        let manifest = Manifest::parse(manifest.as_bytes()).unwrap();
        Policy::new(&acme::profile(), &manifest, &base, Operator::default())
    };
    for function in [
        "git.link",
        "changes.create-branch",
        "webhooks.read-delivery",
    ] {
        let refused = new(function).unwrap_err();
        let told = refused.to_string();
        for part in [function, "POST /things/{thing}/commits", "`commits`"] {
            assert!(told.contains(part), "{told}");
        }
        assert!(matches!(refused, PolicyError::Access { .. }));
    }
    // What the contract does not have is never called.
    assert!(new("changes.create-commit").is_ok() && new("later.function").is_ok());
}
