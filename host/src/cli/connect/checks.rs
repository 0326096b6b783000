//! What an answer or an option may be: apart from what is written of it, because it is refused
//! before anything is tried.

use std::path::Path;

use super::draft::{LONGEST_NAME, Token, is_bare};
use crate::cli::failure::CommandError;
use crate::cli::usage::UsageError;
use crate::credential::{Form, Secret, TokenSource, is_no_name, is_no_variable};
use crate::kind::{directory_of, is_open_already};

/// Whether this can be a token at all, before anything is opened. `place` says where it comes from.
pub(super) fn check_token(secret: &Secret, place: &str) -> Result<(), CommandError> {
    let Some(problem) = Form::Token.problem(secret.expose()) else {
        return Ok(());
    };
    let source = crate::error::Error::Credential {
        what: "token",
        place: place.to_owned(),
        problem: problem.to_owned(),
    };
    Err(CommandError::Open {
        tried: "connect".to_owned(),
        source,
        at: None,
    })
}

/// Whether a token can be where it is said to be.
pub(super) fn check_place(token: &Token) -> Result<(), CommandError> {
    match token {
        Token::Typed(secret) => check_token(secret, "what was typed"),
        Token::File(path) => check_token_file(path),
        // What stands there may be the token itself.
        Token::Environment(name) if is_no_variable(name) => Err(UsageError::TokenVariable.into()),
        Token::Environment(name) if TokenSource::Environment(name.clone()).may_be_secret() => {
            Err(UsageError::VariableUnset.into())
        }
        Token::Environment(_) => Ok(()),
    }
}

/// Whether a token's file will be there the next time as well: a pipe is read once, and what stands
/// for standard input is another file then.
pub(super) fn check_token_file(path: &Path) -> Result<(), CommandError> {
    let shown = || path.display().to_string();
    let is_bare_name = directory_of(path) == Path::new(".");
    if is_bare_name && TokenSource::File(path.to_owned()).may_be_secret() {
        return Err(UsageError::TokenAsFile.into());
    }
    let metadata = path.metadata().ok();
    if metadata.as_ref().is_some_and(std::fs::Metadata::is_dir) {
        return Err(UsageError::TokenDirectory { path: shown() }.into());
    }
    if is_open_already(path) || metadata.is_some_and(|metadata| !metadata.is_file()) {
        return Err(UsageError::TokenNotKept { path: shown() }.into());
    }
    Ok(())
}

/// Whether the audit can be begun where it is said to be: a trial begins none.
pub(super) fn check_audit_file(path: &Path) -> Result<(), CommandError> {
    if path.exists() || directory_of(path).is_dir() {
        return Ok(());
    }
    Err(CommandError::File {
        action: "begin the audit",
        path: path.to_owned(),
        source: std::io::ErrorKind::NotFound.into(),
    })
}

/// Whether the name can stand in a file as it is: nobody should have to quote it.
pub(super) fn check_name(name: &str) -> Result<(), CommandError> {
    if is_no_name(name) {
        return Err(UsageError::TokenAsName.into());
    }
    // What begins with `-` would be an option wherever it is named.
    let is_word = !name.is_empty() && !name.starts_with('-') && name.chars().all(is_bare);
    if is_word && name.len() <= LONGEST_NAME {
        return Ok(());
    }
    Err(UsageError::ConnectionName {
        name: name.to_owned(),
    }
    .into())
}
