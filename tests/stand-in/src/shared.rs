//! What the server and the handles of a test both hold; apart, because neither owns it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use crate::{
    delivery::Courier,
    fault::Faults,
    feature::{Counters, Feature, Features},
    git::Git,
    record::Record,
    state::World,
    version::Version,
};

pub(crate) struct Shared {
    pub(crate) version: Version,
    /// The relative URL root: empty, or with a leading and without a trailing slash.
    pub(crate) prefix: String,
    /// Where the server listens: scheme, host and port.
    pub(crate) origin: String,
    /// What the instance believes its own address to be, without the prefix.
    pub(crate) external_origin: String,
    pub(crate) git: Arc<Git>,
    pub(crate) faults: Faults,
    pub(crate) record: Record,
    pub(crate) counters: Mutex<Counters>,
    /// Branches that are too new to be seen, and by how many attempts more.
    pub(crate) hidden_branches: Mutex<HashMap<(u64, String), u32>>,
    pub(crate) courier: Courier,
    /// Held while a merge request is merged, so that none is merged twice.
    pub(crate) merging: Mutex<()>,
    features: RwLock<Features>,
    world: RwLock<World>,
}

impl Shared {
    pub(crate) fn new(
        version: Version,
        prefix: String,
        origin: String,
        external_origin: String,
        git: Git,
    ) -> Self {
        Self {
            version,
            prefix,
            origin,
            external_origin,
            git: Arc::new(git),
            faults: Faults::default(),
            record: Record::default(),
            counters: Mutex::default(),
            hidden_branches: Mutex::default(),
            courier: Courier::default(),
            merging: Mutex::default(),
            features: RwLock::default(),
            world: RwLock::default(),
        }
    }

    pub(crate) fn read<T>(&self, work: impl FnOnce(&World) -> T) -> T {
        work(&self.world.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn write<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        work(&mut self.world.write().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn features(&self) -> Features {
        self.features
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn turn_on(&self, feature: Feature) {
        self.features
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .turn_on(feature);
    }

    /// The URL of a page for people.
    pub(crate) fn web_url(&self, path: &str) -> String {
        format!("{}{}/{path}", self.external_origin, self.prefix)
    }

    /// The URL of an API resource; `path` begins with a slash.
    pub(crate) fn api_url(&self, path: &str) -> String {
        format!("{}{}/api/v4{path}", self.external_origin, self.prefix)
    }
}
