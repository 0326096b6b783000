//! `why`: why a repository is not listed; apart from `list-repositories`, whose filter it takes,
//! because it is about the one that the list does not have.

use serde::Serialize;

use super::context::Context;
use super::escape;
use super::failure::CommandError;
use super::filled::room_of_output;
use super::finding::FindingShape;
use super::list_repositories::FilterArguments;
use super::progress::Meter;
use super::read_repository::Shape as RepositoryShape;
use super::repository::{RepositoryArgument, name};
use crate::contract::repositories::Absence;
use crate::contract::types::Severity;

/// Arguments of `why`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source why web/shop
  code-source why web/shop --minimum-access maintainer
  code-source why https://git.acme.example/web/shop --owner web --json")]
pub(crate) struct Arguments {
    /// The repository that is expected: its id, its path, or the address of its page
    repository: RepositoryArgument,

    #[command(flatten)]
    filter: FilterArguments,
}

/// Run `why`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let session = context.open()?;
    let base_url = session.source.base_url();
    let reference = arguments.repository.reference_or_group(&base_url)?;
    let filter = arguments.filter.filter();
    let outcome = Meter::during(
        context.notes,
        "asking why",
        session.source.explain_absence(&reference, &filter),
    )
    .await;
    let tried = format!("find out why {} is not listed", name(&reference));
    let shape = Shape::from(context.notes.answer(tried, outcome)?);
    if context.output.is_json() {
        context.output.json_line(&shape)?;
    } else {
        context.output.text(shape.for_people())?;
    }
    if shape.listed {
        Ok(())
    } else {
        Err(CommandError::Findings)
    }
}

/// JSON of `why`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// Whether the list has it.
    listed: bool,
    /// The repository, where the forge shows it.
    repository: Option<RepositoryShape>,
    /// Why it is not listed, the one that decides first; and what else is to be known.
    reasons: Vec<FindingShape>,
}

impl Shape {
    fn for_people(&self) -> String {
        let mut text = String::new();
        if self.listed {
            text.push_str(&match &self.repository {
                Some(one) => format!(
                    "`{}` is listed: it is the repository {}\n",
                    escape::line(&one.path),
                    escape::line(&one.id)
                ),
                None => "it is listed\n".to_owned(),
            });
        }
        let room = room_of_output();
        for reason in &self.reasons {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&reason.for_people(room));
        }
        text
    }
}

impl From<Absence> for Shape {
    fn from(absence: Absence) -> Self {
        let mut reasons = absence.reasons.iter();
        Self {
            listed: reasons.all(|reason| reason.severity != Severity::Error),
            repository: absence.repository.map(RepositoryShape::from),
            reasons: absence
                .reasons
                .into_iter()
                .map(FindingShape::from)
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::types::{Aspect, Finding, Party};

    fn reason(severity: Severity, message: &str) -> Finding {
        Finding {
            severity,
            about: Aspect::Repository,
            code: "archived".into(),
            message: message.into(),
            hint: Some("list archived ones".into()),
            remedied_by: Some(Party::User),
        }
    }

    fn shape(reasons: Vec<Finding>) -> Shape {
        Shape::from(Absence {
            repository: None,
            reasons,
        })
    }

    #[test]
    fn the_deciding_reason_is_the_first_line() {
        let reasons = vec![
            reason(Severity::Error, "it is archived\u{1b}"),
            reason(Severity::Info, "more"),
        ];
        let shape = shape(reasons);
        assert!(!shape.listed);
        let text = anstream::adapter::strip_str(&shape.for_people()).to_string();
        assert_eq!(
            text,
            "error: it is archived\\u{1b} (archived)\nhint: list archived ones\n\n\
             info: more (archived)\nhint: list archived ones\n"
        );
    }

    #[test]
    fn without_a_reason_of_severity_error_it_is_listed() {
        let shape = shape(vec![reason(Severity::Warning, "not for long")]);
        assert!(shape.listed);
        assert!(shape.for_people().starts_with("it is listed\n"));
        let value = serde_json::to_value(&shape).unwrap();
        assert_eq!(value["listed"], true);
        assert_eq!(value["repository"], serde_json::Value::Null);
        assert_eq!(value["reasons"][0]["code"], "archived");
    }
}
