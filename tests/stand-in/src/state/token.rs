//! Personal access tokens; apart, because what is wrong with one is a story of its own.

use time::Date;

use super::User;

/// A token to be made.
#[derive(Clone)]
pub struct TokenSpec<'a> {
    /// Whom it stands for.
    pub user: &'a User,
    /// What it may be used for, such as `api` or `read_repository`.
    pub scopes: &'a [&'a str],
    /// The name that its owner gave it.
    pub name: &'a str,
    /// The day it ends.
    pub expires: Option<Date>,
    /// Whether it was withdrawn.
    pub revoked: bool,
    /// Whether it is a fine-grained one; its permissions then stand in `scopes`, such as
    /// `read_repository_tree`, and are compared with the route's.
    pub granular: bool,
    /// Whether its owner must prove possession of a key with every request, which no client does.
    pub proof_of_possession: bool,
    /// The token itself; made up where `None`.
    pub value: Option<&'a str>,
}

impl<'a> TokenSpec<'a> {
    /// An ordinary token: `TokenSpec { revoked: true, ..TokenSpec::new(&user, &["api"]) }`.
    pub fn new(user: &'a User, scopes: &'a [&'a str]) -> Self {
        Self {
            user,
            scopes,
            name: "stand-in token",
            expires: None,
            revoked: false,
            granular: false,
            proof_of_possession: false,
            value: None,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct TokenRecord {
    pub(crate) id: u64,
    pub(crate) user: u64,
    pub(crate) name: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) expires: Option<Date>,
    pub(crate) revoked: bool,
    pub(crate) granular: bool,
    pub(crate) proof_of_possession: bool,
}

impl TokenRecord {
    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }
}
