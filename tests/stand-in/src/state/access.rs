//! Who may see what; apart, because every handler asks the same questions.

use super::{Namespace, NamespaceKind, ProjectRecord, RepositoryAccess, World};

/// A member's role, by GitLab's numbers.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
#[non_exhaustive]
pub enum AccessLevel {
    /// Sees that the project exists.
    Guest = 10,
    /// Plans, and reads no code.
    Planner = 15,
    /// Reads code.
    Reporter = 20,
    /// Pushes.
    Developer = 30,
    /// Changes settings.
    Maintainer = 40,
    /// Everything.
    Owner = 50,
}

/// Who may see a project.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Visibility {
    /// Everybody with an account.
    Internal,
    /// Members.
    #[default]
    Private,
    /// Everybody.
    Public,
}

impl Visibility {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Private => "private",
            Self::Public => "public",
        }
    }
}

/// Whom a request speaks for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Viewer {
    /// `None` for nobody.
    pub(crate) user: Option<u64>,
    /// Whether the user administers the instance with this credential.
    pub(crate) admin: bool,
    /// Whether what is internal is shown to members alone.
    pub(crate) external: bool,
}

/// A member's roles in a project: its own, and that inherited from groups.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Access {
    pub(crate) project: Option<AccessLevel>,
    pub(crate) group: Option<AccessLevel>,
}

impl Access {
    pub(crate) fn level(self) -> Option<AccessLevel> {
        self.project.max(self.group)
    }
}

impl Viewer {
    pub(crate) fn access(self, world: &World, project: &ProjectRecord) -> Access {
        let Some(user) = self.user else {
            return Access::default();
        };
        let mut access = Access {
            project: project.members.get(&user).copied(),
            group: None,
        };
        let mut next = Some(project.namespace);
        while let Some(namespace) = next.and_then(|id| world.namespace(id)) {
            match namespace.kind {
                NamespaceKind::User(owner) if owner == user => {
                    access.project = Some(AccessLevel::Owner);
                }
                NamespaceKind::User(_) => {}
                NamespaceKind::Group => {
                    access.group = access.group.max(namespace.members.get(&user).copied());
                }
            }
            next = namespace.parent;
        }
        access
    }

    pub(crate) fn can_see(self, world: &World, project: &ProjectRecord) -> bool {
        self.admin
            || match project.visibility {
                Visibility::Public => true,
                Visibility::Internal if !self.external => self.user.is_some(),
                Visibility::Internal | Visibility::Private => {
                    self.access(world, project).level().is_some()
                }
            }
    }

    /// Whether a group is shown. A private one is to its members, and to those of what is in it.
    pub(crate) fn can_see_group(self, world: &World, group: &Namespace) -> bool {
        let is_member = || {
            let inside = world
                .projects
                .iter()
                .filter(|project| world.is_within(project.namespace, group.id));
            let mut levels = inside.map(|project| self.access(world, project).level());
            let own = self.user.and_then(|user| group.members.get(&user));
            own.is_some() || levels.any(|level| level.is_some())
        };
        !group.private || self.admin || is_member()
    }

    pub(crate) fn can_read_code(self, world: &World, project: &ProjectRecord) -> bool {
        let level = self.access(world, project).level();
        match project.repository_access {
            RepositoryAccess::Disabled => false,
            _ if self.admin => true,
            RepositoryAccess::Enabled if project.visibility != Visibility::Private => {
                self.can_see(world, project)
            }
            _ => level >= Some(AccessLevel::Reporter),
        }
    }

    /// Whether a member's role, or administering the instance, suffices to push to a branch.
    pub(crate) fn can_push_to(self, world: &World, project: &ProjectRecord, branch: &str) -> bool {
        let needed = match project.is_protected(branch) {
            true => AccessLevel::Maintainer,
            false => AccessLevel::Developer,
        };
        self.admin || self.access(world, project).level() >= Some(needed)
    }

    pub(crate) fn can_administer(self, world: &World, project: &ProjectRecord) -> bool {
        self.admin || self.access(world, project).level() >= Some(AccessLevel::Maintainer)
    }
}
