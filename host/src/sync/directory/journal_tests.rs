//! Interruptions at every step between the journal and its end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::*;
use crate::object::{Algorithm, blob_name};
use crate::sync::directory::changes::Changes;
use crate::sync::directory::fresh::Fresh;
use crate::sync::directory::store::Store;
use crate::sync::options::SyncLimits;
use crate::sync::sink::{Kind, Record, State};

#[test]
fn an_interruption_before_the_journal_leaves_the_old_state() {
    let parent = tempfile::tempdir().unwrap();
    let (place, _) = changed(parent.path());
    drop(place);
    assert_state(parent.path(), "old", &OLD);
}

#[test]
fn an_interruption_after_any_step_is_completed_by_the_next_run() {
    let count = changed(tempfile::tempdir().unwrap().path()).1.len();
    for done in 0..=count {
        let parent = tempfile::tempdir().unwrap();
        let (place, steps) = changed(parent.path());
        write(&place, &steps).unwrap();
        apply(&place, &steps[..done]).unwrap();
        drop(place);
        assert_state(parent.path(), "new", &NEW);
        assert!(!journal_of(parent.path()).exists());
    }
}

#[test]
fn completing_it_is_interrupted_and_completed_again() {
    let parent = tempfile::tempdir().unwrap();
    let (place, steps) = changed(parent.path());
    write(&place, &steps).unwrap();
    for done in 0..=steps.len() {
        apply(&place, &steps[..done]).unwrap();
    }
    drop(place);
    assert_state(parent.path(), "new", &NEW);
}

#[test]
fn what_cannot_be_completed_is_given_up_and_nothing_is_lost_of_the_place() {
    let parent = tempfile::tempdir().unwrap();
    let (place, steps) = changed(parent.path());
    write(&place, &steps).unwrap();
    fs::remove_file(place.tree.join("changed")).unwrap();
    fs::create_dir_all(place.tree.join("changed/mine")).unwrap();
    drop(place);
    let store = Store::open(&parent.path().join("code")).unwrap();
    assert_eq!(store.state(), None);
    assert!(!journal_of(parent.path()).exists());
}

#[test]
fn a_journal_is_read_as_it_was_written() {
    let parent = tempfile::tempdir().unwrap();
    let (place, steps) = changed(parent.path());
    write(&place, &steps).unwrap();
    let bytes = fs::read(place.journal()).unwrap();
    assert_eq!(parse(&bytes), Some(steps));
    assert_eq!(parse(&bytes[..bytes.len() - 1]), None);
}

/// A place with one committed tree, and the steps to another.
fn changed(parent: &Path) -> (Place, Vec<Step>) {
    let place = Place::open(&parent.join("code")).unwrap();
    let mut fresh = Fresh::begin(&place).unwrap();
    for (path, content) in OLD {
        fresh.create(&path_of(path), false).unwrap();
        fresh.write(content.as_bytes()).unwrap();
        fresh.finish(record(content)).unwrap();
    }
    fresh.place(&path_of("module"), submodule()).unwrap();
    fresh.commit(&place, &state("old")).unwrap();
    let mut changes = Changes::begin(&place).unwrap();
    for path in ["file", "directory/below", "gone", "module"] {
        changes.remove(&path_of(path));
    }
    for (path, content) in NEW.iter().filter(|entry| entry.0 != "kept") {
        changes.create(&path_of(path), false).unwrap();
        changes.write(content.as_bytes()).unwrap();
        changes.finish(record(content)).unwrap();
    }
    changes.place(&path_of("gone"), submodule()).unwrap();
    let steps = changes.steps(&place, &state("new")).unwrap();
    (place, steps)
}

fn assert_state(parent: &Path, commit: &str, tree: &[(&str, &str)]) {
    let store = Store::open(&parent.join("code")).unwrap();
    assert_eq!(store.state().unwrap().commit, commit);
    let mut found = BTreeMap::new();
    let mut ahead = vec![PathBuf::new()];
    while let Some(path) = ahead.pop() {
        let full = parent.join("code").join(&path);
        match full.is_dir() {
            true => ahead.extend(
                fs::read_dir(&full)
                    .unwrap()
                    .map(|entry| path.join(entry.unwrap().file_name())),
            ),
            false => {
                found.insert(
                    path.to_str().unwrap().to_owned(),
                    fs::read_to_string(full).unwrap(),
                );
            }
        }
    }
    let expected = tree
        .iter()
        .map(|(path, content)| ((*path).to_owned(), (*content).to_owned()));
    assert_eq!(found, expected.collect());
}

fn journal_of(parent: &Path) -> PathBuf {
    parent.join(".code.code-source/journal")
}

fn path_of(path: &str) -> TreePath {
    TreePath::new(path.as_bytes(), &SyncLimits::default()).unwrap()
}

fn record(content: &str) -> Record {
    let kind = Kind::File {
        executable: false,
        lfs: false,
    };
    Record {
        kind,
        id: blob_name(Algorithm::Sha1, content.as_bytes()),
        size: content.len() as u64,
    }
}

fn submodule() -> Record {
    Record {
        kind: Kind::Submodule,
        id: blob_name(Algorithm::Sha1, b"any"),
        size: 0,
    }
}

fn state(commit: &str) -> State {
    State {
        base_url: String::new(),
        repository: String::new(),
        path: String::new(),
        commit: commit.into(),
        outside_symlinks: false,
        resolve_lfs: false,
        entries: 0,
        lfs_pointers: 0,
    }
}

const OLD: [(&str, &str); 5] = [
    ("changed", "1"),
    ("directory/below", "2"),
    ("file", "3"),
    ("gone", "4"),
    ("kept", "5"),
];
/// A file where a directory was, a directory where a file was, a file where a submodule was.
const NEW: [(&str, &str); 5] = [
    ("changed", "6"),
    ("directory", "7"),
    ("file/below", "8"),
    ("kept", "5"),
    ("module", "9"),
];
