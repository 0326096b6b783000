//! What a hostile plugin asks for, and what leaves: nothing that it may not have.

use code_source::report::Stage;
use code_source_test_plugins::{Answer, Instruction, Request};
use code_source_tests::{Shop, failed_request, tell, told};

/// Send each request in a call of its own: nothing of it arrives, the plugin learns nothing
/// but the refusal, and report and audit say why.
async fn refuses(shop: &Shop, requests: impl IntoIterator<Item = (Request, &str)>) {
    let source = shop.source();
    for (request, reason) in requests {
        let outcome = tell(&source, Instruction::send(request.clone())).await;
        let failure = failed_request(&outcome);
        assert_eq!(
            (failure.stage, failure.reason),
            (Stage::Policy, reason),
            "{request:?}: {failure:?}"
        );
        assert!(!failure.detail.is_empty());
        assert_eq!(
            told(outcome)[0].error(),
            Some("HTTP-request-denied"),
            "{request:?}"
        );
        let line = shop
            .rig
            .audit
            .events("request")
            .pop()
            .expect("an audit line");
        assert_eq!(
            (&line["decision"], &line["reason"]),
            (&"deny".into(), &reason.into()),
            "{request:?}"
        );
    }
    assert_eq!(shop.rig.forge.requests().len(), 0);
    assert!(
        !shop.rig.audit.text().contains(MARK),
        "{}",
        shop.rig.audit.text()
    );
}

/// Stands in queries, headers and bodies, which are never recorded.
const MARK: &str = "marked-text";

#[tokio::test(flavor = "multi_thread")]
async fn other_origins_are_refused() {
    let shop = Shop::open().await;
    let port = shop.rig.forge.address().port();
    let get = || Request::get(shop.api(""));
    let mut cases = vec![(get().scheme("http"), "other-origin")];
    for (authority, reason) in [
        ("other.example".to_owned(), "other-origin"),
        ("localhost".to_owned(), "other-origin"),
        (format!("localhost:{}", port ^ 1), "other-origin"),
        (format!("127.0.0.1:{port}"), "other-origin"),
        (format!("[::1]:{port}"), "other-origin"),
        (format!("localhost.example:{port}"), "other-origin"),
        (format!("{MARK}@localhost:{port}"), "authority-malformed"),
        (format!("{MARK}:x@localhost:{port}"), "authority-malformed"),
        ("localhost:".to_owned(), "authority-malformed"),
        (format!("2130706433:{port}"), "authority-malformed"),
        (format!("0x7f.1:{port}"), "authority-malformed"),
        (format!("127.1:{port}"), "authority-malformed"),
    ] {
        cases.push((get().authority(authority), reason));
    }
    refuses(&shop, cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_in_another_form_are_refused() {
    let shop = Shop::open().await;
    let paths = [
        "/repository/%74ree",
        "/repository/../..",
        "/repository/%2e%2e/%2e%2e",
        "/repository/%252e%252e/tree",
        "/repository/..%2f..%2fvariables",
        "/repository//tree",
        "/repository/tree/",
        "/repository/files/a%2fb/raw",
        "/repository/files/a%0Ab/raw",
        "/repository/files/a%5Cb/./raw",
    ];
    refuses(
        &shop,
        paths.map(|path| (Request::get(shop.api(path)), "path-malformed")),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_reaches_its_own_repository_only() {
    let shop = Shop::open().await;
    let other = shop.rig.forge.project("web/other");
    let (own, other) = (shop.project.id(), other.id());
    let tree = |project: &str| Request::get(format!("/api/v4/projects/{project}/repository/tree"));
    refuses(
        &shop,
        [
            (tree(&other.to_string()), "other-repository"),
            (tree("web%2Fother"), "other-repository"),
            (tree(&format!("0{own}")), "other-repository"),
            (tree(&format!("{own}%20")), "other-repository"),
            (tree(&format!("{own}.json")), "other-repository"),
            (tree("Web%2FShop"), "other-repository"),
            (
                Request::get(format!("/api/v4/projects/{other}")),
                "other-repository",
            ),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_reaches_its_own_endpoints_only() {
    let shop = Shop::open().await;
    refuses(
        &shop,
        [
            (
                Request::get(shop.api("/repository/files/readme/raw?ref=main")),
                "endpoint-of-another-operation",
            ),
            (
                Request::get("/api/v4/projects"),
                "endpoint-of-another-operation",
            ),
            (
                Request::get(shop.api("/repository/commits")),
                "endpoint-not-declared",
            ),
            (Request::get(shop.api("/issues")), "endpoint-not-in-profile"),
            (
                Request::get(shop.api("/variables")),
                "endpoint-refused-by-name",
            ),
            (
                Request::get(shop.api("/access_tokens")),
                "endpoint-refused-by-name",
            ),
            (
                Request::get("/api/v4/personal_access_tokens"),
                "endpoint-refused-by-name",
            ),
            (Request::get("/api/graphql"), "endpoint-refused-by-name"),
            (Request::get("/users/sign_in"), "outside-the-api"),
            (Request::get("/-/health"), "outside-the-api"),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_hold_only_what_the_rule_lists() {
    let shop = Shop::open().await;
    let tree = |query: &str| Request::get(shop.api(&format!("/repository/tree?{query}")));
    let mut cases = vec![
        (tree("ref=main&ref=other"), "query-key-repeated"),
        (
            tree(&format!("ref=main;private_token={MARK}")),
            "query-malformed",
        ),
    ];
    for key in [
        "private_token",
        "access_token",
        "bearer_token",
        "job_token",
        "sudo",
        "sudo[]",
        "private_token[x]",
        "_method",
    ] {
        cases.push((tree(&format!("ref=main&{key}={MARK}")), "query-key-refused"));
    }
    refuses(&shop, cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_of_the_plugins_own_choice_are_refused() {
    let shop = Shop::open().await;
    let names = [
        "Authorization",
        "Cookie",
        "Private-Token",
        "Job-Token",
        "Sudo",
        "X-HTTP-Method-Override",
        "X-Forwarded-For",
        "Sec-Fetch-Mode",
        "Expect",
        "TE",
        "Accept-Encoding",
        "Referer",
    ];
    refuses(
        &shop,
        names.map(|name| {
            (
                Request::get(shop.api("")).header(name, MARK),
                "header-refused",
            )
        }),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_steer_the_connection_cannot_even_be_made() {
    let shop = Shop::open().await;
    let source = shop.source();
    for (name, value) in [
        ("Host", "other.example"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "upgrade"),
        ("Upgrade", "h2c"),
        ("Proxy-Authorization", "Basic eDp5"),
        ("Set-Cookie", "a=b"),
        ("Accept", "*/*\r\nPrivate-Token: x"),
        ("Accept: */*\r\nSudo", "root"),
    ] {
        let request = Request::get(shop.api("")).header(name, value);
        let answers = told(tell(&source, Instruction::send(request)).await);
        assert!(
            matches!(&answers[0], Answer::Unsendable(part) if part.starts_with("headers")),
            "{name}: {answers:?}"
        );
    }
    assert_eq!(shop.rig.forge.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn writing_methods_and_bodies_are_refused() {
    let shop = Shop::open().await;
    let json =
        || Request::get(shop.api("/repository/tree")).header("content-type", "application/json");
    let mut cases = vec![
        (json().body("x".repeat(1 << 20)), "body-forbidden"),
        (json().body(format!("{{\"{MARK}\":1}}")), "body-forbidden"),
        (
            Request::get(shop.api("")).method("DELETE"),
            "endpoint-refused-by-name",
        ),
        (
            Request::get(shop.api("")).method("PUT").body(MARK),
            "endpoint-refused-by-name",
        ),
        (
            json().method("POST").body(MARK.repeat(100_000)),
            "endpoint-not-in-profile",
        ),
    ];
    for method in ["CONNECT", "TRACE", "OPTIONS", "PROPFIND", "get"] {
        cases.push((Request::get(shop.api("")).method(method), "method-refused"));
    }
    refuses(&shop, cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_leaves_with_the_hosts_headers_and_no_others() {
    let shop = Shop::open().await;
    let request = Request::get(shop.api(""))
        .header("Accept", "application/json")
        .header("User-Agent", "of-the-plugin/1");
    assert_eq!(
        told(tell(&shop.source(), Instruction::send(request)).await)[0].status(),
        Some(200)
    );
    let headers = shop.rig.forge.requests().remove(0).headers;
    let mut names: Vec<_> = headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept",
            "accept-encoding",
            "host",
            "private-token",
            "user-agent"
        ]
    );
    assert_eq!(
        headers["host"],
        format!("localhost:{}", shop.rig.forge.address().port())
    );
    assert_eq!(headers["private-token"], shop.rig.token.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_does_not_leave() {
    let shop = Shop::open().await;
    let source = shop.source();
    let get = || Request::get(shop.api(""));
    let mut cases = vec![
        get().method("GET / HTTP/1.1\r\n\r\nGET"),
        get().method(""),
        get().scheme("ftp"),
        get().scheme("https://other.example/?"),
        get().header("Content-Length", "5"),
        get().header("Content-Length", "+0"),
        get().header("X-Large", &"x".repeat(1 << 20)),
    ];
    let host = format!("localhost:{}", shop.rig.forge.address().port());
    for authority in ["", "{}/x", "{}\r\nX: y", "{} ", "a@b@{}", "%6c{}"] {
        cases.push(get().authority(authority.replace("{}", &host)));
    }
    for target in [
        "*",
        "",
        "http://other.example/",
        "//other.example/",
        "/a b",
        "/a\r\nX: y",
        "/\u{fc}",
        "/a\\b",
        "{}?a=\n",
        "{}\0",
    ] {
        cases.push(Request::get(target.replace("{}", &shop.api(""))));
    }
    for request in cases {
        let outcome = tell(&source, Instruction::send(request.clone())).await;
        if let Ok(text) = &outcome.answer {
            assert!(!text.contains("\"response\""), "{request:?}: {text}");
        }
        assert_eq!(shop.rig.forge.requests().len(), 0, "{request:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fragment_is_cut_before_anything_is_checked() {
    let shop = Shop::open().await;
    let request = Request::get(shop.api("#/../variables?private_token=x"));
    let answers = told(tell(&shop.source(), Instruction::send(request)).await);
    assert_eq!(answers[0].status(), Some(200));
    assert_eq!(shop.rig.forge.requests()[0].target(), shop.api(""));
}
