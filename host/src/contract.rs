//! The contract's types as an embedder meets them: apart so that each generated name that is
//! public is named here, one by one.

/// What the other interfaces have in common.
pub mod types {
    pub use crate::bindings::imports::types::{
        Conflict, CredentialProblem, Cursor, Denial, Error, ErrorCode, Finding, ObjectId, PageEnd,
        PageRequest, RepositoryId, Severity, Subject, Timestamp,
    };
}

/// Whether the forge can be worked with, and what a person should know first.
pub mod connection {
    pub use crate::bindings::exports::connection::{Account, Report, Token};
}

/// Which repositories there are.
pub mod repositories {
    pub use crate::bindings::exports::repositories::{
        Access, Filter, Page, Repository, RepositoryRef, State, Visibility,
    };
}

/// What a repository holds: references, commits, trees, files.
pub mod git {
    pub use crate::bindings::exports::git::{
        ArchiveFormat, ByteRange, ChangeKind, Commit, CommitsPage, CompareMode, Comparison, Entry,
        EntryKind, File, FileChange, LfsPointer, LineRange, Patch, RefKind, Reference, RefsPage,
        Revision, Signature, Storage, TreePage,
    };
}
