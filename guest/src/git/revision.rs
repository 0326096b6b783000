//! From a revision to its commit; apart because content is only ever read at a commit.

use super::{argument, missing};
use crate::{
    bindings::{
        git::Revision,
        types::{Denial, ErrorCode, ObjectId, Subject},
    },
    call::Call,
    endpoint::{Project, Target},
    error::{Failure, Purpose, quote},
    model::{Branch, Commit, Tag},
    transport::{Request, Transport},
};

/// A commit to read at.
#[derive(Clone, Debug)]
pub(crate) struct Pinned {
    pub(crate) commit: ObjectId,
    /// Whether GitLab named it. A commit that the caller named is not looked up before it is
    /// needed: reading at it tells whether it exists, and saves a request.
    pub(crate) is_known: bool,
}

/// The commit in a cursor was found when the listing began.
pub(crate) fn known(commit: ObjectId) -> Pinned {
    Pinned {
        commit,
        is_known: true,
    }
}

/// A commit that the caller named.
pub(crate) fn unknown(commit: &str) -> Pinned {
    Pinned {
        commit: commit.to_owned(),
        is_known: false,
    }
}

/// Find the commit to read at.
pub(crate) async fn pin<T: Transport>(
    call: &Call<T>,
    project: &Project,
    at: &Revision,
) -> Result<Pinned, Failure> {
    let commit = match at {
        Revision::Commit(id) => {
            argument::object_id("at", id)?;
            return Ok(unknown(id));
        }
        Revision::Branch(name) => branch(call, project, name).await,
        Revision::Tag(name) => tag(call, project, name).await,
        Revision::DefaultBranch => default_branch(call, project).await,
    };
    match commit {
        Ok(commit) => Ok(known(commit)),
        Err(failure) => Err(missing::explain(call, project, failure).await),
    }
}

/// Ask for a commit by its name.
pub(crate) async fn commit<T: Transport>(
    call: &Call<T>,
    project: &Project,
    id: &str,
) -> Result<Commit, Failure> {
    let target = Target::repository(project, "/repository/commits").segment(id);
    let action = format!("reading the commit {id} of repository {}", project.id());
    let purpose = Purpose::new(action, Subject::Commit);
    let (_, commit): (_, Commit) = call.json(&Request::json(target), &purpose).await?;
    // GitLab follows a tag's own object, which is no commit.
    match commit.id == id {
        true => Ok(commit),
        false => Err(Failure::not_found(
            Subject::Commit,
            format!("{}: that object is no commit", purpose.action),
        )),
    }
}

/// What identifies a revision in a cursor.
pub(crate) fn describe(at: &Revision) -> (&'static str, &str) {
    match at {
        Revision::DefaultBranch => ("default", ""),
        Revision::Branch(name) => ("branch", name),
        Revision::Tag(name) => ("tag", name),
        Revision::Commit(id) => ("commit", id),
    }
}

async fn branch<T: Transport>(
    call: &Call<T>,
    project: &Project,
    name: &str,
) -> Result<ObjectId, Failure> {
    argument::reference_name(name)?;
    let target = Target::repository(project, "/repository/branches").segment(name);
    let purpose = reading("branch", name, project);
    let (_, branch): (_, Branch) = call.json(&Request::json(target), &purpose).await?;
    leads_to(branch.commit, &purpose)
}

async fn tag<T: Transport>(
    call: &Call<T>,
    project: &Project,
    name: &str,
) -> Result<ObjectId, Failure> {
    argument::reference_name(name)?;
    let target = Target::repository(project, "/repository/tags").segment(name);
    let purpose = reading("tag", name, project);
    let (_, tag): (_, Tag) = call.json(&Request::json(target), &purpose).await?;
    leads_to(tag.commit, &purpose)
}

/// The repository's `HEAD` is its default branch, and asking for it takes one request. GitLab
/// documents that name for files and not for commits, so it is not relied upon: where
/// it leads nowhere, the repository's details name the branch, or tell why there is none.
async fn default_branch<T: Transport>(
    call: &Call<T>,
    project: &Project,
) -> Result<ObjectId, Failure> {
    let target = Target::repository(project, "/repository/commits").segment("HEAD");
    let purpose = reading("revision", "HEAD", project);
    match call.json(&Request::json(target), &purpose).await {
        Ok((_, head)) => leads_to(head, &purpose),
        Err(failure) if missing::is_part(&failure) => named_default_branch(call, project).await,
        Err(failure) => Err(failure),
    }
}

async fn named_default_branch<T: Transport>(
    call: &Call<T>,
    project: &Project,
) -> Result<ObjectId, Failure> {
    let details = missing::details(call, project).await?;
    if details.is_empty() {
        return Err(missing::empty(project));
    }
    match details.default_branch.as_deref() {
        Some(name) => branch(call, project, name).await,
        None => Err(Failure::new(
            ErrorCode::Forbidden(Denial::Role("Reporter".to_owned())),
            format!(
                "GitLab does not tell the default branch of repository {}",
                project.id()
            ),
        )
        .with_hint("it tells those who may read the code: the token's owner needs that role")),
    }
}

fn reading(kind: &str, name: &str, project: &Project) -> Purpose {
    let action = format!(
        "reading the {kind} `{}` of repository {}",
        quote(name),
        project.id()
    );
    Purpose::new(action, Subject::Reference)
}

fn leads_to(commit: Commit, purpose: &Purpose) -> Result<ObjectId, Failure> {
    if commit.id.is_empty() {
        let message = format!("{}: it leads to no commit", purpose.action);
        return Err(Failure::not_found(Subject::Reference, message));
    }
    match argument::is_object_id(&commit.id) {
        true => Ok(commit.id),
        false => Err(Failure::malformed(format!(
            "{}: the commit's name",
            purpose.action
        ))),
    }
}
