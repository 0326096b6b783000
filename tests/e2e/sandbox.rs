//! How many plugins a host runs at once, and what becomes of the others: nothing of it is a
//! plugin's to take from another call.

use std::time::Duration;

use code_source::{Engine, Error, Failure, Source, TrapKind};
use code_source_stand_in::Effect;
use code_source_test_plugins::{Handing, Instruction, Request, Ruin};
use code_source_tests::{Shop, connected, expect, hand_on, hostile_in, tell, told, trap};

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
async fn twenty_thousand_requests_at_once_are_too_many_and_a_short_record() {
    let shop = Shop::open().await;
    let source = shop.source();
    let request = Request::get(shop.rig.api("/user"));
    let all = Instruction::Repeat {
        request,
        times: 20_000,
        at_once: true,
    };
    let outcome = tell(&source, all).await;
    assert!(outcome.report.requests.len() <= 1_001);
    assert_eq!(trap(outcome).kind, TrapKind::Handles);
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
