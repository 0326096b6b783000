//! Files that a plugin read itself and hands to the caller: it says what they are, and the host
//! counts and hashes.

use code_source::contract::git::Found;
use code_source::{Failure, TrapKind};
use code_source_tests::expect;

use super::scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_not_what_the_plugin_says_are_refused() {
    let scene = Scene::open().await;
    let source = scene.source();
    let read = async |paths: &[&str]| {
        let paths: Vec<_> = paths.iter().map(|path| (*path).to_owned()).collect();
        source
            .read_files("1", &"0".repeat(40), &paths, 1_000, false)
            .await
    };
    let honest = expect(read(&["empty"]).await);
    let Ok(Found::File(file)) = &honest[0].outcome else {
        panic!("{honest:?}")
    };
    assert_eq!(file.bytes, b"");
    let outcome = read(&["empty", "forged"]).await;
    let Err(Failure::Trap(trap)) = &outcome.answer else {
        panic!("{outcome:?}")
    };
    assert_eq!(trap.kind, TrapKind::Content);
    assert!(
        trap.detail.contains("the name of the bytes in git"),
        "{trap:?}"
    );
}
