//! Whole runs, held against git's own word: apart from the parts' own tests. The forge is git
//! itself, and the sink the directory that is shipped.

mod falling_back;
mod forge;
mod full;
mod incremental;
mod interrupted;
mod repository;

use std::path::Path;

use self::forge::GitForge;
use self::repository::Repository;
use crate::contract::git::Revision;
use crate::sync::{Directory, FullReason, Mode, Summary, SyncError, SyncOptions, sync_from};

/// A repository, a forge that serves it, and a place to sync it to.
struct Bench {
    repository: Repository,
    forge: GitForge,
    parent: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let repository = Repository::new();
        let forge = GitForge::new(repository.path());
        Self {
            repository,
            forge,
            parent: tempfile::tempdir().unwrap(),
        }
    }

    fn target(&self) -> std::path::PathBuf {
        self.parent.path().join("code")
    }

    async fn sync(&self) -> Summary {
        self.try_sync(&SyncOptions::default()).await.unwrap()
    }

    async fn try_sync(&self, options: &SyncOptions) -> Result<Summary, SyncError> {
        let mut directory = Directory::new(self.target());
        let summary = sync_from(
            &self.forge,
            &Revision::DefaultBranch,
            &mut directory,
            options,
            &(),
        )
        .await;
        if let Ok(summary) = &summary {
            assert_eq!(summary.commit, self.repository.head());
        }
        summary
    }

    /// Asserts that the directory holds the newest commit's tree, nothing less and nothing more.
    fn assert_tree(&self, target: &Path) {
        let found = repository::read_tree(target);
        let expected = self.repository.tree();
        for (path, node) in &expected {
            assert_eq!(found.get(path), Some(node), "{}", path.escape_ascii());
        }
        for path in found.keys() {
            assert!(
                expected.contains_key(path),
                "{} is not in the commit",
                path.escape_ascii()
            );
        }
    }
}

fn because(summary: &Summary) -> &FullReason {
    match &summary.mode {
        Mode::Full { because } => because,
        mode => panic!("a full run, and not {mode:?}"),
    }
}

fn paths(paths: &[crate::sync::TreePath]) -> Vec<String> {
    paths.iter().map(ToString::to_string).collect()
}
