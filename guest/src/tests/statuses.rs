//! `statuses.list-statuses` and `statuses.set-status`.

use std::cell::Cell;

use super::{
    forge::{Reply, Seen, id, number, run},
    loss::{LOSSES, count},
    mutate::{Spoilt, spoil},
};
use crate::{
    bindings::{
        statuses::{NewStatus, State, StatusesPage},
        types::{Denial, Error, ErrorCode, Outcome, PageEnd, PageRequest, Subject},
    },
    statuses::{list_statuses, set_status},
    transport::{Method, Request},
};

fn list(
    cursor: Option<String>,
    limit: Option<u32>,
    answer: impl Fn(&str) -> Reply,
) -> (Result<StatusesPage, Error>, Seen) {
    let page = PageRequest { cursor, limit };
    run(
        "statuses.list-statuses",
        |line, _| answer(line),
        async |call| {
            let listed = list_statuses(call, &"42".to_owned(), &id('a'), &page).await;
            listed.map_err(|failure| failure.into_error())
        },
    )
}

fn new(state: State) -> NewStatus {
    NewStatus {
        name: "ci/test".to_owned(),
        state,
        description: Some("all good".to_owned()),
        target_url: None,
    }
}

fn set(
    status: &NewStatus,
    answer: impl Fn(&str, &Request) -> Reply,
) -> (Result<Outcome, Error>, Seen) {
    run("statuses.set-status", answer, async |call| {
        let outcome = set_status(call, &"42".to_owned(), &id('a'), status).await;
        outcome.map_err(|failure| failure.into_error())
    })
}

fn one(number: u32, name: &str, state: &str) -> String {
    format!(
        r#"{{"id":{number},"sha":"{}","name":"{name}","status":"{state}","description":"all good",
        "target_url":null,"created_at":"2015-03-03T18:37:05.000Z","author":{{}}}}"#,
        id('a')
    )
}

/// A forge with that check, in which a write takes effect or not, and is answered so.
struct Forge {
    state: Cell<&'static str>,
}

impl Forge {
    fn new(state: &'static str) -> Self {
        Self {
            state: Cell::new(state),
        }
    }

    fn answer(&self, request: &Request, becomes: &'static str, reply: fn() -> Reply) -> Reply {
        if request.method == Method::Post {
            if !becomes.is_empty() {
                self.state.set(becomes);
            }
            return reply();
        }
        assert!(request.target.contains("/statuses?name=ci%2Ftest"));
        match self.state.get() {
            "" => Reply::json("[]"),
            state => Reply::json(format!("[{}]", one(7, "ci/test", state))),
        }
    }
}

fn made() -> Reply {
    Reply::status(201, one(8, "ci/test", "success"))
}

#[test]
fn more_statuses_than_can_be_held_are_too_large() {
    let page_of = |line: &str, last: usize| {
        let page = number(line, "page").unwrap_or(1);
        let numbers = (page - 1) * 100 + 1..=page * 100;
        let statuses = numbers.map(|n| one(n as u32, &format!("check {}", n % 7), "success"));
        let body = format!("[{}]", statuses.collect::<Vec<_>>().join(","));
        match page == last {
            true => Reply::json(body),
            false => Reply::json(body).field("x-next-page", (page + 1).to_string()),
        }
    };
    let (listed, _) = list(None, None, |line| page_of(line, 100));
    assert_eq!(listed.expect("it is there").items.len(), 7);
    let (listed, seen) = list(None, None, |line| page_of(line, 1_000));
    let code = listed.expect_err("there are too many").code;
    assert!(matches!(code, ErrorCode::TooLarge(10_000)));
    assert!(seen.requests.len() < 250, "{}", seen.requests.len());
}

#[test]
fn each_check_has_its_newest_status_by_name() {
    let statuses = [
        one(3, "b", "running"),
        one(9, "a", "failed"),
        one(5, "b", "success"),
        one(4, "a", "success"),
    ];
    let body = format!("[{}]", statuses.join(","));
    let (listed, seen) = list(None, None, |_| Reply::json(body.clone()));
    let listed = listed.expect("it is there");
    let plain: Vec<_> = listed
        .items
        .iter()
        .map(|status| (status.name.as_str(), format!("{:?}", status.state)))
        .collect();
    assert_eq!(
        plain,
        [
            ("a", format!("{:?}", State::Failed)),
            ("b", format!("{:?}", State::Success))
        ]
    );
    assert_eq!(listed.items[0].created_at, Some(1_425_407_825));
    assert!(matches!(listed.end, PageEnd::Complete));
    let address = format!("GET /projects/42/repository/commits/{}/statuses", id('a'));
    let order = "?order_by=id&sort=asc&per_page=100";
    assert!(
        seen.requests
            .iter()
            .all(|line| *line == format!("{address}{order}"))
    );
}

#[test]
fn pages_go_on_behind_a_name_although_the_list_changes() {
    let body = |names: &[&str]| {
        let statuses: Vec<_> = names.iter().map(|name| one(1, name, "success")).collect();
        format!("[{}]", statuses.join(","))
    };
    let (listed, _) = list(None, Some(2), |_| Reply::json(body(&["a", "b", "c", "d"])));
    let listed = listed.expect("it is there");
    let PageEnd::More(cursor) = listed.end else {
        panic!("there is more");
    };
    let changed = body(&["0", "b", "c", "d"]);
    let (listed, _) = list(Some(cursor.clone()), Some(2), |_| {
        Reply::json(changed.clone())
    });
    let listed = listed.expect("it is there");
    let names: Vec<_> = listed
        .items
        .iter()
        .map(|status| status.name.as_str())
        .collect();
    assert_eq!(names, ["c", "d"]);
    assert!(matches!(listed.end, PageEnd::Complete));
    let (listed, _) = list(Some(cursor[1..].to_owned()), None, |line| panic!("{line}"));
    let code = listed.expect_err("it is damaged").code;
    assert!(matches!(code, ErrorCode::InvalidArgument(_)));
}

#[test]
fn a_status_that_goes_while_the_list_is_read_hides_no_other() {
    let asked = Cell::new(0);
    let (listed, _) = list(None, Some(1_000), |line| {
        asked.set(asked.get() + 1);
        // Before the second page is asked for, the first of all goes.
        let first = if asked.get() == 1 { 0 } else { 1 };
        let page = number(line, "page").unwrap_or(1);
        let rest = (first..250).skip((page - 1) * 100).take(100);
        let statuses: Vec<_> = rest
            .map(|n| one(n, &format!("check {n:03}"), "success"))
            .collect();
        let next = if page < 3 {
            (page + 1).to_string()
        } else {
            String::new()
        };
        Reply::json(format!("[{}]", statuses.join(",")))
            .field("x-next-page", next)
            .field("x-total", (250 - first).to_string())
    });
    let names = listed.expect("it is there").items.into_iter();
    let names: Vec<_> = names.map(|status| status.name).collect();
    let wanted: Vec<_> = (0..250).map(|n| format!("check {n:03}")).collect();
    assert_eq!(names, wanted);
}

#[test]
fn a_commit_that_is_missing_has_no_statuses() {
    let answer = |line: &str| match line {
        "GET /projects/42" => Reply::json(r#"{"id":42,"path_with_namespace":"a/b"}"#),
        _ => Reply::missing("Commit"),
    };
    let (listed, _) = list(None, None, answer);
    let code = listed.expect_err("it is missing").code;
    assert!(matches!(code, ErrorCode::NotFound(Subject::Commit)));
    let (outcome, seen) = set(&new(State::Success), |line, _| answer(line));
    let code = outcome.expect_err("it is missing").code;
    assert!(matches!(code, ErrorCode::NotFound(Subject::Commit)));
    assert_eq!(count(&seen.requests, "POST"), 0);
}

#[test]
fn a_status_needs_a_number_a_name_and_a_state() {
    for (field, spoilt, json) in spoil(&one(1, "a", "success")) {
        let (listed, _) = list(None, None, |_| Reply::json(format!("[{json}]")));
        let is_needed = matches!(&*field, "/id" | "/name" | "/status");
        match listed {
            Ok(listed) => assert!(!is_needed && listed.items[0].name == "a", "{field} {json}"),
            Err(error) => {
                assert!(matches!(error.code, ErrorCode::Malformed(_)));
                assert!(is_needed || spoilt == Spoilt::OtherType, "{field} {json}");
            }
        }
    }
}

#[test]
fn a_status_is_set_once_with_what_was_given() {
    let forge = Forge::new("running");
    let (outcome, seen) = set(&new(State::Success), |_, request| {
        if let Some(body) = &request.body {
            let body: serde_json::Value = serde_json::from_slice(body).expect("it is JSON");
            let wanted = r#"{"description":"all good","name":"ci/test","state":"success"}"#;
            assert_eq!(body.to_string(), wanted);
        }
        forge.answer(request, "success", made)
    });
    assert!(matches!(outcome, Ok(Outcome::Applied)));
    assert_eq!(count(&seen.requests, "POST"), 1);
    assert!(seen.requests[1] == format!("POST /projects/42/statuses/{}", id('a')));
}

#[test]
fn what_is_said_already_is_not_said_again() {
    let forge = Forge::new("success");
    let (outcome, seen) = set(&new(State::Success), |_, request| {
        forge.answer(request, "success", made)
    });
    assert!(matches!(outcome, Ok(Outcome::Already)));
    assert_eq!(count(&seen.requests, "POST"), 0);
    let other = NewStatus {
        description: Some("something else".to_owned()),
        ..new(State::Success)
    };
    let (_, seen) = set(&other, |_, request| forge.answer(request, "success", made));
    assert_eq!(count(&seen.requests, "POST"), 1);
}

#[test]
fn success_counts_whatever_its_body_says() {
    let replies: [fn() -> Reply; 3] = [
        || Reply::status(201, "{"),
        || Reply::status(201, r#"{"id":null}"#),
        || Reply::content(201, ""),
    ];
    for reply in replies {
        let forge = Forge::new("");
        let answer = |_: &str, request: &Request| forge.answer(request, "success", reply);
        let (outcome, seen) = set(&new(State::Success), answer);
        assert!(matches!(outcome, Ok(Outcome::Applied)));
        assert_eq!(count(&seen.requests, "POST"), 1);
    }
}

#[test]
fn an_unsettled_write_is_looked_for_and_never_sent_again() {
    for (name, loss) in LOSSES {
        for becomes in ["success", ""] {
            let forge = Forge::new("running");
            let answer = |_: &str, request: &Request| forge.answer(request, becomes, loss);
            let (outcome, seen) = set(&new(State::Success), answer);
            match (becomes, outcome) {
                ("success", Ok(Outcome::Applied)) => {}
                ("", Err(error)) if matches!(error.code, ErrorCode::OutcomeUnknown) => {}
                (becomes, other) => panic!("{name} {becomes} {other:?}"),
            }
            assert_eq!(count(&seen.requests, "POST"), 1, "{name}");
        }
    }
}

#[test]
fn a_check_that_may_not_go_there_is_rejected_unless_it_is_there() {
    let refused = || {
        let message = "Cannot transition status via :run from :running (Reason(s): Status cannot)";
        Reply::status(400, format!(r#"{{"message":"{message}"}}"#))
    };
    for (becomes, already) in [("running", true), ("", false)] {
        let forge = Forge::new("success");
        let answer = |_: &str, request: &Request| forge.answer(request, becomes, refused);
        let (outcome, seen) = set(&new(State::Running), answer);
        match already {
            true => assert!(matches!(outcome, Ok(Outcome::Already))),
            false => assert!(matches!(
                outcome.expect_err("it is refused").code,
                ErrorCode::Rejected(_)
            )),
        }
        assert_eq!(count(&seen.requests, "POST"), 1);
    }
}

#[test]
fn why_nobody_may_say_it_is_told() {
    let code = |archived: bool| {
        let forge = Forge::new("");
        let (outcome, _) = set(&new(State::Success), |line, request| match line {
            "GET /projects/42" => Reply::json(format!(
                r#"{{"id":42,"path_with_namespace":"a/b","archived":{archived}}}"#
            )),
            _ => forge.answer(request, "", || {
                Reply::status(403, r#"{"message":"403 Forbidden"}"#)
            }),
        });
        outcome.expect_err("it is refused").code
    };
    assert!(matches!(code(true), ErrorCode::ReadOnly(why) if why == "archived"));
    assert!(matches!(
        code(false),
        ErrorCode::Forbidden(Denial::Role(role)) if role == "Developer"
    ));
}

#[test]
fn a_version_that_knows_no_skipped_checks_is_unsupported() {
    let forge = Forge::new("");
    let (outcome, _) = set(&new(State::Skipped), |_, request| {
        forge.answer(request, "", || {
            Reply::status(400, r#"{"error":"state does not have a valid value"}"#)
        })
    });
    let code = outcome.expect_err("it cannot").code;
    assert!(matches!(code, ErrorCode::Unsupported(_)));
}

#[test]
fn arguments_that_cannot_be_right_send_nothing() {
    let named = |name: &str| NewStatus {
        name: name.to_owned(),
        ..new(State::Success)
    };
    let described = |text: &str| NewStatus {
        description: Some(text.to_owned()),
        ..new(State::Success)
    };
    let leading = |url: &str| NewStatus {
        target_url: Some(url.to_owned()),
        ..new(State::Success)
    };
    for status in [
        named(""),
        named(" "),
        named("a\nb"),
        named(&"ä".repeat(256)),
        described(&"ä".repeat(256)),
        described("a\0b"),
        leading(""),
        leading("https://"),
        leading("ftp://h/a"),
        leading("javascript:alert(1)"),
        leading("https://h/a b"),
        new(State::Other("manual".to_owned())),
    ] {
        let (outcome, seen) = set(&status, |line, _| panic!("{line}"));
        let code = outcome.expect_err("it cannot be right").code;
        assert!(matches!(code, ErrorCode::InvalidArgument(_)), "{status:?}");
        assert!(seen.requests.is_empty());
    }
}
