//! Merging; apart, because it is the one handler here that moves branches.

use http::StatusCode;

use super::{Loaded, json, load_to_change, outlook::Outlook, reload, writing::say};
use crate::{
    api::{
        Answer, Call,
        parameters::{Parameters, missing},
        writing::pushed,
    },
    error::Refusal,
    event::{Event, MergeRequestEvent, Push},
    git::{MergedTree, Moved, TreeCommit},
    record::lock,
    reply::Reply,
    state::{AccessLevel, Deed, MergeRequestState},
};

/// What merging left behind.
struct Outcome {
    /// Where the target was.
    before: String,
    merge_commit: String,
    squash_commit: Option<String>,
}

pub(crate) fn merge(call: &Call<'_>) -> Answer {
    let sent = call.parameters()?;
    let expected = sent.string("sha")?;
    if expected.is_none() && call.at_least(19, 2) {
        return Err(missing("sha"));
    }
    let merging = lock(&call.shared.merging);
    let loaded = load_to_change(call, AccessLevel::Reporter)?;
    let record = &loaded.record;
    if !call.can_push_to(&loaded.project, &record.target_branch) {
        return Err(Refusal::unauthorized());
    }
    check_state(&loaded, &sent)?;
    let head = &record.version().head;
    if expected.is_some_and(|expected| expected != *head) {
        let text = format!("SHA does not match HEAD of source branch: {head}");
        return Err(Refusal::message(StatusCode::CONFLICT, &text));
    }
    let outcome = carry_out(call, &loaded, &sent)?;
    note(call, &loaded, &outcome)?;
    drop(merging);
    let remove = sent.boolean("should_remove_source_branch")?;
    if remove.or(record.remove_source_branch) == Some(true) {
        remove_source(call, &loaded)?;
    }
    let loaded = reload(call, loaded)?;
    let mut answer = json::full(call, &loaded, json::Extras::default())?;
    answer["should_remove_source_branch"] = remove.into();
    Ok(Reply::json(StatusCode::OK, &answer))
}

/// Refuses what is not to be merged at all, and then what cannot be.
fn check_state(loaded: &Loaded, sent: &Parameters) -> Result<(), Refusal> {
    let outlook = Outlook::settled(&loaded.repository, &loaded.record)?;
    // To merge once the pipeline succeeds needs a pipeline, and there is none here.
    let later = sent.is_set("auto_merge")? || sent.is_set("merge_when_pipeline_succeeds")?;
    match outlook {
        Outlook::NotOpen | Outlook::Draft | Outlook::SourceMissing => Err(not_allowed()),
        _ if later => Err(not_allowed()),
        Outlook::Mergeable if loaded.record.unprepared == 0 => Ok(()),
        _ => Err(cannot_be_merged()),
    }
}

/// Makes the commits and lets the target be at the last of them.
fn carry_out(call: &Call<'_>, loaded: &Loaded, sent: &Parameters) -> Result<Outcome, Refusal> {
    let (record, repository) = (&loaded.record, &loaded.repository);
    let target = format!("refs/heads/{}", record.target_branch);
    let before = repository.commit(&target)?.ok_or_else(not_allowed)?;
    let head = &record.version().head;
    let MergedTree::Tree(tree) = repository.merge_trees(&before.id, head)? else {
        return Err(cannot_be_merged());
    };
    let user = call.account()?;
    let email = user.email();
    let seconds = call.shared.write(|world| world.moment());
    let commit = |tree: &str, parents: &[&str], message: &str| {
        repository.commit_tree(&TreeCommit {
            tree,
            parents,
            message,
            person: (&user.name, &email),
            seconds,
        })
    };
    let squash_message = sent.string("squash_commit_message")?;
    let squash_commit = match sent.boolean("squash")?.unwrap_or(record.squash) {
        false => None,
        // One commit is its own squash unless it is to have another message.
        true if squash_message.is_none()
            && repository.count_commits(&record.version().base, head)? == 1 =>
        {
            Some(head.clone())
        }
        true => {
            let message = squash_message.unwrap_or_else(|| record.title.clone());
            let base = &record.version().base;
            let tree = repository.commit(head)?.map(|commit| commit.tree.clone());
            Some(commit(&tree.ok_or_else(not_allowed)?, &[base], &message)?)
        }
    };
    let message = sent
        .string("merge_commit_message")?
        .unwrap_or_else(|| default_message(loaded));
    let second = squash_commit.as_ref().unwrap_or(head);
    let merge_commit = commit(&tree, &[&before.id, second], &message)?;
    match repository.move_reference(&target, Some(&before.id), Some(&merge_commit))? {
        Moved::Yes => Ok(Outcome {
            before: before.id.clone(),
            merge_commit,
            squash_commit,
        }),
        // Somebody pushed to the target in the meantime.
        Moved::Refused(_) => Err(cannot_be_merged()),
    }
}

fn note(call: &Call<'_>, loaded: &Loaded, outcome: &Outcome) -> Result<(), Refusal> {
    let user = call.user()?;
    let (project, iid) = (loaded.project.id, loaded.record.iid);
    call.shared.write(|world| {
        world.change_merge_request(project, iid, |record| {
            record.state = MergeRequestState::Merged;
            record.merged = Some(Deed {
                user,
                at: record.updated_at,
            });
            record.merge_commit = Some(outcome.merge_commit.clone());
            record.squash_commit.clone_from(&outcome.squash_commit);
        });
    });
    say(call.shared, project, iid, user, "merged");
    let push = Push {
        project,
        reference: format!("refs/heads/{}", loaded.record.target_branch),
        before: outcome.before.clone(),
        after: outcome.merge_commit.clone(),
        user,
        together: 1,
    };
    pushed(call.shared, &loaded.repository, push)?;
    let event = MergeRequestEvent::new(project, iid, "merge", user);
    call.shared.happened(Event::MergeRequest(event));
    Ok(())
}

/// Deletes the source branch, unless it moved meanwhile or may not be deleted.
fn remove_source(call: &Call<'_>, loaded: &Loaded) -> Result<(), Refusal> {
    let branch = &loaded.record.source_branch;
    if loaded.project.is_protected(branch) {
        return Ok(());
    }
    let reference = format!("refs/heads/{branch}");
    let head = &loaded.record.version().head;
    let moved = loaded
        .repository
        .move_reference(&reference, Some(head), None)?;
    if moved == Moved::Yes {
        let push = Push {
            project: loaded.project.id,
            reference,
            before: head.clone(),
            after: "0".repeat(head.len()),
            user: call.user()?,
            together: 1,
        };
        pushed(call.shared, &loaded.repository, push)?;
    }
    Ok(())
}

fn default_message(loaded: &Loaded) -> String {
    let record = &loaded.record;
    format!(
        "Merge branch '{}' into '{}'\n\n{}\n\nSee merge request {}!{}",
        record.source_branch,
        record.target_branch,
        record.title,
        loaded.project.full_path,
        record.iid
    )
}

fn not_allowed() -> Refusal {
    Refusal::message(StatusCode::METHOD_NOT_ALLOWED, "405 Method Not Allowed")
}

fn cannot_be_merged() -> Refusal {
    Refusal::message(StatusCode::UNPROCESSABLE_ENTITY, "Branch cannot be merged")
}
