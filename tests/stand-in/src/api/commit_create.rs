//! Committing many changes at once; apart, because everything is checked before anything is
//! written, in an order that decides which complaint comes first.

use std::sync::Arc;

use http::StatusCode;

use super::{
    Answer, Call, commit_json,
    commit_parameters::Wording,
    reference_writes::{bad, check_new_branch, new_commit, tell},
};
use crate::{
    error::Refusal,
    git::{Commit, Moved, RefKind, Repository, Staging, StagingError},
    reply::Reply,
    state::ProjectRecord,
};

pub(crate) fn create(call: &Call<'_>) -> Answer {
    let (project, repository) = call.writable_code()?;
    let wording = Wording::of(call);
    let parameters = wording.read(call)?;
    let branch = parameters.string("branch")?;
    let check_branch = || match &branch {
        Some(branch) if !call.can_push_to(&project, branch) => Err(Refusal::forbidden(
            "You are not allowed to push into this branch",
        )),
        _ => Ok(()),
    };
    // Where Grape reads the parameters it does so before the handler, and so before this question.
    if wording == Wording::Own {
        check_branch()?;
    }
    let wanted = Wanted::parse(&parameters, wording)?;
    check_branch()?;
    let id = wanted.carry_out(call, &project, &repository, |path| {
        format!("The file has changed since you started editing it: {path}")
    })?;
    let commit = repository
        .commit(&id)?
        .ok_or_else(|| Refusal::not_found("Commit"))?;
    let answer = commit_json::basic(call, &project, &commit);
    let answer = match wanted.statistics {
        true => commit_json::with_statistics(&repository, &commit, answer)?,
        false => answer,
    };
    let answer = commit_json::detailed(&project, answer);
    Ok(Reply::json(StatusCode::CREATED, &answer))
}

/// What the client wants.
pub(super) struct Wanted {
    pub(super) branch: String,
    pub(super) message: String,
    pub(super) start_branch: Option<String>,
    pub(super) start_sha: Option<String>,
    pub(super) force: bool,
    pub(super) author: (Option<String>, Option<String>),
    pub(super) statistics: bool,
    pub(super) actions: Vec<Action>,
}

/// Where a commit goes: upon `base`, and to a branch that is at `tip` now.
struct Start {
    base: Option<Arc<Commit>>,
    tip: Option<String>,
}

pub(super) struct Action {
    pub(super) kind: String,
    pub(super) path: String,
    pub(super) previous_path: Option<String>,
    pub(super) content: Option<Vec<u8>>,
    pub(super) last_commit: Option<String>,
    pub(super) executable: bool,
}

impl Wanted {
    /// Makes the commit and returns its id; `conflict` words what is said of a file that changed.
    pub(super) fn carry_out(
        &self,
        call: &Call<'_>,
        project: &ProjectRecord,
        repository: &Repository,
        conflict: fn(&str) -> String,
    ) -> Result<String, Refusal> {
        let start = self.start(call, project, repository)?;
        for action in &self.actions {
            if let Some(path) = action.changed_path(repository, start.base.as_ref())? {
                return Err(bad(&conflict(path)));
            }
        }
        let mut staging = Staging::new(repository, start.base.clone());
        for action in &self.actions {
            action.stage(&mut staging).map_err(refused)?;
        }
        let id = write(call, repository, self, &start, &staging)?;
        tell(
            call,
            project,
            repository,
            RefKind::Branch,
            &self.branch,
            start.tip.as_deref(),
            Some(&id),
        )?;
        Ok(id)
    }

    fn start(
        &self,
        call: &Call<'_>,
        project: &ProjectRecord,
        repository: &Repository,
    ) -> Result<Start, Refusal> {
        let tip = repository.reference(RefKind::Branch, &self.branch)?;
        let tip = tip.and_then(|reference| reference.commit);
        if let Some(sha) = &self.start_sha {
            check_sha(repository, sha)?;
        }
        let start_branch = match (&self.start_branch, &self.start_sha) {
            (Some(branch), _) => Some(branch),
            (None, Some(_)) => None,
            (None, None) => Some(&self.branch),
        };
        let start = match start_branch {
            Some(branch) => repository.reference(RefKind::Branch, branch)?,
            None => None,
        };
        if start_branch.is_some() && start.is_none() && !project.empty {
            return Err(bad(
                "You can only create or edit files when you are on a branch",
            ));
        }
        if start_branch != Some(&self.branch) && !project.empty {
            self.check_other_branch(call, project, repository, tip.is_some())?;
        }
        let base = start
            .and_then(|reference| reference.commit)
            .or_else(|| self.start_sha.clone());
        let base = match base {
            Some(revision) => repository.commit(&revision)?,
            None => None,
        };
        Ok(Start { base, tip })
    }

    /// The branch is to begin here, or to begin anew where the client insists.
    fn check_other_branch(
        &self,
        call: &Call<'_>,
        project: &ProjectRecord,
        repository: &Repository,
        exists: bool,
    ) -> Result<(), Refusal> {
        let branch = &self.branch;
        match (exists, self.force) {
            (true, false) => Err(bad(&format!(
                "A branch called '{branch}' already exists. Switch to that branch in order to \
                 make changes"
            ))),
            (true, true) => Ok(()),
            (false, _) if !repository.is_valid_name(RefKind::Branch.prefix(), branch)? => {
                Err(bad(&format!(
                    "Something went wrong when we tried to create '{branch}' for you: Branch name \
                     is invalid"
                )))
            }
            (false, _) => check_new_branch(call, project, repository, branch),
        }
    }
}

impl Action {
    /// The path of a file of which the client saw another state than the branch has.
    fn changed_path(
        &self,
        repository: &Repository,
        base: Option<&Arc<Commit>>,
    ) -> Result<Option<&str>, Refusal> {
        let path = self.previous_path.as_deref().unwrap_or(&self.path);
        let (Some(expected), Some(base)) = (&self.last_commit, base) else {
            return Ok(None);
        };
        if self.kind == "create" || repository.entry(base, path.as_bytes())?.is_none() {
            return Ok(None);
        }
        let last = repository.last_commit(base, path.as_bytes())?;
        Ok((last.id != *expected).then_some(path))
    }

    fn stage(&self, staging: &mut Staging<'_>) -> Result<(), StagingError> {
        let content = || self.content.clone().unwrap_or_default();
        match self.kind.as_str() {
            "create" => staging.create(&self.path, content(), self.executable),
            "update" => staging.update(&self.path, content()),
            "delete" => staging.delete(&self.path),
            "chmod" => staging.set_executable(&self.path, self.executable),
            _ => {
                let from = self.previous_path.as_deref().unwrap_or_default();
                staging.rename(from, &self.path, self.content.clone())
            }
        }
    }
}

/// Writes the commit and moves the branch to it, unless the branch moved in the meantime.
fn write(
    call: &Call<'_>,
    repository: &Repository,
    wanted: &Wanted,
    start: &Start,
    staging: &Staging<'_>,
) -> Result<String, Refusal> {
    let mut commit = new_commit(call, &wanted.branch, &wanted.message)?;
    let (name, email) = &wanted.author;
    if let Some(name) = name.as_deref().map(plain).filter(|name| !name.is_empty()) {
        commit.author.0 = name;
    }
    if let Some(email) = email
        .as_deref()
        .map(plain)
        .filter(|email| !email.is_empty())
    {
        commit.author.1 = email;
    }
    let parents: Vec<String> = start.base.iter().map(|base| base.id.clone()).collect();
    let id = repository.write_commit(&commit, &parents, staging)?;
    let name = format!("{}{}", RefKind::Branch.prefix(), wanted.branch);
    match repository.move_reference(&name, start.tip.as_deref(), Some(&id))? {
        Moved::Yes => Ok(id),
        Moved::Refused(_) => Err(bad(&format!(
            "Could not update {name}. Please refresh and try again."
        ))),
    }
}

fn check_sha(repository: &Repository, sha: &str) -> Result<(), Refusal> {
    let is_id = (7..=64).contains(&sha.len()) && sha.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id {
        return Err(bad(&format!("Invalid start_sha '{sha}'")));
    }
    match repository.commit(sha)? {
        Some(_) => Ok(()),
        None => Err(bad(&format!("Cannot find start_sha '{sha}'"))),
    }
}

/// A person's name or address without what git would read as the end of it.
fn plain(text: &str) -> String {
    let text = text.replace(['<', '>', '\n', '\r', '\0'], "");
    text.trim().to_owned()
}

fn refused(error: StagingError) -> Refusal {
    match error {
        StagingError::Refused(text) => bad(&text),
        StagingError::Failure(error) => error.into(),
    }
}
