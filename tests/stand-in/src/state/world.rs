//! All users, tokens, groups and projects; apart, because it is what the one lock guards.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use super::{
    CommitStatus, EPOCH, Hooks, LazyRepository, MergeRequests, Namespace, NamespaceKind,
    ProjectRecord, TokenRecord, UserRecord,
};

#[derive(Default)]
pub(crate) struct World {
    pub(crate) users: Vec<UserRecord>,
    pub(crate) tokens: HashMap<String, TokenRecord>,
    namespaces: Vec<Namespace>,
    namespaces_by_path: HashMap<String, u64>,
    /// By id, which is also the order of creation.
    pub(crate) projects: Vec<Arc<ProjectRecord>>,
    projects_by_path: HashMap<String, u64>,
    /// Paths that projects had before they were renamed.
    moved: HashMap<String, u64>,
    pub(crate) lfs_objects: HashMap<String, bytes::Bytes>,
    pub(crate) merge_requests: MergeRequests,
    pub(crate) hooks: Hooks,
    pub(crate) statuses: Vec<CommitStatus>,
    /// What they belong to: project, commit and reference, by number from 1.
    pub(crate) pipelines: Vec<(u64, String, String)>,
    last_project: u64,
    ticks: i64,
    last_moment: i64,
}

impl World {
    /// The next moment: a minute after the one before.
    pub(crate) fn tick(&mut self) -> i64 {
        self.ticks += 1;
        EPOCH + self.ticks * 60
    }

    /// The moment of something that a client does now: clients hold it against their own clocks. No
    /// two are the same.
    pub(crate) fn moment(&mut self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |time| i64::try_from(time.as_secs()).unwrap_or(0));
        self.last_moment = now.max(self.last_moment + 1);
        self.last_moment
    }

    pub(crate) fn user(&self, id: u64) -> Option<&UserRecord> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(crate) fn user_mut(&mut self, id: u64) -> Option<&mut UserRecord> {
        self.users.iter_mut().find(|user| user.id == id)
    }

    pub(crate) fn user_named(&self, username: &str) -> Option<&UserRecord> {
        self.users
            .iter()
            .find(|user| user.username.eq_ignore_ascii_case(username))
    }

    /// The user of that name, made where there is none.
    pub(crate) fn ensure_user(&mut self, username: &str) -> u64 {
        if let Some(user) = self.user_named(username) {
            return user.id;
        }
        let id = self.users.len() as u64 + 1;
        self.users.push(UserRecord {
            id,
            username: username.to_owned(),
            name: title_case(username),
            admin: false,
            bot: false,
            external: false,
            state: super::AccountState::default(),
        });
        id
    }

    pub(crate) fn namespace(&self, id: u64) -> Option<&Namespace> {
        self.namespaces.get(index(id)?)
    }

    pub(crate) fn namespace_mut(&mut self, id: u64) -> Option<&mut Namespace> {
        self.namespaces.get_mut(index(id)?)
    }

    pub(crate) fn namespace_at(&self, path: &str) -> Option<&Namespace> {
        self.namespaces_by_path
            .get(&path.to_lowercase())
            .and_then(|id| self.namespace(*id))
    }

    /// The group at a path, made with those above it where there is none. A single segment that
    /// is a user's name is that user's own namespace.
    pub(crate) fn ensure_namespace(&mut self, path: &str) -> u64 {
        if let Some(namespace) = self.namespace_at(path) {
            return namespace.id;
        }
        let (parent, last) = match path.rsplit_once('/') {
            Some((above, last)) => (Some(self.ensure_namespace(above)), last),
            None => (None, path),
        };
        let kind = match (parent, self.user_named(path)) {
            (None, Some(user)) => NamespaceKind::User(user.id),
            _ => NamespaceKind::Group,
        };
        let name = title_case(last);
        let full_name = match parent.and_then(|id| self.namespace(id)) {
            Some(above) => format!("{} / {name}", above.full_name),
            None => name.clone(),
        };
        let id = self.namespaces.len() as u64 + 1;
        self.namespaces_by_path.insert(path.to_lowercase(), id);
        self.namespaces.push(Namespace {
            id,
            name,
            path: last.to_owned(),
            full_path: path.to_owned(),
            full_name,
            parent,
            kind,
            private: false,
            members: HashMap::new(),
        });
        id
    }

    /// Whether `namespace` is `ancestor` or lies below it.
    pub(crate) fn is_within(&self, namespace: u64, ancestor: u64) -> bool {
        let mut next = Some(namespace);
        while let Some(id) = next {
            if id == ancestor {
                return true;
            }
            next = self.namespace(id).and_then(|namespace| namespace.parent);
        }
        false
    }

    pub(crate) fn skip_project_ids(&mut self, count: u64) {
        self.last_project += count;
    }

    pub(crate) fn project(&self, id: u64) -> Option<&Arc<ProjectRecord>> {
        let index = self
            .projects
            .binary_search_by_key(&id, |project| project.id);
        self.projects.get(index.ok()?)
    }

    pub(crate) fn project_at(&self, path: &str) -> Option<&Arc<ProjectRecord>> {
        self.projects_by_path
            .get(&path.to_lowercase())
            .and_then(|id| self.project(*id))
    }

    /// The project that lived at a path once.
    pub(crate) fn project_moved_from(&self, path: &str) -> Option<&Arc<ProjectRecord>> {
        self.moved
            .get(&path.to_lowercase())
            .and_then(|id| self.project(*id))
    }

    pub(crate) fn add_project(&mut self, full_path: &str, repository: Arc<LazyRepository>) -> u64 {
        let (namespace, path) = full_path.rsplit_once('/').unwrap_or(("root", full_path));
        let namespace = self.ensure_namespace(namespace);
        self.last_project += 1;
        let id = self.last_project;
        let record = ProjectRecord::new(id, namespace, full_path, path, repository);
        self.projects_by_path.insert(full_path.to_lowercase(), id);
        self.projects.push(Arc::new(record));
        id
    }

    pub(crate) fn change_project(&mut self, id: u64, change: impl FnOnce(&mut ProjectRecord)) {
        let index = self
            .projects
            .binary_search_by_key(&id, |project| project.id);
        if let Ok(index) = index {
            let record = Arc::make_mut(&mut self.projects[index]);
            record.forget_rendered();
            change(record);
        }
    }

    pub(crate) fn rename_project(&mut self, id: u64, full_path: &str) {
        let Some(old) = self.project(id).map(|project| project.full_path.clone()) else {
            return;
        };
        let (namespace, path) = full_path.rsplit_once('/').unwrap_or(("root", full_path));
        let namespace = self.ensure_namespace(namespace);
        self.projects_by_path.remove(&old.to_lowercase());
        self.projects_by_path.insert(full_path.to_lowercase(), id);
        self.moved.remove(&full_path.to_lowercase());
        self.moved.insert(old.to_lowercase(), id);
        self.change_project(id, |project| {
            project.namespace = namespace;
            project.path = path.to_owned();
            project.full_path = full_path.to_owned();
        });
    }

    pub(crate) fn remove_project(&mut self, id: u64) {
        let Some(path) = self.project(id).map(|project| project.full_path.clone()) else {
            return;
        };
        self.projects_by_path.remove(&path.to_lowercase());
        self.projects.retain(|project| project.id != id);
    }
}

fn index(id: u64) -> Option<usize> {
    usize::try_from(id).ok()?.checked_sub(1)
}

pub(crate) fn title_case(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
