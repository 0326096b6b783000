//! What a test holds: the way to fill the forge, to disturb it and to see what was asked of it.

use std::{net::SocketAddr, sync::Arc};

use tokio::runtime::Runtime;

use crate::{
    Builder, Deliveries, Fault, FaultHandle, Feature, Request,
    shared::Shared,
    state::{Group, LazyRepository, Project, ProjectSpec, TokenRecord, TokenSpec, User},
};

/// A running stand-in. Dropping it ends it, and panics if a request came that it does not know or
/// could not serve.
pub struct StandIn {
    shared: Arc<Shared>,
    /// Of its own, so that a test on one thread may wait for git without stopping the server.
    runtime: Option<Runtime>,
    address: SocketAddr,
    ca_pem: String,
}

impl StandIn {
    /// A stand-in to be started.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(
        shared: Arc<Shared>,
        runtime: Runtime,
        address: SocketAddr,
        ca_pem: String,
    ) -> Self {
        Self {
            shared,
            runtime: Some(runtime),
            address,
            ca_pem,
        }
    }

    /// Where it is reached, such as `https://localhost:41234/gitlab`.
    pub fn url(&self) -> String {
        format!("{}{}", self.shared.origin, self.shared.prefix)
    }

    /// Where it believes to be reached: what its links for people begin with.
    pub fn external_url(&self) -> String {
        format!("{}{}", self.shared.external_origin, self.shared.prefix)
    }

    /// The version that it plays, as it tells it.
    pub fn version(&self) -> String {
        self.shared.version.to_string()
    }

    /// The certificate of its authority.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The address it listens at.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The account of that name, made where there is none.
    pub fn user(&self, username: &str) -> User {
        User {
            shared: self.shared.clone(),
            id: self.shared.write(|world| world.ensure_user(username)),
        }
    }

    /// Makes a token.
    pub fn token(&self, spec: TokenSpec<'_>) -> String {
        self.shared.write(|world| {
            let id = world.tokens.len() as u64 + 1;
            let value = match spec.value {
                Some(value) => value.to_owned(),
                None => format!("glpat-stand1n{id:013}"),
            };
            let record = TokenRecord {
                id,
                user: spec.user.id(),
                name: spec.name.to_owned(),
                scopes: spec
                    .scopes
                    .iter()
                    .map(|scope| (*scope).to_owned())
                    .collect(),
                expires: spec.expires,
                revoked: spec.revoked,
                granular: spec.granular,
                proof_of_possession: spec.proof_of_possession,
            };
            world.tokens.insert(value.clone(), record);
            value
        })
    }

    /// A token of the administrator `root` with the scope `api`: what the product asks for.
    pub fn admin_token(&self) -> String {
        let root = self.user("root").administrator();
        self.token(TokenSpec::new(&root, &["api"]))
    }

    /// Withdraws a token.
    pub fn revoke(&self, token: &str) {
        self.shared.write(|world| {
            if let Some(token) = world.tokens.get_mut(token) {
                token.revoked = true;
            }
        });
    }

    /// The group at a path, made where there is none.
    pub fn group(&self, path: &str) -> Group {
        Group {
            shared: self.shared.clone(),
            id: self.shared.write(|world| world.ensure_namespace(path)),
        }
    }

    /// The project at a path; made where there is none, with the groups above it.
    pub fn project(&self, path: &str) -> Project {
        let known = self
            .shared
            .read(|world| world.project_at(path).map(|project| project.id));
        match known {
            Some(id) => self.project_with(id),
            None => {
                let name = format!("{}.git", path.replace('/', "__"));
                let repository = Arc::new(LazyRepository::new(self.shared.git.clone(), name));
                let id = self
                    .shared
                    .write(|world| world.add_project(path, repository));
                self.project_with(id)
            }
        }
    }

    /// Makes many projects at once. All share the repository of `template`, and are empty where
    /// there is none.
    pub fn many_projects(
        &self,
        count: usize,
        template: Option<&Project>,
        mut spec: impl FnMut(usize) -> ProjectSpec,
    ) {
        let template = template.map(Project::record);
        let repository = match &template {
            Some(template) => template.repository.clone(),
            None => {
                let name = "__empty__.git".to_owned();
                Arc::new(LazyRepository::new(self.shared.git.clone(), name))
            }
        };
        self.shared.write(|world| {
            for index in 0..count {
                let spec = spec(index);
                let id = world.add_project(&spec.path, repository.clone());
                world.change_project(id, |project| {
                    project.visibility = spec.visibility;
                    project.archived = spec.archived;
                    project.topics = spec.topics;
                    if let Some(template) = &template {
                        project.empty = template.empty;
                        project.default_branch.clone_from(&template.default_branch);
                    }
                });
            }
        });
    }

    /// Leaves so many numbers out before the next project, as deleted projects do.
    pub fn skip_project_ids(&self, count: u64) {
        self.shared.write(|world| world.skip_project_ids(count));
    }

    /// What webhooks were sent so far, and the way to wait for more.
    pub fn deliveries(&self) -> Deliveries {
        Deliveries::new(self.shared.clone())
    }

    /// Every request so far, in order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.record.requests()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.shared.record.clear();
    }

    /// Lets something go wrong.
    pub fn fault(&self, fault: Fault) -> FaultHandle {
        self.shared.faults.add(fault)
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// Turns a setting of the instance on.
    pub fn feature(&self, feature: Feature) {
        self.shared.turn_on(feature);
    }

    /// Lets requests that it does not know, and its own failures, pass.
    pub fn allow_unexpected(&self) {
        self.shared.record.tolerate();
    }

    /// The requests so far that it does not know, and its own failures, in words.
    pub fn unexpected(&self) -> Vec<String> {
        self.shared.record.failures()
    }

    fn project_with(&self, id: u64) -> Project {
        let directory = self.shared.read(|world| {
            world
                .project(id)
                .map(|project| project.repository.directory())
        });
        Project {
            shared: self.shared.clone(),
            id,
            directory: directory.unwrap_or_default(),
        }
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        self.shared.git.remove();
        let failures = self.shared.record.failures();
        let excused = self.shared.record.is_tolerant() || std::thread::panicking();
        assert!(
            failures.is_empty() || excused,
            "the stand-in met what it does not know:\n{}",
            failures.join("\n")
        );
    }
}
