//! Groups and personal namespaces; apart, because projects of both kinds live in one tree of paths.

use std::collections::HashMap;

use super::AccessLevel;

#[derive(Clone, Debug)]
pub(crate) struct Namespace {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) full_path: String,
    pub(crate) full_name: String,
    pub(crate) parent: Option<u64>,
    pub(crate) kind: NamespaceKind,
    pub(crate) private: bool,
    pub(crate) members: HashMap<u64, AccessLevel>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NamespaceKind {
    Group,
    /// Of the user with this id.
    User(u64),
}

impl NamespaceKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::User(_) => "user",
        }
    }
}
