//! Projects; apart, because they carry most of the state and their handle most of the API.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use bytes::Bytes;

use super::{AccessLevel, EPOCH, User, Visibility, world::title_case};
use crate::{
    git::{Git, ObjectFormat, Repository},
    shared::Shared,
};

/// Who may read a project's code.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum RepositoryAccess {
    /// Nobody: the project has no repository.
    Disabled,
    /// Whoever may see the project.
    #[default]
    Enabled,
    /// Members only.
    Private,
}

impl RepositoryAccess {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
            Self::Private => "private",
        }
    }
}

/// What a project of `StandIn::many_projects` is to be.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ProjectSpec {
    /// Its full path.
    pub path: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// Whether it is kept and no longer changed.
    pub archived: bool,
    /// Its topics.
    pub topics: Vec<String>,
}

impl ProjectSpec {
    /// A private project at this path.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            ..Self::default()
        }
    }
}

/// A repository that comes into being when it is first asked for.
pub(crate) struct LazyRepository {
    git: Arc<Git>,
    name: String,
    cell: OnceLock<Arc<Repository>>,
}

impl LazyRepository {
    pub(crate) fn new(git: Arc<Git>, name: String) -> Self {
        let cell = OnceLock::new();
        Self { git, name, cell }
    }

    pub(crate) fn open(&self) -> io::Result<&Arc<Repository>> {
        self.open_as(ObjectFormat::default())
    }

    pub(crate) fn open_as(&self, format: ObjectFormat) -> io::Result<&Arc<Repository>> {
        if let Some(repository) = self.cell.get() {
            return Ok(repository);
        }
        let repository = Repository::create(self.git.clone(), &self.name, format)?;
        // Two first requests make the same empty folders; one of the two values is kept.
        Ok(self.cell.get_or_init(|| Arc::new(repository)))
    }

    pub(crate) fn directory(&self) -> PathBuf {
        self.git.scratch().join("repositories").join(&self.name)
    }
}

/// The JSON of a project, less what depends on who asks.
#[derive(Default)]
pub(crate) struct RenderedProject {
    pub(crate) simple: OnceLock<Bytes>,
    pub(crate) ordinary: OnceLock<Bytes>,
    pub(crate) secret: OnceLock<Bytes>,
}

impl Clone for RenderedProject {
    /// A copy is made to be changed, and what was rendered would be wrong in it.
    fn clone(&self) -> Self {
        Self::default()
    }
}

#[derive(Clone)]
pub(crate) struct ProjectRecord {
    pub(crate) id: u64,
    pub(crate) namespace: u64,
    pub(crate) full_path: String,
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) visibility: Visibility,
    pub(crate) archived: bool,
    /// The day it will be deleted.
    pub(crate) pending_deletion: Option<String>,
    pub(crate) empty: bool,
    /// What `HEAD` names; shown only where there is something.
    pub(crate) default_branch: String,
    pub(crate) topics: Vec<String>,
    pub(crate) members: HashMap<u64, AccessLevel>,
    pub(crate) repository_access: RepositoryAccess,
    /// Branches that are protected, or expressly are not.
    pub(crate) protected: BTreeMap<String, bool>,
    pub(crate) lfs_enabled: bool,
    pub(crate) starred_by: Vec<u64>,
    pub(crate) created_at: i64,
    pub(crate) last_activity_at: i64,
    pub(crate) repository: Arc<LazyRepository>,
    pub(crate) rendered: RenderedProject,
}

impl ProjectRecord {
    pub(crate) fn new(
        id: u64,
        namespace: u64,
        full_path: &str,
        path: &str,
        repository: Arc<LazyRepository>,
    ) -> Self {
        // Half a minute apart, so that thousands of projects are still older than any commit.
        let created_at = EPOCH - 400 * 86_400 + id as i64 * 30;
        Self {
            id,
            namespace,
            full_path: full_path.to_owned(),
            path: path.to_owned(),
            name: title_case(path),
            description: None,
            visibility: Visibility::default(),
            archived: false,
            pending_deletion: None,
            empty: true,
            default_branch: "main".to_owned(),
            topics: Vec::new(),
            members: HashMap::new(),
            repository_access: RepositoryAccess::default(),
            protected: BTreeMap::new(),
            lfs_enabled: true,
            starred_by: Vec::new(),
            created_at,
            last_activity_at: created_at,
            repository,
            rendered: RenderedProject::default(),
        }
    }

    /// The default branch is protected unless somebody said otherwise.
    pub(crate) fn is_protected(&self, branch: &str) -> bool {
        let said = self.protected.get(branch).copied();
        said.unwrap_or(branch == self.default_branch)
    }

    pub(crate) fn forget_rendered(&mut self) {
        self.rendered = RenderedProject::default();
    }
}

/// A project of the stand-in. Methods that describe it take and return it, so that they chain.
#[derive(Clone)]
pub struct Project {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: u64,
    pub(crate) directory: PathBuf,
}

impl Project {
    /// Sets who may see it; private where nothing is said.
    pub fn visibility(self, visibility: Visibility) -> Self {
        self.change(|project| project.visibility = visibility)
    }

    /// Archives it.
    pub fn archived(self) -> Self {
        self.change(|project| project.archived = true)
    }

    /// Marks it for deletion on that day, such as `2026-02-01`.
    pub fn pending_deletion(self, day: &str) -> Self {
        self.change(|project| project.pending_deletion = Some(day.to_owned()))
    }

    /// Says that it stays without a commit, which is how a project begins.
    pub fn empty(self) -> Self {
        self.change(|project| project.empty = true)
    }

    /// Lets `HEAD` name a branch, whether it exists or not.
    pub fn default_branch(self, name: &str) -> Self {
        self.repository()
            .and_then(|repository| repository.set_head(name))
            .unwrap_or_else(|error| panic!("cannot set the default branch `{name}`: {error}"));
        self.change(|project| project.default_branch = name.to_owned())
    }

    /// Gives a user a role.
    pub fn members(self, user: &User, level: AccessLevel) -> Self {
        let user = user.id();
        self.change(|project| {
            project.members.insert(user, level);
        })
    }

    /// Gives it a description.
    pub fn description(self, text: &str) -> Self {
        self.change(|project| project.description = Some(text.to_owned()))
    }

    /// Gives it a name for people.
    pub fn name(self, text: &str) -> Self {
        self.change(|project| project.name = text.to_owned())
    }

    /// Gives it topics.
    pub fn topics(self, topics: &[&str]) -> Self {
        let topics = topics.iter().map(|topic| (*topic).to_owned()).collect();
        self.change(|project| project.topics = topics)
    }

    /// Takes its repository away from everybody.
    pub fn repository_disabled(self) -> Self {
        self.repository_access(RepositoryAccess::Disabled)
    }

    /// Sets who may read its code.
    pub fn repository_access(self, access: RepositoryAccess) -> Self {
        self.change(|project| project.repository_access = access)
    }

    /// Protects a branch: only maintainers push to it. The default branch is protected anyway.
    pub fn protected_branch(self, name: &str) -> Self {
        self.change(|project| {
            project.protected.insert(name.to_owned(), true);
        })
    }

    /// Lets developers push to a branch that is protected, such as the default one.
    pub fn unprotected_branch(self, name: &str) -> Self {
        self.change(|project| {
            project.protected.insert(name.to_owned(), false);
        })
    }

    /// Turns LFS off.
    pub fn lfs_disabled(self) -> Self {
        self.change(|project| project.lfs_enabled = false)
    }

    /// Lets a user star it.
    pub fn starred_by(self, user: &User) -> Self {
        let user = user.id();
        self.change(|project| project.starred_by.push(user))
    }

    /// Makes its repository name objects by SHA-256; only before anything is in it.
    pub fn sha256(self) -> Self {
        self.record()
            .repository
            .open_as(ObjectFormat::Sha256)
            .unwrap_or_else(|error| panic!("cannot make the repository: {error}"));
        self
    }

    /// Its number.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Its full path at the moment.
    pub fn path(&self) -> String {
        self.record().full_path.clone()
    }

    /// Its bare repository on disk.
    pub fn git_dir(&self) -> &Path {
        if let Err(error) = self.repository() {
            panic!("cannot make the repository: {error}");
        }
        &self.directory
    }

    /// Gives it another path; its old one answers as moved.
    pub fn rename(&self, path: &str) {
        self.shared
            .write(|world| world.rename_project(self.id, path));
    }

    /// Deletes it for good; it answers as if it had never been.
    pub fn delete(&self) {
        self.shared.write(|world| world.remove_project(self.id));
    }

    pub(crate) fn record(&self) -> Arc<ProjectRecord> {
        self.shared.read(|world| {
            world
                .project(self.id)
                .cloned()
                .unwrap_or_else(|| panic!("project {} was deleted", self.id))
        })
    }

    pub(crate) fn repository(&self) -> io::Result<Arc<Repository>> {
        self.record().repository.open().cloned()
    }

    pub(crate) fn change(self, change: impl FnOnce(&mut ProjectRecord)) -> Self {
        self.shared
            .write(|world| world.change_project(self.id, change));
        self
    }
}
