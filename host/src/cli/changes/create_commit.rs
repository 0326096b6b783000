//! `create-commit`: one commit of several changes, or none of them; apart from `actions`, which
//! says what changes.

use serde::Serialize;

use super::actions::ActionArguments;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::read_commit;
use crate::cli::repository::{Connected, RepositoryArgument};
use crate::cli::revision::{self, RevisionWord};
use crate::cli::text_input::MessageArguments;
use crate::cli::usage::UsageError;
use crate::cli::words;
use crate::cli::written;
use crate::contract::changes::{Author, CommitRequest, Committed, FileAction};
use crate::contract::types::{ErrorCode, Subject};
use crate::outcome::Failure;

/// Arguments of `create-commit`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
It asks for `access = [\"commits\"]`. No path may be named by two changes. A path that holds `=` can
only stand in the file of `--actions`, which is a list such as

  [{\"action\": \"create\", \"path\": \"a.sh\", \"content\": \"...\", \"executable\": true},
   {\"action\": \"update\", \"path\": \"b.bin\", \"content\": \"/wA=\", \"encoding\": \"base64\", \"expected-blob\": \"ID\"},
   {\"action\": \"delete\", \"path\": \"c\"}, {\"action\": \"move\", \"old-path\": \"d\", \"new-path\": \"e\"},
   {\"action\": \"set-mode\", \"path\": \"f.sh\", \"executable\": false}]

Examples:
  code-source create-commit web/shop main --update README.md=README.md -m update
  code-source create-commit web/shop fix --start main --create run.sh=run.sh --executable run.sh -m fix
  code-source create-commit web/shop main --actions changes.json --message-file - --json")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The branch that it goes to, named without `refs/heads/`
    branch: String,

    /// What a new branch begins at: a commit's whole name, a branch, or a tag as tag:NAME
    #[arg(long, value_name = "REVISION", conflicts_with = "expected_head")]
    start: Option<RevisionWord>,

    /// The commit that the branch has to be at
    #[arg(long, value_name = "ID", value_parser = revision::commit)]
    expected_head: Option<String>,

    /// Who made the change, where that is not the token's account: `Name <address>`
    #[arg(long, value_name = "AUTHOR", value_parser = author)]
    author: Option<Author>,

    #[command(flatten)]
    message: MessageArguments,

    #[command(flatten)]
    changes: ActionArguments,
}

/// Run `create-commit`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    check_standard_input(&arguments)?;
    let actions = arguments.changes.actions()?;
    let branch = arguments.branch.clone();
    let about = format!("The message of a commit to {branch}");
    let message = arguments.message.text(&about)?;
    let repository = context.repository(&arguments.repository).await?;
    let request = request(arguments, actions, message, &repository, context).await?;
    let is_update = |action: &FileAction| matches!(action, FileAction::Update(_));
    // Otherwise what is not there may be what was to be moved or deleted.
    let has_only_updates = request.actions.iter().all(is_update);
    let call = repository.source.create_commit(&repository.id, &request);
    let path = &repository.path;
    let tried = format!("make a commit to `{branch}` of `{path}`");
    let look = format!("log {path} --branch {branch} --limit 5");
    let committed = written::make(context.notes, tried, &look, call).await;
    let committed = committed.map_err(|error| match has_only_updates {
        true => with_the_other_option(error, &repository.path, &branch),
        false => error,
    })?;
    if committed.overtaken {
        context.notes.warning(
            "another commit came in meanwhile: the files that were named are as expected, and the parent tells what else is new",
        );
    }
    if context.output.is_json() {
        return context.output.json_line(&Shape::new(&branch, committed));
    }
    let id = words::short(&committed.commit.id);
    context.output.text(written::sentence(
        committed.outcome,
        &format!("Made the commit {id} on {branch} of {path}"),
        &format!("{branch} of {path} is at such a commit, {id}"),
    ))
}

/// Whoever wants to update a file that is not there may have meant to make it.
fn with_the_other_option(mut error: CommandError, path: &str, branch: &str) -> CommandError {
    if let CommandError::Call { failure, .. } = &mut error
        && let Failure::Answer(answer) = &mut **failure
        && matches!(answer.code, ErrorCode::NotFound(Subject::Path))
    {
        answer.hint = Some(format!(
            "`--create` makes a file that is not there; `code-source tree {path} --branch {branch} --recursive` \
             lists those that are"
        ));
    }
    error
}

async fn request(
    arguments: Arguments,
    actions: Vec<FileAction>,
    message: String,
    repository: &Connected,
    context: &Context,
) -> Result<CommitRequest, CommandError> {
    let start = match &arguments.start {
        Some(word) => Some(revision::resolve(repository, &word.0, context.notes).await?),
        None => None,
    };
    Ok(CommitRequest {
        branch: arguments.branch,
        start,
        expected_head: arguments.expected_head,
        message,
        author: arguments.author,
        actions,
    })
}

/// Standard input can be read once.
fn check_standard_input(arguments: &Arguments) -> Result<(), CommandError> {
    let message = usize::from(arguments.message.is_standard_input());
    if arguments.changes.standard_inputs() + message <= 1 {
        return Ok(());
    }
    Err(UsageError::StandardInputTwice.into())
}

fn author(text: &str) -> Result<Author, &'static str> {
    const EXPECTED: &str = "not Name <address>";
    let (name, rest) = text.split_once('<').ok_or(EXPECTED)?;
    let email = rest.strip_suffix('>').ok_or(EXPECTED)?;
    let (name, email) = (name.trim(), email.trim());
    if name.is_empty() || email.is_empty() || email.contains(['<', '>']) {
        return Err(EXPECTED);
    }
    Ok(Author {
        name: name.to_owned(),
        email: email.to_owned(),
    })
}

/// JSON of `create-commit`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape<'a> {
    /// The branch.
    branch: &'a str,
    /// The commit, as `read-commit` gives it.
    commit: read_commit::Shape,
    /// The commit that it was made on.
    parent: Option<String>,
    /// Whether another commit came in meanwhile.
    overtaken: bool,
    /// `applied` or `already`.
    outcome: &'static str,
}

impl<'a> Shape<'a> {
    fn new(branch: &'a str, committed: Committed) -> Self {
        Self {
            branch,
            commit: committed.commit.into(),
            parent: committed.parent,
            overtaken: committed.overtaken,
            outcome: written::word(committed.outcome),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::types::Error as Answer;
    use crate::report::Report;

    #[test]
    fn an_update_of_a_file_that_is_not_there_is_told_of_the_other_option() {
        let hint = |code| {
            let answer = Answer {
                code,
                message: "there is no file `a`".into(),
                hint: None,
                remedied_by: None,
                status: None,
                request_id: None,
                retry_after: None,
            };
            let error = CommandError::Call {
                tried: "make a commit".into(),
                failure: Box::new(Failure::Answer(answer)),
                report: Box::new(Report::default()),
            };
            with_the_other_option(error, "web/shop", "main")
                .describe()
                .hint
        };
        let about_file = hint(ErrorCode::NotFound(Subject::Path)).unwrap();
        assert!(about_file.starts_with("`--create` makes"), "{about_file}");
        assert!(about_file.contains("--branch main"), "{about_file}");
        let about_branch = hint(ErrorCode::NotFound(Subject::Reference)).unwrap();
        assert!(!about_branch.contains("--create"), "{about_branch}");
    }

    #[test]
    fn an_author_has_a_name_and_an_address() {
        let found = author("Ada Lovelace <ada@acme.example>").unwrap();
        assert_eq!(
            (&*found.name, &*found.email),
            ("Ada Lovelace", "ada@acme.example")
        );
        for text in ["", "Ada", "<a@b>", "Ada <>", "Ada <a@b", "Ada <a> <b>"] {
            assert!(author(text).is_err(), "{text}");
        }
    }
}
