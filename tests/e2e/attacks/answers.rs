//! Answers that are meant to fill, to hold up or to mislead the host.

use std::io::Write as _;
use std::time::{Duration, Instant};

use code_source::Limits;
use code_source_test_plugins::Handing;
use code_source_tests::{Piece, bytes, expect, hand_on};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::scene::{Came, Scene, TOKEN, last, raw_file, tree};

const MIB: u64 = 1 << 20;
const GZIP: [(&str, &str); 1] = [("content-encoding", "gzip")];

/// These bytes, compressed.
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What comes of one request to a forge that sends these pieces.
async fn sent(pieces: Vec<Piece>, change: impl FnOnce(&mut Limits)) -> Came {
    let scene = Scene::sending(pieces).await;
    let source = scene.source_within(change);
    let came = scene.send_by(&source, tree()).await;
    assert_eq!(scene.forge.requests().len(), 1);
    came
}

/// Let a body be a mebibyte long, and come soon.
fn small(limits: &mut Limits) {
    limits.answer_bytes = MIB;
    limits.content_bytes = MIB;
    limits.between_bytes = Duration::from_millis(300);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_is_counted_as_it_is_decoded() {
    let bomb = gzip(&vec![0; 64 << 20]);
    assert!(bomb.len() < 100_000);
    let came = sent(Piece::answer("200 OK", &GZIP, &bomb), small).await;
    came.is_cut("too-long");
    assert!(came.ended["bytes"].as_u64().unwrap() <= MIB);
    assert!(came.answer.body().unwrap().len() as u64 <= MIB);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_in_the_place_of_content_is_counted_as_it_is_decoded() {
    let bomb = gzip(&vec![0; 64 << 20]);
    let scene = Scene::sending(Piece::answer("200 OK", &GZIP, &bomb)).await;
    let source = scene.source_within(small);
    let target = raw_file().path_with_query;
    let content = expect(
        hand_on(
            &source,
            Handing::Untouched {
                target,
                size: Some(64 * MIB),
            },
        )
        .await,
    );
    assert_eq!(bytes(content.body).await.unwrap_err().reason(), "too-long");
    let line = last(&scene.site.audit, "response");
    assert_eq!(
        (&line["end"], &line["reason"]),
        (&"cut".into(), &"too-long".into())
    );
    assert!(line["bytes"].as_u64().unwrap() <= MIB);
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_members_of_nothing_are_counted_as_they_come() {
    let pieces = vec![Piece::begin(&GZIP), Piece::Endless(gzip(b"").repeat(1_000))];
    sent(pieces, small).await.is_cut("too-long");
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_or_broken_compression_is_an_error() {
    let whole = gzip(&[b'x'; 10_000]);
    let cut = whole[..whole.len() - 4].to_vec();
    let garbage = [&whole[..], b"garbage"].concat();
    for body in [cut, garbage, b"no gzip at all".to_vec()] {
        let came = sent(Piece::answer("200 OK", &GZIP, body), small).await;
        came.is_cut("encoding-broken");
        assert_eq!(
            came.answer.broken(),
            Some("unsupported HTTP response content coding")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn encodings_that_were_not_asked_for_are_refused() {
    for encoding in [
        "br",
        "deflate",
        "zstd",
        "gzip, gzip",
        "compress",
        "aes128gcm",
    ] {
        let headers = [("content-encoding", encoding)];
        let came = sent(Piece::answer("200 OK", &headers, "x"), small).await;
        assert_eq!(came.answer.error(), Some("HTTP-response-content-coding"));
        let end = ["end", "reason"].map(|key| &came.ended[key]);
        assert_eq!(end, ["cut", "encoded"]);
        assert_eq!(came.ended["bytes"], 0);
    }
    let twice = [
        ("content-encoding", "gzip"),
        ("content-encoding", "identity"),
    ];
    let came = sent(Piece::answer("200 OK", &twice, "x"), small).await;
    assert_eq!(came.ended["reason"], "encoded");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_body_ends_at_its_limit() {
    let pieces = vec![Piece::begin(&[]), Piece::Endless(vec![b'x'; 10_000])];
    let came = sent(pieces, small).await;
    came.is_cut("too-long");
    assert_eq!(
        came.answer.broken(),
        Some("HTTP response body size exceeds limit: 1048576 bytes")
    );
    let endless_line = vec![
        Piece::begin(&[("transfer-encoding", "chunked")]),
        Piece::Endless(b"f".to_vec()),
    ];
    sent(endless_line, small).await.is_cut("cut");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_body_ends_with_its_time() {
    let mut pieces = Piece::answer("200 OK", &[], [b'x'; 10]);
    let Piece::Bytes(bytes) = &mut pieces[0] else {
        unreachable!()
    };
    bytes.truncate(bytes.len() - 5);
    let came = sent([pieces, vec![Piece::Silence]].concat(), small).await;
    came.is_cut("stalled");
    assert_eq!(came.answer.body(), Some("xxxxx"));
    assert_eq!(came.answer.broken(), Some("connection read timeout"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_headers_are_too_many() {
    let names: Vec<_> = (0..10_000).map(|number| format!("x-{number}")).collect();
    let headers: Vec<_> = names.iter().map(|name| (&**name, "x")).collect();
    let came = sent(Piece::answer("200 OK", &headers, "{}"), small).await;
    came.is_failed("HTTP-response-header-section-size", "head-too-large");
    let endless = vec![
        Piece::Bytes(b"HTTP/1.1 200 OK\r\n".to_vec()),
        Piece::Endless(b"x: y\r\n".to_vec()),
    ];
    let came = sent(endless, small).await;
    came.is_failed("HTTP-response-header-section-size", "head-too-large");
    let one = vec![
        Piece::Bytes(b"HTTP/1.1 200 OK\r\nx: ".to_vec()),
        Piece::Endless(vec![b'y'; 10_000]),
    ];
    let came = sent(one, small).await;
    came.is_failed("HTTP-response-header-section-size", "head-too-large");
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_early_hints_are_no_answer() {
    let hints = b"HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n".repeat(100);
    let begun = Instant::now();
    let came = sent(vec![Piece::Endless(hints)], |limits| {
        limits.first_byte = Duration::from_millis(200);
    })
    .await;
    assert_eq!(came.ended["end"], "failed", "{came:?}");
    assert!(came.answer.error().is_some());
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_begin_ends_with_its_time() {
    let came = sent(vec![Piece::Silence], |limits| {
        limits.first_byte = Duration::from_millis(100);
    })
    .await;
    came.is_failed("HTTP-response-timeout", "first-byte-timeout");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_can_be_read_in_two_ways_are_none() {
    for head in [
        "HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 6",
        "HTTP/1.1 200 OK\r\ncontent-length: 4, 6",
        "HTTP/1.1 200 OK\r\ncontent-length: +4",
        "HTTP/1.1 200 OK\r\ncontent-length : 4",
        "HTTP/1.1 200 OK\r\nx: a\0b\r\ncontent-length: 4",
        "HTTP/1.1 99 OK\r\ncontent-length: 4",
        "HTTP/9.9 200 OK\r\ncontent-length: 4",
        "ICY 200 OK\r\ncontent-length: 4",
    ] {
        let answer = format!("{head}\r\n\r\nbody").into_bytes();
        let came = sent(vec![Piece::Bytes(answer)], small).await;
        came.is_failed("HTTP-protocol-error", "not-http");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_becomes_no_other_protocol() {
    let headers = [("connection", "upgrade"), ("upgrade", "websocket")];
    let pieces = Piece::answer("101 Switching Protocols", &headers, "frames");
    let scene = Scene::sending(pieces).await;
    let source = scene.source();
    for _ in 0..3 {
        let came = scene.send_by(&source, tree()).await;
        assert_eq!(came.answer.body(), Some(""));
        assert_eq!(came.answer.header("upgrade"), None);
        came.is_whole(101, 0);
        assert_eq!(came.ended["bytes"], 0);
    }
    // Each connection is of no more use, and what was said on it is lost.
    assert_eq!(scene.forge.connections(), 3);
    assert_eq!(scene.forge.requests().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn trailers_do_not_reach_the_plugin() {
    let trailers = [
        ("x-token", TOKEN),
        ("set-cookie", "a=b"),
        ("x-checksum", "0"),
    ];
    let headers = [("trailer", "x-token")];
    let came = sent(Piece::chunked(&headers, [&b"{}"[..]], &trailers), small).await;
    assert_eq!(came.answer.body(), Some("{}"));
    assert!(!format!("{:?}", came.answer).contains(TOKEN), "{came:?}");
    assert!(
        format!("{:?}", came.answer).contains("trailers: []"),
        "{came:?}"
    );
    came.is_whole(200, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_and_what_steers_the_connection_do_not_reach_the_plugin() {
    let headers = [
        ("set-cookie", "a=b"),
        ("keep-alive", "timeout=5"),
        ("x-other", "kept"),
    ];
    let came = sent(Piece::answer("200 OK", &headers, "{}"), small).await;
    assert_eq!(came.answer.header("x-other"), Some("kept"));
    assert_eq!(came.answer.header("set-cookie"), None);
    assert_eq!(came.answer.header("keep-alive"), None);
    came.is_whole(200, 0);
}
