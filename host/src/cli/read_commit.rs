//! `read-commit`: one commit with its whole message; apart from `list-commits`, which shows only
//! the first line of it.

use serde::Serialize;

use super::context::Context;
use super::escape;
use super::failure::CommandError;
use super::progress::Meter;
use super::repository::RepositoryArgument;
use super::revision::{self, RevisionWord};
use super::table::fields;
use super::words;
use crate::contract::git::{Commit, Signature};

/// Arguments of `read-commit`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source read-commit web/shop 1f7391f92b6a3792204e07e99f71f643cc35e7e1
  code-source read-commit web/shop tag:v1.2.0")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// A commit's whole name, a branch, or a tag as tag:NAME
    #[arg(value_name = "REVISION")]
    revision: RevisionWord,
}

/// Run `read-commit`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let id = revision::resolve(&repository, &arguments.revision.0, context.notes).await?;
    let outcome = Meter::during(
        context.notes,
        "asking for the commit",
        repository.source.read_commit(&repository.id, &id),
    )
    .await;
    let tried = format!("read the commit `{id}` of `{}`", repository.path);
    let shape = Shape::from(context.notes.answer(tried, outcome)?);
    if context.output.is_json() {
        context.output.json_line(&shape)
    } else {
        context.output.text(shape.for_people())
    }
}

/// JSON of a commit, here and in `list-commits`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Shape {
    /// Its whole name.
    pub(crate) id: String,
    /// Its parents in order.
    parents: Vec<String>,
    /// Who made the change.
    pub(crate) author: SignatureShape,
    /// Who made the commit.
    committer: SignatureShape,
    /// The whole message.
    pub(crate) message: String,
    /// Its page for people.
    web_url: String,
}

/// Who did something, and when, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct SignatureShape {
    /// Name as git has it.
    pub(crate) name: String,
    /// Address as git has it.
    email: String,
    /// When.
    at: String,
}

impl Shape {
    /// The day on which the commit was made.
    pub(crate) fn day(&self) -> &str {
        self.committer.day()
    }

    fn for_people(&self) -> String {
        let parents = Some(self.parents.join(" ")).filter(|parents| !parents.is_empty());
        let mut text = fields(&[
            ("Commit", Some(self.id.clone())),
            ("Parents", parents),
            ("Author", Some(self.author.for_people())),
            ("Committer", Some(self.committer.for_people())),
            ("Page", Some(self.web_url.clone())),
        ]);
        text.push('\n');
        for line in self.message.trim_end().lines() {
            text.push_str(format!("    {}", escape::line(line)).trim_end());
            text.push('\n');
        }
        text
    }
}

impl SignatureShape {
    /// The day of it.
    pub(crate) fn day(&self) -> &str {
        self.at.split('T').next().unwrap_or_default()
    }

    fn for_people(&self) -> String {
        format!("{} <{}>, {}", self.name, self.email, self.at)
    }
}

impl From<Commit> for Shape {
    fn from(commit: Commit) -> Self {
        Self {
            id: commit.id,
            parents: commit.parents,
            author: commit.author.into(),
            committer: commit.committer.into(),
            message: commit.message,
            web_url: commit.web_url,
        }
    }
}

impl From<Signature> for SignatureShape {
    fn from(signature: Signature) -> Self {
        let Signature { name, email, at } = signature;
        Self {
            name,
            email,
            at: words::date_time(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cannot_write_to_the_terminal_and_json_keeps_it() {
        let signature = |at| Signature {
            name: "Ada".into(),
            email: "a@b".into(),
            at,
        };
        let shape = Shape::from(Commit {
            id: "abc".into(),
            parents: vec![],
            author: signature(0),
            committer: signature(86_400),
            message: "One\n\nTwo\u{1b}[2J\n".into(),
            web_url: "https://git.acme.example/c/abc".into(),
        });
        let text = anstream::adapter::strip_str(&shape.for_people()).to_string();
        assert!(
            text.ends_with("\n\n    One\n\n    Two\\u{1b}[2J\n"),
            "{text}"
        );
        assert!(!text.contains("Parents"));
        let value = serde_json::to_value(&shape).unwrap();
        assert_eq!(value["message"], "One\n\nTwo\u{1b}[2J\n");
        assert_eq!(value["author"]["at"], "1970-01-01T00:00:00Z");
        assert_eq!(shape.day(), "1970-01-02");
    }
}
