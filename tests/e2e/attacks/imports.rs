//! A component that asks for other ways out than the one that is guarded, and a manifest that asks
//! for everything: neither gets as far as a call.

use code_source::{Error, Plugin, Source};
use code_source_test_plugins::MANIFEST;
use code_source_tests::{engine, hostile_with};
use serde_json::{Value, json};

use super::scene::Scene;

/// A component that imports an interface, and has the hostile plugin's manifest.
fn importing(interface: &str) -> Error {
    let text = format!(
        r#"(component
            (@custom "code-source-manifest" {MANIFEST:?})
            (import "{interface}" (instance (export "thing" (type (sub resource)))))
        )"#
    );
    let bytes = wat::parse_str(text).unwrap();
    Plugin::from_bytes(engine(), &bytes, None).unwrap_err()
}

#[test]
fn sockets_files_and_everything_else_are_refused_by_the_name_of_the_import() {
    for interface in [
        "wasi:sockets/network@0.2.3",
        "wasi:sockets/instance-network@0.2.3",
        "wasi:sockets/tcp@0.2.3",
        "wasi:sockets/tcp-create-socket@0.2.3",
        "wasi:sockets/udp@0.2.3",
        "wasi:sockets/ip-name-lookup@0.2.3",
        "wasi:filesystem/types@0.2.3",
        "wasi:filesystem/preopens@0.2.3",
        "wasi:http/incoming-handler@0.2.3",
        "wasi:keyvalue/store@0.2.0-draft",
        "wasi:config/store@0.2.0-draft",
        "wasi:random/insecure@0.2.3",
        "jitera:code-source/secrets@0.1.0",
    ] {
        let error = importing(interface);
        let Error::Import { name } = &error else {
            panic!("{interface}: {error:?}")
        };
        assert_eq!(name, interface);
        assert!(error.to_string().contains(interface));
        assert!(error.hint().is_some());
    }
}

/// The hostile plugin's manifest after a change.
fn manifest(change: impl FnOnce(&mut Value)) -> String {
    let mut manifest = serde_json::from_str(MANIFEST).unwrap();
    change(&mut manifest);
    manifest.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_asks_for_more_than_the_profile_opens_no_connection() {
    let scene = Scene::open().await;
    for endpoint in [
        "GET /projects/{project}/variables",
        "POST /projects/{project}/access_tokens",
        "POST /personal_access_tokens/self/rotate",
        "PUT /projects/{project}",
        "DELETE /projects/{project}",
        "GET /projects/{anything}",
        "GET /{everything}",
        "POST /graphql",
    ] {
        let text = manifest(|manifest| {
            manifest["operations"]["git.link"] =
                json!([{ "endpoint": endpoint, "why": "because" }]);
        });
        let plugin = hostile_with(text.as_bytes()).unwrap();
        let error = Source::open(&plugin, scene.connection()).unwrap_err();
        assert!(matches!(error, Error::Policy(_)), "{endpoint}: {error:?}");
    }
    assert_eq!(scene.forge.connections(), 0);
    assert_eq!(scene.site.audit.text(), "");
}

#[test]
fn a_manifest_that_asks_for_everything_is_refused_at_load() {
    for endpoint in [
        "GET /**",
        "* /**",
        "* /projects/{project}",
        "GET /projects/*",
        "GET projects",
    ] {
        let text = manifest(|manifest| {
            manifest["operations"]["git.link"] =
                json!([{ "endpoint": endpoint, "why": "because" }]);
        });
        let error = hostile_with(text.as_bytes()).unwrap_err();
        assert!(matches!(error, Error::Manifest(_)), "{endpoint}: {error:?}");
    }
}

#[test]
fn a_malformed_manifest_is_refused_at_load() {
    let twice = MANIFEST.replacen("\"name\"", "\"name\": \"another\", \"name\"", 1);
    let more = manifest(|manifest| manifest["grants"] = json!("everything"));
    let deep = "[".repeat(100_000);
    for bad in ["", "{", "[]", "\u{0}", &twice, &more, &deep] {
        let error = hostile_with(bad.as_bytes()).unwrap_err();
        assert!(matches!(error, Error::Manifest(_)), "{bad:.40}: {error:?}");
    }
}
