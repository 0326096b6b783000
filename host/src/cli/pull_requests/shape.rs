//! A pull request in JSON and for people: apart because most of these commands answer with one.

use serde::Serialize;

use crate::cli::charset::arrow;
use crate::cli::context::Context;
use crate::cli::escape;
use crate::cli::failure::CommandError;
use crate::cli::table::fields;
use crate::cli::words;
use crate::cli::written;
use crate::contract::pull_requests::{Mergeability, PullRequest, State, Written};

/// JSON of a pull request.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Shape {
    /// Its number in the repository.
    pub(super) number: u64,
    /// Its title.
    pub(super) title: String,
    /// Its description.
    body: String,
    /// `open`, `merged`, `closed`, `locked`, or the forge's word.
    pub(super) state: String,
    /// Whether its author holds it to be unfinished.
    pub(super) draft: bool,
    /// Name that its author signs in with.
    pub(super) author: String,
    /// The branch that is proposed.
    pub(super) source_branch: String,
    /// The repository of that branch.
    source_repository: Option<String>,
    /// The branch that it is proposed for.
    pub(super) target_branch: String,
    /// The newest commit that is proposed.
    head: Option<String>,
    /// The commit that its changes are told from.
    base: Option<String>,
    /// The commit of the target branch that has its changes.
    merged_as: Option<String>,
    /// `mergeable`, `unknown` or `blocked`; `null` unless it is open.
    mergeability: Option<&'static str>,
    /// Why it cannot be merged now.
    blocked_by: Option<String>,
    /// Its labels.
    labels: Vec<String>,
    /// Its page for people.
    web_url: String,
    /// When it was opened.
    created_at: String,
    /// When it changed last.
    pub(super) updated_at: String,
}

impl Shape {
    /// All of it, the description below.
    pub(super) fn for_people(&self) -> String {
        let draft = if self.draft { ", draft" } else { "" };
        let mergeability = match (self.mergeability, &self.blocked_by) {
            (Some(word), Some(why)) => Some(format!("{word}: {why}")),
            (word, _) => word.map(str::to_owned),
        };
        let labels = Some(self.labels.join(", ")).filter(|labels| !labels.is_empty());
        let mut text = fields(&[
            ("Number", Some(self.number.to_string())),
            ("Title", Some(self.title.clone())),
            ("State", Some(format!("{}{draft}", self.state))),
            ("Author", Some(self.author.clone())),
            (
                "Branches",
                Some(format!(
                    "{} {} {}",
                    self.source_branch,
                    arrow(),
                    self.target_branch
                )),
            ),
            ("Head", self.head.clone()),
            ("Base", self.base.clone()),
            ("Merged as", self.merged_as.clone()),
            ("Mergeability", mergeability),
            ("Labels", labels),
            ("Opened", Some(self.created_at.clone())),
            ("Changed", Some(self.updated_at.clone())),
            ("Page", Some(self.web_url.clone())),
        ]);
        text.push_str(&indented(&self.body));
        text
    }
}

/// Text of several lines below what it belongs to; nothing where there is none.
pub(super) fn indented(body: &str) -> String {
    let body = body.trim_end();
    if body.is_empty() {
        return String::new();
    }
    let mut text = String::from("\n");
    for line in body.lines() {
        text.push_str(format!("    {}", escape::lines(line)).trim_end());
        text.push('\n');
    }
    text
}

impl From<PullRequest> for Shape {
    fn from(pull: PullRequest) -> Self {
        let (mergeability, blocked_by) = match pull.mergeability {
            None => (None, None),
            Some(Mergeability::Mergeable) => (Some("mergeable"), None),
            Some(Mergeability::Unknown) => (Some("unknown"), None),
            Some(Mergeability::Blocked(why)) => (Some("blocked"), Some(why)),
        };
        Self {
            number: pull.number,
            title: pull.title,
            body: pull.body,
            state: state(pull.state),
            draft: pull.draft,
            author: pull.author,
            source_branch: pull.source_branch,
            source_repository: pull.source_repository,
            target_branch: pull.target_branch,
            head: pull.head,
            base: pull.base,
            merged_as: pull.merged_as,
            mergeability,
            blocked_by,
            labels: pull.labels,
            web_url: pull.web_url,
            created_at: words::date_time(pull.created_at),
            updated_at: words::date_time(pull.updated_at),
        }
    }
}

/// Where a pull request stands, in one word.
fn state(state: State) -> String {
    match state {
        State::Open => "open".into(),
        State::Merged => "merged".into(),
        State::Closed => "closed".into(),
        State::Locked => "locked".into(),
        State::Other(word) => word,
    }
}

/// JSON of a pull request, and of what became of the write.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct WrittenShape {
    /// The pull request as it is now.
    pull_request: Shape,
    /// `applied` or `already`.
    outcome: &'static str,
}

/// Tell what became of a write. `done` begins with a capital letter and is followed by the name of
/// the pull request, as in "Closed the pull request 7 of web/shop"; `is` follows that name.
pub(super) fn tell(
    context: &mut Context,
    path: &str,
    done: &str,
    is: &str,
    written: Written,
) -> Result<(), CommandError> {
    let shape = Shape::from(written.pull_request);
    if context.output.is_json() {
        return context.output.json_line(&WrittenShape {
            pull_request: shape,
            outcome: written::word(written.outcome),
        });
    }
    let name = format!("the pull request {} of {path}", shape.number);
    let sentence = written::sentence(
        written.outcome,
        &format!("{done} {name}"),
        &format!("{name} {is}"),
    );
    let page = escape::line(&shape.web_url).into_owned();
    context.output.text(format!("{sentence}{page}\n"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn pull_request() -> PullRequest {
        PullRequest {
            number: 7,
            title: "Faster\u{1b}[2J cart".into(),
            body: "# Why\n\nIt was slow.\n".into(),
            state: State::Open,
            draft: true,
            author: "ada".into(),
            source_branch: "fast".into(),
            source_repository: Some("42".into()),
            target_branch: "main".into(),
            head: Some("h".into()),
            base: None,
            merged_as: None,
            mergeability: Some(Mergeability::Blocked("ci_must_pass".into())),
            labels: vec![],
            web_url: "https://git.acme.example/7".into(),
            created_at: 0,
            updated_at: 1,
        }
    }

    #[test]
    fn a_pull_request_says_why_it_cannot_be_merged() {
        let shape = Shape::from(pull_request());
        let text = anstream::adapter::strip_str(&shape.for_people()).to_string();
        assert!(text.contains("blocked: ci_must_pass\n"), "{text}");
        assert!(text.contains("open, draft\n"), "{text}");
        assert!(text.contains("Faster\\u{1b}[2J cart\n"), "{text}");
        assert!(
            text.ends_with("\n    # Why\n\n    It was slow.\n"),
            "{text}"
        );
        let value = serde_json::to_value(&shape).unwrap();
        assert_eq!(value["mergeability"], "blocked");
        assert_eq!(value["blocked-by"], "ci_must_pass");
        assert_eq!(value["base"], serde_json::Value::Null);
        assert_eq!(value["updated-at"], "1970-01-01T00:00:01Z");
    }
}
