//! Changing one file; apart from changing many, because it answers with little and complains in
//! other words.

use http::StatusCode;
use serde_json::json;

use super::{
    Answer, Call,
    commit_create::{Action, Wanted},
    commit_parameters::decode,
};
use crate::{error::Refusal, reply::Reply};

pub(crate) fn create(call: &Call<'_>) -> Answer {
    change(call, "create", StatusCode::CREATED)
}

pub(crate) fn update(call: &Call<'_>) -> Answer {
    change(call, "update", StatusCode::OK)
}

pub(crate) fn delete(call: &Call<'_>) -> Answer {
    change(call, "delete", StatusCode::NO_CONTENT)
}

fn change(call: &Call<'_>, kind: &str, status: StatusCode) -> Answer {
    let (project, repository) = call.writable_code()?;
    let parameters = call.parameters()?;
    let [branch, message] = match kind {
        "delete" => parameters.required(["branch", "commit_message"])?,
        _ => {
            let all = ["branch", "commit_message", "content"];
            let [branch, message, _] = parameters.required(all)?;
            [branch, message]
        }
    };
    let encoding = parameters.one_of("encoding", &["base64", "text"])?;
    let content = match (parameters.string("content")?, encoding.as_deref()) {
        (Some(text), Some("base64")) => Some(decode(&text)?),
        (content, _) => content.map(String::into_bytes),
    };
    let path = call.capture_text("file_path");
    let wanted = Wanted {
        branch,
        message,
        start_branch: parameters.string("start_branch")?,
        start_sha: None,
        force: false,
        author: (
            parameters.string("author_name")?,
            parameters.string("author_email")?,
        ),
        statistics: false,
        actions: vec![Action {
            kind: kind.to_owned(),
            path: path.clone(),
            previous_path: None,
            content,
            last_commit: parameters.string("last_commit_id")?,
            executable: parameters.is_set("execute_filemode")?,
        }],
    };
    if !call.can_push_to(&project, &wanted.branch) {
        let text = "You are not allowed to push into this branch";
        return Err(Refusal::message(StatusCode::BAD_REQUEST, text));
    }
    wanted.carry_out(call, &project, &repository, |_| {
        "You are attempting to update a file that has changed since you started editing it."
            .to_owned()
    })?;
    match status {
        StatusCode::NO_CONTENT => Ok(Reply::empty(status)),
        status => {
            let answer = json!({"file_path": path, "branch": wanted.branch});
            Ok(Reply::json(status, &answer))
        }
    }
}
