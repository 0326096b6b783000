//! `pull-requests.open-pull-request`.

use std::cell::{Cell, RefCell};

use serde_json::{Value, json};

use super::{
    super::forge::{Reply, Seen, run},
    Trouble, count, merge, merge_request, sent,
};
use crate::{
    bindings::{
        pull_requests::{Proposal, Written},
        types::{Conflict, Denial, Error, ErrorCode, Outcome, Subject},
    },
    pull_requests::open_pull_request,
    transport::{Method, Request},
};

fn proposal() -> Proposal {
    Proposal {
        source_branch: "topic".to_owned(),
        target_branch: "main".to_owned(),
        title: "Add it".to_owned(),
        body: "Why.".to_owned(),
        draft: false,
        labels: Vec::new(),
        remove_source_branch: true,
    }
}

fn open(
    proposal: &Proposal,
    answer: impl Fn(&str, &Request) -> Reply,
) -> (Result<Written, Error>, Seen) {
    run("pull-requests.open-pull-request", answer, async |call| {
        let opened = open_pull_request(call, &"42".to_owned(), proposal).await;
        opened.map_err(|failure| failure.into_error())
    })
}

fn branch() -> Reply {
    Reply::json(r#"{"name":"x","commit":{"id":"1"}}"#)
}

/// GitLab with the merge requests that are given, which refuses a second one.
struct GitLab {
    open: RefCell<Vec<Value>>,
    trouble: Trouble,
}

impl GitLab {
    fn new(trouble: Trouble) -> Self {
        Self {
            open: RefCell::default(),
            trouble,
        }
    }

    fn answer(&self, line: &str, request: &Request) -> Reply {
        let mut open = self.open.borrow_mut();
        match request.method {
            _ if line.contains("/branches/") => branch(),
            Method::Get if line.contains("/merge_requests?") => {
                Reply::json(Value::from(open.clone()).to_string())
            }
            Method::Get => Reply::json(open[0].to_string()),
            _ => self.trouble.answer(|| {
                if !open.is_empty() {
                    return Reply::status(409, TWICE);
                }
                let mut made = merge_request(&json!({ "created_at": "2026-01-01T00:00:00.000Z" }));
                merge(&mut made, &sent(request));
                open.push(made.clone());
                Reply::status(201, made.to_string())
            }),
        }
    }
}

const TWICE: &str =
    r#"{"message":["Another open merge request already exists for this source branch: !7"]}"#;

#[test]
fn a_proposal_is_sent_once_and_read_as_it_is() {
    let proposal = Proposal {
        draft: true,
        labels: vec!["b".to_owned()],
        ..proposal()
    };
    let body = RefCell::new(Value::Null);
    let gitlab = GitLab::new(Trouble::None);
    let (opened, seen) = open(&proposal, |line, request| {
        if request.method == Method::Post {
            body.replace(sent(request));
        }
        gitlab.answer(line, request)
    });
    let opened = opened.expect("it is open");
    assert!(matches!(opened.outcome, Outcome::Applied));
    assert_eq!(opened.pull_request.number, 7);
    assert_eq!(
        body.into_inner(),
        json!({ "source_branch": "topic", "target_branch": "main", "title": "Draft: Add it",
            "description": "Why.", "labels": ["b"], "remove_source_branch": true })
    );
    assert_eq!((count(&seen, "POST"), seen.requests.len()), (1, 3));
}

#[test]
fn one_that_is_open_already_is_found() {
    let gitlab = GitLab::new(Trouble::None);
    gitlab.open.borrow_mut().push(merge_request(&json!({})));
    let (opened, seen) = open(&proposal(), |line, request| gitlab.answer(line, request));
    let opened = opened.expect("it is found");
    assert!(matches!(opened.outcome, Outcome::Already));
    assert_eq!((opened.pull_request.number, count(&seen, "POST")), (7, 1));
    let look = seen.requests.last().expect("it looked");
    assert!(look.contains("state=opened&source_branch=topic&target_branch=main"));
}

#[test]
fn one_that_is_open_already_is_found_whatever_the_status_of_the_refusal() {
    for status in [400, 409, 422] {
        let (opened, _) = open(&proposal(), |line, request| match request.method {
            Method::Post => Reply::status(status, TWICE),
            _ if line.contains("/branches/") => branch(),
            _ => Reply::json(json!([merge_request(&json!({}))]).to_string()),
        });
        let opened = opened.expect("it is found");
        assert!(matches!(opened.outcome, Outcome::Already), "{status}");
    }
}

#[test]
fn one_of_a_fork_is_not_ours() {
    let gitlab = GitLab::new(Trouble::None);
    let foreign = merge_request(&json!({ "source_project_id": 43 }));
    gitlab.open.borrow_mut().push(foreign);
    let (opened, _) = open(&proposal(), |line, request| gitlab.answer(line, request));
    let error = opened.expect_err("it is another one");
    assert!(matches!(error.code, ErrorCode::Conflict(Conflict::Other(why)) if why.contains("!7")));
}

#[test]
fn an_answer_that_does_not_tell_is_made_up_for_by_looking() {
    for trouble in Trouble::AFTER {
        let gitlab = GitLab::new(trouble);
        let (opened, seen) = open(&proposal(), |line, request| gitlab.answer(line, request));
        let opened = opened.unwrap_or_else(|error| panic!("{trouble:?}: {error:?}"));
        assert!(matches!(opened.outcome, Outcome::Applied), "{trouble:?}");
        assert_eq!(count(&seen, "POST"), 1, "{trouble:?}");
    }
}

#[test]
fn a_proposal_that_may_not_have_arrived_is_not_sent_again() {
    for trouble in Trouble::BEFORE {
        let gitlab = GitLab::new(trouble);
        let (opened, seen) = open(&proposal(), |line, request| gitlab.answer(line, request));
        let error = opened.expect_err("nobody knows");
        assert!(
            matches!(error.code, ErrorCode::OutcomeUnknown),
            "{trouble:?}"
        );
        assert_eq!(count(&seen, "POST"), 1, "{trouble:?}");
    }
}

#[test]
fn one_that_is_older_than_the_call_was_not_made_by_it() {
    let gitlab = GitLab::new(Trouble::FailedBefore);
    gitlab.open.borrow_mut().push(merge_request(&json!({})));
    let (opened, _) = open(&proposal(), |line, request| gitlab.answer(line, request));
    assert!(matches!(
        opened.expect("it is found").outcome,
        Outcome::Already
    ));
}

#[test]
fn a_branch_that_was_pushed_a_moment_ago_is_waited_for() {
    let looks = Cell::new(0);
    let refused = Cell::new(0);
    let gitlab = GitLab::new(Trouble::None);
    let (opened, seen) = open(&proposal(), |line, request| {
        if line.ends_with("/branches/topic") {
            looks.set(looks.get() + 1);
            if looks.get() < 4 {
                return Reply::missing("Branch");
            }
        }
        // Then the branch is there, and merge requests do not see it yet.
        let is_refused = request.method == Method::Post && refused.get() < 2;
        refused.set(refused.get() + u32::from(is_refused));
        match is_refused {
            true => Reply::status(400, r#"{"message":{"source_branch":["does not exist"]}}"#),
            false => gitlab.answer(line, request),
        }
    });
    assert!(matches!(
        opened.expect("it is open").outcome,
        Outcome::Applied
    ));
    assert_eq!(count(&seen, "POST"), 3);
    assert!(seen.milliseconds > 1_000);
}

#[test]
fn a_branch_that_never_appears_is_not_found_and_nothing_is_sent() {
    for missing in ["topic", "main"] {
        let (opened, seen) = open(&proposal(), |line, _| match line.ends_with(missing) {
            true => Reply::missing("Branch"),
            false => branch(),
        });
        let error = opened.expect_err("there is none");
        assert!(matches!(
            error.code,
            ErrorCode::NotFound(Subject::Reference)
        ));
        assert!(error.message.contains(missing));
        assert_eq!(count(&seen, "POST"), 0);
    }
}

#[test]
fn a_branch_that_gitlab_goes_on_not_to_see_is_not_ready() {
    let (opened, _) = open(&proposal(), |line, _| match line.contains("/branches/") {
        true => branch(),
        false => Reply::status(400, r#"{"message":{"source_branch":["does not exist"]}}"#),
    });
    let error = opened.expect_err("it is not seen");
    assert!(matches!(error.code, ErrorCode::NotReady));
    assert!(error.retry_after.is_some());
}

#[test]
fn what_cannot_be_right_sends_nothing() {
    let cases = [
        Proposal {
            source_branch: "a b".to_owned(),
            ..proposal()
        },
        Proposal {
            target_branch: String::new(),
            ..proposal()
        },
        Proposal {
            title: "Draft: x".to_owned(),
            ..proposal()
        },
        Proposal {
            title: "a\nb".to_owned(),
            ..proposal()
        },
        Proposal {
            body: "\0".to_owned(),
            ..proposal()
        },
        Proposal {
            labels: vec!["a,b".to_owned()],
            ..proposal()
        },
    ];
    for case in cases {
        let (opened, seen) = open(&case, |_, _| Reply::json("{}"));
        let error = opened.expect_err("it cannot be right");
        assert!(
            matches!(error.code, ErrorCode::InvalidArgument(_)),
            "{error:?}"
        );
        assert!(seen.requests.is_empty());
    }
    let same = Proposal {
        target_branch: "topic".to_owned(),
        ..proposal()
    };
    let (opened, seen) = open(&same, |_, _| Reply::json("{}"));
    let error = opened.expect_err("it is the same branch");
    assert!(matches!(
        error.code,
        ErrorCode::Conflict(Conflict::Other(_))
    ));
    assert!(seen.requests.is_empty());
    let command = Proposal {
        body: "Why.\n/approve".to_owned(),
        ..proposal()
    };
    let (opened, seen) = open(&command, |_, _| Reply::json("{}"));
    let error = opened.expect_err("it is a command");
    assert!(matches!(error.code, ErrorCode::Rejected(why) if why.contains("line 2")));
    assert!(seen.requests.is_empty());
}

#[test]
fn a_refusal_is_told_from_an_archived_repository_and_from_other_words() {
    let refuse = |status: u16, body: &str, project: &str| {
        let (opened, seen) = open(&proposal(), |line, request| match request.method {
            Method::Post => Reply::status(status, body),
            _ if line.contains("/branches/") => branch(),
            _ => Reply::json(project),
        });
        assert_eq!(count(&seen, "POST"), 1);
        opened.expect_err("it is refused").code
    };
    let forbidden = r#"{"message":"403 Forbidden"}"#;
    assert!(matches!(
        refuse(403, forbidden, r#"{"archived":true}"#),
        ErrorCode::ReadOnly(why) if why == "archived"
    ));
    assert!(matches!(
        refuse(
            403,
            forbidden,
            r#"{"merge_requests_access_level":"disabled"}"#
        ),
        ErrorCode::Unsupported(_)
    ));
    assert!(matches!(
        refuse(403, forbidden, "{}"),
        ErrorCode::Forbidden(Denial::Role(role)) if role == "Developer"
    ));
    assert!(matches!(
        refuse(422, r#"{"message":["the moon is full"]}"#, "{}"),
        ErrorCode::Rejected(why) if why.contains("moon")
    ));
}
