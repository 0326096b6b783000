//! `git.diff-file`.

use super::forge::{Reply, Seen, id, run};
use crate::{
    bindings::{
        git::Patch,
        types::{Error, ErrorCode, Subject},
    },
    git::{Diffing, diff_file},
};

fn ask(
    old_path: Option<&str>,
    new_path: Option<&str>,
    answer: impl Fn(&str) -> Reply,
) -> (Result<Patch, Error>, Seen) {
    run(
        "git.diff-file",
        |line, _| answer(line),
        async |call| {
            let diffing = Diffing {
                repository: &"42".to_owned(),
                base: &id('a'),
                head: &id('b'),
                old_path,
                new_path,
            };
            let patch = diff_file(call, diffing).await;
            patch.map_err(|failure| failure.into_error())
        },
    )
}

fn content(content: &[u8]) -> Reply {
    Reply::content(200, content)
        .field("x-gitlab-size", content.len().to_string())
        .field("x-gitlab-blob-id", id('c'))
}

/// A forge with both versions of a file.
fn versions<'a>(old: &'a [u8], new: &'a [u8]) -> impl Fn(&str) -> Reply + 'a {
    move |line| match line {
        line if line == address("old", 'a') => content(old),
        line if line == address("new", 'b') => content(new),
        line => panic!("{line}"),
    }
}

fn address(path: &str, commit: char) -> String {
    let commit = id(commit);
    format!("GET /projects/42/repository/files/{path}/raw?ref={commit}")
}

/// The difference of two texts that GitLab holds.
pub(super) fn text_of(old: &str, new: &str) -> String {
    let answer = versions(old.as_bytes(), new.as_bytes());
    match ask(Some("old"), Some("new"), answer).0 {
        Ok(Patch::Text(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn both_contents_are_read_once_at_their_commits() {
    let (patch, seen) = ask(Some("old"), Some("new"), versions(b"a\nb\n", b"a\nc\n"));
    let wanted = "@@ -1,2 +1,2 @@\n a\n-b\n+c\n";
    assert!(matches!(patch, Ok(Patch::Text(text)) if text == wanted));
    assert_eq!(seen.requests, [address("old", 'a'), address("new", 'b')]);
}

#[test]
fn an_added_file_has_no_old_content_and_a_deleted_one_no_new() {
    let (patch, seen) = ask(None, Some("new"), versions(b"", b"a\n"));
    assert!(matches!(patch, Ok(Patch::Text(text)) if text == "@@ -0,0 +1 @@\n+a\n"));
    assert_eq!(seen.requests.len(), 1);
    let (patch, seen) = ask(Some("old"), None, versions(b"a\n", b""));
    assert!(matches!(patch, Ok(Patch::Text(text)) if text == "@@ -1 +0,0 @@\n-a\n"));
    assert_eq!(seen.requests.len(), 1);
}

#[test]
fn a_file_of_the_same_bytes_has_an_empty_difference() {
    assert_eq!(text_of("a\nb", "a\nb"), "");
}

#[test]
fn a_binary_file_is_told() {
    let (patch, _) = ask(Some("old"), Some("new"), versions(b"a\0", b"b\0"));
    assert!(matches!(patch, Ok(Patch::Binary)));
}

#[test]
fn a_content_over_the_limit_is_not_read() {
    let (patch, _) = ask(Some("old"), None, |_| {
        Reply::content(200, "not that long")
            .field("x-gitlab-size", "4194305")
            .field("x-gitlab-blob-id", id('c'))
    });
    let code = patch.expect_err("it is too large").code;
    assert!(matches!(code, ErrorCode::TooLarge(4_194_304)));
}

#[test]
fn a_missing_path_is_told_from_a_missing_commit() {
    let is_there = |line: &str| match line.contains("/commits/") {
        true => Reply::json(format!(r#"{{"id":"{}"}}"#, id('b'))),
        false => Reply::missing("File"),
    };
    let (patch, _) = ask(None, Some("gone"), is_there);
    let code = patch.expect_err("it is missing").code;
    assert!(matches!(code, ErrorCode::NotFound(Subject::Path)));
    let is_gone = |line: &str| match line {
        "GET /projects/42" => Reply::json(r#"{"id":42,"path_with_namespace":"a/b"}"#),
        _ => Reply::missing("Commit"),
    };
    let (patch, _) = ask(None, Some("gone"), is_gone);
    let code = patch.expect_err("it is missing").code;
    assert!(matches!(code, ErrorCode::NotFound(Subject::Commit)));
}

#[test]
fn arguments_that_cannot_be_right_send_nothing() {
    for (old, new) in [(None, None), (Some(""), None), (Some("a"), Some("b/../c"))] {
        let (patch, seen) = ask(old, new, |line| panic!("{line}"));
        let code = patch.expect_err("it cannot be right").code;
        assert!(matches!(code, ErrorCode::InvalidArgument(_)));
        assert!(seen.requests.is_empty());
    }
}
