//! The contract's types as an embedder meets them: apart so that each generated name that is
//! public is named here, one by one.

/// What the other interfaces have in common.
pub mod types {
    pub use crate::bindings::imports::types::{
        Aspect, Conflict, CredentialProblem, Cursor, Denial, Error, ErrorCode, Finding, ObjectId,
        Outcome, PageEnd, PageRequest, Party, RepositoryId, Severity, Stranger, Subject, Timestamp,
    };
}

/// Whether the forge can be worked with, and what a person should know first.
pub mod connection {
    pub use crate::bindings::exports::connection::{Account, RateLimit, Report, Token};
}

/// Which repositories there are.
pub mod repositories {
    pub use crate::bindings::exports::repositories::{
        Absence, Access, Filter, Page, Repository, RepositoryRef, State, Visibility,
    };
}

/// What a repository holds: references, commits, trees, files.
pub mod git {
    pub use crate::bindings::exports::git::{
        ArchiveFormat, BlameRange, ByteRange, ChangeKind, Commit, CommitsPage, CompareMode,
        Comparison, Entry, EntryKind, File, FileChange, Found, LfsPointer, LineRange, Patch,
        PathResult, RefKind, Reference, RefsPage, Revision, Signature, SmallFile, Storage,
        TreePage,
    };
}

/// Finding code by what is in it.
pub mod search {
    pub use crate::bindings::exports::search::{Hit, HitsPage};
}

/// Changing what a repository holds: branches, tags, commits.
pub mod changes {
    pub use crate::bindings::exports::changes::{
        Author, ChangedFile, CommitRequest, Committed, FileAction, FileMode, MovedFile, NewFile,
        RemovedFile,
    };
}

/// Proposing changes, and talking about them.
pub mod pull_requests {
    pub use crate::bindings::exports::pull_requests::{
        ChangesPage, Comment, Commented, CommentsPage, Edit, Filter, Mergeability, Merging,
        NewComment, Page, Placement, Position, Proposal, PullRequest, Side, State, Written,
    };
}

/// What checks say of a commit.
pub mod statuses {
    pub use crate::bindings::exports::statuses::{NewStatus, State, Status, StatusesPage};
}

/// Being told of changes.
pub mod webhooks {
    pub use crate::bindings::exports::webhooks::{
        Authentication, CommentEvent, Delivery, Ensured, Event, Header, Health, PullRequestEvent,
        RefEvent, Topic, Wanted, Webhook, WebhooksPage,
    };
}
