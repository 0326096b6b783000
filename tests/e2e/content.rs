//! Streams that a plugin hands on: which the host takes, and how they end.

use std::time::Duration;

use code_source::contract::git::ArchiveFormat;
use code_source::{ContentError, Engine, Limits, Outcome, Source, TrapKind};
use code_source_stand_in::{Effect, Fault, Matcher, When};
use code_source_test_plugins::{Handing, Instruction, Request};
use code_source_tests::{
    RawForge, Shop, bytes, connected, expect, hand_on, hostile_in, open, tell, told, trap,
};
use serde_json::Value;

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Outcome<T>) {
    assert_eq!(trap(outcome).kind, TrapKind::Content);
}

fn last_response(shop: &Shop) -> Value {
    shop.rig
        .audit
        .events("response")
        .pop()
        .expect("a closing line")
}

/// How reading the file ends in a source with these limits.
async fn end_of_reading(shop: &Shop, change: impl FnOnce(&mut Limits)) -> ContentError {
    let source = shop.source_within(change);
    let content = expect(hand_on(&source, Handing::untouched(shop.target())).await);
    bytes(content.body)
        .await
        .expect_err("the content is not whole")
}

const RAW_FILE: &str = "/api/v4/projects/1/repository/files/a/raw?ref=main";

#[tokio::test(flavor = "multi_thread")]
async fn an_untouched_stream_is_handed_on_byte_for_byte() {
    let shop = Shop::open().await;
    let source = shop.source();
    let content = expect(hand_on(&source, Handing::untouched(shop.target())).await);
    assert_eq!(content.info.size, 300_000);
    assert!(bytes(content.body).await.unwrap() == shop.file);
    let line = last_response(&shop);
    assert_eq!(
        (&line["end"], &line["bytes"]),
        (&Value::from("complete"), &Value::from(300_000))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_read_stream_is_the_plugins_fault() {
    let shop = Shop::open().await;
    let source = shop.source();
    let handing = Handing::HalfRead {
        target: shop.target(),
    };
    refused(hand_on(&source, handing).await);
    assert_eq!(last_response(&shop)["end"], "cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_standard_input_is_no_content() {
    let shop = Shop::open().await;
    let source = shop.source();
    refused(hand_on(&source, Handing::Stdin).await);
    assert_eq!(shop.rig.forge.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_with_a_live_pollable_is_the_plugins_fault() {
    let shop = Shop::open().await;
    let source = shop.source();
    let handing = Handing::WithPollable {
        target: shop.target(),
    };
    refused(hand_on(&source, handing).await);
    assert_eq!(last_response(&shop)["end"], "cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_the_rule_calls_json_is_no_content() {
    let shop = Shop::open().await;
    let source = shop.source();
    let outcome = hand_on(&source, Handing::untouched(shop.api("/repository/tree"))).await;
    assert_eq!(outcome.report.requests[0].status, Some(200));
    refused(outcome);
    assert_eq!(last_response(&shop)["end"], "cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_no_content_even_where_content_was_asked_for() {
    let shop = Shop::open().await;
    let source = shop.source();
    let missing = shop.api("/repository/files/missing/raw?ref=main");
    let outcome = hand_on(&source, Handing::untouched(missing)).await;
    assert_eq!(outcome.report.requests[0].status, Some(404));
    refused(outcome);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_stream_that_the_plugin_holds_ends_with_the_plugin() {
    let shop = Shop::open().await;
    let source = shop.source();
    let handing = Handing::WithAnother {
        target: shop.target(),
        other: shop.target(),
    };
    let content = expect(hand_on(&source, handing).await);
    assert_eq!(last_response(&shop)["end"], "cancelled");
    assert!(bytes(content.body).await.unwrap() == shop.file);
    assert_eq!(last_response(&shop)["end"], "complete");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_left_under_way_does_not_spoil_the_content() {
    let shop = Shop::open().await;
    let source = shop.source();
    let slow = Effect::Latency(Duration::from_secs(60));
    shop.rig.forge.fault(Fault {
        on: Matcher::target("missing"),
        when: When::Always,
        what: slow,
    });
    for _ in 0..20 {
        let other = shop.api("/repository/files/missing/raw?ref=main");
        let handing = Handing::UnderWay {
            target: shop.target(),
            other,
        };
        let content = expect(hand_on(&source, handing).await);
        assert!(bytes(content.body).await.unwrap() == shop.file);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn blobs_and_archives_are_held_to_the_same() {
    let shop = Shop::open().await;
    let source = shop.source();
    let repository = shop.project.id().to_string();
    let stdin = Instruction::HandOn(Handing::Stdin).to_string();
    refused(source.read_blob(&repository, &stdin).await);
    let archive = source
        .read_archive(&repository, "", Some(&stdin), ArchiveFormat::TarGz)
        .await;
    refused(archive);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stall_after_the_call_is_an_error() {
    let shop = Shop::open().await;
    shop.always(Effect::StallBodyAfter(1_000));
    let error = end_of_reading(&shop, |limits| {
        limits.between_bytes = Duration::from_millis(200)
    })
    .await;
    assert_eq!((error.reason(), error.after()), ("stalled", 1_000));
    let line = last_response(&shop);
    assert_eq!(
        (&line["end"], &line["reason"]),
        (&Value::from("cut"), &Value::from("stalled"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_is_an_error_and_not_an_end() {
    let shop = Shop::open().await;
    shop.always(Effect::CutBodyAfter(1_000));
    let error = end_of_reading(&shop, |_| ()).await;
    assert_eq!(error.reason(), "cut");
    assert!(error.after() <= 1_000);
    assert_eq!(last_response(&shop)["end"], "cut");
}

#[tokio::test(flavor = "multi_thread")]
async fn content_beyond_the_limit_is_an_error() {
    let shop = Shop::open().await;
    let error = end_of_reading(&shop, |limits| limits.content_bytes = 200_000).await;
    assert_eq!(error.reason(), "too-long");
    assert!(error.after() <= 200_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_trickles_is_an_error_when_its_time_is_over() {
    let shop = Shop::open().await;
    shop.always(Effect::SlowBody(100, Duration::from_millis(20)));
    let error = end_of_reading(&shop, |limits| limits.content = Duration::from_millis(300)).await;
    assert_eq!(error.reason(), "too-slow");
}

#[tokio::test(flavor = "multi_thread")]
async fn content_of_another_size_than_the_plugin_says_is_an_error() {
    let shop = Shop::open().await;
    let source = shop.source();
    for size in [299_999, 300_001, 0] {
        let handing = Handing::Untouched {
            target: shop.target(),
            size: Some(size),
        };
        let content = expect(hand_on(&source, handing).await);
        assert_eq!(
            bytes(content.body).await.unwrap_err().reason(),
            "size-differs"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_content_ends_the_transfer() {
    let forge = RawForge::start(|_| async {
        b"HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\nbegin".to_vec()
    })
    .await;
    let source = open(forge.connection(), |_| ());
    let mut content = expect(hand_on(&source, Handing::untouched(RAW_FILE)).await).body;
    assert_eq!(content.next().await.unwrap().unwrap(), "begin");
    drop(content);
    tokio::time::timeout(Duration::from_secs(10), forge.closed())
        .await
        .expect("the connection closes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_open_contents_hold_no_plugin() {
    let forge =
        RawForge::start(|_| async { b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc".to_vec() })
            .await;
    let engine = Engine::builder().instances(8).build().unwrap();
    let plugin = hostile_in(&engine).unwrap();
    let mut limits = Limits::default();
    limits.calls = 2_000;
    let source = Source::open(&plugin, forge.connection().limits(limits)).unwrap();
    let mut open = Vec::new();
    for _ in 0..1_000 {
        open.push(expect(hand_on(&source, Handing::untouched(RAW_FILE)).await).body);
    }
    for content in open {
        assert_eq!(bytes(content).await.unwrap(), b"abc");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn content_outlives_its_source_plugin_and_engine() {
    let shop = Shop::open().await;
    let engine = Engine::builder().instances(1).build().unwrap();
    let plugin = hostile_in(&engine).unwrap();
    let repository = connected(&shop.project);
    let source = Source::open(&plugin, shop.rig.connection().repositories([repository])).unwrap();
    let content = expect(hand_on(&source, Handing::untouched(shop.target())).await);
    drop((source, plugin, engine));
    assert!(bytes(content.body).await.unwrap() == shop.file);
    assert_eq!(last_response(&shop)["end"], "complete");
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_content_leaves_the_source_in_order() {
    let shop = Shop::open().await;
    let source = shop.source_within(|limits| limits.calls = 1);
    for _ in 0..3 {
        refused(hand_on(&source, Handing::Stdin).await);
    }
    let answers = told(tell(&source, Instruction::send(Request::get(shop.api("")))).await);
    assert_eq!(answers[0].status(), Some(200));
}
