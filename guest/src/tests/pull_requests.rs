//! `pull-requests`; apart as every interface is.

mod changes;
mod commenting;
mod comments;
mod editing;
mod lists;
mod merging;
mod odd_writes;
mod oddities;
mod opening;
mod places;
mod threading;
mod threads;

use serde_json::{Value, json};

use super::forge::{Reply, Seen, id};
use crate::transport::{BreakageKind, Request};

/// An open merge request as GitLab writes it, with other fields where they are given.
fn merge_request(changes: &Value) -> Value {
    let mut json = json!({
        "id": 9001, "iid": 7, "project_id": 42, "title": "Add it", "description": "Why.",
        "state": "opened", "draft": false, "author": { "username": "ann" },
        "source_branch": "topic", "target_branch": "main", "source_project_id": 42,
        "target_project_id": 42, "labels": ["a"], "sha": id('b'), "merge_commit_sha": null,
        "squash_commit_sha": null, "detailed_merge_status": "mergeable", "changes_count": "1",
        "diff_refs": { "base_sha": id('a'), "start_sha": id('a'), "head_sha": id('b') },
        "created_at": "2025-12-31T10:00:00.000Z", "updated_at": "2025-12-31T11:00:00.000Z",
        "web_url": "https://forge.example/gitlab/web/shop/-/merge_requests/7",
    });
    merge(&mut json, changes);
    json
}

fn merge(json: &mut Value, changes: &Value) {
    for (field, value) in changes.as_object().into_iter().flatten() {
        json[field] = value.clone();
    }
}

/// What was sent.
fn sent(request: &Request) -> Value {
    let body = request.body.as_deref().unwrap_or_default();
    serde_json::from_slice(body).expect("what is sent is JSON")
}

fn count(seen: &Seen, method: &str) -> usize {
    let is_one = |line: &&String| line.starts_with(method);
    seen.requests.iter().filter(is_one).count()
}

/// What becomes of a write and of its answer.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    None,
    /// It is not carried out.
    FailedBefore,
    FailedAfter,
    SilentBefore,
    SilentAfter,
    BrokenAfter,
    CutAfter,
    PageAfter,
    OtherAfter,
}

impl Trouble {
    /// Every way in which a write succeeds and its answer does not tell.
    const AFTER: [Self; 6] = [
        Self::FailedAfter,
        Self::SilentAfter,
        Self::BrokenAfter,
        Self::CutAfter,
        Self::PageAfter,
        Self::OtherAfter,
    ];

    /// Every way in which it does not succeed and nothing says so.
    const BEFORE: [Self; 2] = [Self::FailedBefore, Self::SilentBefore];

    fn answer(self, effect: impl FnOnce() -> Reply) -> Reply {
        match self {
            Self::FailedBefore => return Reply::content(502, "Bad Gateway"),
            Self::SilentBefore => return Reply::Silence,
            _ => {}
        }
        let reply = effect();
        match self {
            Self::FailedAfter => Reply::content(502, "Bad Gateway"),
            Self::SilentAfter => Reply::Silence,
            Self::BrokenAfter => Reply::Broken(BreakageKind::Interrupted),
            Self::CutAfter => Reply::Cut(BreakageKind::Cut),
            Self::PageAfter => {
                Reply::content(200, "<html>").field("content-type", "text/html; charset=utf-8")
            }
            Self::OtherAfter => Reply::status(201, r#"{"unexpected":[]}"#),
            _ => reply,
        }
    }
}
