//! Which commit is meant: apart because people name it in several ways and calls need one.

use std::convert::Infallible;
use std::str::FromStr;

use clap::Args;

use super::failure::CommandError;
use super::notes::Notes;
use super::progress::Meter;
use super::repository::Connected;
use crate::contract::git::Revision;

/// The options that name a revision.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct RevisionArguments {
    /// A commit's whole name, a branch, or a tag as tag:NAME
    #[arg(long, value_name = "REVISION", conflicts_with_all = ["branch", "tag", "commit"])]
    at: Option<RevisionWord>,

    /// A branch [default: the branch of the configuration, or else the default branch]
    #[arg(long, value_name = "NAME", conflicts_with_all = ["tag", "commit"])]
    branch: Option<String>,

    /// A tag
    #[arg(long, value_name = "NAME", conflicts_with = "commit")]
    tag: Option<String>,

    /// A commit, by its whole name
    #[arg(long, value_name = "ID", value_parser = commit)]
    commit: Option<String>,
}

impl RevisionArguments {
    /// What is meant in this repository.
    pub(crate) fn revision(&self, repository: &Connected) -> Revision {
        self.chosen(repository.branch.as_deref())
    }

    /// The commit that is meant, asked for where it was not named.
    pub(crate) async fn commit(
        &self,
        repository: &Connected,
        notes: Notes,
    ) -> Result<String, CommandError> {
        resolve(repository, &self.revision(repository), notes).await
    }

    fn chosen(&self, configured: Option<&str>) -> Revision {
        if let Some(RevisionWord(at)) = &self.at {
            at.clone()
        } else if let Some(commit) = &self.commit {
            Revision::Commit(commit.clone())
        } else if let Some(tag) = &self.tag {
            Revision::Tag(tag.clone())
        } else if let Some(branch) = self.branch.as_deref().or(configured) {
            Revision::Branch(branch.to_owned())
        } else {
            Revision::DefaultBranch
        }
    }
}

/// A revision in one word: a commit's whole name, or a branch; `branch:`, `tag:` or `commit:`
/// before it says which is meant.
#[derive(Clone, Debug)]
pub(crate) struct RevisionWord(pub(crate) Revision);

impl FromStr for RevisionWord {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(match text.split_once(':') {
            Some(("branch", name)) => Revision::Branch(name.to_owned()),
            Some(("tag", name)) => Revision::Tag(name.to_owned()),
            Some(("commit", id)) => Revision::Commit(id.to_owned()),
            _ => match commit(text) {
                Ok(id) => Revision::Commit(id),
                Err(_) => Revision::Branch(text.to_owned()),
            },
        }))
    }
}

/// The commit that a revision leads to. A commit leads to itself, without a request.
pub(crate) async fn resolve(
    repository: &Connected,
    at: &Revision,
    notes: Notes,
) -> Result<String, CommandError> {
    if let Revision::Commit(id) = at {
        return Ok(id.clone());
    }
    let outcome = Meter::during(
        notes,
        "resolving",
        repository.source.resolve(&repository.id, at),
    )
    .await;
    notes.answer(
        format!("resolve {} of `{}`", name(at), repository.path),
        outcome,
    )
}

/// The revision as a message names it.
pub(crate) fn name(at: &Revision) -> String {
    match at {
        Revision::DefaultBranch => "the default branch".to_owned(),
        Revision::Branch(name) => format!("the branch `{name}`"),
        Revision::Tag(name) => format!("the tag `{name}`"),
        Revision::Commit(id) => format!("the commit `{id}`"),
    }
}

/// The whole name of an object, in lower case.
pub(crate) fn commit(text: &str) -> Result<String, &'static str> {
    let is_name =
        matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_name {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("not 40 or 64 hexadecimal digits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef01234567";

    fn word(text: &str) -> String {
        let Ok(RevisionWord(revision)) = text.parse();
        name(&revision)
    }

    #[test]
    fn a_word_is_a_commit_by_its_form_and_otherwise_a_branch() {
        assert_eq!(word(ID), format!("the commit `{ID}`"));
        assert_eq!(word(&ID.to_uppercase()), format!("the commit `{ID}`"));
        assert_eq!(word("main"), "the branch `main`");
        assert_eq!(word("0123456"), "the branch `0123456`");
        assert_eq!(word("tag:v1:2"), "the tag `v1:2`");
        assert_eq!(word(&format!("branch:{ID}")), format!("the branch `{ID}`"));
    }

    #[test]
    fn an_option_comes_before_the_configuration_and_that_before_the_default() {
        let none = RevisionArguments::default();
        assert_eq!(name(&none.chosen(None)), "the default branch");
        assert_eq!(name(&none.chosen(Some("next"))), "the branch `next`");
        let tag = RevisionArguments {
            tag: Some("v1".into()),
            ..RevisionArguments::default()
        };
        assert_eq!(name(&tag.chosen(Some("next"))), "the tag `v1`");
    }
}
