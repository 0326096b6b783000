//! Arguments that are right as they are, for tests that make one part of them wrong.

use code_source::contract::changes::{CommitRequest, FileAction, NewFile};
use code_source::contract::pull_requests::{NewComment, Proposal};
use code_source::contract::statuses::{NewStatus, State};

pub(super) fn request(actions: Vec<FileAction>) -> CommitRequest {
    CommitRequest {
        branch: "side".to_owned(),
        start: None,
        expected_head: None,
        message: "Change".to_owned(),
        author: None,
        actions,
    }
}

pub(super) fn create(path: &str) -> FileAction {
    FileAction::Create(NewFile {
        path: path.to_owned(),
        bytes: b"x".to_vec(),
        executable: false,
    })
}

pub(super) fn proposal(source: &str, title: &str) -> Proposal {
    Proposal {
        source_branch: source.to_owned(),
        target_branch: "main".to_owned(),
        title: title.to_owned(),
        body: String::new(),
        draft: false,
        labels: Vec::new(),
        remove_source_branch: false,
    }
}

pub(super) fn comment(body: &str) -> NewComment {
    NewComment {
        body: body.to_owned(),
        at: None,
        reply_to: None,
        marker: None,
    }
}

pub(super) fn status(name: &str) -> NewStatus {
    NewStatus {
        name: name.to_owned(),
        state: State::Success,
        description: None,
        target_url: None,
    }
}
