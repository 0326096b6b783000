//! `pull-requests.edit-pull-request`; apart as every function of the contract is.

use serde_json::{Map, Value, json};

use super::{
    argument, branch,
    open_pull_request::titled,
    place::{Doing, Place, already, explain},
};
use crate::{
    bindings::{
        pull_requests::{Edit, Written},
        types::{ErrorCode, RepositoryId, Subject},
    },
    call::Call,
    error::Failure,
    model::MergeRequest,
    transport::{Request, Transport},
};

/// Change a pull request. What is as wanted is not sent.
pub(crate) async fn edit_pull_request<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryId,
    number: u64,
    edit: &Edit,
) -> Result<Written, Failure> {
    let place = Place::new(repository, number)?;
    check(edit)?;
    let merge_request = place.read(call).await?;
    let changes = changes(edit, &merge_request);
    if changes.is_empty() {
        return already(merge_request);
    }
    if changes.contains_key("title") {
        let title = edit.title.as_deref().unwrap_or(merge_request.title());
        argument::sent_title(title, edit.draft.unwrap_or(merge_request.draft))?;
    }
    // GitLab does not always refuse a target that is not there.
    if let Some(target) = edit.target_branch.as_deref()
        && changes.contains_key("target_branch")
        && !branch::exists(call, &place.project, target).await?
    {
        return Err(branch::missing(&place.project, target));
    }
    let request = Request::put(place.target(""), &Value::Object(changes));
    let is_wanted = |now: &MergeRequest| self::changes(edit, now).is_empty();
    match place.change(call, &request, is_wanted).await {
        Ok(merge_request) if is_wanted(&merge_request) => place.applied(call, merge_request).await,
        Ok(_) => look_again(call, &place, edit).await,
        Err(failure) => Err(explain(call, &place.project, Doing::Writing, failure).await),
    }
}

/// GitLab says that it made the change, and tells a merge request that is not as wanted. It passes over
/// what it does not take, such as a label that the account may not make.
async fn look_again<T: Transport>(
    call: &Call<T>,
    place: &Place,
    edit: &Edit,
) -> Result<Written, Failure> {
    let now = match place.look(call).await {
        Ok(now) => now,
        Err(failure) => return Err(failure.into_unknown_outcome()),
    };
    let left = changes(edit, &now);
    if left.is_empty() {
        return place.applied(call, now).await;
    }
    let left: Vec<_> = left.keys().map(|key| format!("`{}`", name(key))).collect();
    let why = format!("GitLab passed over {}", left.join(", "));
    let action = place.purpose("changing", Subject::PullRequest).action;
    let failure = Failure::new(ErrorCode::Rejected(why.clone()), format!("{action}: {why}"));
    Err(failure.with_hint("the rest of the change may have taken effect"))
}

/// What the contract calls a field of GitLab's.
fn name(key: &str) -> &str {
    match key {
        "add_labels" => "add-labels",
        "description" => "body",
        "remove_labels" => "remove-labels",
        "target_branch" => "target-branch",
        "title" => "title` or `draft",
        other => other,
    }
}

fn check(edit: &Edit) -> Result<(), Failure> {
    if let Some(title) = &edit.title {
        argument::title(title)?;
    }
    if let Some(body) = &edit.body {
        argument::description(body)?;
    }
    if let Some(branch) = &edit.target_branch {
        argument::branch("target-branch", branch)?;
    }
    argument::labels("add-labels", &edit.add_labels)?;
    argument::labels("remove-labels", &edit.remove_labels)?;
    let is_contradiction = |label: &String| edit.remove_labels.contains(label);
    match edit.add_labels.iter().any(is_contradiction) {
        true => Err(Failure::invalid(
            "add-labels: one of them is in `remove-labels` too",
        )),
        false => Ok(()),
    }
}

/// What has to be sent so that the merge request is as wanted. GitLab keeps whether it is a draft in
/// the title, so that the two go together.
fn changes(edit: &Edit, now: &MergeRequest) -> Map<String, Value> {
    let mut changes = Map::new();
    let title = edit.title.as_deref().unwrap_or(now.title());
    let draft = edit.draft.unwrap_or(now.draft);
    if title.trim() != now.title().trim() || draft != now.draft {
        changes.insert("title".to_owned(), json!(titled(title, draft)));
    }
    if let Some(body) = &edit.body
        && !is_same_text(body, &now.description)
    {
        changes.insert("description".to_owned(), json!(body));
    }
    if let Some(branch) = &edit.target_branch
        && *branch != now.target_branch
    {
        changes.insert("target_branch".to_owned(), json!(branch));
    }
    let pick = |labels: &[String], is_there: bool| -> Vec<String> {
        let has = |label: &&String| now.labels.contains(*label) == is_there;
        labels.iter().filter(has).cloned().collect()
    };
    for (key, labels) in [
        ("add_labels", pick(&edit.add_labels, false)),
        ("remove_labels", pick(&edit.remove_labels, true)),
    ] {
        if !labels.is_empty() {
            changes.insert(key.to_owned(), json!(labels));
        }
    }
    changes
}

/// GitLab takes carriage returns and white space at both ends out of texts in which it looks for quick
/// actions.
pub(super) fn is_same_text(wanted: &str, there: &str) -> bool {
    let kept = |text: &str| text.replace('\r', "").trim().to_owned();
    wanted == there || kept(wanted) == kept(there)
}
