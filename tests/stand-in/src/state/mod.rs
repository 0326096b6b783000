//! Who and what the forge knows; apart, because handlers only read it and tests only write it.

mod access;
mod clock;
mod commit_status;
mod group;
mod hook;
mod merge_request;
mod namespace;
mod note;
mod project;
mod token;
mod user;
mod world;

pub use access::{AccessLevel, Visibility};
pub use group::Group;
pub use project::{Project, ProjectSpec, RepositoryAccess};
pub use token::TokenSpec;
pub use user::{AccountState, User};

pub(crate) use access::{Access, Viewer};
pub(crate) use clock::{EPOCH, format_date, format_time, parse_time};
pub(crate) use commit_status::CommitStatus;
pub(crate) use hook::{AlertStatus, DeliveryRecord, HookRecord, Hooks};
pub(crate) use merge_request::{
    Deed, DiffVersion, MergeRequestRecord, MergeRequestState, MergeRequests,
};
pub(crate) use namespace::{Namespace, NamespaceKind};
pub(crate) use note::{Anchor, Conversation, DiscussionRecord, NoteRecord, Resolved};
pub(crate) use project::{LazyRepository, ProjectRecord};
pub(crate) use token::TokenRecord;
pub(crate) use user::UserRecord;
pub(crate) use world::World;
