//! `changes.create-commit`.

mod arguments;
mod lost;
mod places;
mod refused;

use std::cell::Cell;

use super::{
    commit_forge::{Forge, blob},
    forge::{Seen, id, run},
    loss::count,
};
use crate::{
    bindings::{
        changes::{
            Author, ChangedFile, CommitRequest, Committed, FileAction, FileMode, MovedFile,
            NewFile, RemovedFile,
        },
        types::{Conflict, Denial, Error, ErrorCode, Outcome, Subject},
    },
    changes::create_commit,
};

fn commit(forge: &Forge, request: &CommitRequest) -> (Result<Committed, Error>, Seen) {
    run(
        "changes.create-commit",
        |line, request| forge.answer(line, request),
        async |call| {
            let made = create_commit(call, &"42".to_owned(), request).await;
            made.map_err(|failure| failure.into_error())
        },
    )
}

fn failure(forge: &Forge, request: &CommitRequest) -> ErrorCode {
    let (made, _) = commit(forge, request);
    made.expect_err("it fails").code
}

fn wanted(actions: Vec<FileAction>) -> CommitRequest {
    CommitRequest {
        branch: "main".to_owned(),
        start: None,
        expected_head: None,
        message: "change".to_owned(),
        author: None,
        actions,
    }
}

/// On the branch as it is now.
fn on_head(forge: &Forge, actions: Vec<FileAction>) -> CommitRequest {
    CommitRequest {
        expected_head: Some(forge.head("main")),
        ..wanted(actions)
    }
}

fn create(path: &str) -> FileAction {
    FileAction::Create(NewFile {
        path: path.to_owned(),
        bytes: b"new".to_vec(),
        executable: false,
    })
}

fn update(path: &str, bytes: &[u8]) -> FileAction {
    FileAction::Update(ChangedFile {
        path: path.to_owned(),
        bytes: bytes.to_vec(),
        expected_blob: None,
    })
}

fn delete(path: &str) -> FileAction {
    FileAction::Delete(RemovedFile {
        path: path.to_owned(),
        expected_blob: None,
    })
}

fn rename(old: &str, new: &str, blob: Option<String>) -> FileAction {
    FileAction::Move(MovedFile {
        old_path: old.to_owned(),
        new_path: new.to_owned(),
        expected_blob: blob,
    })
}

fn set_mode(path: &str, executable: bool) -> FileAction {
    FileAction::SetMode(FileMode {
        path: path.to_owned(),
        executable,
    })
}

fn full() -> Forge {
    Forge::with(&[("a", "1"), ("b/c", "2"), ("d", "3"), ("e", "4")])
}

fn everything() -> Vec<FileAction> {
    vec![
        FileAction::Create(NewFile {
            path: "bin/run".to_owned(),
            bytes: b"\0\xff\r\n".to_vec(),
            executable: true,
        }),
        update("a", b"one\n"),
        delete("b/c"),
        rename("d", "f/d", None),
        set_mode("e", true),
    ]
}

#[test]
fn all_kinds_of_action_are_one_commit() {
    let forge = full();
    let request = on_head(&forge, everything());
    let (made, seen) = commit(&forge, &request);
    let made = made.expect("it is made");
    assert!(matches!(made.outcome, Outcome::Applied));
    assert_eq!(made.parent, request.expected_head);
    assert!(!made.overtaken);
    assert_eq!(made.commit.id, forge.head("main"));
    let files = forge.files("main");
    assert_eq!(files["bin/run"], (b"\0\xff\r\n".to_vec(), true));
    assert_eq!(files["a"], (b"one\n".to_vec(), false));
    assert_eq!(files["f/d"], (b"3".to_vec(), false));
    assert_eq!(files["e"], (b"4".to_vec(), true));
    assert!(!files.contains_key("b/c") && !files.contains_key("d"));
    assert_eq!(count(&seen.requests, "POST"), 1);
}

#[test]
fn the_same_call_again_finds_its_commit() {
    let forge = full();
    let request = on_head(&forge, everything());
    let first = commit(&forge, &request).0.expect("it is made");
    let (second, seen) = commit(&forge, &request);
    let second = second.expect("it is there");
    assert!(matches!(second.outcome, Outcome::Already));
    assert_eq!(second.commit.id, first.commit.id);
    assert_eq!(second.parent, request.expected_head);
    assert_eq!(count(&seen.requests, "POST"), 0);
}

#[test]
fn another_commit_on_the_expected_head_is_not_taken_for_the_wanted_one() {
    let forge = full();
    let request = on_head(&forge, everything());
    commit(&forge, &request).0.expect("it is made");
    let same = |actions| CommitRequest {
        actions,
        ..request.clone()
    };
    let others = [
        CommitRequest {
            message: "another".to_owned(),
            ..request.clone()
        },
        same(vec![update("a", b"two\n")]),
        same(vec![update("gone", b"one\n")]),
        same(vec![delete("a")]),
        same(vec![rename("b/c", "f/d", None)]),
        same(vec![rename("a", "f/d", None)]),
        same(vec![set_mode("a", true)]),
        same(vec![create("bin/run")]),
    ];
    for other in others {
        let code = failure(&forge, &other);
        let head = forge.head("main");
        assert!(
            matches!(&code, ErrorCode::Conflict(Conflict::HeadMoved(now)) if *now == head),
            "{code:?}"
        );
    }
}

#[test]
fn a_branch_that_moved_is_a_conflict_and_nothing_is_sent() {
    let forge = full();
    let request = on_head(&forge, vec![create("new")]);
    forge.commit("main", "theirs", &[("z", "z")]);
    let (made, seen) = commit(&forge, &request);
    let code = made.expect_err("it moved").code;
    assert!(
        matches!(code, ErrorCode::Conflict(Conflict::HeadMoved(head)) if head == forge.head("main"))
    );
    assert_eq!(count(&seen.requests, "POST"), 0);
}

#[test]
fn a_file_is_looked_at_before_it_is_changed() {
    let forge = full();
    let with = |blob: String| {
        wanted(vec![FileAction::Update(ChangedFile {
            path: "a".to_owned(),
            bytes: b"x".to_vec(),
            expected_blob: Some(blob),
        })])
    };
    let code = failure(&forge, &with(blob(b"other")));
    assert!(matches!(code, ErrorCode::Conflict(Conflict::FileChanged(path)) if path == "a"));
    assert!(commit(&forge, &with(blob(b"1"))).0.is_ok());
    for missing in ["nowhere", "no/where", "b", "a/c"] {
        let code = failure(&forge, &on_head(&forge, vec![delete(missing)]));
        assert!(matches!(code, ErrorCode::NotFound(Subject::Path)));
    }
    let renaming = wanted(vec![rename("d", "g", Some(blob(b"not 3")))]);
    let code = failure(&forge, &renaming);
    assert!(matches!(code, ErrorCode::Conflict(Conflict::FileChanged(path)) if path == "d"));
}

#[test]
fn a_commit_that_came_between_is_told_where_it_touched_nothing_of_ours() {
    let forge = Forge {
        race: Cell::new(Some(|forge| {
            _ = forge.commit("main", "theirs", &[("z", "z")])
        })),
        ..full()
    };
    let request = on_head(&forge, vec![update("a", b"x")]);
    let made = commit(&forge, &request).0.expect("it is made");
    assert!(made.overtaken && made.parent != request.expected_head);
    assert!(forge.files("main").contains_key("z"));
}

#[test]
fn a_commit_that_came_between_and_touched_the_same_file_is_a_conflict() {
    let forge = Forge {
        race: Cell::new(Some(|forge| {
            _ = forge.commit("main", "theirs", &[("a", "z")])
        })),
        ..full()
    };
    let request = on_head(&forge, vec![update("a", b"x"), update("e", b"y")]);
    let code = failure(&forge, &request);
    assert!(matches!(code, ErrorCode::Conflict(Conflict::FileChanged(path)) if path == "a"));
    assert_eq!(forge.files("main")["a"].0, b"z");
}

#[test]
fn a_path_that_is_taken_or_missing_is_told_apart() {
    let forge = full();
    let code = failure(&forge, &wanted(vec![create("a")]));
    assert!(matches!(code, ErrorCode::Conflict(Conflict::AlreadyExists)));
    let code = failure(&forge, &wanted(vec![rename("a", "e", None)]));
    assert!(matches!(code, ErrorCode::Conflict(Conflict::AlreadyExists)));
    let code = failure(&forge, &wanted(vec![delete("nowhere")]));
    assert!(matches!(code, ErrorCode::NotFound(Subject::Path)));
}

#[test]
fn a_new_branch_begins_at_its_start_and_is_found_the_second_time() {
    let forge = full();
    let start = forge.head("main");
    forge.commit("main", "later", &[("a", "changed since")]);
    let request = CommitRequest {
        branch: "topic".to_owned(),
        start: Some(start.clone()),
        ..wanted(vec![FileAction::Update(ChangedFile {
            path: "a".to_owned(),
            bytes: b"x".to_vec(),
            expected_blob: Some(blob(b"1")),
        })])
    };
    let made = commit(&forge, &request).0.expect("it is made");
    assert_eq!((made.parent, made.overtaken), (Some(start), false));
    // GitLab would look for the file's last commit on its default branch.
    assert_eq!(
        forge.sent.borrow()["actions"][0].get("last_commit_id"),
        None
    );
    let again = commit(&forge, &request).0.expect("it is there");
    assert!(matches!(again.outcome, Outcome::Already));
    let other = CommitRequest {
        message: "other".to_owned(),
        ..request
    };
    let code = failure(&forge, &other);
    assert!(matches!(code, ErrorCode::Conflict(Conflict::AlreadyExists)));
}

#[test]
fn a_start_that_is_missing_is_a_missing_commit() {
    for action in [create("new"), rename("a", "z", Some(blob(b"1")))] {
        let request = CommitRequest {
            branch: "topic".to_owned(),
            start: Some(id('f')),
            ..wanted(vec![action])
        };
        let code = failure(&full(), &request);
        assert!(matches!(code, ErrorCode::NotFound(Subject::Commit)));
    }
}

#[test]
fn the_first_commit_makes_the_branch_of_an_empty_repository() {
    let forge = Forge::default();
    let made = commit(&forge, &wanted(vec![create("a")]))
        .0
        .expect("it is made");
    assert_eq!((made.parent, made.overtaken), (None, false));
    assert!(forge.files("main").contains_key("a"));
}

#[test]
fn a_missing_branch_is_a_missing_reference() {
    let elsewhere = CommitRequest {
        branch: "topic".to_owned(),
        ..wanted(vec![create("a")])
    };
    assert!(matches!(
        failure(&full(), &elsewhere),
        ErrorCode::NotFound(Subject::Reference)
    ));
    let expecting = CommitRequest {
        expected_head: Some(id('a')),
        ..wanted(vec![create("a")])
    };
    let code = failure(&Forge::default(), &expecting);
    assert!(matches!(code, ErrorCode::NotFound(Subject::Reference)));
}

#[test]
fn the_author_is_the_one_who_made_the_change() {
    let forge = full();
    let request = CommitRequest {
        author: Some(Author {
            name: "Ä".to_owned(),
            email: "a@b".to_owned(),
        }),
        ..wanted(vec![create("new")])
    };
    commit(&forge, &request).0.expect("it is made");
    let sent = forge.sent.borrow();
    assert_eq!(
        (&sent["author_name"], &sent["author_email"]),
        (&"Ä".into(), &"a@b".into())
    );
    assert_eq!(sent.get("force"), None);
}
