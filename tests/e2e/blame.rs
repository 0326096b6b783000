//! `git.blame`: which commit changed each line last, as git itself says.

use std::fmt::Write as _;

use code_source::Source;
use code_source::contract::git::{BlameRange, LineRange};
use code_source_stand_in::{Change, Project};
use code_source_tests::{Rig, code, expect, git_lines};

async fn shop() -> (Rig, Project, Source, String, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let mut lines: Vec<String> = (1..=40).map(|number| format!("line {number}")).collect();
    project.commit(
        "main",
        "Begin\n\nMore words.",
        &[("a b/ä#1.txt", Change::file(lines.join("\n")))],
    );
    lines[4] = "fifth".to_owned();
    lines[5] = "sixth".to_owned();
    project.commit(
        "main",
        "Change two",
        &[("a b/ä#1.txt", Change::file(lines.join("\n")))],
    );
    lines[20] = "twenty-first".to_owned();
    let tip = project.commit(
        "main",
        "Change one",
        &[
            ("a b/ä#1.txt", Change::file(lines.join("\n"))),
            ("empty", Change::file("")),
            ("sub", Change::Submodule("5".repeat(40))),
        ],
    );
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    (rig, project, source, id, tip)
}

/// The commit of each line, as git has it.
fn truth(project: &Project, tip: &str) -> Vec<String> {
    let all = git_lines(
        project,
        &["blame", "--line-porcelain", tip, "--", "a b/ä#1.txt"],
    );
    let is_name =
        |line: &&String| line.len() > 41 && line[..40].bytes().all(|b| b.is_ascii_hexdigit());
    all.iter()
        .filter(is_name)
        .map(|line| line[..40].to_owned())
        .collect()
}

fn each_line(ranges: &[BlameRange]) -> Vec<String> {
    let mut all = Vec::new();
    for range in ranges {
        for _ in range.lines.first..=range.lines.last {
            all.push(range.commit.clone());
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_has_the_commit_that_git_names_and_no_line_is_left_out() {
    let (_rig, project, source, id, tip) = shop().await;
    let ranges = expect(source.blame(&id, &tip, "a b/ä#1.txt", None).await);
    assert_eq!(each_line(&ranges), truth(&project, &tip));
    let mut next = 1;
    let mut words = String::new();
    for range in &ranges {
        assert_eq!(range.lines.first, next);
        next = range.lines.last + 1;
        writeln!(
            words,
            "{}-{} {}",
            range.lines.first, range.lines.last, range.summary
        )
        .unwrap();
    }
    assert_eq!(
        words,
        "1-4 Begin\n5-6 Change two\n7-20 Begin\n21-21 Change one\n22-40 Begin\n"
    );
    assert!(!ranges[0].author.name.is_empty() && ranges[0].author.at > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_of_lines_is_that_part_and_ends_with_the_file() {
    let (_rig, project, source, id, tip) = shop().await;
    let truth = truth(&project, &tip);
    for (first, last, end) in [
        (1, 1, 1),
        (5, 6, 6),
        (6, 21, 21),
        (30, 99, 40),
        (40, 40, 40),
    ] {
        let lines = Some(LineRange { first, last });
        let ranges = expect(source.blame(&id, &tip, "a b/ä#1.txt", lines).await);
        assert_eq!(ranges[0].lines.first, first);
        assert_eq!(
            each_line(&ranges),
            truth[first as usize - 1..end],
            "{first}-{last}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_lines_is_told_apart() {
    let (_rig, _, source, id, tip) = shop().await;
    assert!(expect(source.blame(&id, &tip, "empty", None).await).is_empty());
    for path in ["none", "a b", "sub"] {
        assert_eq!(
            code(source.blame(&id, &tip, path, None).await),
            "NotFound(Path)",
            "{path}"
        );
    }
    let nowhere = "1".repeat(40);
    assert_eq!(
        code(source.blame(&id, &nowhere, "empty", None).await),
        "NotFound(Commit)"
    );
    for (first, last) in [(0, 1), (3, 2), (41, 41), (4_000_000_000, 4_000_000_001)] {
        let lines = Some(LineRange { first, last });
        let refused = code(source.blame(&id, &tip, "a b/ä#1.txt", lines).await);
        assert!(
            refused.starts_with("InvalidArgument"),
            "{first}-{last}: {refused}"
        );
    }
}
