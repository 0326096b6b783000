//! `changes.create-branch` and `changes.delete-branch`.

mod lost;
mod names;

use std::cell::RefCell;

use super::{
    forge::{Reply, Seen, id, run},
    loss::count,
};
use crate::{
    bindings::types::{Conflict, Denial, Error, ErrorCode, Outcome, Subject},
    changes::{create_branch, delete_branch},
    transport::Request,
};

/// A repository with one branch at most, `a/b`.
struct Forge {
    branch: RefCell<Option<String>>,
    /// What the branch's flags are.
    flags: &'static str,
    project: &'static str,
    /// What comes instead of an answer to a write, and whether it is carried out nevertheless.
    loss: Option<(fn() -> Reply, bool)>,
    refusal: Option<(u16, &'static str)>,
}

impl Forge {
    fn with(branch: Option<char>) -> Self {
        Self {
            branch: RefCell::new(branch.map(id)),
            flags: "",
            project: "",
            loss: None,
            refusal: None,
        }
    }

    fn refusing(self, status: u16, words: &'static str) -> Self {
        Self {
            refusal: Some((status, words)),
            ..self
        }
    }

    fn answer(&self, line: &str, request: &Request) -> Reply {
        if line == "GET /projects/42" {
            let flags = self.project;
            return Reply::json(format!(r#"{{"id":42,"path_with_namespace":"a/b"{flags}}}"#));
        }
        if line.starts_with("GET /projects/42/repository/commits/") {
            let wanted = line.rsplit('/').next().unwrap_or_default();
            return match wanted == id('a') || wanted == id('b') {
                true => Reply::json(format!(r#"{{"id":"{wanted}"}}"#)),
                false => Reply::missing("Commit"),
            };
        }
        if line == "GET /projects/42/repository/branches/a%2Fb" {
            return match &*self.branch.borrow() {
                Some(head) => self.branch(head),
                None => Reply::missing("Branch"),
            };
        }
        if let Some((status, words)) = self.refusal {
            return Reply::status(status, format!(r#"{{"message":"{words}"}}"#));
        }
        let answer = match line {
            "POST /projects/42/repository/branches" => self.create(request),
            "DELETE /projects/42/repository/branches/a%2Fb" => self.delete(),
            other => panic!("{other}"),
        };
        self.loss.map_or(answer, |(loss, _)| loss())
    }

    fn create(&self, request: &Request) -> Reply {
        let body = request.body.as_deref().expect("is sent");
        let body: serde_json::Value = serde_json::from_slice(body).expect("is JSON");
        assert_eq!(body["branch"], "a/b");
        let wanted = body["ref"].as_str().expect("is text").to_owned();
        if self.branch.borrow().is_some() {
            return Reply::status(400, r#"{"message":"Branch already exists"}"#);
        }
        if self.is_effective() {
            *self.branch.borrow_mut() = Some(wanted.clone());
        }
        self.branch(&wanted)
    }

    fn delete(&self) -> Reply {
        if self.branch.borrow().is_none() {
            return Reply::missing("Branch");
        }
        if self.is_effective() {
            *self.branch.borrow_mut() = None;
        }
        Reply::content(204, "")
    }

    fn branch(&self, head: &str) -> Reply {
        let flags = self.flags;
        Reply::json(format!(
            r#"{{"name":"a/b","commit":{{"id":"{head}"}}{flags}}}"#
        ))
    }

    fn is_effective(&self) -> bool {
        self.loss.is_none_or(|(_, is_effective)| is_effective)
    }
}

fn create(forge: &Forge, at: char) -> (Result<Outcome, Error>, Seen) {
    run(
        "changes.create-branch",
        |line, request| forge.answer(line, request),
        async |call| {
            let made = create_branch(call, &"42".to_owned(), "a/b", &id(at)).await;
            made.map_err(|failure| failure.into_error())
        },
    )
}

fn delete(forge: &Forge, expected: Option<char>) -> (Result<Outcome, Error>, Seen) {
    let expected = expected.map(id);
    run(
        "changes.delete-branch",
        |line, request| forge.answer(line, request),
        async |call| {
            let deleted = delete_branch(call, &"42".to_owned(), "a/b", expected.as_deref()).await;
            deleted.map_err(|failure| failure.into_error())
        },
    )
}

#[test]
fn a_branch_is_made_once_and_found_the_second_time() {
    let forge = Forge::with(None);
    assert!(matches!(create(&forge, 'a').0, Ok(Outcome::Applied)));
    assert_eq!(forge.branch.borrow().as_deref(), Some(id('a').as_str()));
    assert!(matches!(create(&forge, 'a').0, Ok(Outcome::Already)));
    let error = create(&forge, 'b').0.expect_err("it is elsewhere");
    assert!(matches!(
        error.code,
        ErrorCode::Conflict(Conflict::AlreadyExists)
    ));
}

#[test]
fn a_missing_commit_is_noticed_before_anything_is_asked_for() {
    for project in ["", r#","empty_repo":true"#] {
        let forge = Forge {
            project,
            ..Forge::with(None)
        };
        let (made, seen) = create(&forge, 'c');
        let error = made.expect_err("there is no such commit");
        assert!(
            matches!(error.code, ErrorCode::NotFound(Subject::Commit)),
            "{project}"
        );
        assert_eq!(count(&seen.requests, "POST"), 0);
    }
}

#[test]
fn what_gitlab_refuses_to_make_is_told_apart() {
    let code = |status, words| {
        let (made, seen) = create(&Forge::with(None).refusing(status, words), 'a');
        assert_eq!(count(&seen.requests, "POST"), 1);
        made.expect_err("it is refused").code
    };
    assert!(matches!(
        code(
            400,
            "Failed to create branch 'a/b': invalid reference name 'aa'"
        ),
        ErrorCode::NotFound(Subject::Commit)
    ));
    assert!(matches!(
        code(
            400,
            "You are not allowed to create protected branches on this project."
        ),
        ErrorCode::Forbidden(Denial::Role(_))
    ));
    assert!(matches!(
        code(400, "Branch name conflicts with existing branch hierarchy."),
        ErrorCode::Conflict(Conflict::Other(_))
    ));
    assert!(
        matches!(code(400, "pre-receive says no"), ErrorCode::Rejected(words) if words == "pre-receive says no")
    );
    assert!(
        matches!(code(403, "403 Forbidden"), ErrorCode::Forbidden(Denial::Role(role)) if role == "Developer")
    );
    assert!(matches!(
        code(404, "404 Project Not Found"),
        ErrorCode::NotFound(Subject::Repository)
    ));
}

#[test]
fn an_archived_repository_is_read_only() {
    let forge = Forge {
        project: r#","archived":true"#,
        branch: RefCell::new(Some(id('a'))),
        ..Forge::with(None).refusing(403, "403 Forbidden")
    };
    let error = create(&forge, 'a').0.expect_err("it is archived");
    assert!(matches!(error.code, ErrorCode::ReadOnly(why) if why == "archived"));
    let error = delete(&forge, None).0.expect_err("it is archived");
    assert!(matches!(error.code, ErrorCode::ReadOnly(why) if why == "archived"));
}

#[test]
fn a_repository_that_is_to_go_or_that_went_elsewhere_is_told() {
    let forge = Forge {
        project: r#","marked_for_deletion_on":"2026-01-01""#,
        ..Forge::with(Some('a')).refusing(403, "403 Forbidden")
    };
    let error = delete(&forge, None).0.expect_err("it is to go");
    assert!(matches!(error.code, ErrorCode::ReadOnly(why) if why == "marked for deletion"));
    let words = "Non GET methods are not allowed for moved projects";
    let forge = Forge::with(Some('a')).refusing(405, words);
    for failed in [delete(&forge, None).0, create(&forge, 'b').0] {
        let error = failed.expect_err("it is elsewhere");
        assert!(matches!(error.code, ErrorCode::Moved(id) if id == "42"));
    }
}

#[test]
fn a_branch_is_removed_where_it_is_as_expected() {
    let (deleted, _) = delete(&Forge::with(Some('a')), Some('a'));
    assert!(matches!(deleted, Ok(Outcome::Applied)));
    let (deleted, seen) = delete(&Forge::with(Some('b')), Some('a'));
    assert!(matches!(
        deleted.expect_err("it is elsewhere").code,
        ErrorCode::Conflict(Conflict::HeadMoved(head)) if head == id('b')
    ));
    assert_eq!(count(&seen.requests, "DELETE"), 0);
}

#[test]
fn a_branch_that_is_gone_was_removed_already() {
    for expected in [None, Some('a')] {
        let (deleted, _) = delete(&Forge::with(None), expected);
        assert!(matches!(deleted, Ok(Outcome::Already)));
    }
}

#[test]
fn a_missing_repository_and_a_proxys_404_are_no_missing_branch() {
    for (body, subject) in [
        (
            r#"{"message":"404 Project Not Found"}"#,
            Subject::Repository,
        ),
        (r#"{"error":"404 Not Found"}"#, Subject::Reference),
    ] {
        for expected in [None, Some(id('a'))] {
            let (deleted, _) = run(
                "changes.delete-branch",
                |_, _| Reply::status(404, body),
                async |call| {
                    delete_branch(call, &"42".to_owned(), "a/b", expected.as_deref()).await
                },
            );
            let error = deleted.expect_err("it is unknown").into_error();
            let ErrorCode::NotFound(found) = error.code else {
                panic!("{error:?}");
            };
            assert_eq!(format!("{found:?}"), format!("{subject:?}"));
        }
    }
}

#[test]
fn a_branch_that_gitlab_keeps_is_a_conflict_in_its_words() {
    let words = "The default branch of a project cannot be deleted.";
    for (flags, status, words) in [
        (r#","default":true"#, 400, words),
        (r#","protected":true"#, 403, "403 Forbidden"),
        (
            r#","protected":true"#,
            405,
            "Protected branch cant be removed",
        ),
    ] {
        let forge = Forge {
            flags,
            ..Forge::with(Some('a')).refusing(status, words)
        };
        let error = delete(&forge, None).0.expect_err("it is kept");
        assert!(
            matches!(error.code, ErrorCode::Conflict(Conflict::Other(_))),
            "{error:?}"
        );
        assert!(error.message.contains(words));
    }
    let forge = Forge::with(Some('a')).refusing(405, "You dont have push access to repo");
    let error = delete(&forge, None).0.expect_err("it is refused");
    assert!(matches!(error.code, ErrorCode::Forbidden(Denial::Role(role)) if role == "Developer"));
}

#[test]
fn words_of_a_branch_that_is_not_there_stay_a_refusal() {
    let forge = Forge::with(None).refusing(400, "A rule of that name already exists");
    let code = create(&forge, 'a').0.expect_err("it is refused").code;
    assert!(matches!(code, ErrorCode::Rejected(_)));
}

#[test]
fn a_refusal_to_remove_what_is_gone_is_none() {
    let forge = Forge::with(None).refusing(400, "Failed to remove branch");
    assert!(matches!(delete(&forge, None).0, Ok(Outcome::Already)));
}

#[test]
fn a_branch_without_a_commits_name_is_malformed() {
    for body in [
        "{}",
        r#"{"name":"a/b","commit":null}"#,
        r#"{"name":"a/b","commit":{"id":"x"}}"#,
    ] {
        let (deleted, seen) = run(
            "changes.delete-branch",
            |_, _| Reply::json(body),
            async |call| delete_branch(call, &"42".to_owned(), "a/b", Some(&id('a'))).await,
        );
        let code = deleted.expect_err("it makes no sense").into_error().code;
        assert!(matches!(code, ErrorCode::Malformed(_)), "{body}");
        assert_eq!(count(&seen.requests, "DELETE"), 0);
    }
}
