//! What a call and its forge may send and how long they may take: each limit has an error of its
//! own, for the plugin and in the report.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use code_source::egress::ConnectedRepository;
use code_source::report::{RequestFailure, Stage};
use code_source::{Connection, Secret, Source, TokenSource};
use code_source_stand_in::{Effect, Fault, Matcher, When};
use code_source_test_plugins::{Answer, Instruction, Request};
use code_source_tests::{RawForge, Shop, expect, failed_request, open, tell, told};
use tokio::sync::Barrier;

/// What the plugin and the report say of one request.
async fn refused(source: &Source, request: Request) -> (Answer, RequestFailure) {
    let outcome = tell(source, Instruction::send(request)).await;
    let failure = failed_request(&outcome);
    (told(outcome).remove(0), failure)
}

const RAW_TREE: &str = "/api/v4/projects/1/repository/tree";

fn broken(answer: &Answer) -> &str {
    match answer {
        Answer::Response {
            broken: Some(code), ..
        } => code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_requests_are_under_way_as_allowed_and_the_others_wait() {
    let (gate, here) = (Arc::new(Barrier::new(3)), Arc::new(AtomicUsize::new(0)));
    let most = Arc::new(AtomicUsize::new(0));
    let peak = Arc::clone(&most);
    let forge = RawForge::start(move |_| {
        let (gate, here, peak) = (Arc::clone(&gate), Arc::clone(&here), Arc::clone(&peak));
        async move {
            peak.fetch_max(here.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            // Nobody is answered before three are here, so fewer would never end.
            gate.wait().await;
            here.fetch_sub(1, Ordering::SeqCst);
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec()
        }
    })
    .await;
    let source = open(forge.connection(), |limits| limits.requests_under_way = 3);
    let request = Request::get(RAW_TREE);
    let outcome = tell(
        &source,
        Instruction::Repeat {
            request,
            times: 30,
            at_once: true,
        },
    )
    .await;
    assert_eq!(expect(outcome), r#"{"200":30}"#);
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_beyond_the_limit_breaks_for_the_plugin() {
    let shop = Shop::open().await;
    shop.always(Effect::Status(200, "x".repeat(5_000), Vec::new()));
    let source = shop.source_within(|limits| limits.answer_bytes = 4_999);
    let (answer, failure) = refused(&source, shop.tree()).await;
    assert_eq!(
        broken(&answer),
        "HTTP response body size exceeds limit: 4999 bytes"
    );
    assert_eq!((failure.stage, failure.reason), (Stage::Body, "too-long"));
    shop.rig.forge.clear_faults();
    shop.works(&source).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_a_call_are_limited_together() {
    let shop = Shop::open().await;
    shop.always(Effect::Status(200, "x".repeat(1_000), Vec::new()));
    let source = shop.source_within(|limits| limits.call_bytes = 3_500);
    let repeat = Instruction::Repeat {
        request: shop.tree(),
        times: 4,
        at_once: false,
    };
    let outcome = tell(&source, repeat).await;
    assert_eq!(failed_request(&outcome).reason, "call-too-long");
    assert_eq!(
        expect(outcome),
        r#"{"200":3,"HTTP response body size exceeds limit: 3500 bytes":1}"#
    );
    shop.works(&source).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_stalls_breaks_for_the_plugin() {
    let shop = Shop::open().await;
    let what = Effect::StallBodyAfter(10);
    shop.rig.forge.fault(Fault {
        on: Matcher::all(),
        when: When::Once,
        what,
    });
    let source = shop.source_within(|limits| limits.between_bytes = Duration::from_millis(200));
    let (answer, failure) = refused(&source, shop.tree()).await;
    assert_eq!(broken(&answer), "connection read timeout");
    assert_eq!((failure.stage, failure.reason), (Stage::Body, "stalled"));
    shop.works(&source).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_headers_and_too_large_ones_are_refused() {
    let shop = Shop::open().await;
    for (count, size) in [(300, 1), (10, 10_000), (1, 500_000)] {
        // A name has to live as long as the stand-in may ask for it.
        let name = |number| &*format!("x-filler-{number}").leak();
        let headers = (0..count)
            .map(|number| (name(number), "x".repeat(size)))
            .collect();
        shop.always(Effect::Status(200, "{}".to_owned(), headers));
        let source = shop.source_within(|_| ());
        let (answer, failure) = refused(&source, shop.tree()).await;
        assert_eq!(
            answer.error(),
            Some("HTTP-response-header-section-size"),
            "{failure:?}"
        );
        assert_eq!(
            (failure.stage, failure.reason),
            (Stage::Head, "head-too-large"),
            "{failure:?}"
        );
        shop.rig.forge.clear_faults();
        shop.works(&source).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_does_not_come_ends_with_the_time_for_connecting() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", silent.local_addr().unwrap());
    let token = TokenSource::Value(Secret::new("a-token-of-some-length"));
    let repository = ConnectedRepository {
        id: "1".into(),
        path: "web/shop".into(),
    };
    let connection = Connection::new("silent", url, token)
        .private_addresses(["127.0.0.0/8".parse().unwrap()])
        .repositories([repository]);
    let source = open(connection, |limits| {
        limits.connect = Duration::from_millis(200)
    });
    let (answer, failure) = refused(&source, Request::get(RAW_TREE)).await;
    assert_eq!(answer.error(), Some("connection-timeout"));
    assert_eq!(
        (failure.stage, failure.reason),
        (Stage::Tls, "connect-timeout")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_begin_ends_with_the_time_for_the_first_byte() {
    let forge = RawForge::start(|_| std::future::pending()).await;
    let source = open(forge.connection(), |limits| {
        limits.connect = Duration::from_secs(3);
        limits.first_byte = Duration::from_millis(100);
    });
    let (answer, failure) = refused(&source, Request::get(RAW_TREE)).await;
    assert_eq!(answer.error(), Some("HTTP-response-timeout"));
    assert_eq!(
        (failure.stage, failure.reason),
        (Stage::Exchange, "first-byte-timeout")
    );
    assert_eq!(forge.heads().len(), 1);
}
