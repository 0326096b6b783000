//! Making and deleting branches and tags; apart from reading them, because the storage layer's
//! refusals are relayed here, each with a text of its own.

use http::StatusCode;

use super::{
    Answer, Call,
    references::{branch_json, tag_json},
    writing::pushed,
};
use crate::{
    error::Refusal,
    event::Push,
    git::{Moved, NewCommit, RefKind, Reference, Repository, Staging},
    reply::Reply,
    state::{AccessLevel, ProjectRecord},
};

pub(crate) fn create_branch(call: &Call<'_>) -> Answer {
    let (project, repository) = call.writable_code()?;
    let parameters = call.parameters()?;
    let [name, start] = parameters.required(["branch", "ref"])?;
    if project.empty {
        begin(call, &project, &repository)?;
    }
    check_new_branch(call, &project, &repository, &name)?;
    let Some(commit) = repository.commit(&start)? else {
        return Err(bad(&format!(
            "Failed to create branch '{name}': invalid reference name '{start}'"
        )));
    };
    let moved = repository.move_reference(&full(RefKind::Branch, &name), None, Some(&commit.id))?;
    if let Moved::Refused(_) = moved {
        return Err(bad(&format!(
            "Failed to create branch '{name}': Branch name conflicts with existing branch \
             hierarchy."
        )));
    }
    tell(
        call,
        &project,
        &repository,
        RefKind::Branch,
        &name,
        None,
        Some(&commit.id),
    )?;
    let head = repository.head()?;
    let reference = made(&repository, RefKind::Branch, &name)?;
    let answer = branch_json(call, &project, &repository, &head, &reference)?;
    Ok(Reply::json(StatusCode::CREATED, &answer))
}

pub(crate) fn delete_branch(call: &Call<'_>) -> Answer {
    let (project, repository) = call.writable_code()?;
    let name = call.capture_text("branch");
    if !repository.is_valid_name(RefKind::Branch.prefix(), &name)? {
        return Err(bad("The branch refname is invalid"));
    }
    let reference = repository
        .reference(RefKind::Branch, &name)?
        .ok_or_else(|| Refusal::not_found("Branch"))?;
    // That a refusal of the storage layer has the status 400 is not verified for every version.
    if name == repository.head()? {
        return Err(bad("The default branch of a project cannot be deleted."));
    }
    if !call.can_push_to(&project, &name) {
        return Err(bad(
            "You are not allowed to delete protected branches from this project. Only a project \
             maintainer or owner can delete a protected branch.",
        ));
    }
    remove(call, &project, &repository, RefKind::Branch, &reference)
}

pub(crate) fn create_tag(call: &Call<'_>) -> Answer {
    let (_, repository) = call.code()?;
    let project = call.writable_project(AccessLevel::Developer)?;
    let parameters = call.parameters()?;
    let [name, target] = parameters.required(["tag_name", "ref"])?;
    if target.is_empty() {
        return Err(bad("Target is empty"));
    }
    if !repository.is_valid_name(RefKind::Tag.prefix(), &name)? {
        return Err(bad("Tag name invalid"));
    }
    let invalid = || bad(&format!("Target {target} is invalid"));
    let commit = repository.commit(&target)?.ok_or_else(invalid)?;
    let message = parameters.string("message")?.unwrap_or_default();
    let object = match message.trim() {
        "" => commit.id.clone(),
        message => {
            let moment = call.shared.write(|world| world.moment());
            let account = call.account()?;
            let tagger = format!("{} <{}>", account.name, account.email());
            repository.annotate(&name, &commit.id, message, (&tagger, moment))?
        }
    };
    let exists = || bad(&format!("Tag {name} already exists"));
    if repository.reference(RefKind::Tag, &name)?.is_some() {
        return Err(exists());
    }
    let moved = repository.move_reference(&full(RefKind::Tag, &name), None, Some(&object))?;
    if let Moved::Refused(_) = moved {
        return Err(exists());
    }
    tell(
        call,
        &project,
        &repository,
        RefKind::Tag,
        &name,
        None,
        Some(&object),
    )?;
    let reference = made(&repository, RefKind::Tag, &name)?;
    let answer = tag_json(call, &project, &repository, &reference)?;
    Ok(Reply::json(StatusCode::CREATED, &answer))
}

pub(crate) fn delete_tag(call: &Call<'_>) -> Answer {
    let (project, repository) = call.writable_code()?;
    let reference = repository
        .reference(RefKind::Tag, &call.capture_text("tag_name"))?
        .ok_or_else(|| Refusal::not_found("Tag"))?;
    remove(call, &project, &repository, RefKind::Tag, &reference)
}

/// GitLab's checks of a branch to be made, where it does not exist yet.
pub(crate) fn check_new_branch(
    call: &Call<'_>,
    project: &ProjectRecord,
    repository: &Repository,
    name: &str,
) -> Result<(), Refusal> {
    if !repository.is_valid_name(RefKind::Branch.prefix(), name)? {
        return Err(bad("Branch name is invalid"));
    }
    if repository.reference(RefKind::Branch, name)?.is_some() {
        return Err(bad("Branch already exists"));
    }
    if is_like_an_id(name) {
        return Err(bad(
            "You cannot create a branch with a 40-character hexadecimal branch name.",
        ));
    }
    match call.can_push_to(project, name) {
        true => Ok(()),
        false => Err(bad(
            "You are not allowed to create protected branches on this project.",
        )),
    }
}

/// An empty project gets its default branch first, with a readme that is empty too.
fn begin(call: &Call<'_>, project: &ProjectRecord, repository: &Repository) -> Result<(), Refusal> {
    let branch = repository.head()?;
    let commit = new_commit(call, &branch, "Add README.md")?;
    let mut staging = Staging::new(repository, None);
    // Nothing is there that the readme could be in the way of.
    if staging.create("README.md", Vec::new(), false).is_ok() {
        let id = repository.write_commit(&commit, &[], &staging)?;
        repository.move_reference(&full(RefKind::Branch, &branch), None, Some(&id))?;
        tell(
            call,
            project,
            repository,
            RefKind::Branch,
            &branch,
            None,
            Some(&id),
        )?;
    }
    Ok(())
}

/// A commit by the caller at the next moment.
pub(crate) fn new_commit(
    call: &Call<'_>,
    branch: &str,
    message: &str,
) -> Result<NewCommit, Refusal> {
    let account = call.account()?;
    let person = (account.name.clone(), account.email());
    Ok(NewCommit {
        branch: branch.to_owned(),
        message: message.into(),
        parents: None,
        author: person.clone(),
        committer: person,
        seconds: call.shared.write(|world| world.moment()),
        zone: "+0000".to_owned(),
    })
}

fn remove(
    call: &Call<'_>,
    project: &ProjectRecord,
    repository: &Repository,
    kind: RefKind,
    reference: &Reference,
) -> Answer {
    let name = full(kind, &reference.name);
    let target = &reference.target;
    match repository.move_reference(&name, Some(target), None)? {
        Moved::Yes => {}
        Moved::Refused(_) => {
            return Err(bad(&format!(
                "Could not update {name}. Please refresh and try again."
            )));
        }
    }
    tell(
        call,
        project,
        repository,
        kind,
        &reference.name,
        Some(target),
        None,
    )?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Notes that a reference moved.
pub(crate) fn tell(
    call: &Call<'_>,
    project: &ProjectRecord,
    repository: &Repository,
    kind: RefKind,
    name: &str,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<(), Refusal> {
    let length = before.or(after).map_or(40, str::len);
    let id = |id: Option<&str>| id.map_or_else(|| "0".repeat(length), str::to_owned);
    let push = Push {
        project: project.id,
        reference: full(kind, name),
        before: id(before),
        after: id(after),
        user: call.user()?,
        together: 1,
    };
    pushed(call.shared, repository, push)
}

fn made(repository: &Repository, kind: RefKind, name: &str) -> Result<Reference, Refusal> {
    repository
        .reference(kind, name)?
        .ok_or_else(|| Refusal::not_found(""))
}

fn full(kind: RefKind, name: &str) -> String {
    format!("{}{name}", kind.prefix())
}

/// Whether a name begins like the id of an object, which git would take it for.
fn is_like_an_id(name: &str) -> bool {
    let first = name.split(['/', '-']).next().unwrap_or_default();
    first.len() == 40 && first.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(crate) fn bad(text: &str) -> Refusal {
    Refusal::message(StatusCode::BAD_REQUEST, text)
}
