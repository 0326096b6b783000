//! What a plugin has of the token when its call is over: nothing, whatever the forge repeated. Apart
//! because whole memories are searched, which is slow.

use std::sync::Arc;

use code_source::{Connection, Engine, Source};
use code_source_test_plugins::Instruction;
use code_source_tests::{Piece, TokenSearch, expect, hostile_in, tell};

use super::echoes::{AWKWARD, ask, echoes, number};
use super::scene::{Scene, TOKEN, with_token};

/// The hostile plugin, watched, on a connection.
fn watched(search: &Arc<TokenSearch>, connection: Connection) -> Source {
    let engine = Engine::builder()
        .instances(2)
        .inspector(Arc::clone(search) as Arc<_>)
        .build()
        .unwrap();
    Source::open(&hostile_in(&engine).unwrap(), connection).unwrap()
}

/// Let a forge repeat the token in every encoding, in body and headers, in one call.
async fn repeated(token: &'static str) -> Vec<String> {
    let scene = Scene::answering(move |request| {
        let echo = &echoes(token)[number(request)];
        let headers = [("x-echo", &*echo.text)];
        Piece::answer("200 OK", &headers, &echo.text)
    })
    .await;
    let search = Arc::new(TokenSearch::into_memory());
    search.watch(token);
    for echo in echoes(token) {
        search.watch_form(&echo.name, echo.secret.as_bytes());
    }
    let source = watched(&search, with_token(&scene, "watched", token));
    let requests: Vec<_> = (0..echoes(token).len()).map(ask).collect();
    let count = requests.len();
    let outcome = tell(&source, Instruction::Send { requests }).await;
    assert!(
        outcome.report.requests.iter().all(|one| one.masked == 2),
        "{:#?}",
        outcome.report
    );
    assert!(expect(outcome).contains("*****"));
    assert_eq!(scene.forge.requests().len(), count);
    assert!(search.searched() > 1 << 20, "{}", search.searched());
    search.found()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_encoding_of_the_token_stays_in_a_plugins_memory() {
    for token in [AWKWARD, TOKEN] {
        assert_eq!(repeated(token).await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_finds_what_a_forge_repeats_and_nobody_covers() {
    const NOBODYS: &str = "acmepat-of-nobody-0123456";
    let scene =
        Scene::answering(|request| Piece::json(&echoes(NOBODYS)[number(request)].text)).await;
    for (number, echo) in echoes(NOBODYS).into_iter().enumerate() {
        let search = Arc::new(TokenSearch::into_memory());
        search.watch_form(&echo.name, echo.secret.as_bytes());
        let source = watched(&search, with_token(&scene, "watched", TOKEN));
        expect(tell(&source, Instruction::send(ask(number))).await);
        let found = search.found();
        let is_in = |place: &str| found.iter().any(|one| one.ends_with(place));
        assert!(
            is_in("what a plugin was handed"),
            "{}: {found:?}",
            echo.name
        );
        assert!(is_in("a plugin's memory"), "{}: {found:?}", echo.name);
    }
}
