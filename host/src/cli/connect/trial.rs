//! A connection tried out before it is written: apart from the draft, because it needs the token
//! and the network.

use code_source_egress::BaseUrl;

use super::draft::{Draft, Token};
use crate::cli::arguments::GlobalArguments;
use crate::cli::check;
use crate::cli::context::Context;
use crate::cli::doctor;
use crate::cli::failure::CommandError;
use crate::cli::output::Output;
use crate::cli::session::Session;
use crate::config::file::ConfigurationFile;
use crate::connection::Connection;
use crate::credential::{Secret, TokenSource};
use crate::error::Error;
use crate::plugin::{Plugin, PluginDescription};

/// What `check` says of a connection, for people.
pub(super) struct Verdict {
    pub(super) text: String,
    pub(super) works: bool,
}

/// Open the connection as it will be when it is written. Nothing is sent yet.
pub(super) fn open(
    draft: &Draft,
    file: &ConfigurationFile,
    context: &Context,
) -> Result<Session, CommandError> {
    let chosen = draft.chosen(file)?;
    let opened = Session::of(&chosen, &running(&context.options), context.notes);
    opened.map_err(|error| match (error, &draft.token) {
        (
            CommandError::Open {
                tried,
                source: Error::Credential { what, problem, .. },
                ..
            },
            Some(Token::Typed(_)),
        ) => {
            let place = "what was typed".to_owned();
            let source = Error::Credential {
                what,
                place,
                problem,
            };
            CommandError::Open {
                tried,
                source,
                at: None,
            }
        }
        // The line that it would point at is not in the file yet.
        (CommandError::Open { tried, source, .. }, _) => CommandError::Open {
            tried,
            source,
            at: None,
        },
        (error, _) => error,
    })
}

/// Ask the forge whether it can be worked with.
pub(super) async fn check(session: &Session) -> Result<Verdict, CommandError> {
    let outcome = session.source.check().await;
    let tried = format!("check the connection to `{}`", session.source.base_url());
    let (text, works) = check::shown(session.notes.answer(tried, outcome)?);
    Ok(Verdict { text, works })
}

/// Why it does not work, and what to do: what `doctor` would say of it.
pub(super) async fn diagnose(
    draft: &Draft,
    file: &ConfigurationFile,
    context: &Context,
) -> Result<String, CommandError> {
    let context = Context {
        output: Output::stdout(false),
        notes: context.notes,
        options: running(&context.options),
    };
    doctor::verdict(&draft.chosen(file)?, &context).await
}

/// Where the forge is, if it may be there; nothing is looked up.
pub(super) fn address(url: &str, options: &GlobalArguments) -> Result<BaseUrl, CommandError> {
    let failed = |source| CommandError::Open {
        tried: "connect".to_owned(),
        source,
        at: None,
    };
    let bytes = match &options.plugin {
        Some(path) => crate::cli::approval::read_plugin(path)
            .map_err(failed)?
            .into(),
        None => Plugin::embedded_bytes()
            .map(std::borrow::Cow::Borrowed)
            .ok_or_else(|| failed(Error::NoEmbeddedPlugin))?,
    };
    let plugin = PluginDescription::of(&bytes).map_err(failed)?;
    let nothing = TokenSource::Value(Secret::new(""));
    let connection = Connection::new("", url, nothing).allow_plain_http(options.allow_plain_http);
    connection.base(&plugin.profile).map_err(failed)
}

/// The options that are about this run, and not about the connection.
fn running(options: &GlobalArguments) -> GlobalArguments {
    GlobalArguments {
        cache_directory: options.cache_directory.clone(),
        color: options.color,
        json: options.json,
        timeout: options.timeout,
        verbose: options.verbose,
        ..GlobalArguments::default()
    }
}
