//! `git.read-files`.

use std::{cell::Cell, collections::BTreeMap};

use super::forge::{Reply, Seen, id, parameter, run};
use crate::{
    bindings::{
        git::{EntryKind, Found, PathResult},
        types::{Error, ErrorCode, Subject},
    },
    git::{ReadingMany, read_files},
    transport::BreakageKind,
};

pub(super) const MEBIBYTE: usize = 1_048_576;

/// What stands at a path, as a mode and its content.
pub(super) type Tree = BTreeMap<&'static str, (&'static str, Vec<u8>)>;

pub(super) fn tree(entries: &[(&'static str, &'static str, &[u8])]) -> Tree {
    let entry = |(path, mode, content): &(&'static str, &'static str, &[u8])| {
        (*path, (*mode, content.to_vec()))
    };
    entries.iter().map(entry).collect()
}

/// A forge with these files, whose directories are listed in pages.
pub(super) fn forge(tree: &Tree) -> impl Fn(&str) -> Reply {
    move |line| {
        if line == format!("GET /projects/42/repository/commits/{}", id('a')) {
            return Reply::json(format!(r#"{{"id":"{}"}}"#, id('a')));
        }
        match line.contains("/repository/tree?") {
            true => list(tree, line),
            false => file(tree, line),
        }
    }
}

fn asked_path(line: &str) -> String {
    let path = line.strip_prefix("GET /projects/42/repository/files/");
    let path = path.and_then(|path| path.split_once("/raw?ref="));
    let (path, _) = path.unwrap_or_else(|| panic!("{line}"));
    decoded(path)
}

fn decoded(text: &str) -> String {
    let text = percent_encoding::percent_decode_str(text).decode_utf8();
    text.expect("is text").into_owned()
}

fn file(tree: &Tree, line: &str) -> Reply {
    match tree.get(asked_path(line).as_str()) {
        Some((mode, content)) if mode.starts_with('1') && *mode != "160000" => {
            Reply::content(200, content.clone())
                .field("content-type", "text/plain")
                .field("x-gitlab-size", content.len().to_string())
                .field("x-gitlab-blob-id", id('b'))
                .field("x-gitlab-commit-id", id('a'))
                .field("x-gitlab-execute-filemode", (*mode == "100755").to_string())
        }
        _ => Reply::missing("File"),
    }
}

/// Two entries a page, or a hundred where there are many.
fn list(tree: &Tree, line: &str) -> Reply {
    let directory = parameter(line, "path").map(decoded).unwrap_or_default();
    let within = |path: &&str| match path.rsplit_once('/') {
        Some((parent, _)) => parent == directory,
        None => directory.is_empty(),
    };
    let paths: Vec<_> = tree.keys().filter(|path| within(path)).collect();
    if paths.is_empty() {
        return Reply::missing("Tree");
    }
    let page: usize = parameter(line, "page_token").map_or(0, |page| page.parse().expect("is one"));
    let size = if paths.len() > 100 { 100 } else { 2 };
    let entries: Vec<_> = paths.iter().skip(page * size).take(size).collect();
    let entries: Vec<_> = entries
        .into_iter()
        .map(|path| {
            format!(
                r#"{{"id":"{}","path":"{path}","mode":"{}"}}"#,
                id('e'),
                tree[*path].0
            )
        })
        .collect();
    let reply = Reply::json(format!("[{}]", entries.join(",")));
    match paths.len() > (page + 1) * size {
        true => reply.field(
            "link",
            format!(r#"<https://h/?page_token={}>; rel="next""#, page + 1),
        ),
        false => reply,
    }
}

pub(super) fn ask(
    paths: &[&str],
    max_bytes_each: u64,
    resolve_lfs: bool,
    answer: impl Fn(&str) -> Reply,
) -> (Result<Vec<PathResult>, Error>, Seen) {
    let paths: Vec<_> = paths.iter().map(|path| (*path).to_owned()).collect();
    run(
        "git.read-files",
        |line, _| answer(line),
        async |call| {
            let reading = ReadingMany {
                repository: &"42".to_owned(),
                at: &id('a'),
                paths: &paths,
                max_bytes_each,
                resolve_lfs,
            };
            let read = read_files(call, reading).await;
            read.map_err(|failure| failure.into_error())
        },
    )
}

fn read(tree: &Tree, paths: &[&str]) -> (Vec<PathResult>, Seen) {
    let (read, seen) = ask(paths, MEBIBYTE as u64, false, forge(tree));
    (read.expect("the commit is there"), seen)
}

/// What came of the only path, or of the first.
pub(super) fn first(results: Vec<PathResult>) -> Result<Found, Error> {
    results.into_iter().next().expect("there is one").outcome
}

pub(super) fn error(results: Vec<PathResult>) -> ErrorCode {
    first(results).expect_err("it was not read").code
}

fn lists(seen: &Seen) -> usize {
    let lists = seen.requests.iter().filter(|line| line.contains("/tree?"));
    lists.count()
}

#[test]
fn files_come_in_the_order_of_their_paths_with_one_request_each() {
    let tree = tree(&[
        ("a", "100644", b"1\n"),
        ("b/c d", "100755", b"22\n"),
        ("empty", "100644", b""),
    ]);
    let (results, seen) = read(&tree, &["empty", "b/c d", "a"]);
    let paths: Vec<_> = results.iter().map(|result| result.path.as_str()).collect();
    assert_eq!(paths, ["empty", "b/c d", "a"]);
    let sizes = results.iter().map(|result| match &result.outcome {
        Ok(Found::File(file)) => (file.bytes.len(), file.info.size),
        other => panic!("{other:?}"),
    });
    assert_eq!(sizes.collect::<Vec<_>>(), [(0, 0), (3, 3), (2, 2)]);
    assert_eq!(seen.requests.len(), 3);
    let Ok(Found::File(file)) = &results[1].outcome else {
        panic!("it is a file");
    };
    assert!(matches!(file.info.kind, EntryKind::Executable));
    assert_eq!((&*file.info.path, &file.info.commit), ("b/c d", &id('a')));
}

#[test]
fn what_is_no_file_is_told_by_one_list_of_its_directory() {
    let tree = tree(&[
        ("x/a", "100644", b"1\n"),
        ("x/directory", "040000", b""),
        ("x/link", "120000", b"../a"),
        ("x/one line", "100644", b"text"),
        ("x/submodule", "160000", b""),
    ]);
    let paths = [
        "x/directory",
        "x/link",
        "x/one line",
        "x/submodule",
        "x/gone",
    ];
    let (results, seen) = read(&tree, &paths);
    let mut found = results.into_iter().map(|result| result.outcome);
    let mut next = || found.next().expect("there is one");
    assert!(matches!(next(), Ok(Found::Directory(tree)) if tree == id('e')));
    let Ok(Found::Symlink(link)) = next() else {
        panic!("it is a link");
    };
    assert!(matches!(link.info.kind, EntryKind::Symlink) && link.bytes == b"../a");
    assert!(matches!(next(), Ok(Found::File(file)) if file.bytes == b"text"));
    assert!(matches!(next(), Ok(Found::Submodule(commit)) if commit == id('e')));
    let code = next().expect_err("it is missing").code;
    assert!(matches!(code, ErrorCode::NotFound(Subject::Path)));
    assert_eq!(lists(&seen), 3);
}

#[test]
fn a_list_is_read_until_all_that_is_wanted_was_found() {
    let names = (0..250).map(|number| &*format!("{number:03}").leak());
    let tree: Tree = names
        .map(|name| (name, ("120000", b"b".to_vec())))
        .collect();
    for (paths, pages) in [
        (["000", "001"], 1),
        (["000", "150"], 2),
        (["000", "200"], 3),
    ] {
        let (_, seen) = read(&tree, &paths);
        assert_eq!(lists(&seen), pages);
    }
}

#[test]
fn a_path_in_a_missing_directory_is_missing() {
    let tree = tree(&[("a", "100644", b"1\n")]);
    let (results, _) = read(&tree, &["gone/too/b", "a"]);
    assert!(results[1].outcome.is_ok());
    assert!(matches!(error(results), ErrorCode::NotFound(Subject::Path)));
}

#[test]
fn without_its_directory_a_possible_link_is_not_passed_off_as_a_file() {
    let tree = tree(&[("a", "100644", b"text")]);
    let answer = |line: &str| match line.contains("/tree?") {
        true => Reply::status(500, "{}"),
        false => forge(&tree)(line),
    };
    let (results, _) = ask(&["a"], 10, false, answer);
    let code = error(results.expect("the commit is there"));
    assert!(matches!(code, ErrorCode::Unavailable));
}

#[test]
fn a_directory_that_contradicts_the_file_is_malformed() {
    let tree = tree(&[("a", "100644", b"text"), ("b", "040000", b"")]);
    let replies: [fn() -> Reply; 3] = [
        || Reply::missing("Tree"),
        || Reply::json("[]"),
        || Reply::json(r#"[{"id":"HEAD","path":"b","mode":"040000"}]"#),
    ];
    for reply in replies {
        let answer = |line: &str| match line.contains("/tree?") {
            true => reply(),
            false => forge(&tree)(line),
        };
        let (results, _) = ask(&["a"], 10, false, answer);
        let code = error(results.expect("the commit is there"));
        assert!(matches!(code, ErrorCode::Malformed(_)));
    }
    let odd = |line: &str| match line.contains("/tree?") {
        true => replies[2](),
        false => forge(&tree)(line),
    };
    let (results, _) = ask(&["b"], 10, false, odd);
    let code = error(results.expect("the commit is there"));
    assert!(matches!(code, ErrorCode::Malformed(_)));
}

#[test]
fn a_list_that_begins_again_is_an_error() {
    let tree = tree(&[("a", "100644", b"text")]);
    let asked = Cell::new(0);
    let answer = |line: &str| match line.contains("/tree?") {
        true => {
            asked.set(asked.get() + 1);
            let next = format!(r#"<https://h/?page_token={}>; rel="next""#, asked.get());
            let entry = format!(r#"[{{"id":"{}","path":"z","mode":"100644"}}]"#, id('e'));
            Reply::json(entry).field("link", next)
        }
        false => forge(&tree)(line),
    };
    let (results, _) = ask(&["a"], 10, false, answer);
    assert!(matches!(
        error(results.expect("is there")),
        ErrorCode::Malformed(_)
    ));
}

#[test]
fn a_missing_commit_fails_the_call_at_once() {
    let answer = |line: &str| match line {
        "GET /projects/42" => Reply::json(r#"{"id":42,"path_with_namespace":"a/b"}"#),
        _ => Reply::missing("Commit"),
    };
    let paths: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let (results, seen) = ask(&paths, 1, false, answer);
    let code = results.expect_err("it is missing").code;
    assert!(matches!(code, ErrorCode::NotFound(Subject::Commit)));
    assert!(seen.requests.len() < 10, "{}", seen.requests.len());
}

#[test]
fn what_keeps_the_repository_from_being_read_fails_the_call() {
    for (status, body) in [
        (401, r#"{"message":"401 Unauthorized"}"#),
        (403, r#"{"message":"403 Forbidden"}"#),
        (404, r#"{"message":"404 Project Not Found"}"#),
    ] {
        let (results, seen) = ask(&["a", "b"], 1, false, |_| Reply::status(status, body));
        let error = results.expect_err("nothing can be read");
        assert_eq!(error.status, Some(status));
        assert!(seen.requests.len() < 4);
    }
}

#[test]
fn a_file_that_fails_does_not_keep_others_from_being_read() {
    let tree = tree(&[("a", "100644", b"1\n"), ("b", "100644", b"2\n")]);
    let answer = |line: &str| match line.contains("/files/a/") {
        true => Reply::status(503, "{}"),
        false => forge(&tree)(line),
    };
    let (results, _) = ask(&["a", "b"], 10, false, answer);
    let results = results.expect("the commit is there");
    assert!(results[1].outcome.is_ok());
    assert!(matches!(error(results), ErrorCode::Unavailable));
}

#[test]
fn a_cut_body_is_read_again() {
    let tree = tree(&[("a", "100644", b"1\n")]);
    let asked = Cell::new(0);
    let answer = |line: &str| {
        asked.set(asked.get() + 1);
        match asked.get() {
            1 => Reply::Broken(BreakageKind::Cut),
            _ => forge(&tree)(line),
        }
    };
    let (results, _) = ask(&["a"], 10, false, answer);
    assert!(first(results.expect("the commit is there")).is_ok());
    assert_eq!(asked.get(), 2);
}

#[test]
fn a_file_whose_details_are_missing_or_wrong_is_malformed() {
    let replies: [fn() -> Reply; 4] = [
        || Reply::content(200, "ab"),
        || Reply::content(200, "ab").field("x-gitlab-size", "2"),
        || {
            Reply::content(200, "a")
                .field("x-gitlab-size", "2")
                .field("x-gitlab-blob-id", id('b'))
        },
        || {
            Reply::content(200, "ab")
                .field("x-gitlab-size", "-2")
                .field("x-gitlab-blob-id", id('b'))
        },
    ];
    for reply in replies {
        let (results, _) = ask(&["a"], 10, false, |_| reply());
        let code = error(results.expect("each path has its answer"));
        assert!(matches!(code, ErrorCode::Malformed(_)));
    }
    let page = |_: &str| Reply::content(200, "<html>").field("content-type", "text/html");
    let (results, _) = ask(&["a"], 10, false, page);
    assert!(matches!(
        error(results.expect("is there")),
        ErrorCode::NotTheApi(_)
    ));
}
