//! A plugin that breaks itself, or its host: each way ends in an error of its own, and in nothing
//! else.

use std::time::Duration;

use code_source::contract::git::Revision;
use code_source::{Limits, Trap, TrapKind};
use code_source_test_plugins::{Instruction, Request, Ruin};
use code_source_tests::{Piece, expect, tell, trap};
use serde_json::Value;

use super::scene::{Scene, api, last, raw_file, tree};

/// Let the plugin break something, twice: nothing leaves, and the connection is as good as ever.
async fn ruined(ruin: Ruin, change: impl FnOnce(&mut Limits)) -> Trap {
    let scene = Scene::open().await;
    let source = scene.source_within(change);
    let first = trap(tell(&source, Instruction::Ruin(ruin.clone())).await);
    let second = trap(tell(&source, Instruction::Ruin(ruin)).await);
    assert_eq!(first.kind, second.kind);
    assert!(!first.detail.is_empty());
    assert_eq!(scene.forge.connections(), 0);
    // A request that was begun when the plugin broke may be recorded as refused.
    let audit = scene.site.audit.text();
    assert!(!audit.contains("\"decision\":\"allow\""), "{audit}");
    scene.send_by(&source, tree()).await.is_whole(200, 0);
    first
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_loop_ends_with_its_processor_time() {
    for ruin in [Ruin::Loop, Ruin::LoopThroughHost] {
        let trap = ruined(ruin, |limits| limits.cpu = Duration::from_millis(500)).await;
        assert_eq!(trap.kind, TrapKind::CpuTime, "{trap:?}");
    }
}

// On one thread: where nothing gives way, nobody else comes to their turn.
#[tokio::test]
async fn an_endless_loop_delays_no_other_call() {
    let scene = Scene::open().await;
    let source = scene.source_within(|limits| limits.cpu = Duration::from_secs(60));
    let endless = source.clone();
    let endless = tokio::spawn(async move { tell(&endless, Instruction::Ruin(Ruin::Loop)).await });
    for _ in 0..3 {
        scene.send_by(&source, tree()).await.is_whole(200, 0);
    }
    assert!(!endless.is_finished());
    endless.abort();
    assert!(endless.await.unwrap_err().is_cancelled());
    assert_eq!(scene.forge.requests().len(), 3);
    assert_eq!(scene.site.audit.events("request").len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_ends_at_its_limit() {
    let trap = ruined(Ruin::Allocate, |limits| limits.memory = 16 << 20).await;
    assert_eq!(trap.kind, TrapKind::Memory, "{trap:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn handles_end_at_their_limit() {
    let trap = ruined(Ruin::Handles, |limits| limits.handles = 100).await;
    assert_eq!(trap.kind, TrapKind::Handles, "{trap:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_passed_to_the_host_at_once_ends_at_its_limit() {
    let trap = ruined(Ruin::Hostcall, |_| ()).await;
    assert_eq!(trap.kind, TrapKind::Hostcall, "{trap:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn recursion_ends_with_the_stack() {
    let trap = ruined(Ruin::Recurse, |_| ()).await;
    assert_eq!(trap.kind, TrapKind::Stack, "{trap:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plugin_does_to_itself_is_a_crash() {
    for ruin in [Ruin::Exit, Ruin::Panic, Ruin::Unreachable] {
        let trap = ruined(ruin.clone(), |_| ()).await;
        assert_eq!(trap.kind, TrapKind::Crash, "{ruin:?}: {trap:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_ends_at_its_wall_clock() {
    let milliseconds = 600_000;
    let ruin = Ruin::Sleep { milliseconds };
    let trap = ruined(ruin, |limits| limits.call = Duration::from_secs(3)).await;
    assert_eq!(trap.kind, TrapKind::WallClock, "{trap:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trap_in_the_middle_of_a_request_lets_nothing_leave() {
    let request = Request::post(api("/repository/commits"), r#"{"branch":"main","#);
    let trap = ruined(Ruin::TrapInRequest { request }, |_| ()).await;
    assert_eq!(trap.kind, TrapKind::Crash, "{trap:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trap_in_the_middle_of_an_answer_ends_the_transfer() {
    let pieces = Piece::answer("200 OK", &[], vec![b'x'; 1_000_000]);
    let scene = Scene::sending(pieces).await;
    let target = raw_file().path_with_query;
    let path = Instruction::Ruin(Ruin::TrapInBody { target }).to_string();
    let source = scene.source();
    let outcome = source
        .read_file("1", &Revision::DefaultBranch, &path, None, false)
        .await;
    assert_eq!(trap(outcome).kind, TrapKind::Crash);
    let line = last(&scene.site.audit, "response");
    assert_eq!(
        (&line["end"], &line["reason"]),
        (&"cancelled".into(), &Value::Null)
    );
    assert_eq!(scene.forge.requests().len(), 1);
    scene.send_by(&source, tree()).await.is_whole(200, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_output_is_cut_and_cannot_steer_a_terminal() {
    let scene = Scene::open().await;
    let source = scene.source_within(|limits| limits.output_bytes = 1_000);
    let text = "\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31mline\r\n".to_owned();
    let times = 100_000;
    let outcome = tell(&source, Instruction::Write { text, times }).await;
    let output = outcome.report.output.clone();
    // Replacement characters are longer than what they replace.
    assert!(output.chars().count() <= 1_000, "{}", output.len());
    assert!(output.contains("line\u{fffd}\n"), "{output:?}");
    let is_harmless = |character: char| character == '\n' || !character.is_control();
    assert!(output.chars().all(is_harmless), "{output:?}");
    expect(outcome);
    assert_eq!(scene.forge.connections(), 0);
    assert_eq!(scene.site.audit.text(), "");
}
