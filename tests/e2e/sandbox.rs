//! What a plugin may use of its host, and what it cannot break: nothing that another call needs.

use std::time::Duration;

use code_source::{Engine, Error, Failure, Limits, Source, Trap, TrapKind};
use code_source_stand_in::Effect;
use code_source_test_plugins::{Handing, Instruction, Request, Ruin};
use code_source_tests::{Shop, connected, expect, hand_on, hostile_in, tell, told, trap};

/// Let the plugin break something, twice, and see that it breaks nothing else.
async fn ruined(shop: &Shop, ruin: Ruin, change: impl FnOnce(&mut Limits)) -> Trap {
    let source = shop.source_within(change);
    let first = trap(tell(&source, Instruction::Ruin(ruin.clone())).await);
    shop.works(&source).await;
    let second = trap(tell(&source, Instruction::Ruin(ruin)).await);
    assert_eq!(first.kind, second.kind);
    first
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_loop_ends_with_its_processor_time() {
    let shop = Shop::open().await;
    for ruin in [Ruin::Loop, Ruin::LoopThroughHost] {
        let trap = ruined(&shop, ruin, |limits| {
            limits.cpu = Duration::from_millis(100)
        })
        .await;
        assert_eq!(trap.kind, TrapKind::CpuTime, "{trap:?}");
    }
}

#[tokio::test]
async fn an_endless_loop_holds_up_no_other_call() {
    let shop = Shop::open().await;
    let source = shop.source_within(|limits| limits.cpu = Duration::from_secs(60));
    let looping = source.clone();
    let looping = tokio::spawn(async move { tell(&looping, Instruction::Ruin(Ruin::Loop)).await });
    for _ in 0..3 {
        shop.works(&source).await;
    }
    assert!(!looping.is_finished());
    looping.abort();
    assert!(looping.await.unwrap_err().is_cancelled());
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_the_forge_takes_no_processor_time() {
    let shop = Shop::open().await;
    let latency = Effect::Latency(Duration::from_millis(500));
    shop.always(latency);
    let source = shop.source_within(|limits| limits.cpu = Duration::from_millis(300));
    let outcome = tell(&source, Instruction::send(shop.tree())).await;
    assert!(
        outcome.report.cpu < Duration::from_millis(300),
        "{:?}",
        outcome.report
    );
    assert_eq!(told(outcome)[0].status(), Some(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_ends_at_its_limit() {
    let shop = Shop::open().await;
    let trap = ruined(&shop, Ruin::Allocate, |limits| limits.memory = 16 << 20).await;
    assert_eq!(trap.kind, TrapKind::Memory, "{trap:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_ends_at_its_wall_clock() {
    let shop = Shop::open().await;
    let source = shop.source_within(|limits| limits.call = Duration::from_millis(500));
    let outcome = tell(
        &source,
        Instruction::Ruin(Ruin::Sleep {
            milliseconds: 600_000,
        }),
    )
    .await;
    assert!(
        outcome.report.duration < Duration::from_secs(30),
        "{:?}",
        outcome.report
    );
    assert_eq!(trap(outcome).kind, TrapKind::WallClock);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plugin_does_to_itself_is_a_crash() {
    let shop = Shop::open().await;
    for ruin in [
        Ruin::Exit,
        Ruin::Handles,
        Ruin::Panic,
        Ruin::Recurse,
        Ruin::Unreachable,
    ] {
        let trap = ruined(&shop, ruin.clone(), |_| ()).await;
        assert_eq!(trap.kind, TrapKind::Crash, "{ruin:?}: {trap:?}");
        assert!(!trap.detail.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn output_is_cut_and_cannot_steer_a_terminal() {
    let shop = Shop::open().await;
    let source = shop.source_within(|limits| limits.output_bytes = 1_000);
    let text = "\u{1b}]0;title\u{7}\u{1b}[2Jline\r\n".to_owned();
    let outcome = tell(
        &source,
        Instruction::Write {
            text,
            times: 100_000,
        },
    )
    .await;
    let output = &outcome.report.output;
    // Replacement characters are longer than what they replace.
    assert!(output.chars().count() <= 1_000, "{}", output.len());
    assert!(output.contains("line\u{fffd}\n"), "{output:?}");
    assert!(
        output
            .chars()
            .all(|character| character == '\n' || !character.is_control())
    );
    expect(outcome);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_call_too_many_is_refused_at_once() {
    let shop = Shop::open().await;
    let source = shop.source_within(|limits| limits.calls = 1);
    let content = expect(hand_on(&source, Handing::untouched(shop.target())).await);
    let outcome = tell(&source, Instruction::send(shop.tree())).await;
    assert!(
        matches!(outcome.answer, Err(Failure::Host(Error::Busy { limit: 1 }))),
        "{outcome:?}"
    );
    assert_eq!(shop.rig.forge.requests().len(), 1);
    drop(content);
    shop.works(&source).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_requests_at_once_are_a_crash_and_a_short_record() {
    let shop = Shop::open().await;
    let source = shop.source();
    let request = Request::get("/api/v4/user");
    let all = Instruction::Repeat {
        request,
        times: 20_000,
        at_once: true,
    };
    let outcome = tell(&source, all).await;
    assert!(outcome.report.requests.len() <= 1_001);
    assert_eq!(trap(outcome).kind, TrapKind::Crash);
    assert_eq!(shop.rig.forge.requests().len(), 0);
    assert!(shop.rig.audit.events("request").len() <= 1_001);
    shop.works(&source).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_its_caller_drops_makes_room_for_the_next() {
    let shop = Shop::open().await;
    let source = lonely(&shop);
    let endless = tell(&source, Instruction::Ruin(Ruin::Loop));
    assert!(
        tokio::time::timeout(Duration::from_millis(200), endless)
            .await
            .is_err()
    );
    shop.works(&source).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_without_room_refuses_at_once() {
    let shop = Shop::open().await;
    let source = lonely(&shop);
    let mut endless = std::pin::pin!(tell(&source, Instruction::Ruin(Ruin::Loop)));
    assert!(
        tokio::time::timeout(Duration::from_millis(200), &mut endless)
            .await
            .is_err()
    );
    let outcome = tell(&source, Instruction::send(shop.tree())).await;
    assert!(
        matches!(outcome.answer, Err(Failure::Host(Error::Exhausted))),
        "{outcome:?}"
    );
}

/// A source in an engine with room for one plugin.
fn lonely(shop: &Shop) -> Source {
    let engine = Engine::builder().instances(1).build().unwrap();
    let plugin = hostile_in(&engine).unwrap();
    let connection = shop
        .rig
        .connection()
        .repositories([connected(&shop.project)]);
    Source::open(&plugin, connection).unwrap()
}
