//! A forge, or whatever stands before it, that repeats the credential: in whatever encoding, and
//! wherever an answer has room for it.

use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use code_source::{Connection, Content, ContentError};
use code_source_test_plugins::{Answer, Handing, Request};
use code_source_tests::{Piece, WireRequest, expect, hand_on, open};

use super::answers::gzip;
use super::scene::{Came, Scene, api, last, raw_file, with_token};

/// With a character of every kind that an encoding changes.
pub(super) const AWKWARD: &str = r#"acme+pat/01"23\45=6789&a~b"#;

const GZIP: [(&str, &str); 1] = [("content-encoding", "gzip")];
const HTML: [(&str, &str); 1] = [("content-type", "text/html")];

/// A text that holds the token, by the encoding's name, and the part of it that gives it away.
pub(super) struct Echo {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) secret: String,
}

impl Echo {
    fn new(name: &str, secret: String) -> Self {
        Self {
            name: name.to_owned(),
            text: format!("before {secret} after"),
            secret,
        }
    }

    /// In base64, behind so many other bytes: the characters at both ends are not the token's own.
    fn base64(token: &str, shift: usize, engine: &impl base64::Engine, name: &str) -> Self {
        let text = engine.encode([&b"xx"[..shift], token.as_bytes(), b"yy"].concat());
        Self {
            name: format!("in {name}, shifted by {shift}"),
            secret: text[4..text.len() - 8].to_owned(),
            text,
        }
    }
}

/// The token in every encoding that is looked for.
pub(super) fn echoes(token: &str) -> Vec<Echo> {
    let bytes = |write: fn(u8) -> String| token.bytes().map(write).collect::<String>();
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let percent = |byte: u8| match kept(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    let escaped = serde_json::to_string(token).unwrap();
    let escaped = escaped[1..escaped.len() - 1].to_owned();
    let mut all = vec![
        Echo::new("as it is", token.to_owned()),
        Echo::new("in hexadecimal", bytes(|byte| format!("{byte:02x}"))),
        Echo::new(
            "in upper-case hexadecimal",
            bytes(|byte| format!("{byte:02X}")),
        ),
        Echo::new("percent-encoded", token.bytes().map(percent).collect()),
        Echo::new(
            "percent-encoded in whole",
            bytes(|byte| format!("%{byte:02X}")),
        ),
        Echo::new(
            "percent-encoded in lower case",
            bytes(|byte| format!("%{byte:02x}")),
        ),
        Echo::new("escaped for JSON", escaped.clone()),
        Echo::new("escaped for JSON, slashes too", escaped.replace('/', "\\/")),
        Echo::new(
            "escaped for JSON in whole",
            bytes(|byte| format!("\\u{byte:04x}")),
        ),
        Echo::new(
            "the same in upper case",
            bytes(|byte| format!("\\u{byte:04X}")),
        ),
    ];
    for shift in 0..3 {
        all.push(Echo::base64(token, shift, &STANDARD, "base64"));
        all.push(Echo::base64(token, shift, &URL_SAFE, "base64 for URLs"));
    }
    all
}

/// A forge that repeats the token in the encoding of that number, in the way that is given.
async fn forge(way: fn(&Echo) -> Vec<Piece>) -> (Scene, Connection) {
    let scene = Scene::answering(move |request| way(&echoes(AWKWARD)[number(request)])).await;
    let connection = with_token(&scene, "awkward", AWKWARD);
    let audit = std::sync::Arc::clone(&scene.site.audit);
    (scene, connection.audit(audit))
}

/// The number of the encoding that a request asks for.
pub(super) fn number(request: &WireRequest) -> usize {
    let (_, number) = request.line().rsplit_once("page=").unwrap();
    number.parse().unwrap()
}

/// Ask for the encoding of that number.
pub(super) fn ask(number: usize) -> Request {
    Request::get(api(&format!("/repository/tree?page={number}")))
}

/// Whatever the encoding, the plugin sees nothing of the token, and it is covered so many times.
async fn covered(way: fn(&Echo) -> Vec<Piece>, masked: u64) {
    let (scene, connection) = forge(way).await;
    let source = open(connection, |_| ());
    for (number, echo) in echoes(AWKWARD).into_iter().enumerate() {
        let came: Came = scene.send_by(&source, ask(number)).await;
        let told = seen(&came.answer);
        assert!(!told.contains(&echo.secret), "{}: {told}", echo.name);
        assert!(told.contains("*******"), "{}: {told}", echo.name);
        assert_eq!(came.ended["masked"], masked, "{}: {came:?}", echo.name);
        assert_eq!(came.ended["end"], "complete", "{}", echo.name);
        let request = scene.forge.requests().pop().unwrap();
        assert_eq!(request.header("private-token"), Some(AWKWARD));
    }
}

/// Everything that an answer told the plugin.
fn seen(answer: &Answer) -> String {
    let Answer::Response {
        headers,
        body,
        trailers,
        ..
    } = answer
    else {
        return String::new();
    };
    let fields = headers.iter().chain(trailers);
    let fields: String = fields
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    fields + body
}

fn json(echo: &Echo) -> Vec<u8> {
    format!("{{\"echo\":\"{}\"}}", echo.text).into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_covered_in_a_body() {
    covered(|echo| Piece::json(json(echo)), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_covered_in_a_body_that_comes_byte_by_byte() {
    covered(|echo| Piece::chunked(&[], json(echo).chunks(1), &[]), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_covered_in_a_compressed_body() {
    covered(|echo| Piece::answer("200 OK", &GZIP, gzip(&json(echo))), 1).await;
    covered(
        |echo| Piece::chunked(&GZIP, gzip(&json(echo)).chunks(1), &[]),
        1,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_covered_in_a_large_body() {
    covered(
        |echo| {
            let filler = vec![b'x'; 100_000];
            Piece::json([&filler[..], &json(echo), &filler, &json(echo)].concat())
        },
        2,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_covered_in_error_pages() {
    covered(
        |echo| Piece::answer("500 Internal Server Error", &HTML, json(echo)),
        1,
    )
    .await;
    covered(|echo| Piece::answer("401 Unauthorized", &[], json(echo)), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_covered_in_values_of_headers() {
    covered(
        |echo| {
            let again = format!("{0}, {0}", echo.text);
            Piece::answer(
                "200 OK",
                &[("x-echo", &*echo.text), ("link", &*again)],
                "{}",
            )
        },
        3,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_whose_name_holds_the_token_is_taken_away() {
    const PLAIN: &str = "acmepat-0123456789ABCDEF";
    let scene = Scene::answering(|_| {
        let name = format!("x-{PLAIN}-y");
        Piece::answer("200 OK", &[(&*name, "1"), ("x-other", "kept")], "{}")
    })
    .await;
    let connection = with_token(&scene, "plain", PLAIN);
    let source = open(connection.audit(scene.site.audit.clone()), |_| ());
    let came = scene.send_by(&source, ask(0)).await;
    let told = seen(&came.answer).to_lowercase();
    assert!(!told.contains(&PLAIN.to_lowercase()), "{told}");
    assert_eq!(came.answer.header("x-other"), Some("kept"));
    came.is_whole(200, 1);
}

/// What comes of content up to what ends it.
async fn until_error(mut content: Content) -> (Vec<u8>, ContentError) {
    let mut passed = Vec::new();
    loop {
        match content.next().await {
            Some(Ok(bytes)) => passed.extend_from_slice(&bytes),
            Some(Err(error)) => return (passed, error),
            None => panic!("the content is whole"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_holds_the_token_is_refused_and_nothing_of_the_token_passes() {
    let (scene, connection) = forge(|echo| {
        let text = format!("begin {} end", echo.text);
        Piece::chunked(&[], text.as_bytes().chunks(1), &[])
    })
    .await;
    let source = open(connection, |_| ());
    for (number, echo) in echoes(AWKWARD).into_iter().enumerate() {
        let target = api(&format!("/repository/files/a/raw?ref=page={number}"));
        let size = Some(echo.text.len() as u64 + 10);
        let handing = Handing::Untouched { target, size };
        let content = expect(hand_on(&source, handing).await).body;
        let (passed, error) = until_error(content).await;
        assert_eq!(error.reason(), "contains-credential", "{}", echo.name);
        let text = format!("begin {} end", echo.text);
        assert!(text.as_bytes().starts_with(&passed), "{}", echo.name);
        assert!(
            passed.len() <= text.find(&echo.secret).unwrap(),
            "{}",
            echo.name
        );
        let line = last(&scene.site.audit, "response");
        let end = ["end", "reason"].map(|key| &line[key]);
        assert_eq!(end, ["cut", "contains-credential"], "{}", echo.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_is_compressed_on_its_way_is_looked_into_as_it_is_meant() {
    let body = gzip(format!("begin {AWKWARD} end").as_bytes());
    let scene = Scene::sending(Piece::chunked(&GZIP, body.chunks(1), &[])).await;
    let connection = with_token(&scene, "awkward", AWKWARD);
    let source = open(connection.audit(scene.site.audit.clone()), |_| ());
    let target = raw_file().path_with_query;
    let size = Some(AWKWARD.len() as u64 + 10);
    let content = expect(hand_on(&source, Handing::Untouched { target, size }).await);
    let (passed, error) = until_error(content.body).await;
    assert_eq!(error.reason(), "contains-credential");
    assert!(b"begin ".starts_with(&passed));
    let line = last(&scene.site.audit, "response");
    let end = ["end", "reason"].map(|key| &line[key]);
    assert_eq!(end, ["cut", "contains-credential"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_the_plugin_reads_itself_is_refused_too() {
    let text = format!("begin {AWKWARD} end");
    let scene = Scene::sending(Piece::answer("200 OK", &[], text)).await;
    let connection = with_token(&scene, "awkward", AWKWARD);
    let source = open(connection.audit(scene.site.audit.clone()), |_| ());
    let came = scene.send_by(&source, raw_file()).await;
    came.is_cut("contains-credential");
    assert!(!seen(&came.answer).contains(&AWKWARD[..8]), "{came:?}");
}
