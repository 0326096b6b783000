//! The body of a delivery; apart because GitLab has more kinds of it than the contract, and each has
//! fields of its own.

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    bindings::{
        types::ErrorCode,
        webhooks::{CommentEvent, Event, PullRequestEvent, RefEvent},
    },
    error::{Failure, quote},
    git::argument::{is_object_id, reference_name},
};

/// Read what is said to have happened. `announced` is what the header calls it.
///
/// The body is read twice: first for its kind alone, because a field that one kind needs may be
/// something else in another. What is not used, such as the list of commits, is passed over.
pub(super) fn read(body: &[u8], announced: Option<&str>) -> Result<Event, Failure> {
    let kind: Kind = parse(body)?;
    let kind = match (kind.object_kind, kind.event_name, announced) {
        (Some(kind), _, _) | (None, Some(kind), _) => kind,
        (None, None, Some(announced)) => announced.to_owned(),
        (None, None, None) => return Err(odd("the kind of the event")),
    };
    match kind.as_str() {
        "push" | "Push Hook" => change(body, "refs/heads/").map(Event::Push),
        "tag_push" | "Tag Push Hook" => change(body, "refs/tags/").map(Event::Tag),
        "merge_request" | "Merge Request Hook" => pull_request(body).map(Event::PullRequest),
        "note" | "Note Hook" => comment(body).map(Event::Comment),
        other => Ok(Event::Other(word(other))),
    }
}

#[derive(Deserialize)]
struct Kind {
    #[serde(default)]
    object_kind: Option<String>,
    /// What deliveries for a whole instance have instead.
    #[serde(default)]
    event_name: Option<String>,
}

#[derive(Deserialize)]
struct Owner {
    #[serde(default)]
    id: Option<u64>,
}

fn change(body: &[u8], prefix: &str) -> Result<RefEvent, Failure> {
    let change: Change = parse(body)?;
    let full = change.reference.unwrap_or_default();
    let name = full.strip_prefix(prefix).unwrap_or_default();
    if reference_name(name).is_err() {
        return Err(odd("`ref`"));
    }
    let (before, after) = (
        place(change.before, "`before`")?,
        place(change.after, "`after`")?,
    );
    if before.is_none() && after.is_none() {
        return Err(odd("`before` and `after`"));
    }
    Ok(RefEvent {
        repository: repository(change.project_id, change.project)?,
        name: name.to_owned(),
        before,
        after,
        commits: change.total_commits_count,
    })
}

#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    project_id: Option<u64>,
    #[serde(default)]
    project: Option<Owner>,
    #[serde(default, rename = "ref")]
    reference: Option<String>,
    #[serde(default)]
    before: Option<String>,
    #[serde(default)]
    after: Option<String>,
    /// The list of commits itself ends after 20.
    #[serde(default)]
    total_commits_count: Option<u64>,
}

fn pull_request(body: &[u8]) -> Result<PullRequestEvent, Failure> {
    let PullRequest {
        project,
        object_attributes: attributes,
    } = parse(body)?;
    let head = match attributes.last_commit.and_then(|commit| commit.id) {
        Some(id) => place(Some(id), "`object_attributes.last_commit.id`")?,
        None => None,
    };
    Ok(PullRequestEvent {
        repository: repository(attributes.target_project_id, project)?,
        number: attributes
            .iid
            .ok_or_else(|| odd("`object_attributes.iid`"))?,
        action: word(&attributes.action.unwrap_or_default()),
        head,
    })
}

#[derive(Deserialize)]
struct PullRequest {
    #[serde(default)]
    project: Option<Owner>,
    object_attributes: PullRequestAttributes,
}

#[derive(Deserialize)]
struct PullRequestAttributes {
    #[serde(default)]
    target_project_id: Option<u64>,
    #[serde(default)]
    iid: Option<u64>,
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    last_commit: Option<LastCommit>,
}

#[derive(Deserialize)]
struct LastCommit {
    #[serde(default)]
    id: Option<String>,
}

fn comment(body: &[u8]) -> Result<CommentEvent, Failure> {
    let comment: Comment = parse(body)?;
    let attributes = comment.object_attributes;
    let is_on_pull_request = attributes.noteable_type.as_deref() == Some("MergeRequest");
    let pull_request = match is_on_pull_request {
        true => {
            let number = comment.merge_request.and_then(|subject| subject.iid);
            Some(number.ok_or_else(|| odd("`merge_request.iid`"))?)
        }
        false => None,
    };
    let id = attributes.id.ok_or_else(|| odd("`object_attributes.id`"))?;
    Ok(CommentEvent {
        repository: repository(comment.project_id, comment.project)?,
        pull_request,
        comment: id.to_string(),
    })
}

#[derive(Deserialize)]
struct Comment {
    #[serde(default)]
    project_id: Option<u64>,
    #[serde(default)]
    project: Option<Owner>,
    object_attributes: CommentAttributes,
    #[serde(default)]
    merge_request: Option<Numbered>,
}

#[derive(Deserialize)]
struct CommentAttributes {
    #[serde(default)]
    id: Option<u64>,
    #[serde(default)]
    noteable_type: Option<String>,
}

#[derive(Deserialize)]
struct Numbered {
    #[serde(default)]
    iid: Option<u64>,
}

fn repository(id: Option<u64>, project: Option<Owner>) -> Result<String, Failure> {
    let id = id.or_else(|| project.and_then(|project| project.id));
    id.map_or_else(|| Err(odd("the repository")), |id| Ok(id.to_string()))
}

/// Where a reference was or is. Zeros stand for nowhere.
fn place(id: Option<String>, field: &str) -> Result<Option<String>, Failure> {
    let id = id.filter(|id| is_object_id(id)).ok_or_else(|| odd(field))?;
    Ok(Some(id).filter(|id| id.bytes().any(|digit| digit != b'0')))
}

/// One of GitLab's words, which are short.
fn word(text: &str) -> String {
    quote(text).chars().take(LONGEST_WORD).collect()
}

fn parse<D: DeserializeOwned>(body: &[u8]) -> Result<D, Failure> {
    // The parser's own words repeat what it met.
    serde_json::from_slice(body).map_err(|problem| {
        odd(&format!(
            "line {}, column {}",
            problem.line(),
            problem.column()
        ))
    })
}

fn odd(place: &str) -> Failure {
    let message = format!("the delivery makes no sense: {place}");
    Failure::new(ErrorCode::Malformed(place.to_owned()), message)
}

const LONGEST_WORD: usize = 64;
