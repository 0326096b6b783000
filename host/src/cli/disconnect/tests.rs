//! Taking a connection away, tried: apart because there is more to try than to do.

use super::*;
use crate::sync::{Basis, Sink as _, State};

/// A connection with a token of its own, and directories that were synced from it.
struct Study {
    folder: tempfile::TempDir,
    file: ConfigurationFile,
}

impl Study {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let text = format!(
            "[connections.acme]\nurl = \"{URL}\"\ntoken = {{ file = \"config.toml.tokens/acme\" }}\n"
        );
        std::fs::write(&path, text).unwrap();
        let file = ConfigurationFile::read(&path).unwrap();
        std::fs::create_dir(file.tokens()).unwrap();
        std::fs::write(file.tokens().join("acme"), "token").unwrap();
        let study = Self { folder, file };
        drop(study.sync("shop").await);
        study
    }

    /// A directory as a sync leaves it, still locked.
    async fn sync(&self, name: &str) -> Directory {
        let mut directory = Directory::new(self.path(name));
        directory.open().await.unwrap();
        directory.begin(Basis::Nothing).await.unwrap();
        let base_url = code_source_egress::BaseUrl::parse(URL).unwrap().to_string();
        let state = State {
            base_url,
            repository: "1".into(),
            path: "web/shop".into(),
            commit: "a".repeat(40),
            outside_symlinks: false,
            resolve_lfs: false,
            entries: 0,
            lfs_pointers: 0,
        };
        directory.commit(state).await.unwrap();
        directory
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn plan(&self, synced: &[&str]) -> Plan {
        let arguments = Arguments {
            name: "acme".into(),
            synced: synced.iter().map(|name| self.path(name)).collect(),
            confirmation: ConfirmationArguments::default(),
        };
        Plan::new(&arguments, &self.file).unwrap()
    }

    fn is_connected(&self) -> bool {
        let text = std::fs::read_to_string(self.path("config.toml"));
        text.unwrap().contains("[connections.acme]")
    }

    fn names(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.folder.path()).unwrap();
        let names = names.map(|name| name.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

const URL: &str = "https://git.acme.example";

#[tokio::test]
async fn at_every_step_it_is_told_what_would_be_left() {
    let study = Study::new().await;
    let mut told = Vec::new();
    let mut tell = |left: Left| {
        told.push((
            left.what.into_owned(),
            study.path("shop").exists(),
            study.is_connected(),
        ));
    };
    study
        .plan(&["shop"])
        .carry_out(&study.file, &mut tell)
        .unwrap();
    let shop = study.path("shop");
    let some = format!(
        "all or some of `{}` is removed, the connection `acme` is not",
        shop.display()
    );
    assert_eq!(
        told,
        [
            (some, true, true),
            (
                "nobody knows whether the connection `acme` is removed".into(),
                false,
                true
            ),
            (Left::DONE.what.into_owned(), false, false),
        ]
    );
    assert_eq!(study.names(), ["config.toml"]);
}

#[tokio::test]
async fn what_was_ended_in_its_middle_can_be_done_once_more() {
    let study = Study::new().await;
    let removed = study.path(".shop.code-source/removed");
    std::fs::rename(study.path("shop"), &removed).unwrap();
    study
        .plan(&["shop"])
        .carry_out(&study.file, &mut drop)
        .unwrap();
    assert_eq!(study.names(), ["config.toml"]);
    assert!(!study.is_connected());
}

#[tokio::test]
async fn a_tree_of_which_some_is_removed_is_not_taken_for_a_whole_one() {
    let study = Study::new().await;
    let removed = study.path(".shop.code-source/removed");
    std::fs::rename(study.path("shop"), &removed).unwrap();
    let state = Directory::new(study.path("shop")).open().await.unwrap();
    assert_eq!(state, None);
    assert!(!study.path("shop").exists() && !removed.exists());
}

#[tokio::test]
async fn nothing_goes_where_one_of_all_is_refused() {
    let study = Study::new().await;
    let locked = study.sync("cart").await;
    let plan = study.plan(&["shop", "cart"]);
    let refused = plan.carry_out(&study.file, &mut |left| panic!("{left:?}"));
    assert!(
        matches!(refused, Err(CommandError::Sync { .. })),
        "{refused:?}"
    );
    assert!(study.path("shop").exists() && study.is_connected());
    drop(locked);
    plan.carry_out(&study.file, &mut drop).unwrap();
    assert_eq!(study.names(), ["config.toml"]);
}

#[tokio::test]
async fn a_directory_counts_once_and_a_token_that_is_gone_is_no_failure() {
    let study = Study::new().await;
    let plan = study.plan(&["shop", "shop/../shop", "./shop"]);
    assert_eq!(plan.synced.len(), 1);
    std::fs::remove_dir_all(study.file.tokens()).unwrap();
    plan.carry_out(&study.file, &mut drop).unwrap();
    assert_eq!(study.names(), ["config.toml"]);
}

#[tokio::test]
async fn a_token_is_ours_however_the_configuration_is_named() {
    let study = Study::new().await;
    let roundabout = study.path("config.toml.tokens/../config.toml");
    let file = ConfigurationFile::read(&roundabout).unwrap();
    let entry = file.configuration().connection("acme").unwrap();
    assert!(ours(entry, "acme", &file).is_some());
}
