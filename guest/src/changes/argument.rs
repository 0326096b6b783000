//! Arguments that cannot be right; apart because GitLab would do something else with some of them.

use std::collections::HashSet;

use crate::{
    bindings::changes::{Author, CommitRequest, FileAction},
    error::{Failure, quote},
    git::argument::{is_object_id, is_reference_name, object_id, path as clean_path},
};

/// The name of a branch or a tag that is to be made or removed: git's rules, and GitLab's, which does
/// not want it to look like an object's name.
pub(super) fn reference(label: &str, name: &str) -> Result<(), Failure> {
    let why = if name == "HEAD" || !is_reference_name(name) {
        "git allows no reference of that name"
    } else if is_object_id(name) {
        "it looks like an object's name"
    } else if FULL.iter().any(|prefix| name.starts_with(prefix)) {
        "it is named without the prefix"
    } else {
        return Ok(());
    };
    Err(Failure::invalid(format!("{label}: {why}")))
}

/// A message of a tag or a commit.
pub(super) fn message(label: &str, message: &str) -> Result<(), Failure> {
    let why = if message.trim().is_empty() {
        "it is empty"
    } else if message.len() > LONGEST_MESSAGE {
        "it is longer than 65,536 bytes"
    } else if message.contains('\0') {
        "it contains a null character"
    } else {
        return Ok(());
    };
    Err(Failure::invalid(format!("{label}: {why}")))
}

/// Everything that a commit is asked for with.
pub(super) fn commit(request: &CommitRequest) -> Result<(), Failure> {
    reference("request.branch", &request.branch)?;
    if let Some(start) = &request.start {
        object_id("request.start", start)?;
    }
    if let Some(head) = &request.expected_head {
        object_id("request.expected-head", head)?;
        if request.start.is_some() {
            return Err(Failure::invalid(
                "request.expected-head: a branch that begins at `start` has none",
            ));
        }
    }
    message("request.message", &request.message)?;
    request.author.as_ref().map_or(Ok(()), author)?;
    actions(&request.actions)
}

/// The path that an action leaves something at, if any, and the one that it takes something from.
pub(super) fn paths(action: &FileAction) -> (Option<&str>, Option<&str>) {
    match action {
        FileAction::Create(file) => (Some(&file.path), None),
        FileAction::Update(file) => (Some(&file.path), None),
        FileAction::Delete(file) => (None, Some(&file.path)),
        FileAction::Move(file) => (Some(&file.new_path), Some(&file.old_path)),
        FileAction::SetMode(file) => (Some(&file.path), None),
    }
}

fn author(author: &Author) -> Result<(), Failure> {
    let is_odd = |text: &str| {
        text.trim().is_empty()
            || text.len() > LONGEST_PERSON
            || text.chars().any(|c| c.is_control() || "<>".contains(c))
    };
    if is_odd(&author.name) {
        return Err(Failure::invalid("request.author.name: it is no name"));
    }
    if is_odd(&author.email) || author.email.contains(char::is_whitespace) {
        return Err(Failure::invalid("request.author.email: it is no address"));
    }
    Ok(())
}

fn actions(actions: &[FileAction]) -> Result<(), Failure> {
    if actions.is_empty() || actions.len() > MOST_ACTIONS {
        return Err(Failure::invalid("request.actions: there are 1 to 500"));
    }
    let mut named = HashSet::new();
    let mut left = HashSet::new();
    let mut size: usize = 0;
    for action in actions {
        let (new, old) = paths(action);
        for path in [new, old].into_iter().flatten() {
            file(path)?;
            if !named.insert(path) {
                return Err(odd_path(path, "two actions name it"));
            }
        }
        left.extend(new);
        if let Some(blob) = expected_blob(action) {
            object_id("request.actions.expected-blob", blob)?;
        }
        size = size.saturating_add(content(action).len());
    }
    if size > LARGEST_CONTENT {
        return Err(Failure::invalid(
            "request.actions: their contents have more than 20,971,520 bytes",
        ));
    }
    check_directories(&left)
}

/// The blob that an action asks for.
pub(super) fn expected_blob(action: &FileAction) -> Option<&str> {
    match action {
        FileAction::Update(file) => file.expected_blob.as_deref(),
        FileAction::Delete(file) => file.expected_blob.as_deref(),
        FileAction::Move(file) => file.expected_blob.as_deref(),
        FileAction::Create(_) | FileAction::SetMode(_) => None,
    }
}

fn content(action: &FileAction) -> &[u8] {
    match action {
        FileAction::Create(file) => &file.bytes,
        FileAction::Update(file) => &file.bytes,
        FileAction::Delete(_) | FileAction::Move(_) | FileAction::SetMode(_) => &[],
    }
}

/// The path of a file to be written: git takes no folder of its own name, in any case, because some
/// file systems do not tell cases apart.
fn file(path: &str) -> Result<(), Failure> {
    if clean_path(path).is_err() {
        return Err(odd_path(
            path,
            "it is relative, without empty parts, `.` and `..`, and has 4,096 bytes at most",
        ));
    }
    if path.chars().any(char::is_control) {
        return Err(odd_path(path, "it contains a control character"));
    }
    match path
        .split('/')
        .any(|part| part.eq_ignore_ascii_case(".git"))
    {
        true => Err(odd_path(path, "git keeps `.git` for itself")),
        false => Ok(()),
    }
}

/// No file is the directory of another.
fn check_directories(files: &HashSet<&str>) -> Result<(), Failure> {
    let parents = |path: &'_ str| {
        path.match_indices('/')
            .map(|(end, _)| end)
            .collect::<Vec<_>>()
    };
    for path in files {
        let is_below = parents(path)
            .into_iter()
            .any(|end| files.contains(&path[..end]));
        if is_below {
            return Err(odd_path(
                path,
                "another action leaves a file where its directory is",
            ));
        }
    }
    Ok(())
}

fn odd_path(path: &str, why: &str) -> Failure {
    Failure::invalid(format!("request.actions: `{}`: {why}", quote(path)))
}

/// What `git check-ref-format` refuses, and the names that mean something else.
const FULL: &[&str] = &["refs/heads/", "refs/remotes/", "refs/tags/"];
const LARGEST_CONTENT: usize = 20_971_520;
const LONGEST_MESSAGE: usize = 65_536;
const LONGEST_PERSON: usize = 1_024;
const MOST_ACTIONS: usize = 500;
