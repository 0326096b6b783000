//! GitLab's threads in memory; apart because two files of tests write to them.

use std::cell::RefCell;

use serde_json::{Value, json};

use super::{super::forge::Reply, Trouble, merge_request, sent};
use crate::transport::{Method, Request};

/// GitLab with threads of comments.
pub(super) struct GitLab {
    pub(super) threads: RefCell<Vec<Value>>,
    trouble: Trouble,
}

impl GitLab {
    pub(super) fn new(threads: Vec<Value>, trouble: Trouble) -> Self {
        Self {
            threads: RefCell::new(threads),
            trouble,
        }
    }

    pub(super) fn answer(&self, line: &str, request: &Request) -> Reply {
        let path = line.split_once('?').map_or(line, |(path, _)| path);
        let (_, part) = path.rsplit_once("/merge_requests/7").unwrap_or_default();
        match (request.method, part) {
            (Method::Get, "") if path == "GET /user" => Reply::json(r#"{"username":"bot"}"#),
            (Method::Get, "") if path == "GET /projects/42" => Reply::json("{}"),
            (Method::Get, "") => Reply::json(merge_request(&json!({})).to_string()),
            (Method::Get, "/discussions") => {
                Reply::json(Value::from(self.threads.borrow().clone()).to_string())
            }
            (Method::Get, part) => match self.find(part) {
                Some(found) => Reply::json(found.to_string()),
                None => Reply::status(404, r#"{"message":"404 Not found"}"#),
            },
            _ if part.ends_with("/gone/notes") => {
                Reply::status(404, r#"{"message":"404 Discussion Not Found"}"#)
            }
            (_, part) => self.trouble.answer(|| self.write(part, &sent(request))),
        }
    }

    /// A thread or a comment by its address.
    fn find(&self, part: &str) -> Option<Value> {
        let threads = self.threads.borrow();
        if let Some(id) = part.strip_prefix("/discussions/") {
            return threads.iter().find(|thread| thread["id"] == id).cloned();
        }
        let id: u64 = part.strip_prefix("/notes/")?.parse().ok()?;
        let mut notes = threads
            .iter()
            .flat_map(|t| t["notes"].as_array().cloned().unwrap_or_default());
        notes.find(|note| note["id"] == id)
    }

    fn write(&self, part: &str, sent: &Value) -> Reply {
        let mut threads = self.threads.borrow_mut();
        let new = note(500, "bot", sent["body"].as_str().unwrap_or_default());
        if let Some(id) = part.strip_prefix("/notes/") {
            let notes = threads
                .iter_mut()
                .flat_map(|t| t["notes"].as_array_mut().expect("is one"));
            for note in notes.filter(|note| note["id"].as_u64() == id.parse().ok()) {
                note["body"] = sent["body"].clone();
            }
            return Reply::json(new.to_string());
        }
        if part == "/notes" {
            threads.push(json!({ "id": "e5", "notes": [new] }));
            return Reply::status(201, new.to_string());
        }
        let id = part
            .trim_start_matches("/discussions/")
            .trim_end_matches("/notes");
        let thread = threads
            .iter_mut()
            .find(|thread| thread["id"] == id)
            .expect("it is there");
        if part.ends_with("/notes") {
            let mut new = new;
            new["resolvable"] = thread["notes"][0]["resolvable"].clone();
            new["resolved"] = thread["notes"][0]["resolved"].clone();
            thread["notes"]
                .as_array_mut()
                .expect("is one")
                .push(new.clone());
            return Reply::status(201, new.to_string());
        }
        for note in thread["notes"].as_array_mut().expect("is one") {
            note["resolved"] = sent["resolved"].clone();
        }
        Reply::json(thread.to_string())
    }
}

pub(super) fn note(id: u64, author: &str, body: &str) -> Value {
    json!({ "id": id, "body": body, "author": { "username": author }, "system": false,
        "created_at": "2026-01-01T00:00:00.000Z", "updated_at": "2026-01-01T00:00:00.000Z" })
}

/// A thread of somebody else that can be resolved.
pub(super) fn thread() -> Value {
    let mut first = note(100, "ann", "What is this?");
    first["resolvable"] = true.into();
    first["resolved"] = false.into();
    first["created_at"] = "2025-12-01T00:00:00.000Z".into();
    json!({ "id": "a1", "notes": [first] })
}
