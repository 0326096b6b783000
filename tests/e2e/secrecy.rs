//! The token: where it must not be. Every other test searches too, through its [`Rig`]; these
//! prove that the search finds what it looks for, and look where it is slow to look.

use std::sync::Arc;

use code_source::contract::git::Revision;
use code_source::{Connection, Engine, Plugin, Source};
use code_source_tests::{Rig, TokenSearch, expect};

/// A plugin whose memory is searched when each of its calls ends.
fn watched(search: &Arc<TokenSearch>) -> Plugin {
    let engine = Engine::builder()
        .instances(4)
        .inspector(Arc::clone(search) as Arc<_>)
        .build()
        .unwrap();
    Plugin::embedded(&engine).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_is_ever_in_a_plugins_memory() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    project.commit(
        "main",
        "Begin",
        &[("readme", code_source_stand_in::Change::file("hello"))],
    );
    let search = Arc::new(TokenSearch::into_memory());
    search.watch(&rig.token);
    let source = Source::open(&watched(&search), rig.connection()).unwrap();
    expect(source.check().await);
    let named = code_source::contract::repositories::RepositoryRef::Path("web/shop".into());
    let (source, repository) = expect(source.connect_repository(&named).await);
    expect(
        source
            .list_tree(
                &repository.id,
                &Revision::DefaultBranch,
                "",
                true,
                &code_source_tests::first_page(),
            )
            .await,
    );
    let mut file = expect(
        source
            .read_file(
                &repository.id,
                &Revision::DefaultBranch,
                "readme",
                None,
                false,
            )
            .await,
    );
    assert_eq!(file.body.next().await.unwrap().unwrap(), "hello");
    // Four calls, each with a memory of a megabyte or more.
    assert!(
        search.searched() > 4 << 20,
        "{} bytes were searched",
        search.searched()
    );
    assert_eq!(search.found(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_finds_what_a_plugin_does_know() {
    let rig = Rig::new().await;
    let search = Arc::new(TokenSearch::into_memory());
    // The address of the forge is handed to the plugin, and so stands for a token that leaked.
    search.watch(&rig.forge.url());
    let source = Source::open(&watched(&search), rig.connection()).unwrap();
    expect(source.check().await);
    let found = search.found();
    assert!(
        found
            .iter()
            .any(|place| place.ends_with("a plugin's memory")),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|place| place.ends_with("what a plugin was handed")),
        "{found:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_debug_output_shows_a_token() {
    let rig = Rig::new().await;
    let connection: Connection = rig.connection();
    let mut text = format!("{connection:?}");
    let source = Source::open(code_source_tests::plugin(), connection).unwrap();
    text += &format!("{source:?} {:?}", source.check().await);
    assert!(!text.contains(&rig.token));
    // And the forge did get it, so it was there to be shown.
    assert!(rig.forge.requests().iter().all(|request| {
        request
            .headers
            .get("private-token")
            .is_some_and(|value| value.as_bytes() == rig.token.as_bytes())
    }));
}
