//! `edit-pull-request`: what is said of a pull request, changed; apart from closing, reopening and
//! merging, which decide it.

use super::shape;
use super::which::Which;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::text_input::BodyArguments;
use crate::cli::written;
use crate::contract::pull_requests::Edit;

/// Arguments of `edit-pull-request`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"pull-requests\"]`. What is left out stays. Without any option the editor
opens with the description, on a terminal.

Examples:
  code-source edit-pull-request web/shop 7 --title \"Faster cart\" --ready
  code-source edit-pull-request web/shop 7 --add-label reviewed --remove-label wip --json")]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: Which,

    /// Its title
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    #[command(flatten)]
    body: BodyArguments,

    /// It is unfinished
    #[arg(long, conflicts_with = "ready")]
    draft: bool,

    /// It is no longer unfinished
    #[arg(long)]
    ready: bool,

    /// The branch that it is proposed for
    #[arg(long, value_name = "NAME")]
    target_branch: Option<String>,

    /// A label that it is to have too; may be repeated
    #[arg(long = "add-label", value_name = "LABEL")]
    add_labels: Vec<String>,

    /// A label that it is not to have; may be repeated
    #[arg(long = "remove-label", value_name = "LABEL")]
    remove_labels: Vec<String>,
}

/// Run `edit-pull-request`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let which = arguments.which.clone();
    let repository = which.repository(context).await?;
    let mut edit = arguments.edit()?;
    if is_empty(&edit) {
        let present = which.read(&repository, context).await?;
        let about = format!("The description of {}", which.name(&repository));
        edit.body = Some(arguments.body.text(&present.body, &about)?);
    }
    let call = repository
        .source
        .edit_pull_request(&repository.id, which.number, &edit);
    let tried = format!("change {}", which.name(&repository));
    let look = which.look(&repository);
    let written = written::make(context.notes, tried, &look, call).await?;
    shape::tell(
        context,
        &repository.path,
        "Changed",
        "is as wanted",
        written,
    )
}

impl Arguments {
    fn edit(&self) -> Result<Edit, CommandError> {
        let body = self.body.body_file.as_ref();
        Ok(Edit {
            title: self.title.clone(),
            body: body.map(|_| self.body.text("", "")).transpose()?,
            draft: match (self.draft, self.ready) {
                (false, false) => None,
                (draft, _) => Some(draft),
            },
            target_branch: self.target_branch.clone(),
            add_labels: self.add_labels.clone(),
            remove_labels: self.remove_labels.clone(),
        })
    }
}

fn is_empty(edit: &Edit) -> bool {
    edit.title.is_none()
        && edit.body.is_none()
        && edit.draft.is_none()
        && edit.target_branch.is_none()
        && edit.add_labels.is_empty()
        && edit.remove_labels.is_empty()
}
