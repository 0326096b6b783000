//! `sync` through the real component into a real directory: afterwards the directory is the
//! commit's tree, whatever it was before.

mod directory;
mod falling_back;
pub(crate) mod hostile;
mod interrupted;
mod revisions;
mod rich;
mod space;
mod tree;

use std::path::PathBuf;

use code_source::contract::git::Revision;
use code_source::sync::{Directory, FullReason, Mode, Summary, SyncError, SyncOptions, sync};
use code_source::{Limits, Source};
use code_source_stand_in::{Change, Effect, Fault, Matcher, Project, When};
use code_source_tests::{Beside, Rig, differences, plugin};

/// A forge with a project, a connection to it, and a directory that is kept up to date.
pub(crate) struct Stage {
    pub(crate) rig: Rig,
    pub(crate) project: Project,
    pub(crate) source: Source,
    pub(crate) options: SyncOptions,
}

impl Stage {
    pub(crate) async fn empty() -> Self {
        let rig = Rig::new().await;
        let project = rig.forge.project("web/shop");
        let source = rig.source_of(&project);
        Self {
            rig,
            project,
            source,
            options: SyncOptions::default(),
        }
    }

    pub(crate) async fn new<P: AsRef<[u8]>>(changes: &[(P, Change)]) -> Self {
        let stage = Self::empty().await;
        stage.project.commit("main", "Begin", changes);
        stage
    }

    /// A small repository that was synced once, so that the next run finds something.
    pub(crate) async fn synced() -> Self {
        let stage = Self::new(&[
            ("README.md", Change::file("# Shop\n")),
            ("bin/run", Change::executable("#!/bin/sh\n")),
            ("src/main.rs", Change::file("fn main() {}\n")),
        ])
        .await;
        stage.run().await;
        stage
    }

    /// Give up soon: what cannot succeed is tried again within the time of a call.
    pub(crate) fn impatient(mut self) -> Self {
        let mut limits = Limits::default();
        limits.call = std::time::Duration::from_secs(5);
        let connected = code_source::egress::ConnectedRepository {
            id: self.project.id().to_string(),
            path: self.project.path(),
        };
        let connection = self.rig.connection().limits(limits);
        self.source = Source::open(plugin(), connection.repositories([connected])).unwrap();
        self
    }

    pub(crate) fn directory(&self) -> PathBuf {
        self.rig.folder().join("copy")
    }

    pub(crate) async fn attempt(&self, at: &Revision) -> Result<Summary, SyncError> {
        let mut directory = Directory::new(self.directory());
        let id = self.project.id().to_string();
        sync(&self.source, &id, at, &mut directory, &self.options, &()).await
    }

    /// A run to the tip of `main`, which has to succeed, and to leave the very tree.
    pub(crate) async fn run(&self) -> Summary {
        let at = Revision::Branch("main".to_owned());
        let summary = self.attempt(&at).await.unwrap();
        self.holds(&self.project.tip("main"), &summary);
        summary
    }

    /// A run that has to fail.
    pub(crate) async fn failure(&self) -> SyncError {
        let at = Revision::Branch("main".to_owned());
        let result = self.attempt(&at).await;
        result.expect_err("the run must not succeed")
    }

    /// The directory is the commit's tree, and the summary tells what it cannot hold.
    #[track_caller]
    pub(crate) fn holds(&self, commit: &str, summary: &Summary) {
        assert_eq!(summary.commit, commit);
        self.keeps(commit, &Beside::from(summary));
    }

    #[track_caller]
    pub(crate) fn keeps(&self, commit: &str, beside: &Beside) {
        let differences = differences(&self.project, commit, &self.directory(), beside);
        assert_eq!(differences, Vec::<String>::new());
    }

    pub(crate) fn disturb(&self, part: &str, when: When, what: Effect) {
        self.rig.forge.fault(Fault {
            on: Matcher::target(part),
            when,
            what,
        });
    }
}

/// Why everything was fetched.
#[track_caller]
pub(crate) fn because(summary: &Summary) -> &FullReason {
    match &summary.mode {
        Mode::Full { because } => because,
        other => panic!("{other:?}: {summary:#?}"),
    }
}
