//! `receive-webhook`: a delivery verified and read; apart from the other commands because what it
//! tells came by itself, from anybody.

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::repository::RepositoryArgument;
use crate::cli::table::fields;
use crate::cli::text_input;
use crate::cli::usage::UsageError;
use crate::contract::webhooks::{CommentEvent, Event, PullRequestEvent, RefEvent};
use crate::delivery::{RawDelivery, VerifiedDelivery};

/// Arguments of `receive-webhook`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The delivery is held against the secrets of the connection (`secrets = { webhook = { file = \"...\" } }`).
One that nothing says comes from the forge is refused, with the exit status 38; so is one of a
repository that is not connected. An event is a hint, never the truth: ask the forge what is so.

Examples:
  code-source receive-webhook --headers headers.txt --body body.json
  code-source receive-webhook --headers headers.txt --body - --repository web/shop --json")]
pub(crate) struct Arguments {
    /// File with the header: a line `Name: value` for each field, perhaps after the request line
    #[arg(long, value_name = "FILE")]
    headers: PathBuf,

    /// File with the body, byte for byte, `-` for standard input
    #[arg(long, value_name = "FILE")]
    body: PathBuf,

    /// The repository that it may be of, asked for at the forge [default: those of the configuration]
    #[arg(long)]
    repository: Option<RepositoryArgument>,
}

/// Run `receive-webhook`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let headers =
        fields_of(
            &std::fs::read(&arguments.headers).map_err(|source| CommandError::File {
                action: "read",
                path: arguments.headers.clone(),
                source,
            })?,
        )?;
    let body = text_input::bytes(&arguments.body)?;
    let source = match &arguments.repository {
        Some(repository) => context.repository(repository).await?.source,
        None => context.open()?.source,
    };
    let delivery = RawDelivery::new(headers, body);
    let outcome = source.read_delivery(delivery).await;
    let shape = Shape::from(context.notes.answer("read the delivery", outcome)?);
    if context.output.is_json() {
        context.output.json_line(&shape)
    } else {
        context.output.text(shape.for_people())
    }
}

/// The fields of a header as it is on the wire. What is not understood is told by its line alone: it
/// may hold a secret.
fn fields_of(text: &[u8]) -> Result<Vec<(String, Vec<u8>)>, CommandError> {
    let mut fields = Vec::new();
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii_end();
        let is_start = index == 0 && (line.starts_with(b"HTTP/") || ends_with_version(line));
        if line.is_empty() || is_start {
            continue;
        }
        let field = field(line).ok_or_else(|| UsageError::HeaderLine {
            number: (index + 1).to_string(),
        })?;
        fields.push(field);
    }
    Ok(fields)
}

/// Whether it is a request line.
fn ends_with_version(line: &[u8]) -> bool {
    let word = line.rsplit(|byte| *byte == b' ').next();
    word.is_some_and(|word| word.starts_with(b"HTTP/"))
}

fn field(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    let is_name = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    let name = std::str::from_utf8(name).ok().filter(|_| is_name)?;
    Some((name.to_owned(), value.trim_ascii().to_vec()))
}

/// JSON of `receive-webhook`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The same for every attempt to deliver it, where the forge tells.
    id: Option<String>,
    /// How it is known to come from the forge.
    verification: &'static str,
    /// What is said to have happened.
    event: EventShape,
}

/// What is said to have happened, in JSON.
#[derive(Serialize)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
enum EventShape {
    /// A branch changed.
    Push(RefShape),
    /// A tag came or went.
    Tag(RefShape),
    /// A pull request was opened or changed.
    PullRequest {
        /// The repository that it is proposed for.
        repository: String,
        /// Its number.
        number: u64,
        /// What happened to it, in the forge's own word.
        action: String,
        /// Its newest commit, where the forge tells.
        head: Option<String>,
    },
    /// A comment was written or changed.
    Comment {
        /// The repository.
        repository: String,
        /// The pull request that it is on.
        pull_request: Option<u64>,
        /// The comment.
        comment: String,
    },
    /// Anything else.
    Other {
        /// Its kind in the forge's own word.
        word: String,
    },
}

/// A branch or a tag that is said to have changed, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct RefShape {
    /// The repository.
    repository: String,
    /// The branch or the tag.
    name: String,
    /// Where it was; `null` where it is new.
    before: Option<String>,
    /// Where it is; `null` where it is gone.
    after: Option<String>,
    /// How many commits came in, where the forge tells.
    commits: Option<u64>,
}

impl Shape {
    fn for_people(&self) -> String {
        let mut lines = self.event.lines();
        lines.push(("Delivery", self.id.clone()));
        lines.push(("Verified by", Some(self.verification.to_owned())));
        fields(&lines)
    }
}

impl EventShape {
    fn lines(&self) -> Vec<(&'static str, Option<String>)> {
        let event = |word: &str| ("Event", Some(word.to_owned()));
        match self {
            Self::Push(change) => [vec![event("push")], change.lines("Branch")].concat(),
            Self::Tag(change) => [vec![event("tag")], change.lines("Tag")].concat(),
            Self::PullRequest {
                repository,
                number,
                action,
                head,
            } => vec![
                event("pull-request"),
                ("Repository", Some(repository.clone())),
                ("Pull request", Some(number.to_string())),
                (
                    "Action",
                    Some(action.clone()).filter(|word| !word.is_empty()),
                ),
                ("Head", head.clone()),
            ],
            Self::Comment {
                repository,
                pull_request,
                comment,
            } => vec![
                event("comment"),
                ("Repository", Some(repository.clone())),
                (
                    "Pull request",
                    pull_request.map(|number| number.to_string()),
                ),
                ("Comment", Some(comment.clone())),
            ],
            Self::Other { word } => vec![event(word)],
        }
    }
}

impl RefShape {
    fn lines(&self, kind: &'static str) -> Vec<(&'static str, Option<String>)> {
        let nothing = |commit: &Option<String>| commit.clone().or(Some("nothing".to_owned()));
        vec![
            ("Repository", Some(self.repository.clone())),
            (kind, Some(self.name.clone())),
            ("Before", nothing(&self.before)),
            ("After", nothing(&self.after)),
            ("Commits", self.commits.map(|commits| commits.to_string())),
        ]
    }
}

impl From<VerifiedDelivery> for Shape {
    fn from(verified: VerifiedDelivery) -> Self {
        Self {
            id: verified.delivery.id,
            verification: verified.verification.label(),
            event: verified.delivery.event.into(),
        }
    }
}

impl From<Event> for EventShape {
    fn from(event: Event) -> Self {
        match event {
            Event::Push(change) => Self::Push(change.into()),
            Event::Tag(change) => Self::Tag(change.into()),
            Event::PullRequest(PullRequestEvent {
                repository,
                number,
                action,
                head,
            }) => Self::PullRequest {
                repository,
                number,
                action,
                head,
            },
            Event::Comment(CommentEvent {
                repository,
                pull_request,
                comment,
            }) => Self::Comment {
                repository,
                pull_request,
                comment,
            },
            Event::Other(word) => Self::Other { word },
        }
    }
}

impl From<RefEvent> for RefShape {
    fn from(event: RefEvent) -> Self {
        Self {
            repository: event.repository,
            name: event.name,
            before: event.before,
            after: event.after,
            commits: event.commits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_as_it_is_on_the_wire() {
        let text =
            b"POST /hook HTTP/1.1\r\nHost: a\r\nX-Event:  Push Hook \r\nX-Odd:\xff:1\r\n\r\n";
        let fields = fields_of(text).unwrap();
        let expected: [(&str, &[u8]); 3] = [
            ("Host", b"a"),
            ("X-Event", b"Push Hook"),
            ("X-Odd", b"\xff:1"),
        ];
        assert_eq!(fields.len(), 3);
        for ((name, value), (wanted, bytes)) in fields.iter().zip(expected) {
            assert_eq!((name.as_str(), value.as_slice()), (wanted, bytes));
        }
    }

    #[test]
    fn a_line_that_is_no_field_is_told_by_its_number_alone() {
        for text in ["A: b\nhunter2", "A: b\n hunter2: c", "A: b\n: hunter2"] {
            let description = fields_of(text.as_bytes()).unwrap_err().describe();
            assert_eq!(description.exit_status, 2);
            assert!(description.message.contains("line 2"));
            assert!(!description.message.contains("hunter2"));
        }
    }

    #[test]
    fn an_event_names_its_kind_and_what_it_is_about() {
        let shape = |event: Event| Shape {
            id: Some("d1".into()),
            verification: "signature",
            event: event.into(),
        };
        let push = shape(Event::Push(RefEvent {
            repository: "42".into(),
            name: "main".into(),
            before: None,
            after: Some("b".into()),
            commits: Some(2),
        }));
        assert_eq!(
            serde_json::to_string(&push).unwrap(),
            r#"{"id":"d1","verification":"signature","event":{"kind":"push","repository":"42","name":"main","before":null,"after":"b","commits":2}}"#
        );
        let text = anstream::adapter::strip_str(&push.for_people()).to_string();
        assert!(text.contains("Before       nothing\n"), "{text}");
        let other = serde_json::to_value(shape(Event::Other("wiki".into()))).unwrap();
        assert_eq!(
            other["event"],
            serde_json::json!({"kind": "other", "word": "wiki"})
        );
    }
}
