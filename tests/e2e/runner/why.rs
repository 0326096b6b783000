//! `why`: the deciding reason first, in text and in JSON.

use code_source_stand_in::{AccessLevel, Feature, TokenSpec};
use serde_json::json;

use super::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_is_listed_is_named_with_its_identity() {
    let desk = Desk::new().await;
    let id = desk.project.id();
    let text = desk.text(&["why", "web/shop"]);
    assert_eq!(
        text,
        format!("`web/shop` is listed: it is the repository {id}\n")
    );
    let value = desk.json(&["why", &id.to_string()]);
    assert_eq!(value["listed"], true);
    assert_eq!(value["repository"]["path"], "web/shop");
    assert_eq!(value["reasons"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_is_the_one_whose_page_or_address_for_git_was_copied() {
    let desk = Desk::new().await;
    let url = desk.rig.forge.url();
    for name in [
        &*format!("{url}/web/shop"),
        &format!("{url}/web/shop/-/tree/main?ref_type=heads"),
        &format!(
            "{}/web/shop/-/issues",
            url.replace("localhost", "LOCALHOST")
        ),
        "git@localhost:web/shop.git",
        "ssh://git@localhost/web/shop.git",
        "web/shop.git",
        " web/shop ",
    ] {
        let text = desk.text(&["why", name]);
        assert!(text.starts_with("`web/shop` is listed: "), "{name}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_no_repository_is_a_mistake_on_the_command_line() {
    let desk = Desk::new().await;
    for name in [
        "",
        " ",
        "./web/shop",
        "web//shop",
        "git@elsewhere.example:web/shop",
    ] {
        let printed = desk.runner.run(&["why", name]);
        assert_eq!(printed.status, 2, "{name}: {}", printed.stderr);
        assert!(printed.stderr.contains("hint: "), "{}", printed.stderr);
    }
    assert_eq!(desk.rig.asked(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_told_to_be_one() {
    let desk = Desk::new().await;
    let printed = desk.runner.run(&["why", "web"]);
    assert_eq!(printed.status, 6, "{}", printed.stderr);
    assert!(
        printed.text().contains("`web` is a group"),
        "{}",
        printed.text()
    );
    assert_eq!(desk.runner.run(&["tree", "web"]).status, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_in_another_case_is_the_same_one() {
    let desk = Desk::new().await;
    let tree = desk.text(&["tree", "WEB/Shop"]);
    assert_eq!(tree, desk.text(&["tree", "web/shop"]));
    assert_eq!(
        desk.json(&["read-repository", "WEB/shop"])["path"],
        "web/shop"
    );
    assert_eq!(desk.json(&["why", "WEB/shop"])["listed"], true);
    let printed = desk.runner.run(&["doctor", "WEB/shop"]);
    assert!(printed.text().contains("web/shop"), "{}", printed.text());
    for wrong in ["proxy changes answers", "has moved"] {
        assert!(!printed.text().contains(wrong), "{}", printed.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_line_is_the_reason_that_decides_and_the_status_says_so() {
    let desk = Desk::new().await;
    let _project = desk.project.clone().archived();
    let printed = desk.runner.run(&["why", "web/shop"]);
    assert_eq!(printed.status, 6, "{}", printed.stderr);
    assert_eq!(
        printed.text(),
        "error: `web/shop` is archived, and the list is of those in use (archived)\n\
         hint: list archived repositories too, or have it taken back into use\n"
    );
    desk.text(&["why", "web/shop", "--include-archived"]);
    let printed = desk
        .runner
        .run(&["why", "web/shop", "--owner", "office", "--json"]);
    assert_eq!(printed.status, 6);
    let value = printed.json();
    assert_eq!(value["listed"], false);
    let codes: Vec<_> = value["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| reason["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["owner-differs", "archived"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn admin_mode_that_is_off_is_the_first_line() {
    let desk = Desk::new().await;
    desk.rig.forge.feature(Feature::AdminMode);
    let printed = desk.runner.run(&["why", "web/shop"]);
    assert_eq!(printed.status, 6, "{}", printed.stderr);
    let text = printed.text();
    let first = "error: GitLab does not show `web/shop`: `root` is an administrator, and GitLab asks \
                 administrators for its admin mode, which the token does not have";
    assert!(text.starts_with(first), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_has_to_do_says_who() {
    let desk = Desk::new().await;
    let bot = desk.rig.forge.user("bot");
    let _project = desk.project.clone().members(&bot, AccessLevel::Developer);
    let token = desk.rig.forge.token(TokenSpec::new(&bot, &["api"]));
    let file = desk.rig.token_file("bot", &token);
    let runner = desk.rig.runner_with([
        format!("--url={}", desk.rig.forge.url()),
        format!("--token-file={}", file.display()),
        format!("--ca-file={}", desk.path("ca.pem")),
        "--private-address=127.0.0.0/8".to_owned(),
    ]);
    let printed = runner.run(&["why", "web/shop", "--minimum-access", "maintainer"]);
    assert_eq!(printed.status, 6, "{}", printed.stderr);
    assert_eq!(
        printed.text(),
        "error: `bot` is Developer in `web/shop`, and the filter asks for Maintainer (access-too-low)\n\
         hint: give the account at least Maintainer there or in the group, or ask for less (for the \
         forge's administrator)\n"
    );
    let printed = runner.run(&["why", "web/gone"]);
    let text = printed.text();
    assert!(
        text.starts_with("error: there is no repository `web/gone`, or none that `bot` may see")
    );
}
