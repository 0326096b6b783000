//! The handle of a group; apart, because a role given here counts in every project below.

use std::sync::Arc;

use super::{AccessLevel, User};
use crate::shared::Shared;

/// A group of the stand-in.
#[derive(Clone)]
pub struct Group {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: u64,
}

impl Group {
    /// Gives a user a role in the group and in everything below it.
    pub fn members(self, user: &User, level: AccessLevel) -> Self {
        self.shared.write(|world| {
            if let Some(namespace) = world.namespace_mut(self.id) {
                namespace.members.insert(user.id(), level);
            }
        });
        self
    }

    /// Hides it from everybody but its members.
    pub fn private(self) -> Self {
        self.shared.write(|world| {
            if let Some(namespace) = world.namespace_mut(self.id) {
                namespace.private = true;
            }
        });
        self
    }

    /// Its number.
    pub fn id(&self) -> u64 {
        self.id
    }
}
