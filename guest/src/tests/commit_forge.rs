//! A forge in memory that takes commits; apart because it has to refuse as GitLab does.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::forge::{Reply, parameter};
use crate::transport::Request;

/// Files by path, each with its content and its executable bit.
pub(super) type Files = BTreeMap<String, (Vec<u8>, bool)>;

pub(super) struct Commit {
    id: String,
    parent: Option<String>,
    message: String,
    files: Files,
}

/// Repository 42.
#[derive(Default)]
pub(super) struct Forge {
    pub(super) commits: RefCell<Vec<Commit>>,
    pub(super) branches: RefCell<BTreeMap<String, String>>,
    /// What comes instead of an answer to the write, and whether it is carried out nevertheless.
    pub(super) loss: Option<(fn() -> Reply, bool)>,
    /// What happens right before the write, once.
    pub(super) race: Cell<Option<fn(&Self)>>,
    /// What happens right behind the write.
    pub(super) aftermath: Option<fn(&Self)>,
    /// What GitLab refuses the write with.
    pub(super) refusal: Option<(u16, &'static str)>,
    /// The latest body.
    pub(super) sent: RefCell<Value>,
}

impl Forge {
    /// With one commit on `main`.
    pub(super) fn with(files: &[(&str, &str)]) -> Self {
        let forge = Self::default();
        forge.commit("main", "first", files);
        forge
    }

    pub(super) fn head(&self, branch: &str) -> String {
        self.branches.borrow()[branch].clone()
    }

    /// What is at a branch now.
    pub(super) fn files(&self, branch: &str) -> Files {
        self.at(&self.head(branch), |commit| commit.files.clone())
            .expect("is there")
    }

    /// Somebody's commit.
    pub(super) fn commit(&self, branch: &str, message: &str, files: &[(&str, &str)]) -> String {
        let parent = self.branches.borrow().get(branch).cloned();
        let mut all = match &parent {
            Some(parent) => self.at(parent, |c| c.files.clone()).expect("is there"),
            None => Files::new(),
        };
        for (path, content) in files {
            all.insert((*path).to_owned(), (content.as_bytes().to_vec(), false));
        }
        self.add(branch, parent, message, all)
    }

    fn add(&self, branch: &str, parent: Option<String>, message: &str, files: Files) -> String {
        let id = format!("{:040x}", self.commits.borrow().len() + 1);
        self.commits.borrow_mut().push(Commit {
            id: id.clone(),
            parent,
            message: message.to_owned(),
            files,
        });
        self.branches
            .borrow_mut()
            .insert(branch.to_owned(), id.clone());
        id
    }

    pub(super) fn answer(&self, line: &str, request: &Request) -> Reply {
        let (place, _) = line.split_once('?').unwrap_or((line, ""));
        let Some((method, rest)) = place.split_once(" /projects/42") else {
            panic!("{line}");
        };
        let parts: Vec<_> = rest.trim_start_matches("/repository").split('/').collect();
        match (method, parts.as_slice()) {
            ("GET", [""]) => {
                let is_empty = self.branches.borrow().is_empty();
                let project =
                    json!({ "id": 42, "path_with_namespace": "a/b", "empty_repo": is_empty });
                Reply::json(project.to_string())
            }
            ("GET", ["", "branches", name]) => match self.branches.borrow().get(*name) {
                Some(id) => {
                    let branch = json!({ "name": name, "commit": { "id": id } });
                    Reply::json(branch.to_string())
                }
                None => Reply::missing("Branch"),
            },
            ("GET", ["", "commits", id]) => match self.at(id, in_json) {
                Some(commit) => Reply::json(commit.to_string()),
                None => Reply::missing("Commit"),
            },
            ("GET", ["", "commits"]) => self.history(line),
            ("GET", ["", "tree"]) => self.tree(line),
            ("HEAD", ["", "files", path]) => self.file(path, line),
            ("GET", ["", "files", _, "raw"]) => Reply::missing("File"),
            ("POST", ["", "commits"]) => self.write(request),
            _ => panic!("{line}"),
        }
    }

    fn history(&self, line: &str) -> Reply {
        let mut next = parameter(line, "ref_name").map(str::to_owned);
        let mut found = Vec::new();
        while let Some(id) = next {
            found.extend(self.at(&id, in_json));
            next = self.at(&id, |commit| commit.parent.clone()).flatten();
        }
        Reply::json(Value::Array(found).to_string())
    }

    fn file(&self, path: &str, line: &str) -> Reply {
        let path = percent_decode_str(path).decode_utf8().expect("is text");
        let commit = parameter(line, "ref").expect("is sent");
        let Some(Some((content, executable))) = self.at(commit, |c| c.files.get(&*path).cloned())
        else {
            return Reply::content(404, "");
        };
        let hash = sha256(&content);
        Reply::content(200, "")
            .field("X-Gitlab-Size", content.len().to_string())
            .field("X-Gitlab-Blob-Id", blob(&content))
            .field("X-Gitlab-Content-Sha256", hash)
            .field("X-Gitlab-Commit-Id", commit)
            .field("X-Gitlab-Last-Commit-Id", self.last_commit(commit, &path))
            .field("X-Gitlab-Execute-Filemode", executable.to_string())
    }

    /// What is in a directory, all on one page, and nothing of a missing one, as in old versions.
    fn tree(&self, line: &str) -> Reply {
        let path = parameter(line, "path").unwrap_or_default();
        let path = percent_decode_str(path).decode_utf8().expect("is text");
        let beginning = match path.is_empty() {
            true => String::new(),
            false => format!("{path}/"),
        };
        let commit = parameter(line, "ref").expect("is sent");
        let Some(files) = self.at(commit, |commit| commit.files.clone()) else {
            return Reply::missing("Tree");
        };
        let mut entries = BTreeMap::new();
        for (path, (content, executable)) in &files {
            let Some(rest) = path.strip_prefix(&beginning) else {
                continue;
            };
            let entry = match rest.split_once('/') {
                Some((directory, _)) => {
                    let path = format!("{beginning}{directory}");
                    json!({ "id": "d".repeat(40), "path": path, "mode": "040000", "type": "tree" })
                }
                None => {
                    let mode = mode(path, *executable);
                    json!({ "id": blob(content), "path": path, "mode": mode, "type": "blob" })
                }
            };
            entries.insert(entry["path"].to_string(), entry);
        }
        Reply::json(Value::Array(entries.into_values().collect()).to_string())
    }

    fn last_commit(&self, at: &str, path: &str) -> String {
        let here = self.at(at, |commit| commit.files.get(path).cloned());
        let parent = self.at(at, |commit| commit.parent.clone()).flatten();
        match parent {
            Some(parent) if self.at(&parent, |c| c.files.get(path).cloned()) == here => {
                self.last_commit(&parent, path)
            }
            _ => at.to_owned(),
        }
    }

    fn write(&self, request: &Request) -> Reply {
        if let Some(race) = self.race.take() {
            race(self);
        }
        let body = request.body.as_deref().expect("is sent");
        let body: Value = serde_json::from_slice(body).expect("is JSON");
        *self.sent.borrow_mut() = body.clone();
        if let Some((status, words)) = self.refusal {
            return Reply::status(status, json!({ "message": words }).to_string());
        }
        let answer = match self.loss {
            Some((_, false)) => Reply::json("{}"),
            _ => match self.carry_out(&body) {
                Ok(commit) => Reply::status(201, commit.to_string()),
                Err(words) => return Reply::status(400, json!({ "message": words }).to_string()),
            },
        };
        if let Some(aftermath) = self.aftermath {
            aftermath(self);
        }
        self.loss.map_or(answer, |(loss, _)| loss())
    }

    fn carry_out(&self, body: &Value) -> Result<Value, String> {
        let text = |key: &str| body[key].as_str().map(str::to_owned);
        let branch = text("branch").expect("is sent");
        let there = self.branches.borrow().get(&branch).cloned();
        let base = match text("start_sha") {
            Some(_) if there.is_some() => {
                return Err(format!("A branch called '{branch}' already exists."));
            }
            Some(start) if self.at(&start, |_| ()).is_none() => {
                return Err(format!("Cannot find start_sha '{start}'"));
            }
            Some(start) => Some(start),
            None => there,
        };
        let mut files = base
            .as_ref()
            .and_then(|base| self.at(base, |commit| commit.files.clone()))
            .unwrap_or_default();
        for action in body["actions"].as_array().expect("is a list") {
            self.check(action, base.as_deref())?;
            apply(action, &mut files)?;
        }
        let message = text("commit_message").expect("is sent");
        let id = self.add(&branch, base, message.trim_end(), files);
        Ok(self.at(&id, in_json).expect("is there"))
    }

    fn check(&self, action: &Value, base: Option<&str>) -> Result<(), String> {
        let path = action["previous_path"]
            .as_str()
            .or(action["file_path"].as_str());
        let path = path.expect("is sent");
        let (Some(expected), Some(base)) = (action["last_commit_id"].as_str(), base) else {
            return Ok(());
        };
        match self.last_commit(base, path) == expected {
            true => Ok(()),
            false => Err(format!(
                "The file has changed since you started editing it: {path}"
            )),
        }
    }

    fn at<V>(&self, id: &str, read: impl FnOnce(&Commit) -> V) -> Option<V> {
        let commits = self.commits.borrow();
        commits.iter().find(|commit| commit.id == id).map(read)
    }
}

fn apply(action: &Value, files: &mut Files) -> Result<(), String> {
    let text = |key: &str| action[key].as_str().unwrap_or_default().to_owned();
    let path = text("file_path");
    let content = match action["encoding"].as_str() {
        Some("base64") => STANDARD.decode(text("content")).expect("is base64"),
        _ => text("content").into_bytes(),
    };
    let below = format!("{path}/");
    // Gitaly takes a directory for nothing, and what is in it goes.
    let clear = |files: &mut Files| files.retain(|path, _| !path.starts_with(&below));
    let missing = || "A file with this name doesn't exist".to_owned();
    let taken = "A file with this name already exists".to_owned();
    match text("action").as_str() {
        "create" if files.contains_key(&path) => return Err(taken),
        "create" => {
            clear(files);
            files.insert(path, (content, false));
        }
        "update" => files.get_mut(&path).ok_or_else(missing)?.0 = content,
        "delete" if files.keys().any(|path| path.starts_with(&below)) => clear(files),
        "delete" => _ = files.remove(&path).ok_or_else(missing)?,
        "move" if files.contains_key(&path) => return Err(taken),
        "move" => {
            let file = files.remove(&text("previous_path")).ok_or_else(missing)?;
            clear(files);
            files.insert(path, file);
        }
        _ => {
            let file = files.get_mut(&path).ok_or_else(missing)?;
            file.1 = action["execute_filemode"] == true;
        }
    }
    Ok(())
}

/// Paths that begin so are symbolic links.
fn mode(path: &str, executable: bool) -> &'static str {
    match (path.starts_with("link"), executable) {
        (true, _) => "120000",
        (false, true) => "100755",
        (false, false) => "100644",
    }
}

fn in_json(commit: &Commit) -> Value {
    let parents: Vec<_> = commit.parent.iter().collect();
    json!({ "id": commit.id, "parent_ids": parents, "message": format!("{}\n", commit.message) })
}

/// A blob's name in git.
pub(super) fn blob(content: &[u8]) -> String {
    let head = format!("blob {}\0", content.len());
    let digest = Sha1::new().chain_update(head).chain_update(content);
    hexadecimal(&digest.finalize())
}

fn sha256(content: &[u8]) -> String {
    hexadecimal(&Sha256::digest(content))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
