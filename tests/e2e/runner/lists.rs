//! Lists: whole, or stopped where that was asked, and then to be gone on with.

use std::io::Read as _;
use std::process::Stdio;

use code_source_stand_in::{Effect, Fault, Matcher, ProjectSpec, When};
use serde_json::Value;

use super::Desk;

fn paths(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().unwrap().iter();
    items
        .map(|item| item["path"].as_str().unwrap().to_owned())
        .collect()
}

async fn crowded(count: usize) -> Desk {
    let desk = Desk::new().await;
    let name = |index| ProjectSpec::new(format!("crowd/project-{index:04}"));
    desk.rig.forge.many_projects(count, None, name);
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_whole_however_long_it_is() {
    let desk = crowded(1_234).await;
    let answer = desk.json(&["repos"]);
    assert_eq!(answer["complete"], true);
    assert_eq!(paths(&answer).len(), 1_235);
    // The header is the one line more.
    assert_eq!(desk.text(&["repos"]).lines().count(), 1_236);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_stops_at_the_limit_and_goes_on_at_the_cursor() {
    let desk = crowded(20).await;
    let whole = paths(&desk.json(&["repos"]));
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut arguments = vec!["repos", "--limit", "8"];
        arguments.extend(cursor.iter().flat_map(|cursor| ["--cursor", cursor]));
        let answer = desk.json(&arguments);
        let part = paths(&answer);
        assert!(part.len() <= 8);
        seen.extend(part);
        match answer["cursor"].as_str() {
            Some(next) => {
                assert_eq!(answer["complete"], false);
                cursor = Some(next.to_owned());
            }
            None => break assert_eq!(answer["complete"], true),
        }
    }
    assert_eq!(seen, whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_on_standard_error_that_there_is_more() {
    let desk = crowded(20).await;
    let printed = desk.runner.run(&["repos", "--limit", "5"]).success();
    assert_eq!(printed.text().lines().count(), 6);
    let cursor = printed.stderr.split('`').nth(1).unwrap();
    assert!(cursor.starts_with("--cursor "), "{}", printed.stderr);
    let (_, cursor) = cursor.split_once(' ').unwrap();
    let rest = desk.text(&["repos", "--cursor", cursor]);
    assert_eq!(rest.lines().count(), 1 + 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_fails_half_way_is_json_that_does_not_look_whole() {
    let desk = crowded(3_000).await;
    desk.rig.forge.fault(Fault {
        on: Matcher::target("/projects?"),
        when: When::Nth(3),
        what: Effect::status(403),
    });
    let printed = desk.runner.run(&["repos", "--json"]);
    assert_eq!(printed.status, 11, "{}", printed.stderr);
    let answer = printed.json();
    assert_eq!(answer["complete"], false);
    assert_eq!(answer["error"]["code"], "forbidden");
    assert!(!paths(&answer).is_empty());
    assert!(printed.stderr.starts_with("error: "), "{}", printed.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_the_list() {
    let desk = crowded(20).await;
    let short = desk.runner.run(&["repos", "--search", " ab "]);
    assert_eq!(short.status, 2, "{}", short.stderr);
    assert!(
        short.stderr.contains("three characters or more"),
        "{}",
        short.stderr
    );
    let none = desk.runner.run(&["repos", "--search", "nothing-like-it"]);
    assert_eq!((none.status, none.text().as_str()), (0, ""));
    let note = "note: the list is empty; `code-source why PATH` tells why";
    assert!(none.stderr.contains(note), "{}", none.stderr);
    let found = desk.json(&["repos", "--search", "project-0013"]);
    assert_eq!(paths(&found), ["crowd/project-0013"]);
    let found = desk.json(&["repos", "--owner", "web"]);
    assert_eq!(paths(&found), ["web/shop"]);
    let found = desk.json(&["repos", "--member-only"]);
    assert!(paths(&found).is_empty());
    let found = desk.json(&["branches", "web/shop", "--search", "nex"]);
    assert_eq!(found["items"][0]["name"], "next");
    let found = desk.json(&["log", "web/shop", "--path", "README.md"]);
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_away_is_no_error() {
    let desk = crowded(2_000).await;
    for arguments in [&["repos"][..], &["repos", "--json"]] {
        let mut command = desk.runner.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut ten = [0; 10];
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut ten).unwrap();
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}
