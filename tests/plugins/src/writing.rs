//! The contract's functions that write: apart because each of them has accesses of its own, and
//! carries out the instruction that stands in one of its texts.

use crate::bindings::types::{Error, Outcome, PageEnd, PageRequest};
use crate::bindings::{changes, git, pull_requests, webhooks};
use crate::exports::{Component, carry_out, error, not_told};

impl changes::Guest for Component {
    fn create_branch(_: String, _: String, _: String) -> Result<Outcome, Error> {
        Err(not_told())
    }

    fn delete_branch(_: String, _: String, _: Option<String>) -> Result<Outcome, Error> {
        Err(not_told())
    }

    fn create_tag(_: String, _: String, _: String, _: Option<String>) -> Result<Outcome, Error> {
        Err(not_told())
    }

    fn create_commit(
        _: String,
        request: changes::CommitRequest,
    ) -> Result<changes::Committed, Error> {
        let signature = || git::Signature {
            name: String::new(),
            email: String::new(),
            at: 0,
        };
        Ok(changes::Committed {
            commit: git::Commit {
                id: String::new(),
                parents: Vec::new(),
                author: signature(),
                committer: signature(),
                message: carry_out(&request.message)?,
                web_url: String::new(),
            },
            outcome: Outcome::Applied,
            parent: None,
            overtaken: false,
        })
    }
}

impl pull_requests::Guest for Component {
    fn list_pull_requests(
        _: String,
        _: pull_requests::Filter,
        _: PageRequest,
    ) -> Result<pull_requests::Page, Error> {
        Err(not_told())
    }

    fn read_pull_request(_: String, _: u64) -> Result<pull_requests::PullRequest, Error> {
        Err(not_told())
    }

    fn open_pull_request(
        _: String,
        proposal: pull_requests::Proposal,
    ) -> Result<pull_requests::Written, Error> {
        Ok(pull_requests::Written {
            pull_request: pull_request(carry_out(&proposal.title)?),
            outcome: Outcome::Applied,
        })
    }

    fn edit_pull_request(
        _: String,
        _: u64,
        _: pull_requests::Edit,
    ) -> Result<pull_requests::Written, Error> {
        Err(not_told())
    }

    fn close_pull_request(_: String, _: u64) -> Result<pull_requests::Written, Error> {
        Err(not_told())
    }

    fn reopen_pull_request(_: String, _: u64) -> Result<pull_requests::Written, Error> {
        Err(not_told())
    }

    fn merge_pull_request(
        _: String,
        _: u64,
        _: pull_requests::Merging,
    ) -> Result<pull_requests::Written, Error> {
        Err(not_told())
    }

    fn list_changes(
        _: String,
        _: u64,
        _: PageRequest,
    ) -> Result<pull_requests::ChangesPage, Error> {
        Err(not_told())
    }

    fn list_comments(
        _: String,
        _: u64,
        _: PageRequest,
    ) -> Result<pull_requests::CommentsPage, Error> {
        Err(not_told())
    }

    fn add_comment(
        _: String,
        _: u64,
        _: pull_requests::NewComment,
    ) -> Result<pull_requests::Commented, Error> {
        Err(not_told())
    }

    fn edit_comment(_: String, _: u64, _: String, _: String) -> Result<Outcome, Error> {
        Err(not_told())
    }

    fn resolve_thread(_: String, _: u64, _: String, _: bool) -> Result<Outcome, Error> {
        Err(not_told())
    }
}

impl webhooks::Guest for Component {
    fn ensure_webhook(_: String, _: webhooks::Wanted) -> Result<webhooks::Ensured, Error> {
        Err(not_told())
    }

    fn list_webhooks(_: String, _: PageRequest) -> Result<webhooks::WebhooksPage, Error> {
        Ok(webhooks::WebhooksPage {
            items: Vec::new(),
            end: PageEnd::Complete,
        })
    }

    fn read_webhook(_: String, id: String) -> Result<webhooks::Webhook, Error> {
        Ok(webhooks::Webhook {
            id: carry_out(&id)?,
            url: String::new(),
            topics: Vec::new(),
            authentication: webhooks::Authentication::Unknown,
            verifies_tls: true,
            health: webhooks::Health::Enabled,
        })
    }

    fn remove_webhook(_: String, _: String) -> Result<Outcome, Error> {
        Err(not_told())
    }

    fn test_webhook(_: String, _: String, _: webhooks::Topic) -> Result<(), Error> {
        Err(not_told())
    }

    /// Tells what it got to see, or what came of the instruction that the body is, in the place of
    /// the id. A header says which event it is to be, and of which repository.
    fn read_delivery(
        headers: Vec<webhooks::Header>,
        body: Vec<u8>,
    ) -> Result<webhooks::Delivery, Error> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let seen: Vec<_> = headers
            .iter()
            .map(|header| (header.name.clone(), text(&header.value)))
            .collect();
        let body = text(&body);
        let told = match body.starts_with("{\"do\"") {
            true => carry_out(&body)?,
            false => serde_json::to_string(&(&seen, &body))
                .map_err(|problem| error(&problem.to_string()))?,
        };
        let event = seen.iter().find(|(name, _)| name == "x-event");
        let event = event.map_or("", |(_, event)| event);
        Ok(webhooks::Delivery {
            id: Some(told),
            event: as_event(event),
        })
    }
}

fn as_event(text: &str) -> webhooks::Event {
    let (kind, repository) = text.split_once(' ').unwrap_or((text, ""));
    let repository = repository.to_owned();
    let changed = |repository| webhooks::RefEvent {
        repository,
        name: "main".to_owned(),
        before: None,
        after: None,
        commits: None,
    };
    match kind {
        "push" => webhooks::Event::Push(changed(repository)),
        "tag" => webhooks::Event::Tag(changed(repository)),
        "pull-request" => webhooks::Event::PullRequest(webhooks::PullRequestEvent {
            repository,
            number: 1,
            action: String::new(),
            head: None,
        }),
        "comment" => webhooks::Event::Comment(webhooks::CommentEvent {
            repository,
            pull_request: None,
            comment: "1".to_owned(),
        }),
        kind => webhooks::Event::Other(kind.to_owned()),
    }
}

fn pull_request(title: String) -> pull_requests::PullRequest {
    pull_requests::PullRequest {
        number: 1,
        title,
        body: String::new(),
        state: pull_requests::State::Open,
        draft: false,
        author: String::new(),
        source_branch: String::new(),
        source_repository: None,
        target_branch: String::new(),
        head: None,
        base: None,
        merged_as: None,
        mergeability: None,
        labels: Vec::new(),
        web_url: String::new(),
        created_at: 0,
        updated_at: 0,
    }
}
