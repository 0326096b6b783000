//! What each function of the contract may use of what an operator grants.
//!
//! It is apart because it is the host's word: a manifest says which endpoints a function needs, and
//! a function that reads must not be a way to write.

use crate::rule::Access;

/// The accesses whose endpoints a function of the contract may use, written `interface.function`;
/// `None` for what is no function of the contract, and is never called.
pub fn accesses(operation: &str) -> Option<&'static [Access]> {
    let found = FUNCTIONS.iter().find(|(name, _)| *name == operation);
    found.map(|(_, accesses)| *accesses)
}

/// The contract's functions and what each may use, interface by interface as it is written.
pub fn functions() -> impl Iterator<Item = (&'static str, &'static [Access])> {
    FUNCTIONS.iter().copied()
}

const NOTHING: &[Access] = &[];
const READ: &[Access] = &[Access::Read];
const BRANCHES: &[Access] = &[Access::Read, Access::Branches];
const COMMITS: &[Access] = &[Access::Read, Access::Commits];
const PULL_REQUESTS: &[Access] = &[Access::Read, Access::PullRequests];
const STATUSES: &[Access] = &[Access::Read, Access::Statuses];
const WEBHOOKS: &[Access] = &[Access::Read, Access::Webhooks];

const FUNCTIONS: &[(&str, &[Access])] = &[
    ("connection.check", READ),
    ("repositories.list-repositories", READ),
    ("repositories.read-repository", READ),
    ("repositories.explain-absence", READ),
    ("git.resolve", READ),
    ("git.list-refs", READ),
    ("git.list-commits", READ),
    ("git.read-commit", READ),
    ("git.list-tree", READ),
    ("git.stat-file", READ),
    ("git.read-file", READ),
    ("git.read-files", READ),
    ("git.read-blob", READ),
    ("git.read-archive", READ),
    ("git.compare", READ),
    ("git.diff-file", READ),
    ("git.blame", READ),
    ("git.link", READ),
    ("search.search-code", READ),
    ("changes.create-branch", BRANCHES),
    ("changes.delete-branch", BRANCHES),
    ("changes.create-tag", BRANCHES),
    ("changes.create-commit", COMMITS),
    ("pull-requests.list-pull-requests", READ),
    ("pull-requests.read-pull-request", READ),
    ("pull-requests.open-pull-request", PULL_REQUESTS),
    ("pull-requests.edit-pull-request", PULL_REQUESTS),
    ("pull-requests.close-pull-request", PULL_REQUESTS),
    ("pull-requests.reopen-pull-request", PULL_REQUESTS),
    ("pull-requests.merge-pull-request", PULL_REQUESTS),
    ("pull-requests.list-changes", READ),
    ("pull-requests.list-comments", READ),
    ("pull-requests.add-comment", PULL_REQUESTS),
    ("pull-requests.edit-comment", PULL_REQUESTS),
    ("pull-requests.resolve-thread", PULL_REQUESTS),
    ("statuses.list-statuses", READ),
    ("statuses.set-status", STATUSES),
    ("webhooks.ensure-webhook", WEBHOOKS),
    ("webhooks.list-webhooks", WEBHOOKS),
    ("webhooks.read-webhook", WEBHOOKS),
    ("webhooks.remove-webhook", WEBHOOKS),
    ("webhooks.test-webhook", WEBHOOKS),
    ("webhooks.read-delivery", NOTHING),
];
