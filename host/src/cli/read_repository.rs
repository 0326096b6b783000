//! `read-repository`: one repository; apart from `list-repositories` because it also follows
//! a repository that has moved.

use serde::Serialize;

use super::context::Context;
use super::failure::CommandError;
use super::progress::Meter;
use super::repository::{RepositoryArgument, moved_to, name};
use super::table::fields;
use super::words;
use crate::contract::repositories::{Repository, RepositoryRef};

/// Arguments of `read-repository`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source read-repository web/shop
  code-source read-repository 42 --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,
}

/// Run `read-repository`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let session = context.open()?;
    let reference = arguments.repository.reference(&session.source.base_url())?;
    let mut outcome = Meter::during(
        context.notes,
        "asking for the repository",
        session.source.read_repository(&reference),
    )
    .await;
    let mut moved = None;
    if let (RepositoryRef::Path(path), Some(id)) = (&reference, moved_to(&outcome.answer)) {
        context.notes.report(&outcome.report);
        moved = Some(path);
        outcome = session.source.read_repository(&RepositoryRef::Id(id)).await;
    }
    let tried = format!("read the repository {}", name(&reference));
    let shape = Shape::from(context.notes.answer(tried, outcome)?);
    if let Some(path) = moved {
        context
            .notes
            .note(&format!("`{path}` has moved to `{}`", shape.path));
    }
    if context.output.is_json() {
        context.output.json_line(&shape)
    } else {
        context.output.text(shape.for_people())
    }
}

/// JSON of a repository, here and in `list-repositories`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Shape {
    /// Its identity, which survives renames.
    pub(crate) id: String,
    /// Its full path at the moment.
    pub(crate) path: String,
    /// Its name for people.
    name: String,
    /// What it is.
    description: Option<String>,
    /// Its page for people.
    web_url: String,
    /// Where git clones it from.
    clone_url: Option<String>,
    /// Its default branch.
    pub(crate) default_branch: Option<String>,
    /// Whether it has no commit yet.
    pub(crate) empty: bool,
    /// `active`, `archived`, `pending-deletion`, or the forge's own word.
    pub(crate) state: String,
    /// `public`, `internal`, `private`, or the forge's own word.
    visibility: String,
    /// What the account may do as a member, from `none` to `owner`.
    pub(crate) access: Option<String>,
    /// Its topics.
    topics: Vec<String>,
    /// When something last happened in it.
    last_activity_at: Option<String>,
}

impl Shape {
    fn for_people(&self) -> String {
        let branch = self.default_branch.clone();
        let topics = Some(self.topics.join(", ")).filter(|topics| !topics.is_empty());
        fields(&[
            ("Path", Some(self.path.clone())),
            ("Id", Some(self.id.clone())),
            ("Name", Some(self.name.clone())),
            (
                "Description",
                self.description.clone().filter(|text| !text.is_empty()),
            ),
            ("Page", Some(self.web_url.clone())),
            ("Clone from", self.clone_url.clone()),
            (
                "Default branch",
                branch.or_else(|| self.empty.then(|| "none: no commit yet".into())),
            ),
            ("State", Some(self.state.clone())),
            ("Visibility", Some(self.visibility.clone())),
            ("Access", self.access.clone()),
            ("Topics", topics),
            ("Last activity", self.last_activity_at.clone()),
        ])
    }
}

impl From<Repository> for Shape {
    fn from(repository: Repository) -> Self {
        Self {
            id: repository.id,
            path: repository.path,
            name: repository.name,
            description: repository.description,
            web_url: repository.web_url,
            clone_url: repository.clone_url,
            default_branch: repository.default_branch,
            empty: repository.empty,
            state: words::state(repository.state),
            visibility: words::visibility(repository.visibility),
            access: repository.access.map(words::access),
            topics: repository.topics,
            last_activity_at: repository.last_activity_at.map(words::date_time),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::repositories::{Access, State, Visibility};

    #[test]
    fn json_has_every_field_in_kebab_case_and_people_only_those_with_a_value() {
        let shape = Shape::from(Repository {
            id: "42".into(),
            path: "web/shop".into(),
            name: "Shop".into(),
            description: None,
            web_url: "https://git.acme.example/web/shop".into(),
            clone_url: None,
            default_branch: None,
            empty: true,
            state: State::PendingDeletion,
            visibility: Visibility::Other("secret".into()),
            access: Some(Access::Maintainer),
            topics: vec![],
            last_activity_at: Some(0),
        });
        assert_eq!(
            serde_json::to_value(&shape).unwrap(),
            serde_json::json!({
                "id": "42", "path": "web/shop", "name": "Shop", "description": null,
                "web-url": "https://git.acme.example/web/shop", "clone-url": null,
                "default-branch": null, "empty": true, "state": "pending-deletion",
                "visibility": "secret", "access": "maintainer", "topics": [],
                "last-activity-at": "1970-01-01T00:00:00Z",
            })
        );
        let text = anstream::adapter::strip_str(&shape.for_people()).to_string();
        assert!(
            text.contains("Default branch  none: no commit yet\n"),
            "{text}"
        );
        assert!(
            !text.contains("Topics") && !text.contains("Clone"),
            "{text}"
        );
    }
}
