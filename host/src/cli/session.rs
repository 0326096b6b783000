//! From options to an open connection: apart because every command that calls begins with it.

use std::path::PathBuf;

use super::arguments::GlobalArguments;
use super::chosen::{Chosen, standard_file};
use super::failure::CommandError;
use super::notes::Notes;
use crate::config::RepositoryEntry;
use crate::credential::TokenSource;
use crate::engine::Engine;
use crate::source::Source;

/// An open connection, and what the configuration says of its repositories.
pub(crate) struct Session {
    pub(crate) source: Source,
    pub(crate) repositories: Vec<RepositoryEntry>,
    pub(crate) notes: Notes,
}

impl Session {
    /// Open the connection that the options name.
    pub(crate) fn open(options: &GlobalArguments, notes: Notes) -> Result<Self, CommandError> {
        Self::of(&Chosen::with_token(options)?, options, notes)
    }

    /// Open a connection that is chosen already.
    pub(crate) fn of(
        chosen: &Chosen,
        options: &GlobalArguments,
        notes: Notes,
    ) -> Result<Self, CommandError> {
        let failed = |source| chosen.failed(source);
        if let Some(token) = &chosen.token {
            warn_of_readable_token(token, notes);
        }
        let engine = engine(options).map_err(failed)?;
        let plugin = chosen.plugin(options, &engine, notes)?;
        let connection = chosen.connection(options).map_err(failed)?;
        if connection.audit.is_none() {
            notes.no_audit();
        }
        let source = Source::open(&plugin, connection).map_err(failed)?;
        notes.cut(source.cut());
        Ok(Self {
            source,
            repositories: chosen.repositories(),
            notes,
        })
    }
}

/// The engine that plugins are compiled for.
pub(crate) fn engine(options: &GlobalArguments) -> Result<Engine, crate::error::Error> {
    let builder = Engine::builder();
    builder.cache_directory(cache_directory(options)).build()
}

fn cache_directory(options: &GlobalArguments) -> Option<PathBuf> {
    options
        .cache_directory
        .clone()
        .or_else(|| standard_file("XDG_CACHE_HOME", ".cache", ""))
}

/// Mounted secrets are often readable by everybody in their container, so only a person at a
/// terminal is told.
fn warn_of_readable_token(token: &TokenSource, notes: Notes) {
    if notes.is_terminal() && token.is_readable_by_others() {
        let place = token.place();
        notes.warning(&format!(
            "everybody on this machine can read the token in {place}"
        ));
    }
}
