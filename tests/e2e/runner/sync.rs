//! `sync` as a command: the summary, what a second run costs, and Ctrl-C.

use std::path::PathBuf;

use code_source_stand_in::{Change, Effect, noise};
use code_source_tests::{Beside, Rig, differences};

use super::Desk;
use super::interrupted::{STALL, begun, interrupt};
use crate::sync::hostile::{Archive, serve};

fn copy(desk: &Desk) -> PathBuf {
    desk.rig.folder().join("copy")
}

#[track_caller]
fn holds(desk: &Desk, commit: &str) {
    let differences = differences(&desk.project, commit, &copy(desk), &Beside::default());
    assert_eq!(differences, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_run_brings_all_and_the_next_ones_what_changed() {
    let desk = Desk::new().await;
    let sync = ["sync", "web/shop", &desk.path("copy")];
    let text = desk.text(&sync);
    assert!(text.contains("full: nothing was there\n"), "{text}");
    holds(&desk, &desk.tip());
    let change = [("README.md", Change::file("# A better shop\n"))];
    let commit = desk.project.commit("main", "Change", &change);
    let summary = desk.json(&sync);
    assert_eq!(summary["mode"], "incremental");
    assert_eq!(
        (&summary["written"], &summary["commit"]),
        (&1.into(), &commit.as_str().into())
    );
    holds(&desk, &commit);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_finds_nothing_new_is_one_request() {
    let desk = Desk::new().await;
    let sync = ["sync", "web/shop", &desk.path("copy")];
    desk.text(&sync);
    let id = desk.project.id().to_string();
    for repository in ["web/shop", &id] {
        desk.rig.forge.clear_requests();
        let summary = desk.json(&["sync", repository, &desk.path("copy")]);
        assert_eq!(
            (&summary["mode"], &summary["requests"]),
            (&"unchanged".into(), &1.into())
        );
        assert_eq!(desk.rig.asked(""), 1);
    }
    let text = desk.text(&sync);
    assert!(text.contains("Run               unchanged\n"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_moved_is_found_under_both_names() {
    let desk = Desk::new().await;
    desk.text(&["sync", "web/shop", &desk.path("copy")]);
    desk.project.rename("shops/web");
    for name in ["web/shop", "shops/web"] {
        let summary = desk.json(&["sync", name, &desk.path("copy")]);
        assert_eq!(summary["mode"], "unchanged", "{name}");
    }
    let printed = desk.runner.run(&["resolve", "web/shop"]).success();
    assert!(
        printed
            .stderr
            .contains("note: `web/shop` has moved to `shops/web`"),
        "{}",
        printed.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_directory_cannot_hold_is_listed() {
    let desk = Desk::new().await;
    let changes = [
        ("passwd", Change::symlink("/etc/passwd")),
        ("lib", Change::Submodule("1".repeat(40))),
    ];
    desk.project.commit("main", "Add", &changes);
    let text = desk.text(&["sync", "web/shop", &desk.path("copy")]);
    assert!(
        text.contains("\n  passwd -> /etc/passwd (not created)\n"),
        "{text}"
    );
    let sync = ["sync", "web/shop", &desk.path("copy"), "--outside-symlinks"];
    let summary = desk.json(&sync);
    assert_eq!(summary["outside-symlinks"][0]["created"], true);
    assert_eq!(summary["submodules"][0]["path"], "lib");
    assert_eq!(summary["because"], "the last run had other options");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_none_is_an_error_and_the_old_tree_stays() {
    let desk = Desk::new().await;
    let sync = ["sync", "web/shop", &desk.path("copy"), "--fresh"];
    desk.text(&sync);
    let body = "this is no archive".to_owned();
    let kind = ("content-type", "application/octet-stream".to_owned());
    desk.disturb("/archive", Effect::Status(200, body, vec![kind]));
    let printed = desk.runner.run(&sync);
    assert_eq!(printed.status, 46, "{}", printed.stderr);
    let error = "error: failed to sync `web/shop` into `";
    assert!(printed.stderr.starts_with(error), "{}", printed.stderr);
    holds(&desk, &desk.tip());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_call_of_a_run_is_told_where_that_is_wanted() {
    let desk = Desk::new().await;
    let sync = ["sync", "web/shop", &desk.path("copy")];
    let printed = desk.runner.run(&[&sync[..], &["-v"]].concat()).success();
    for operation in [
        "git.resolve in ",
        "git.read-archive in ",
        "git.list-tree in ",
    ] {
        assert!(printed.stderr.contains(operation), "{}", printed.stderr);
    }
    assert_eq!(desk.runner.run(&sync).success().stderr, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_would_write_elsewhere_has_a_status_of_its_own() {
    let rig = Rig::new().await;
    let evil = Archive::default().file("top/good").file("top/../../evil");
    let forge = serve(evil.gzip()).await;
    let config = format!(
        "[connections.raw]\nurl = \"{}\"\ntoken = {{ file = \"token\" }}\n\
         allow-plain-http = true\nprivate-addresses = [\"127.0.0.0/8\"]\n\
         repositories = [{{ id = \"1\", path = \"web/shop\" }}]\n",
        forge.url()
    );
    let file = rig.folder().join("config.toml");
    std::fs::write(&file, config).unwrap();
    let runner = rig.runner_with([format!("--config={}", file.display())]);
    let copy = rig.folder().join("deep/copy").display().to_string();
    let printed = runner.run(&["sync", "web/shop", &copy, "--branch", "main", "--json"]);
    assert_eq!(printed.status, 43, "{}", printed.stderr);
    assert_eq!(printed.json()["error"]["code"], "unsafe");
    assert!(!rig.folder().join("evil").exists() && !rig.folder().join("deep/evil").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_in_the_first_run_says_that_nothing_is_there_and_what_stays() {
    let desk = Desk::new().await;
    let sync = ["sync", "web/shop", &desk.path("copy")];
    let printed = interrupt(begun(&desk, "/archive", STALL, &sync));
    assert_eq!(printed.status, 130, "{}", printed.stderr);
    let (copy, state) = (desk.path("copy"), desk.path(".copy.code-source"));
    for part in [
        format!("error: interrupted: nothing is at `{copy}` yet\n"),
        format!("hint: what was begun may still lie in `{state}`: the next run clears it away\n"),
    ] {
        assert!(printed.stderr.contains(&part), "{}", printed.stderr);
    }
    desk.text(&sync);
    let kept = std::fs::read_dir(&state).unwrap();
    let mut kept: Vec<_> = kept.map(|entry| entry.unwrap().file_name()).collect();
    kept.sort();
    assert_eq!(kept, ["lock", "record"]);
    holds(&desk, &desk.tip());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_of_another_repository_is_named() {
    let desk = Desk::new().await;
    let copy = desk.path("copy");
    desk.text(&["sync", "web/shop", &copy]);
    let other = desk.rig.forge.project("web/other");
    other.commit("main", "Begin", &[("a", Change::file("a"))]);
    let printed = desk.runner.run(&["sync", "web/other", &copy]);
    let said = format!("`{copy}` cannot be used: it holds the repository `1` of ");
    assert!(printed.stderr.contains(&said), "{}", printed.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_leaves_the_old_tree_and_says_so() {
    let desk = Desk::new().await;
    let sync = ["sync", "web/shop", &desk.path("copy")];
    desk.text(&sync);
    let old = desk.tip();
    let change = [("more", Change::file(noise(2, 400_000)))];
    let new = desk.project.commit("main", "Grow", &change);
    let arguments = [&sync[..], &["--fresh", "--json"]].concat();
    let printed = interrupt(begun(&desk, "/archive", STALL, &arguments));
    assert_eq!(printed.status, 130, "{}", printed.stderr);
    assert_eq!(printed.json()["error"]["code"], "interrupted");
    assert!(
        printed.stderr.contains("holds what it held before"),
        "{}",
        printed.stderr
    );
    holds(&desk, &old);
    assert_eq!(desk.json(&sync)["mode"], "incremental");
    holds(&desk, &new);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_command_on_the_same_directory_is_told_to_wait() {
    let desk = Desk::new().await;
    let sync = ["sync", "web/shop", &desk.path("copy")];
    let first = begun(&desk, "/archive", STALL, &sync);
    let printed = desk.runner.run(&sync);
    assert_eq!(printed.status, 42, "{}", printed.stderr);
    assert!(
        printed.stderr.contains("is under way"),
        "{}",
        printed.stderr
    );
    assert!(printed.stderr.contains("hint: wait until it ends"));
    assert_eq!(interrupt(first).status, 130);
    assert!(!copy(&desk).exists());
    desk.text(&sync);
    holds(&desk, &desk.tip());
}
