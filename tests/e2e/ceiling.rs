//! What a plugin declares and an operator grants: calls and manifests that go beyond it.

use code_source::contract::git::Revision;
use code_source::contract::repositories::Filter;
use code_source::{Error, Failure, Source};
use code_source_test_plugins::{Instruction, MANIFEST, Request};
use code_source_tests::{Shop, failed_request, first_page, hostile_with};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_names_no_repository_reaches_none() {
    let shop = Shop::open().await;
    let instruction = Instruction::send(Request::get(shop.api("")));
    let filter = Filter {
        search: Some(instruction.to_string()),
        owner: None,
        minimum_access: None,
        member_only: false,
        include_archived: false,
    };
    let outcome = shop
        .source()
        .list_repositories(&filter, &first_page())
        .await;
    assert_eq!(
        failed_request(&outcome).reason,
        "endpoint-of-another-operation"
    );
    assert_eq!(shop.rig.forge.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_about_a_repository_that_is_not_connected_does_not_begin() {
    let shop = Shop::open().await;
    let other = shop.rig.forge.project("web/other");
    let outcome = shop
        .source()
        .link(&other.id().to_string(), "", "", None)
        .await;
    let Err(Failure::Host(error @ Error::Refused(_))) = &outcome.answer else {
        panic!("{outcome:?}")
    };
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.contains("repositories")),
        "{error:?}"
    );
    assert_eq!(shop.rig.forge.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_the_manifest_does_not_name_is_not_called() {
    let shop = Shop::open().await;
    let instruction = Instruction::send(Request::get(shop.api(""))).to_string();
    let repository = shop.project.id().to_string();
    let outcome = shop
        .source()
        .stat_file(&repository, &Revision::DefaultBranch, &instruction)
        .await;
    let Err(Failure::Host(Error::Refused(denial))) = &outcome.answer else {
        panic!("{outcome:?}")
    };
    assert_eq!(denial.reason().label(), "operation-not-declared");
    assert_eq!(shop.rig.forge.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_asks_for_more_than_the_profile_opens_no_connection() {
    let shop = Shop::open().await;
    for endpoint in [
        "GET /projects/{project}/variables",
        "POST /projects/{project}/access_tokens",
        "DELETE /projects/{project}",
        "GET /{everything}",
        "GET /projects/{anything}",
    ] {
        let plugin = hostile_with(manifest(endpoint).as_bytes()).unwrap();
        let error = Source::open(&plugin, shop.rig.connection()).unwrap_err();
        assert!(matches!(error, Error::Policy(_)), "{endpoint}: {error:?}");
    }
}

#[test]
fn a_manifest_that_cannot_be_read_in_one_way_is_refused_at_load() {
    let twice = MANIFEST.replacen("\"name\"", "\"name\": \"another\", \"name\"", 1);
    for bad in [
        "",
        "{",
        "[]",
        "\u{0}",
        &manifest("GET /**"),
        &manifest("GET projects"),
        &twice,
        &"[".repeat(100_000),
    ] {
        let error = hostile_with(bad.as_bytes()).unwrap_err();
        assert!(matches!(error, Error::Manifest(_)), "{bad:.40}: {error:?}");
    }
}

/// The plugin's manifest with one more endpoint.
fn manifest(endpoint: &str) -> String {
    let mut manifest: serde_json::Value = serde_json::from_str(MANIFEST).unwrap();
    let more = serde_json::json!([{ "endpoint": endpoint, "why": "because" }]);
    manifest["operations"]["git.compare"] = more;
    manifest.to_string()
}
