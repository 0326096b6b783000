//! What a plugin has of the token when its call is over: nothing, whatever the forge repeated. Apart
//! because whole memories are searched, which is slow.

use std::sync::Arc;

use code_source::{Connection, Engine, Outcome, Plugin, Source};
use code_source_test_plugins::Instruction;
use code_source_tests::{Piece, TokenSearch, expect, hostile_in, tell};

use super::echoes::{AWKWARD, Echo, ask, echoes, number};
use super::scene::{Scene, TOKEN, with_token};

/// The hostile plugin, whose memory is searched when each of its calls ends.
fn watched(search: &Arc<TokenSearch>) -> Plugin {
    let engine = Engine::builder()
        .instances(2)
        .inspector(Arc::clone(search) as Arc<_>)
        .build()
        .unwrap();
    hostile_in(&engine).unwrap()
}

/// A search for this token in every encoding.
fn search_for(tokens: &[&str]) -> Arc<TokenSearch> {
    let search = Arc::new(TokenSearch::into_memory());
    for token in tokens {
        search.watch(token);
        for echo in echoes(token) {
            search.watch_form(&echo.name, echo.secret.as_bytes());
        }
    }
    search
}

/// A forge that repeats this token, in the encoding that it is asked for, in body and headers.
async fn repeating(token: &'static str) -> Scene {
    Scene::answering(move |request| {
        let echo = &echoes(token)[number(request)];
        let headers = [("x-echo", &*echo.text)];
        Piece::answer("200 OK", &headers, &echo.text)
    })
    .await
}

/// Ask for all encodings in one call.
async fn ask_for_all(plugin: &Plugin, connection: Connection) -> Outcome<String> {
    let source = Source::open(plugin, connection).unwrap();
    let requests = (0..echoes(TOKEN).len()).map(ask).collect();
    tell(&source, Instruction::Send { requests }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_encoding_of_the_token_stays_in_a_plugins_memory() {
    let search = search_for(&[AWKWARD, TOKEN]);
    let plugin = watched(&search);
    for token in [AWKWARD, TOKEN] {
        let scene = repeating(token).await;
        let connection = with_token(&scene, "watched", token).audit(scene.site.audit.clone());
        let outcome = ask_for_all(&plugin, connection).await;
        let requests = &outcome.report.requests;
        assert!(requests.iter().all(|one| one.masked == 2), "{requests:#?}");
        assert_eq!(scene.forge.requests().len(), requests.len());
        let ended = scene.site.audit.events("response");
        assert!(ended.iter().all(|line| line["masked"] == 2), "{ended:#?}");
        assert!(expect(outcome).contains("*****"));
    }
    // Two calls, each with a memory of a megabyte or more.
    assert!(search.searched() > 2 << 20, "{}", search.searched());
    assert_eq!(search.found(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_finds_every_encoding_of_what_nobody_covers() {
    const NOBODYS: &str = "acmepat-of-nobody-0123456";
    let search = search_for(&[NOBODYS]);
    let scene = repeating(NOBODYS).await;
    let connection = with_token(&scene, "watched", TOKEN);
    expect(ask_for_all(&watched(&search), connection).await);
    let found = search.found();
    let echoes = echoes(NOBODYS);
    let is_found = |echo: &&Echo, place: &str| {
        let line = format!("a token, {}, in {place}", echo.name);
        found.contains(&line)
    };
    for echo in &echoes {
        assert!(is_found(&echo, "what a plugin was handed"), "{}", echo.name);
    }
    // What a plugin no longer needs it writes over, and what it keeps it writes in its own way.
    let kept = echoes
        .iter()
        .filter(|echo| is_found(echo, "a plugin's memory"));
    assert!(kept.count() > echoes.len() / 2, "{found:?}");
}
