//! The functions of `webhooks` that ask the forge.

mod ensure;
mod trial;

use std::cell::{Cell, RefCell};

use serde_json::{Value, json};

use super::{
    forge::{Reply, Seen, number, run},
    loss::{LOSSES, count},
    mutate::{Spoilt, spoil},
};
use crate::{
    bindings::{
        types::{Denial, Error, ErrorCode, Outcome, PageEnd, PageRequest, Subject},
        webhooks::{Health, WebhooksPage},
    },
    transport::{BreakageKind, Request},
    webhooks::{list_webhooks, read_webhook, remove_webhook},
};

/// Repository 42 with its webhooks.
#[derive(Default)]
struct Forge {
    hooks: RefCell<Vec<Value>>,
    /// What comes instead of an answer to a write, and whether it is carried out nevertheless.
    loss: Option<(fn() -> Reply, bool)>,
    refusal: Option<(u16, &'static str)>,
    /// Whether the host has no secret for signing.
    lacks_signing: bool,
    is_missing: bool,
    sent: RefCell<Value>,
    next: Cell<u64>,
}

const URL: &str = "https://receiver.example/in?a=b";

impl Forge {
    fn with(fields: &[Value]) -> Self {
        let forge = Self::default();
        for hook in fields {
            forge.add(hook.clone());
        }
        forge
    }

    fn add(&self, fields: Value) -> Value {
        self.next.set(self.next.get() + 1);
        let mut hook =
            json!({ "id": self.next.get(), "url": URL, "enable_ssl_verification": true });
        merge(&mut hook, &fields);
        self.hooks.borrow_mut().push(hook.clone());
        hook
    }

    fn answer(&self, line: &str, request: &Request) -> Reply {
        let place = line.split('?').next().unwrap_or_default();
        let Some((method, rest)) = place.split_once(" /projects/42") else {
            panic!("{line}");
        };
        if self.is_missing {
            return Reply::missing("Project");
        }
        let id = rest.strip_prefix("/hooks/").unwrap_or_default();
        match (method, rest) {
            ("GET", "") => Reply::json(r#"{"id":42,"path_with_namespace":"a/b"}"#),
            ("GET", "/hooks") => self.list(line),
            ("GET", _) => match self.find(id) {
                Some(hook) => Reply::json(hook.to_string()),
                None => Reply::status(404, r#"{"message":"404 Not found"}"#),
            },
            _ => self.write(method, id, request),
        }
    }

    fn write(&self, method: &str, id: &str, request: &Request) -> Reply {
        let body = request.body.as_deref().unwrap_or(b"null");
        let body: Value = serde_json::from_slice(body).expect("is JSON");
        if self.lacks_signing && body.get("signing_token").is_some() {
            return Reply::Broken(BreakageKind::Denied);
        }
        *self.sent.borrow_mut() = body.clone();
        if let Some((status, words)) = self.refusal {
            return Reply::status(status, json!({ "message": words }).to_string());
        }
        let there = self.find(id.split('/').next().unwrap_or_default());
        if method != "POST" && there.is_none() {
            return Reply::status(404, r#"{"message":"404 Not found"}"#);
        }
        if self.loss.is_some_and(|(_, is_effective)| !is_effective) {
            return self.loss.map(|(loss, _)| loss()).expect("is there");
        }
        let answer = match (method, there) {
            ("POST", None) => Reply::status(201, self.add(body).to_string()),
            ("POST", Some(_)) => Reply::status(201, r#"{"message":"201 Created"}"#),
            ("PUT", Some(mut hook)) => {
                merge(&mut hook, &body);
                self.remove(id);
                self.hooks.borrow_mut().push(hook.clone());
                Reply::json(hook.to_string())
            }
            _ => {
                self.remove(id);
                Reply::content(204, "")
            }
        };
        self.loss.map_or(answer, |(loss, _)| loss())
    }

    fn list(&self, line: &str) -> Reply {
        let (page, size) = (number(line, "page").unwrap_or(1), number(line, "per_page"));
        let size = size.expect("is sent");
        let hooks = self.hooks.borrow();
        let from = hooks.len().min((page - 1) * size);
        let to = hooks.len().min(page * size);
        let reply = Reply::json(Value::from(hooks[from..to].to_vec()).to_string());
        match to < hooks.len() {
            true => reply.field("X-Next-Page", (page + 1).to_string()),
            false => reply,
        }
    }

    fn find(&self, id: &str) -> Option<Value> {
        let hooks = self.hooks.borrow();
        hooks
            .iter()
            .find(|hook| hook["id"].as_u64() == id.parse().ok())
            .cloned()
    }

    fn remove(&self, id: &str) {
        self.hooks
            .borrow_mut()
            .retain(|hook| hook["id"].as_u64() != id.parse().ok());
    }
}

fn merge(hook: &mut Value, fields: &Value) {
    for (key, value) in fields.as_object().expect("is one") {
        if !key.ends_with("token") {
            hook[key] = value.clone();
        }
    }
}

fn list(forge: &Forge, page: PageRequest) -> Result<WebhooksPage, Error> {
    let listed = run(
        "webhooks.list-webhooks",
        |line, request| forge.answer(line, request),
        async |call| list_webhooks(call, &"42".to_owned(), &page).await,
    );
    listed.0.map_err(|failure| failure.into_error())
}

#[test]
fn webhooks_are_listed_completely_while_others_go() {
    let forge = Forge::default();
    for _ in 0..25 {
        forge.add(json!({}));
    }
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let limit = Some(10);
        let page = list(&forge, PageRequest { cursor, limit }).expect("it is there");
        seen.extend(page.items.into_iter().map(|hook| hook.id));
        // What was listed goes, which moves the rest forward.
        forge.hooks.borrow_mut().remove(0);
        match page.end {
            PageEnd::More(next) => cursor = Some(next),
            PageEnd::Complete => break,
        }
    }
    let expected: Vec<_> = (1..=25).map(|id: u64| id.to_string()).collect();
    assert_eq!(seen, expected);
}

#[test]
fn an_account_that_may_not_see_webhooks_is_told_the_role() {
    let refuse = |_: &str, _: &Request| Reply::status(403, r#"{"message":"403 Forbidden"}"#);
    let first = PageRequest {
        cursor: None,
        limit: None,
    };
    let (listed, _) = run("webhooks.list-webhooks", refuse, async |call| {
        list_webhooks(call, &"42".to_owned(), &first).await
    });
    let (read, _) = run("webhooks.read-webhook", refuse, async |call| {
        read_webhook(call, &"42".to_owned(), "1").await
    });
    for failure in [listed.map(|_| ()), read.map(|_| ())] {
        let code = failure.expect_err("it is refused").into_error().code;
        assert!(matches!(code, ErrorCode::Forbidden(Denial::Role(role)) if role == "Maintainer"));
    }
}

#[test]
fn a_spoilt_field_is_missed_where_it_is_needed_and_only_there() {
    let hook = json!({
        "id": 7, "url": URL, "project_id": 42, "push_events": true, "emoji_events": true,
        "enable_ssl_verification": true, "alert_status": "executable", "disabled_until": "x",
        "push_events_branch_filter": "x", "branch_filter_strategy": "wildcard",
        "token_present": true, "signing_token_present": false, "custom_headers": [],
    });
    for (field, how, spoilt) in spoil(&hook.to_string()) {
        let (listed, _) = run(
            "webhooks.list-webhooks",
            |_, _| Reply::json(format!("[{spoilt}]")),
            async |call| {
                let first = PageRequest {
                    cursor: None,
                    limit: None,
                };
                list_webhooks(call, &"42".to_owned(), &first).await
            },
        );
        let code = listed.err().map(|failure| failure.into_error().code);
        let is_needed = field == "/id" || field == "/url";
        match (is_needed, how, code) {
            (false, _, None) => {}
            (true, _, Some(ErrorCode::Malformed(_))) => {}
            (false, Spoilt::OtherType, Some(ErrorCode::Malformed(_))) => {}
            (_, how, code) => panic!("{field} {how:?}: {code:?}"),
        }
    }
}

#[test]
fn a_cursor_that_is_damaged_or_of_another_list_is_refused() {
    let forge = Forge::with(&[json!({}), json!({})]);
    let first = PageRequest {
        cursor: None,
        limit: Some(1),
    };
    let PageEnd::More(cursor) = list(&forge, first).expect("it is there").end else {
        panic!("there is more");
    };
    let with = |repository: &str, cursor: &str| {
        let page = PageRequest {
            cursor: Some(cursor.to_owned()),
            limit: Some(1),
        };
        let (listed, seen) = run(
            "webhooks.list-webhooks",
            |_, _| panic!("sent"),
            async |call| list_webhooks(call, &repository.to_owned(), &page).await,
        );
        assert!(seen.requests.is_empty());
        listed.expect_err("it is odd").into_error().code
    };
    for odd in [
        "",
        "x",
        &cursor[..cursor.len() - 1],
        &cursor.replace(&cursor[2..3], "-"),
    ] {
        assert!(
            matches!(with("42", odd), ErrorCode::InvalidArgument(_)),
            "{odd}"
        );
    }
    assert!(matches!(with("43", &cursor), ErrorCode::InvalidArgument(_)));
}

#[test]
fn a_webhook_is_read_with_its_health() {
    let forge = Forge::with(&[json!({ "alert_status": "disabled", "disabled_until": null })]);
    let read = |id: &str| {
        let (read, _) = run(
            "webhooks.read-webhook",
            |line, request| forge.answer(line, request),
            async |call| read_webhook(call, &"42".to_owned(), id).await,
        );
        read.map_err(|failure| failure.into_error().code)
    };
    assert!(matches!(
        read("1").expect("it is there").health,
        Health::Disabled
    ));
    assert!(matches!(
        read("2"),
        Err(ErrorCode::NotFound(Subject::Webhook))
    ));
    for odd in ["", "1/test", "x", "-1", "99999999999999999999"] {
        assert!(
            matches!(read(odd), Err(ErrorCode::InvalidArgument(_))),
            "{odd}"
        );
    }
}

fn remove(forge: &Forge) -> (Result<Outcome, ErrorCode>, Seen) {
    let (removed, seen) = run(
        "webhooks.remove-webhook",
        |line, request| forge.answer(line, request),
        async |call| remove_webhook(call, &"42".to_owned(), "1").await,
    );
    (removed.map_err(|failure| failure.into_error().code), seen)
}

#[test]
fn a_webhook_is_removed_once() {
    let forge = Forge::with(&[json!({})]);
    assert!(matches!(remove(&forge).0, Ok(Outcome::Applied)));
    assert!(matches!(remove(&forge).0, Ok(Outcome::Already)));
    let missing = Forge {
        is_missing: true,
        ..Forge::default()
    };
    assert!(matches!(
        remove(&missing).0,
        Err(ErrorCode::NotFound(Subject::Repository))
    ));
}

#[test]
fn a_webhook_that_is_still_there_was_not_removed() {
    let forge = Forge {
        refusal: Some((404, "404 Not found")),
        ..Forge::with(&[json!({})])
    };
    let (removed, _) = remove(&forge);
    assert!(matches!(
        removed,
        Err(ErrorCode::NotFound(Subject::Webhook))
    ));
}

#[test]
fn an_answer_about_another_webhook_is_not_taken() {
    let (read, _) = run(
        "webhooks.read-webhook",
        |_, _| Reply::json(json!({ "id": 2, "url": URL }).to_string()),
        async |call| read_webhook(call, &"42".to_owned(), "1").await,
    );
    let code = read.expect_err("it is another").into_error().code;
    assert!(matches!(code, ErrorCode::Malformed(_)));
}

#[test]
fn a_list_of_webhooks_without_end_is_given_up() {
    let endless = |line: &str, _: &Request| {
        let (page, size) = (number(line, "page").unwrap_or(1), number(line, "per_page"));
        let size = size.expect("is sent");
        let hooks = (0..size).map(|n| json!({ "id": (page - 1) * size + n + 1, "url": URL }));
        let hooks: Vec<_> = hooks.collect();
        Reply::json(Value::from(hooks).to_string()).field("X-Next-Page", (page + 1).to_string())
    };
    let first = PageRequest {
        cursor: None,
        limit: None,
    };
    let (listed, seen) = run("webhooks.list-webhooks", endless, async |call| {
        list_webhooks(call, &"42".to_owned(), &first).await
    });
    let code = listed.expect_err("it has no end").into_error().code;
    assert!(matches!(code, ErrorCode::Malformed(_)));
    assert!(seen.requests.len() < 300, "{}", seen.requests.len());
}

#[test]
fn a_removal_without_an_answer_is_looked_at() {
    for (name, loss) in LOSSES {
        for is_effective in [true, false] {
            let forge = Forge {
                loss: Some((loss, is_effective)),
                ..Forge::with(&[json!({})])
            };
            let (removed, seen) = remove(&forge);
            match is_effective {
                true => assert!(matches!(removed, Ok(Outcome::Applied)), "{name}"),
                false => assert!(matches!(removed, Err(ErrorCode::OutcomeUnknown)), "{name}"),
            }
            assert_eq!(count(&seen.requests, "DELETE"), 1, "{name}");
        }
    }
}
