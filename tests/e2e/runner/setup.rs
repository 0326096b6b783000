//! What keeps somebody from being connected, as they see it on their first day: the words name
//! the cause, and the hint what to do.

use code_source_stand_in::{Certificate, StandIn, TokenSpec};
use code_source_tests::{Printed, Rig, component, played, plugin};

use super::Desk;

/// `check` with other options than the right ones.
fn check(rig: &Rig, options: &[&str]) -> Printed {
    let options = options.iter().map(|option| (*option).to_owned());
    rig.runner_with(options).run(&["check", "--timeout", "2"])
}

/// It ended so, and said all of these.
#[track_caller]
fn says(printed: &Printed, status: i32, words: &[&str]) {
    assert_eq!(printed.status, status, "{}", printed.stderr);
    assert!(printed.stderr.starts_with("error: failed to "));
    for word in words {
        assert!(printed.stderr.contains(word), "{word}: {}", printed.stderr);
    }
}

fn option(name: &str, value: &str) -> String {
    format!("--{name}={value}")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_authority() {
    let rig = Rig::new().await;
    let (url, token) = (option("url", &rig.forge.url()), rig.folder().join("token"));
    let token = option("token-file", &token.display().to_string());
    let printed = check(&rig, &[&url, &token, "--private-address=127.0.0.0/8"]);
    let words = [
        "an authority that is not trusted",
        "\nhint: ",
        "`--ca-file FILE`",
    ];
    says(&printed, 25, &words);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_over_or_somebody_elses() {
    for (certificate, words) in [
        (Certificate::Expired, "it was valid until"),
        (Certificate::WrongName, "elsewhere.example"),
    ] {
        let rig = Rig::with(played().certificate(certificate)).await;
        says(
            &rig.runner().run(&["check"]),
            25,
            &["is not accepted", words, "\n    SHA-256     "],
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_address_that_nobody_allowed() {
    let rig = Rig::new().await;
    let (url, token) = (option("url", &rig.forge.url()), rig.folder().join("token"));
    let printed = check(
        &rig,
        &[&url, &option("token-file", &token.display().to_string())],
    );
    let words = ["127.0.0.1 is loopback", "`--private-address 127.0.0.1/32`"];
    says(&printed, 26, &words);
    assert_eq!(rig.asked(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_cannot_be_a_forges() {
    let rig = Rig::new().await;
    let token = option(
        "token-file",
        &rig.folder().join("token").display().to_string(),
    );
    for (url, words) in [
        ("https://gitlab.com", &["gitlab.com is not supported"][..]),
        (
            "http://git.acme.example",
            &["is plain http", "hint: use https"],
        ),
        (
            "https://root:hunter2@git.acme.example",
            &["a user name or a password"],
        ),
        ("ftp://git.acme.example", &[]),
        ("https://", &[]),
    ] {
        let printed = check(&rig, &[&option("url", url), &token]);
        says(&printed, 8, words);
        assert!(!printed.stderr.contains("hunter2"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_not_there() {
    let rig = Rig::new().await;
    let token = option(
        "token-file",
        &rig.folder().join("token").display().to_string(),
    );
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let closed = option("url", &format!("https://127.0.0.1:{port}"));
    let printed = check(&rig, &[&closed, &token, "--private-address=127.0.0.0/8"]);
    let named = format!("no connection to port {port}: 127.0.0.1");
    says(&printed, 24, &[&named, "hint: look at host and port"]);
    // The name is one that no server of names may know.
    let printed = check(&rig, &[&option("url", "https://forge.invalid"), &token]);
    says(
        &printed,
        24,
        &["the name `forge.invalid` cannot be looked up"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_too_old_is_a_finding() {
    let rig = Rig::with(StandIn::builder().version("16.7.0")).await;
    let printed = rig.runner().run(&["check"]);
    assert_eq!(printed.status, 6, "{}", printed.stderr);
    let text = printed.text();
    assert!(text.contains("error: ") && text.contains("16.8"), "{text}");
    let printed = rig.runner().run(&["check", "--json"]);
    assert_eq!(printed.status, 6);
    assert_eq!(printed.json()["works"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_do_not_open_the_door() {
    let desk = Desk::new().await;
    let root = desk.rig.forge.user("root").administrator();
    let api = &["api"][..];
    let yesterday = time::OffsetDateTime::now_utc().date().previous_day();
    let mut expired = TokenSpec::new(&root, api);
    expired.expires = yesterday;
    let mut revoked = TokenSpec::new(&root, api);
    revoked.revoked = true;
    let reader = desk.rig.forge.token(TokenSpec::new(&root, &["read_user"]));
    for (token, status, words) in [
        (desk.rig.forge.token(expired), 10, "the token has expired"),
        (desk.rig.forge.token(revoked), 10, "the token was revoked"),
        ("glpat-nobody-knows-me".to_owned(), 10, "the forge does not"),
        (reader, 11, "the token lacks the scope"),
    ] {
        let file = desk.rig.token_file("other-token", &token);
        let options = [
            option("url", &desk.rig.forge.url()),
            option("token-file", &file.display().to_string()),
            option("ca-file", &desk.path("ca.pem")),
            "--private-address=127.0.0.0/8".to_owned(),
        ];
        let runner = desk.rig.runner_with(options);
        let printed = runner.run(&["repos"]);
        says(&printed, status, &[words, "\nhint: "]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn token_files_that_hold_no_token() {
    let rig = Rig::new().await;
    let url = option("url", &rig.forge.url());
    for (content, words) in [
        (Some(""), "it is empty"),
        (Some("two words of a token"), "white space"),
        (Some("short"), "shorter than 16"),
        (None, "No such file"),
    ] {
        let file = rig.folder().join("odd-token");
        std::fs::remove_file(&file).ok();
        if let Some(content) = content {
            std::fs::write(&file, content).unwrap();
        }
        let token = option("token-file", &file.display().to_string());
        says(&check(&rig, &[&url, &token]), 9, &[words]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plugins_that_are_not_the_one_or_none_at_all() {
    let rig = Rig::new().await;
    let file = |name: &str, bytes: &[u8]| {
        let file = rig.folder().join(name);
        std::fs::write(&file, bytes).unwrap();
        option("plugin", &file.display().to_string())
    };
    let right = file("plugin.wasm", component());
    let digest = option("plugin-sha256", plugin().digest());
    rig.runner().run(&["check", &right, &digest]).success();
    let other = option("plugin-sha256", &"0".repeat(64));
    let text = file("text", b"no component");
    // The preamble of a module, which is not one of a component.
    let module = file("module.wasm", b"\0asm\x01\0\0\0");
    let nowhere = option("plugin", "/nowhere/plugin.wasm");
    for (arguments, status, words) in [
        (&["check", &right, &other][..], 37, plugin().digest()),
        (&["check", &text], 7, "not a WebAssembly component"),
        (&["check", &module], 7, "not a WebAssembly component"),
        (&["check", &nowhere], 1, "/nowhere/plugin.wasm"),
    ] {
        says(&rig.runner().run(arguments), status, &[words]);
    }
}
