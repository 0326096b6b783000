//! Functions that declare more than functions of their kind may have: a plugin could write where a
//! caller only reads.

use code_source::{Error, Source};
use code_source_test_plugins::MANIFEST;
use code_source_tests::hostile_with;
use serde_json::{Value, json};

use super::scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_declares_what_is_not_for_its_kind_opens_no_connection() {
    let scene = Scene::open().await;
    for (function, endpoint, access) in [
        (
            "git.link",
            "POST /projects/{project}/repository/commits",
            "`commits`",
        ),
        (
            "changes.create-commit",
            "POST /projects/{project}/merge_requests",
            "`pull-requests`",
        ),
        (
            "webhooks.read-delivery",
            "GET /projects/{project}",
            "`read`",
        ),
    ] {
        let mut manifest: Value = serde_json::from_str(MANIFEST).unwrap();
        manifest["operations"][function] = json!([{ "endpoint": endpoint, "why": "x" }]);
        let plugin = hostile_with(manifest.to_string().as_bytes()).unwrap();
        let error = Source::open(&plugin, scene.connection()).unwrap_err();
        let Error::Policy(error) = error else {
            panic!("{error:?}")
        };
        let told = error.to_string();
        for part in [function, endpoint, access] {
            assert!(told.contains(part), "{told}");
        }
    }
    assert_eq!(scene.forge.connections(), 0);
    assert_eq!(scene.site.audit.text(), "");
}
