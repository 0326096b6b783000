//! `git.compare`.

use super::forge::{Reply, Seen, id, run};
use crate::{
    bindings::{
        git::{CompareMode, Comparison, Patch},
        types::{Error, ErrorCode, PageEnd, PageRequest, Subject},
    },
    git::{Comparing, compare},
};

fn ask(
    mode: CompareMode,
    with_patches: bool,
    page: PageRequest,
    answer: impl Fn(&str) -> Reply,
) -> (Result<Comparison, Error>, Seen) {
    run(
        "git.compare",
        |line, _| answer(line),
        async |call| {
            let comparing = Comparing {
                repository: &"42".to_owned(),
                base: &id('a'),
                head: &id('b'),
                mode,
                with_patches,
                page: &page,
            };
            let compared = compare(call, comparing).await;
            compared.map_err(|failure| failure.into_error())
        },
    )
}

fn first() -> PageRequest {
    PageRequest {
        cursor: None,
        limit: None,
    }
}

const DIFFS: &str = r#"{"diffs":[
    {"old_path":"b","new_path":"b","a_mode":"100644","b_mode":"100644","diff":"@@ -1 +1 @@\n-x\n+y\n"},
    {"old_path":"a","new_path":"c","a_mode":"100644","b_mode":"100644","renamed_file":true,"diff":""},
    {"old_path":"a","new_path":"a","a_mode":"0","b_mode":"100644","new_file":true,"diff":"@@ -0,0 +1 @@\n+y\n"}],
    "compare_timeout":false,"compare_same_ref":false}"#;

#[test]
fn an_exact_comparison_is_straight_and_has_no_ancestor() {
    let (compared, seen) = ask(CompareMode::Exact, true, first(), |_| Reply::json(DIFFS));
    let compared = compared.expect("it is there");
    assert!(compared.merge_base.is_none() && compared.complete);
    let paths: Vec<_> = compared
        .changes
        .iter()
        .map(|change| change.new_path.as_str())
        .collect();
    assert_eq!(paths, ["a", "b", "c"]);
    assert_eq!(seen.requests.len(), 1);
    assert!(seen.requests[0].contains("&straight=true&"));
}

#[test]
fn patches_that_nobody_wants_are_not_returned() {
    let (compared, _) = ask(CompareMode::Exact, false, first(), |_| Reply::json(DIFFS));
    let changes = compared.expect("it is there").changes;
    assert!(
        changes
            .iter()
            .all(|change| matches!(change.patch, Patch::NotRequested))
    );
}

#[test]
fn the_ancestor_is_named_and_the_comparison_starts_there() {
    let (compared, seen) = ask(
        CompareMode::SinceMergeBase,
        true,
        first(),
        |line| match line.contains("/merge_base") {
            true => Reply::json(format!(r#"{{"id":"{}"}}"#, id('c'))),
            false => Reply::json(DIFFS),
        },
    );
    assert_eq!(compared.expect("it is there").merge_base, Some(id('c')));
    let refs = format!("?refs%5B%5D={}&refs%5B%5D={}", id('a'), id('b'));
    assert!(seen.requests.iter().any(|line| line.ends_with(&refs)));
    assert!(
        seen.requests
            .iter()
            .any(|line| line.contains("&straight=false&"))
    );
}

#[test]
fn commits_without_an_ancestor_are_compared_as_trees() {
    let (compared, seen) = ask(CompareMode::SinceMergeBase, true, first(), |line| {
        match line.contains("/merge_base") || line.contains("straight=false") {
            true => Reply::missing("Merge Base"),
            false => Reply::json(DIFFS),
        }
    });
    assert!(compared.expect("it is there").merge_base.is_none());
    assert!(
        seen.requests
            .iter()
            .any(|line| line.contains("&straight=true&"))
    );
}

fn missing(gone: char) -> impl Fn(&str) -> Reply {
    move |line| match line {
        "GET /projects/42" => Reply::json(r#"{"id":42,"path_with_namespace":"a/b"}"#),
        line if line.contains("/merge_base") => Reply::status(
            400,
            r#"{"message":"400 Bad request - Could not find ref: x"}"#,
        ),
        line if line.contains("/commits/") => match line.ends_with(gone) {
            true => Reply::missing("Commit"),
            false => Reply::json(format!(r#"{{"id":"{}"}}"#, &line[line.len() - 40..])),
        },
        _ => Reply::missing("Ref"),
    }
}

#[test]
fn a_base_that_is_gone_is_told_from_a_head_that_is() {
    for mode in [CompareMode::Exact, CompareMode::SinceMergeBase] {
        let (compared, _) = ask(mode, true, first(), missing('a'));
        let error = compared.expect_err("the base is gone");
        assert!(matches!(error.code, ErrorCode::BaseMissing(base) if base == id('a')));
        let (compared, _) = ask(mode, true, first(), missing('b'));
        let error = compared.expect_err("the head is gone");
        assert!(matches!(error.code, ErrorCode::NotFound(Subject::Commit)));
    }
}

#[test]
fn pages_follow_each_other_by_path() {
    let mut paths = Vec::new();
    let mut cursor = None;
    loop {
        let page = PageRequest {
            cursor,
            limit: Some(1),
        };
        let (compared, _) = ask(CompareMode::Exact, true, page, |_| Reply::json(DIFFS));
        let compared = compared.expect("it is there");
        paths.extend(compared.changes.into_iter().map(|change| change.new_path));
        match compared.end {
            PageEnd::More(next) => cursor = Some(next),
            PageEnd::Complete => break,
        }
    }
    assert_eq!(paths, ["a", "b", "c"]);
}

#[test]
fn a_comparison_that_ran_out_of_time_is_not_complete() {
    let (compared, _) = ask(CompareMode::Exact, true, first(), |_| {
        Reply::json(r#"{"diffs":[],"compare_timeout":true}"#)
    });
    assert!(!compared.expect("it is there").complete);
}
