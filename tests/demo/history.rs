//! What the demo's repository holds: the history of this one, or a commit of its sources.

use std::path::{Path, PathBuf};
use std::process::Command;

use code_source_stand_in::{Change, Project};

/// Fill the project. Where there is no history, as in an unpacked archive, one is made.
pub(crate) fn fill(project: &Project) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let has_history = Command::new("git")
        .args(["rev-parse", "--verify", "--quiet", "HEAD"])
        .current_dir(&root)
        .output()
        .is_ok_and(|output| output.status.success());
    if has_history {
        project.import(&root, BRANCH);
        return Ok(());
    }
    let mut files = Vec::new();
    collect(&root, &root, &mut files)?;
    let changes: Vec<(String, Change)> = files
        .into_iter()
        .filter_map(|path| {
            let name = path.strip_prefix(&root).ok()?.to_str()?.to_owned();
            Some((name, Change::file(std::fs::read(&path).ok()?)))
        })
        .collect();
    project.commit(BRANCH, "The sources", &changes);
    Ok(())
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| format!("cannot list {}: {error}", folder.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        let is_product = folder == root && (path.ends_with("target") || path.ends_with(".git"));
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !is_product => collect(root, &path, files)?,
            Ok(kind) if kind.is_file() => files.push(path),
            _ => {}
        }
    }
    Ok(())
}

/// The branch that the project gets, whatever the history's own is called.
pub(crate) const BRANCH: &str = "main";
