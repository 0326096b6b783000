//! A connection tried out before it is written: apart from the draft, because it needs the token
//! and the network.

use code_source_egress::BaseUrl;

use super::draft::Draft;
use crate::cli::arguments::GlobalArguments;
use crate::cli::check;
use crate::cli::context::Context;
use crate::cli::doctor;
use crate::cli::failure::CommandError;
use crate::cli::output::Output;
use crate::cli::session::Session;
use crate::cli::usage::UsageError;
use crate::config::ConnectionEntry;
use crate::config::file::ConfigurationFile;
use crate::connection::Connection;
use crate::credential::{Secret, TokenSource, is_no_name};
use crate::error::Error;
use crate::plugin::{Plugin, PluginDescription};

/// Open the connection as it will be when it is written. Nothing is sent yet.
pub(super) fn open(
    draft: &Draft,
    file: &ConfigurationFile,
    context: &Context,
) -> Result<Session, CommandError> {
    let chosen = draft.chosen(file)?;
    let opened = Session::of(&chosen, &running(&context.options), context.notes);
    opened.map_err(|error| match error {
        // The line that it would point at is not in the file yet.
        CommandError::Open { tried, source, .. } => CommandError::Open {
            tried,
            source,
            at: None,
        },
        error => error,
    })
}

/// Ask the forge whether it can be worked with.
pub(super) async fn check(session: &Session) -> Result<check::Shape, CommandError> {
    let outcome = session.source.check().await;
    let tried = format!("check the connection to `{}`", session.source.base_url());
    Ok(session.notes.answer(tried, outcome)?.into())
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

/// Where the forge is, if it may be there; nothing is looked up. What the file says of the connection
/// so far goes on to hold for another address.
pub(super) fn address(
    url: &str,
    draft: &Draft,
    file: &ConfigurationFile,
    options: &GlobalArguments,
) -> Result<BaseUrl, CommandError> {
    if is_no_name(url) {
        return Err(UsageError::TokenAsAddress.into());
    }
    let failed = |source| CommandError::Open {
        tried: "connect".to_owned(),
        source,
        at: None,
    };
    let present = draft.present(file);
    let of_the_file = present.and_then(|entry| Some(&entry.plugin()?.path));
    let bytes = match options.plugin.as_ref().or(of_the_file) {
        Some(path) => crate::cli::approval::read_plugin(path)
            .map_err(failed)?
            .into(),
        None => Plugin::embedded_bytes()
            .map(std::borrow::Cow::Borrowed)
            .ok_or_else(|| failed(Error::NoEmbeddedPlugin))?,
    };
    let plugin = PluginDescription::of(&bytes).map_err(failed)?;
    let nothing = TokenSource::Value(Secret::new(""));
    let is_plain =
        options.allow_plain_http || present.is_some_and(ConnectionEntry::allows_plain_http);
    let connection = Connection::new("", url, nothing).allow_plain_http(is_plain);
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
