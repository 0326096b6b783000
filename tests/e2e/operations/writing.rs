//! The operations that write, each with something of its own to write to, and a look at what became
//! of it that does not ask the component.

use std::sync::atomic::Ordering;

use code_source::contract::changes::{CommitRequest, FileAction, NewFile};
use code_source::contract::pull_requests::{Edit, Merging, NewComment, Proposal};
use code_source::contract::statuses::State;
use code_source::contract::webhooks::Topic;
use code_source::{Report, Source};
use code_source_stand_in::Change;
use code_source_tests::{git, git_lines};

use super::arranged::{comment, status, wanted};
use super::{Ended, Stock, shown};

/// Every function of the contract that writes, as its manifest names it.
pub(crate) const WRITES: [&str; 16] = [
    "changes.create-branch",
    "changes.delete-branch",
    "changes.create-tag",
    "changes.create-commit",
    "pull-requests.open-pull-request",
    "pull-requests.edit-pull-request",
    "pull-requests.close-pull-request",
    "pull-requests.reopen-pull-request",
    "pull-requests.merge-pull-request",
    "pull-requests.add-comment",
    "pull-requests.edit-comment",
    "pull-requests.resolve-thread",
    "statuses.set-status",
    "webhooks.ensure-webhook",
    "webhooks.remove-webhook",
    "webhooks.test-webhook",
];

/// What one run of an operation writes to, and nothing else does.
pub(crate) struct Prepared {
    /// A name: of the branch, the tag, the check, the comment, the last part of an address.
    pub(crate) name: String,
    number: u64,
    head: String,
    comment: (String, String),
    hook: String,
}

impl Prepared {
    /// The branch that a pull request of it is proposed for.
    fn target(&self) -> String {
        format!("for-{}", self.name)
    }
}

impl Stock {
    /// Arrange what an operation needs. Needs a forge that is not disturbed only where there has to
    /// be a closed pull request, a comment or a webhook.
    pub(crate) fn prepare(&self, operation: &str) -> Prepared {
        let name = format!("run-{}", self.count.fetch_add(1, Ordering::Relaxed));
        let mut prepared = Prepared {
            number: self.number,
            head: self.base.clone(),
            comment: self.comment.clone(),
            hook: self.hook.clone(),
            name,
        };
        let name = &prepared.name;
        let is_new = ["changes.create-branch", "changes.create-tag"].contains(&operation);
        if !is_new
            && ["changes.", "pull-re"]
                .iter()
                .any(|part| operation.starts_with(part))
        {
            self.project.branch(name, &self.base);
        }
        if operation.contains("-pull-request") {
            self.project.branch(&prepared.target(), &self.base);
            let file = [(name.as_str(), Change::file("new\n"))];
            prepared.head = self.project.commit(name, "Add a file", &file);
            if operation != "pull-requests.open-pull-request" {
                let (from, to) = (name, prepared.target());
                prepared.number = self.project.open_merge_request(from, &to, "Add a file");
            }
        }
        prepared
    }

    /// The same, with what only the forge's API can arrange.
    pub(crate) async fn prepare_all(&self, operation: &str) -> Prepared {
        let mut prepared = self.prepare(operation);
        let (source, id) = (&self.source, self.id.as_str());
        match operation {
            "pull-requests.reopen-pull-request" => {
                let closed = source.close_pull_request(id, prepared.number).await;
                closed.answer.expect("it closes");
            }
            "pull-requests.edit-comment" | "pull-requests.resolve-thread" => {
                prepared.comment = comment(
                    source,
                    id,
                    (self.number, &self.project.tip("topic")),
                    &prepared.name,
                )
                .await;
            }
            "webhooks.remove-webhook" | "webhooks.test-webhook" => {
                let wanted = wanted(self.hook_url(&prepared.name));
                let made = source.ensure_webhook(id, &wanted).await.answer;
                prepared.hook = made.expect("it is made").webhook.id;
            }
            _ => {}
        }
        prepared
    }

    fn hook_url(&self, name: &str) -> String {
        format!("{}/{name}", self.receiver.url())
    }

    /// Run an operation that writes.
    pub(crate) async fn write(
        &self,
        source: &Source,
        operation: &str,
        prepared: &Prepared,
    ) -> (Ended, Report) {
        let (id, name) = (self.id.as_str(), prepared.name.as_str());
        match operation {
            "changes.create-branch" => shown(source.create_branch(id, name, &self.tip).await),
            "changes.delete-branch" => {
                shown(source.delete_branch(id, name, Some(&self.base)).await)
            }
            "changes.create-tag" => {
                shown(source.create_tag(id, name, &self.tip, Some("Notes")).await)
            }
            "changes.create-commit" => {
                shown(source.create_commit(id, &self.commit_request(name)).await)
            }
            "statuses.set-status" => {
                let status = status(name, State::Success);
                shown(source.set_status(id, &self.tip, &status).await)
            }
            "webhooks.ensure-webhook" => {
                let wanted = wanted(self.hook_url(name));
                shown(source.ensure_webhook(id, &wanted).await)
            }
            "webhooks.remove-webhook" => shown(source.remove_webhook(id, &prepared.hook).await),
            "webhooks.test-webhook" => {
                shown(source.test_webhook(id, &prepared.hook, &Topic::Push).await)
            }
            _ => self.propose(source, operation, prepared).await,
        }
    }

    /// Run one that writes to pull requests.
    async fn propose(
        &self,
        source: &Source,
        operation: &str,
        prepared: &Prepared,
    ) -> (Ended, Report) {
        let (id, number) = (self.id.as_str(), prepared.number);
        match operation.trim_start_matches("pull-requests.") {
            "open-pull-request" => shown(source.open_pull_request(id, &proposal(prepared)).await),
            "edit-pull-request" => {
                shown(source.edit_pull_request(id, number, &edit(prepared)).await)
            }
            "close-pull-request" => shown(source.close_pull_request(id, number).await),
            "reopen-pull-request" => shown(source.reopen_pull_request(id, number).await),
            "merge-pull-request" => {
                let merging = Merging {
                    expected_head: prepared.head.clone(),
                    squash: false,
                    message: None,
                    remove_source_branch: false,
                };
                shown(source.merge_pull_request(id, number, &merging).await)
            }
            "add-comment" => {
                let comment = NewComment {
                    body: prepared.name.clone(),
                    at: None,
                    reply_to: None,
                    marker: Some(prepared.name.clone()),
                };
                shown(source.add_comment(id, self.number, &comment).await)
            }
            "edit-comment" => {
                let (comment, _) = &prepared.comment;
                let text = format!("{} again", prepared.name);
                shown(source.edit_comment(id, self.number, comment, &text).await)
            }
            "resolve-thread" => {
                let (_, thread) = &prepared.comment;
                shown(source.resolve_thread(id, self.number, thread, true).await)
            }
            _ => panic!("no operation is called `{operation}`"),
        }
    }

    fn commit_request(&self, branch: &str) -> CommitRequest {
        CommitRequest {
            branch: branch.to_owned(),
            start: None,
            expected_head: Some(self.base.clone()),
            message: format!("Add to {branch}"),
            author: None,
            actions: vec![FileAction::Create(NewFile {
                path: "new".to_owned(),
                bytes: b"new\n".to_vec(),
                executable: false,
            })],
        }
    }

    /// How often a write took effect, as git or the forge's own state tells; `None` where only the
    /// requests that arrived tell it.
    pub(crate) fn effects(&self, operation: &str, prepared: &Prepared) -> Option<usize> {
        let name = prepared.name.as_str();
        let listed = |kind: &str| {
            let pattern = format!("refs/{kind}/{name}");
            git_lines(&self.project, &["for-each-ref", &pattern]).len()
        };
        let url = self.hook_url(name);
        let hooks = self
            .project
            .hooks()
            .iter()
            .filter(|hook| hook.url == url)
            .count();
        Some(match operation {
            "changes.create-branch" => listed("heads"),
            "changes.delete-branch" => 1 - listed("heads"),
            "changes.create-tag" => listed("tags"),
            "changes.create-commit" => self.commits(&self.base, name),
            "pull-requests.merge-pull-request" => {
                let target = prepared.target();
                git_lines(&self.project, &["rev-list", "--merges", &target]).len()
            }
            "webhooks.ensure-webhook" => hooks,
            "webhooks.remove-webhook" => 1 - hooks,
            _ => return None,
        })
    }

    /// Whether a write took effect, as far as that can be told without the component.
    pub(crate) fn is_done(&self, operation: &str, prepared: &Prepared) -> bool {
        self.effects(operation, prepared) != Some(0)
    }

    fn commits(&self, from: &str, to: &str) -> usize {
        let count = git(
            &self.project,
            &["rev-list", "--count", &format!("{from}..{to}")],
        );
        count.parse().expect("a number")
    }
}

fn proposal(prepared: &Prepared) -> Proposal {
    Proposal {
        source_branch: prepared.name.clone(),
        target_branch: prepared.target(),
        title: "Add a file".to_owned(),
        body: "For a reason.".to_owned(),
        draft: false,
        labels: vec!["one".to_owned()],
        remove_source_branch: false,
    }
}

fn edit(prepared: &Prepared) -> Edit {
    Edit {
        title: Some(format!("Add {}", prepared.name)),
        body: None,
        draft: None,
        target_branch: None,
        add_labels: Vec::new(),
        remove_labels: Vec::new(),
    }
}
