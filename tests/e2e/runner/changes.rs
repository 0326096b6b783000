//! Branches, tags and commits, made and removed by the command: what it says it did is what the
//! repository then holds.

use std::fs::File;

use code_source_stand_in::{Change, Effect, Fault, Matcher, When};
use code_source_tests::{Printed, git};
use http::Method;
use serde_json::json;

use super::Desk;
use super::errors::fails;

const SHOP: &str = "web/shop";
const BRANCHES: &str = "--access=branches";
const COMMITS: &str = "--access=commits";

/// Run it with a file as standard input.
fn fed(desk: &Desk, arguments: &[&str], text: &str) -> Printed {
    let file = desk.path("standard-input");
    std::fs::write(&file, text).unwrap();
    let mut command = desk.runner.command(arguments);
    command.stdin(File::open(file).unwrap());
    Printed::from(command.output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn create_branch_makes_it_once_and_says_so_afterwards() {
    let desk = Desk::new().await;
    let arguments = ["create-branch", SHOP, "fast", "--at", "tag:v1", BRANCHES];
    let short = &desk.first[..10];
    let done = format!("Made the branch fast of web/shop at {short}\n");
    assert_eq!(desk.text(&arguments), done);
    assert_eq!(desk.project.tip("fast"), desk.first);
    let again = desk.text(&arguments);
    assert!(
        again.starts_with("Already so, nothing changed: "),
        "{again}"
    );
    let id = desk.project.id().to_string();
    let expected = json!({
        "repository": id, "branch": "fast", "commit": desk.first, "outcome": "already",
    });
    assert_eq!(desk.json(&arguments), expected);
    fails(
        &desk,
        &["create-branch", SHOP, "fast", BRANCHES],
        16,
        "conflict",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_nobody_granted_names_the_access_to_add() {
    let desk = Desk::new().await;
    let printed = fails(&desk, &["create-branch", SHOP, "fast"], 26, "denied");
    let hint =
        "hint: access = [\"read\", \"branches\"] in the configuration, or `--access branches`";
    assert!(printed.stderr.contains(hint), "{}", printed.stderr);
    assert_eq!(printed.json()["error"]["refused-by"]["layer"], "access");
    assert!(!desk.text(&["branches", SHOP]).contains("fast"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_of_unknown_outcome_has_a_status_of_its_own_and_says_where_to_look() {
    let desk = Desk::new().await;
    desk.rig.forge.fault(Fault {
        on: Matcher::target("/repository/branches").method(Method::POST),
        when: When::Always,
        what: Effect::BadGateway,
    });
    let arguments = ["create-branch", SHOP, "fast", BRANCHES];
    let printed = fails(&desk, &arguments, 31, "outcome-unknown");
    let hint = "hint: `code-source branches web/shop` shows what is there now";
    assert!(printed.stderr.contains(hint), "{}", printed.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_branch_needs_a_yes_and_holds_to_the_head_that_was_expected() {
    let desk = Desk::new().await;
    let unasked = fails(
        &desk,
        &["delete-branch", SHOP, "next", BRANCHES],
        2,
        "usage",
    );
    assert!(unasked.stderr.contains("`--yes`"), "{}", unasked.stderr);
    let moved = format!("--expected-head={}", desk.tip());
    let elsewhere = ["delete-branch", SHOP, "next", &moved, "--yes", BRANCHES];
    fails(&desk, &elsewhere, 16, "conflict");
    assert_eq!(desk.project.tip("next"), desk.first);
    let arguments = ["delete-branch", SHOP, "next", "--yes", BRANCHES];
    assert_eq!(
        desk.text(&arguments),
        "Removed the branch next of web/shop\n"
    );
    let again = desk.json(&arguments);
    assert_eq!(
        (&again["branch"], &again["outcome"]),
        (&json!("next"), &json!("already"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn create_tag_takes_its_message_from_a_file_or_from_standard_input() {
    let desk = Desk::new().await;
    let arguments = ["create-tag", SHOP, "v2", "--message-file", "-", BRANCHES];
    let made = fed(&desk, &arguments, "The second\n").success().text();
    let short = &desk.tip()[..10];
    assert_eq!(made, format!("Made the tag v2 of web/shop at {short}\n"));
    let message = git(
        &desk.project,
        &["tag", "--list", "--format=%(contents)", "v2"],
    );
    assert_eq!(message.trim_end(), "The second");
    let light = desk.json(&["create-tag", SHOP, "v3", "--at", "next", BRANCHES]);
    assert_eq!(light["commit"], desk.first);
    assert_eq!(
        (&light["annotated"], &light["outcome"]),
        (&json!(false), &json!("applied"))
    );
    fails(&desk, &["create-tag", SHOP, "v1", BRANCHES], 16, "conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn create_commit_changes_what_the_options_say() {
    let desk = Desk::new().await;
    let (new, changed) = (desk.path("new"), desk.path("changed"));
    std::fs::write(&new, b"#!/bin/sh\n").unwrap();
    std::fs::write(&changed, "# Store\n").unwrap();
    let blob = git(&desk.project, &["rev-parse", "main:README.md"]);
    let arguments = [
        "create-commit",
        SHOP,
        "main",
        "-m",
        "Change\n\nMuch.",
        COMMITS,
        "--create",
        &format!("bin/new={new}"),
        "--executable",
        "bin/new",
        "--update",
        &format!("README.md={changed}"),
        "--expect",
        &format!("README.md={blob}"),
        "--delete",
        "latest",
        "--move",
        "bytes=data/bytes",
        "--not-executable",
        "bin/run",
        "--author",
        "Grace Hopper <grace@acme.example>",
    ];
    let before = desk.tip();
    let text = desk.text(&arguments);
    let tip = desk.tip();
    assert_eq!(
        text,
        format!("Made the commit {} on main of web/shop\n", &tip[..10])
    );
    assert_eq!(git(&desk.project, &["rev-parse", "main^"]), before);
    let tree = git(
        &desk.project,
        &["ls-tree", "-r", "--format=%(objectmode) %(path)", "main"],
    );
    let expected = "100755 bin/new\n100644 bin/run\n100644 data/bytes\n";
    assert!(
        tree.contains("100644 README.md\n") && tree.contains(expected),
        "{tree}"
    );
    assert!(!tree.contains("latest"), "{tree}");
    assert_eq!(git(&desk.project, &["show", "main:README.md"]), "# Store");
    let log = git(
        &desk.project,
        &["log", "-1", "--format=%an <%ae> %B", "main"],
    );
    assert!(
        log.starts_with("Grace Hopper <grace@acme.example> Change\n\nMuch."),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn create_commit_takes_changes_as_json_and_can_be_run_again() {
    let desk = Desk::new().await;
    let changes = json!([
        {"action": "create", "path": "bin/a b", "content": "/wA=", "encoding": "base64"},
        {"action": "set-mode", "path": "README.md", "executable": true},
    ]);
    let head = desk.tip();
    let arguments = [
        "create-commit",
        SHOP,
        "fast",
        "--start",
        "main",
        "--actions",
        "-",
        "-m",
        "Begin fast",
        COMMITS,
        "--json",
    ];
    let answer = fed(&desk, &arguments, &changes.to_string())
        .success()
        .json();
    assert_eq!(
        (&answer["outcome"], &answer["branch"]),
        (&json!("applied"), &json!("fast"))
    );
    assert_eq!(
        (&answer["parent"], &answer["overtaken"]),
        (&json!(head), &json!(false))
    );
    assert_eq!(answer["commit"]["id"], desk.project.tip("fast"));
    assert_eq!(git(&desk.project, &["cat-file", "-s", "fast:bin/a b"]), "2");
    let again = fed(&desk, &arguments, &changes.to_string())
        .success()
        .json();
    assert_eq!(again["outcome"], "already");
    assert_eq!(again["commit"]["id"], answer["commit"]["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn create_commit_says_what_is_not_as_expected() {
    let desk = Desk::new().await;
    let file = format!("README.md={}", desk.path("token"));
    let head = format!("--expected-head={}", desk.first);
    let commit = ["create-commit", SHOP, "main", "-m", "x", COMMITS];
    let with = |more: &[&'static str]| [&commit[..], more].concat();
    fails(
        &desk,
        &[&commit[..], &["--delete", "latest", &head]].concat(),
        16,
        "conflict",
    );
    fails(
        &desk,
        &[&commit[..], &["--create", &file]].concat(),
        16,
        "conflict",
    );
    fails(&desk, &with(&["--delete", "nowhere"]), 12, "not-found");
    fails(
        &desk,
        &with(&["--delete", "a", "--move", "a=b"]),
        17,
        "invalid-argument",
    );
    fails(&desk, &with(&[]), 2, "usage");
    let silent = ["create-commit", SHOP, "main", "--delete", "latest", COMMITS];
    let printed = fails(&desk, &silent, 2, "usage");
    assert!(
        printed.stderr.contains("`--message-file FILE`"),
        "{}",
        printed.stderr
    );
    let twice = with(&["--create", "a=-", "--update", "latest=-"]);
    fails(&desk, &twice, 2, "usage");
    desk.project
        .commit("main", "Meanwhile", &[("b", Change::file("b"))]);
    assert_eq!(git(&desk.project, &["rev-list", "--count", "main"]), "3");
}
