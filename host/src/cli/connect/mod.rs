//! `connect`: from an address and a token to a connection that works and is written down; apart
//! from the commands that use one.
//!
//! - `draft`, `values`: what is to be written
//! - `checks`: what it may be
//! - `trial`: whether it works
//! - `conversation`, `choosing`, `mending`: asking for it on a terminal
//! - `repositories`: what options say of repositories
//! - `written`, `preview`: what is shown before and after

mod asking_token;
mod checks;
mod choosing;
mod conversation;
mod draft;
mod mending;
mod preview;
mod repositories;
mod rows;
mod trial;
mod values;
mod written;

use std::io::{IsTerminal as _, Read as _};

use code_source_egress::BaseUrl;
use serde::Serialize;
use zeroize::Zeroizing;

use self::conversation::{Conversation, NOTHING_WRITTEN};
use self::draft::{Draft, Token};
use self::repositories::Wish;
pub(crate) use self::written::{RepositoryShape, token_place};
use super::check;
use super::confirmation::{self, ConfirmationArguments};
use super::context::Context;
use super::failure::CommandError;
use super::filled::room;
use super::interrupt::{self, Left};
use super::prompt::Prompter;
use super::usage::UsageError;
use crate::config::RepositoryEntry;
use crate::config::file::ConfigurationFile;
use crate::credential::Secret;

/// Arguments of `connect`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
On a terminal it asks for what no option says. Everything is checked with the forge before it is \
written. A token that is typed, or comes from standard input, is kept in a file of its own beside \
the configuration, which only you can read; one in a file or a variable stays where it is.

For a connection that is there already, the options that are given are changed, and nothing else. \
An option that may be repeated adds to what is there; only --repository says anew which there are. \
Where --url leads elsewhere, the forge there is asked which repositories the paths are.

Where no question can be asked, a new connection is written without one, for it takes nothing away; \
to change one that is there, --yes is needed then.

Examples:
  code-source connect
  code-source connect acme --url https://git.acme.example --token-file token
  code-source connect acme --url git.acme.example --token-env TOKEN --repository web/shop,type=monorepo
  code-source connect acme --ca-file acme-ca.pem --yes")]
pub(crate) struct Arguments {
    /// What the connection is called; without it, what distinguishes its host
    name: Option<String>,

    /// Read the token from standard input
    #[arg(long)]
    token_stdin: bool,

    /// Repository to connect; may be repeated once. TYPE is frontend, backend or monorepo
    #[arg(long, value_name = "PATH[,type=TYPE][,branch=BRANCH]")]
    repository: Vec<Wish>,

    /// Write it without asking the forge
    #[arg(long)]
    no_check: bool,

    #[command(flatten)]
    confirmation: ConfirmationArguments,
}

/// Run `connect`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    interrupt::set_left(Left::new(NOTHING_WRITTEN));
    let file = super::connections::file(&context.options)?;
    check_name(arguments.name.as_deref(), &file, context)?;
    repositories::check_wishes(&arguments.repository)?;
    super::chosen::check(&context.options)?;
    if let Some(path) = &context.options.token_file {
        checks::check_token_file(path)?;
    }
    if let Some(path) = &context.options.audit_file {
        checks::check_audit_file(path)?;
    }
    let mut draft = Draft::new(&context.options);
    draft.is_unchecked = arguments.no_check;
    if arguments.token_stdin {
        draft.token = Some(Token::Typed(token_from_stdin(&draft)?));
    }
    if let Some(name) = &arguments.name {
        draft.name.clone_from(name);
    }
    let is_known = draft.present(&file).is_some();
    let is_named = arguments.name.is_some();
    let is_asked = !arguments.confirmation.is_given() && !context.output.is_json();
    let draft = if is_asked && Prompter::is_possible() {
        written::check(&file)?;
        let conversation = Conversation::start(context, &file, draft, arguments)?;
        conversation.hold().await?
    } else {
        alone(draft, &file, context, arguments, is_known).await?
    };
    written::finish(&draft, &file, context, is_known)?;
    if !is_named {
        note_others(&draft, &file, context);
    }
    Ok(())
}

/// Whoever connects an address once more, and gives it no name, may have meant the connection that is
/// there; and from now on commands ask which one is meant.
fn note_others(draft: &Draft, file: &ConfigurationFile, context: &Context) {
    let configuration = file.configuration();
    let is_same = |name: &&str| {
        let other = configuration.connection(name).ok().map(|entry| entry.url());
        let other = other.and_then(|url| BaseUrl::parse(url).ok());
        *name != draft.name && other.map(|base| base.to_string()) == draft.url
    };
    if let Some(other) = configuration.names().find(is_same) {
        context.notes.note(&format!(
            "`{other}` has the same address as `{}`: `--connection NAME` chooses one of them from now on",
            draft.name
        ));
    }
}

/// Whether it can be the name of a connection, and is the only one that is said. A name that the
/// file has already is one, however it has to be quoted there.
fn check_name(
    name: Option<&str>,
    file: &ConfigurationFile,
    context: &Context,
) -> Result<(), CommandError> {
    let chosen = context.options.connection.as_deref();
    // A variable is set for all commands, and so not meant for this one.
    let chosen = chosen.filter(|chosen| {
        std::env::var("CODE_SOURCE_CONNECTION").as_deref() != Ok(chosen) && name != Some(chosen)
    });
    if let Some(chosen) = chosen {
        return Err(UsageError::ConnectionOption {
            name: chosen.to_owned(),
        }
        .into());
    }
    match name {
        Some(name) if file.configuration().connection(name).is_err() => checks::check_name(name),
        _ => Ok(()),
    }
}

/// Without anybody to ask.
async fn alone(
    mut draft: Draft,
    file: &ConfigurationFile,
    context: &mut Context,
    arguments: Arguments,
    is_known: bool,
) -> Result<Draft, CommandError> {
    let wishes = &arguments.repository;
    let obstacle = Prompter::obstacle().to_owned();
    if is_known && wishes.is_empty() && draft.is_empty(file) {
        return Err(UsageError::NothingToConnect.into());
    }
    if !is_known && draft.url.is_none() {
        return Err(UsageError::NoAddress { obstacle }.into());
    }
    if !is_known && draft.token.is_none() {
        return Err(UsageError::NoToken { obstacle }.into());
    }
    // What is new takes nothing away; what is changed was somebody's.
    let what = format!(
        "changing the connection `{}`, which is there already,",
        draft.name
    );
    let is_asked = is_known && arguments.confirmation.is_asked(context, &what)?;
    written::check(file)?;
    if let Some(url) = draft.url.take() {
        let base = trial::address(&url, &draft, file, &context.options)?;
        if draft.name.is_empty() {
            draft.name = draft::name_for(&base.origin().host().to_string(), file.configuration());
        }
        draft.take_address(base.to_string());
    }
    draft.repositories = if arguments.no_check {
        draft.chosen(file)?;
        repositories::believed(wishes, &draft, file)?
    } else {
        let tried = tried(&draft, file, context, wishes).await;
        tried.inspect_err(|_| context.notes.note(NOTHING_WRITTEN))?
    };
    if is_asked && let Some(preview) = written::preview(&draft, file)? {
        super::notes::write(&preview);
        confirmation::agreed("Write this?")?;
    } else {
        for loss in draft.losses(file) {
            context.notes.note(loss);
        }
    }
    Ok(draft)
}

/// Check it with the forge, and tell the repositories that are to be written.
async fn tried(
    draft: &Draft,
    file: &ConfigurationFile,
    context: &mut Context,
    wishes: &[Wish],
) -> Result<Option<Vec<RepositoryEntry>>, CommandError> {
    let session = trial::open(draft, file, context)?;
    let report = trial::check(&session).await?;
    if !report.works {
        if context.output.is_json() {
            context.output.json_line(&Unwritten {
                report,
                written: false,
            })?;
        } else {
            super::notes::write(&report.for_people(room()));
        }
        return Err(CommandError::Findings);
    }
    if wishes.is_empty() {
        return repositories::kept(&session, draft, file).await;
    }
    repositories::found(&session, wishes).await.map(Some)
}

/// JSON of `connect` where the check finds an error.
#[derive(Serialize)]
struct Unwritten {
    /// What `check` says.
    #[serde(flatten)]
    report: check::Shape,
    /// Whether the connection was written.
    written: bool,
}

fn token_from_stdin(draft: &Draft) -> Result<Secret, CommandError> {
    if draft.token.is_some() {
        return Err(UsageError::TokenInTwoPlaces.into());
    }
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Err(UsageError::TokenFromTerminal.into());
    }
    let mut text = Zeroizing::new(String::with_capacity(LONGEST_INPUT + 1));
    let read = stdin
        .lock()
        .take(LONGEST_INPUT as u64 + 1)
        .read_to_string(&mut text);
    read.map_err(|source| CommandError::File {
        action: "read the token from",
        path: "standard input".into(),
        source,
    })?;
    if text.len() > LONGEST_INPUT {
        return Err(UsageError::TokenTooLong.into());
    }
    let token = text.strip_suffix('\n').unwrap_or(&text);
    let token = Secret::new(token.strip_suffix('\r').unwrap_or(token));
    checks::check_token(&token, "standard input")?;
    Ok(token)
}

/// More than any token has.
const LONGEST_INPUT: usize = 16 << 10;
