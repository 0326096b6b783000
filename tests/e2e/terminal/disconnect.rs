//! `connections` and `disconnect`: what is there, and what goes.

use std::io::Write as _;
use std::process::Stdio;

use code_source_tests::{Key, Printed};

use super::Study;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_connected_is_a_table_without_any_token() {
    let study = Study::new().await;
    let nothing = study.runner().run(&["connections"]).success();
    assert!(nothing.stderr.contains("`code-source connect` begins"));
    study.is_connected();
    let text = study.runner().run(&["connections"]).success().text();
    for word in [
        "acme",
        "web/shop",
        "file:",
        "config.toml.tokens/acme",
        &study.rig.forge.url(),
        "home/config.toml",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let json = study
        .runner()
        .run(&["connections", "--json"])
        .success()
        .json();
    assert_eq!(json["items"][0]["connection"], "acme");
    assert_eq!(json["items"][0]["repositories"][0]["path"], "web/shop");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_what_goes_and_agrees() {
    let study = Study::new().await;
    study.is_connected();
    let mut terminal = study.terminal(&["disconnect", "acme"], 40);
    terminal.wait_for("its token");
    terminal.wait_for("Remove it? [y/N]");
    terminal.press(Key::Enter);
    assert_eq!(terminal.end(), 130);
    assert_eq!(
        study.written(),
        [
            "config.toml",
            "config.toml.tokens",
            "config.toml.tokens/acme"
        ]
    );
    let mut terminal = study.terminal(&["disconnect", "acme"], 40);
    terminal.wait_for("Remove it? [y/N]");
    terminal.type_text("y\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    assert_eq!(study.written(), ["config.toml"]);
    assert_eq!(study.read("home/config.toml").trim(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_where_the_question_would_not_be_seen() {
    let study = Study::new().await;
    study.is_connected();
    let (mut pty, pts) = pty_process::blocking::open().unwrap();
    let command = study.runner().command(&["disconnect", "acme"]);
    let command = pty_process::blocking::Command::from(command).stderr(Stdio::piped());
    let child = command.spawn(pts).unwrap();
    pty.write_all(b"n\n").unwrap();
    let refused = Printed::from(child.wait_with_output().unwrap());
    assert_eq!(refused.status, 2, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("nobody is there to answer"),
        "{}",
        refused.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn synced_directories_go_only_where_they_are_named_and_of_this_connection() {
    let study = Study::new().await;
    study.is_connected();
    let (shop, cart) = (study.path("shop"), study.path("cart"));
    study.runner().run(&["sync", "web/shop", &shop]).success();
    study.runner().run(&["sync", "api/cart", &cart]).success();
    let other = study.path("other");
    std::fs::create_dir(&other).unwrap();
    let refused = study
        .runner()
        .run(&["disconnect", "acme", "--synced", &other, "--yes"]);
    assert_eq!(refused.status, 2, "{}", refused.stderr);
    assert!(
        refused
            .stderr
            .contains("was not synced from this connection")
    );
    let asks = study
        .runner()
        .run(&["disconnect", "acme", "--synced", &shop]);
    assert_eq!(asks.status, 2, "{}", asks.stderr);
    assert!(std::fs::exists(&shop).unwrap());
    let link = study.path("link");
    std::os::unix::fs::symlink("shop", &link).unwrap();
    let json = study
        .runner()
        .run(&["disconnect", "acme", "--synced", &link, "--yes", "--json"]);
    let json = json.success().json();
    assert_eq!(json["synced-removed"][0], *link);
    assert!(!std::path::Path::new(&link).is_symlink());
    assert!(!std::fs::exists(&shop).unwrap());
    assert!(!std::fs::exists(study.path(".shop.code-source")).unwrap());
    assert!(std::fs::exists(study.path("cart/README.md")).unwrap());
    assert!(std::fs::exists(study.path("other")).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_somebody_else_put_there_stays() {
    let study = Study::new().await;
    let token = study.token_option();
    study.connect_alone(&["acme", &token]).success();
    study
        .runner()
        .run(&["disconnect", "acme", "--yes"])
        .success();
    assert!(std::fs::exists(study.path("token")).unwrap());
    let again = study.runner().run(&["disconnect", "acme", "--yes"]);
    assert_eq!(again.status, 3, "{}", again.stderr);
}
