//! The argument REPOSITORY, and how it becomes a repository that calls may name: apart because
//! nearly every command begins with it.

use std::convert::Infallible;
use std::str::FromStr;

use code_source_egress::ConnectedRepository;

use super::failure::CommandError;
use super::session::Session;
use super::usage::UsageError;
use crate::contract::repositories::RepositoryRef;
use crate::contract::types::ErrorCode;
use crate::outcome::Failure;
use crate::source::Source;
use crate::sync::{Directory, State};

/// A repository as people name it: a number is an identity, everything else a path; the address
/// of its page is accepted too. `id:` or `path:` before it says which of the two is meant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum RepositoryArgument {
    /// The address of its page.
    Address(String),
    /// Its identity.
    Id(String),
    /// Its path.
    Path(String),
}

impl FromStr for RepositoryArgument {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        Ok(match text {
            _ if is_number => Self::Id(text.to_owned()),
            _ if text.contains("://") => Self::Address(text.to_owned()),
            _ => match text.split_once(':') {
                Some(("id", id)) => Self::Id(id.to_owned()),
                Some(("path", path)) => Self::Path(path.to_owned()),
                _ => Self::Path(text.trim_matches('/').to_owned()),
            },
        })
    }
}

impl RepositoryArgument {
    /// How the contract names it, on the forge at `base_url`.
    pub(crate) fn reference(&self, base_url: &str) -> Result<RepositoryRef, CommandError> {
        Ok(match self {
            Self::Address(address) => RepositoryRef::Path(path_of_page(address, base_url)?),
            Self::Id(id) => RepositoryRef::Id(id.clone()),
            Self::Path(path) => RepositoryRef::Path(path.clone()),
        })
    }
}

/// A repository that calls may name.
pub(crate) struct Connected {
    pub(crate) source: Source,
    pub(crate) id: String,
    pub(crate) path: String,
    /// The branch that the configuration names for it.
    pub(crate) branch: Option<String>,
}

/// Connect the repository, unless the configuration has done so.
pub(crate) async fn connect(
    session: &Session,
    argument: &RepositoryArgument,
) -> Result<Connected, CommandError> {
    let reference = argument.reference(&session.source.base_url())?;
    if let Some(connected) = configured(session, &reference) {
        return Ok(connected);
    }
    let mut outcome = session.source.connect_repository(&reference).await;
    let mut moved = None;
    if let (RepositoryRef::Path(path), Some(id)) = (&reference, moved_to(&outcome.answer)) {
        session.notes.report(&outcome.report);
        moved = Some(path);
        outcome = session
            .source
            .connect_repository(&RepositoryRef::Id(id))
            .await;
    }
    let tried = format!("find the repository {}", name(&reference));
    let (source, repository) = session.notes.answer(tried, outcome)?;
    if let Some(path) = moved {
        session
            .notes
            .note(&format!("`{path}` has moved to `{}`", repository.path));
    }
    // A repository that the file names by another path is still the one in the file.
    let branch = session
        .repositories
        .iter()
        .find(|entry| entry.id == repository.id)
        .and_then(|entry| entry.branch.clone());
    Ok(Connected {
        source,
        id: repository.id,
        path: repository.path,
        branch,
    })
}

/// The repository that a synced directory holds, if it is the one that is named. Its identity was
/// read from the forge when the directory was filled, and a rename does not change it.
pub(crate) fn recorded(
    session: &Session,
    argument: &RepositoryArgument,
    directory: &Directory,
) -> Result<Option<Connected>, CommandError> {
    let base_url = session.source.base_url();
    let reference = argument.reference(&base_url)?;
    if let Some(connected) = configured(session, &reference) {
        return Ok(Some(connected));
    }
    let is_it = |state: &State| {
        state.base_url == base_url
            && !state.path.is_empty()
            && match &reference {
                RepositoryRef::Id(id) => state.repository == *id,
                RepositoryRef::Path(path) => state.path == *path,
            }
    };
    let Some(state) = directory.recorded().filter(is_it) else {
        return Ok(None);
    };
    let known = ConnectedRepository {
        id: state.repository.clone(),
        path: state.path.clone(),
    };
    // A record that makes no sense is not worth an error: the forge is asked instead.
    let source = session.source.with_repository(known).ok();
    Ok(source.map(|source| Connected {
        source,
        id: state.repository,
        path: state.path,
        branch: None,
    }))
}

/// The identity of a repository that no longer lives at the path that was asked for.
pub(crate) fn moved_to<T>(answer: &Result<T, Failure>) -> Option<String> {
    match answer {
        Err(Failure::Answer(error)) => match &error.code {
            ErrorCode::Moved(id) => Some(id.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The repository as a message names it.
pub(crate) fn name(reference: &RepositoryRef) -> String {
    match reference {
        RepositoryRef::Id(id) => format!("`{id}`"),
        RepositoryRef::Path(path) => format!("`{path}`"),
    }
}

fn configured(session: &Session, reference: &RepositoryRef) -> Option<Connected> {
    let entry = session.repositories.iter().find(|entry| match reference {
        RepositoryRef::Id(id) => entry.id == *id,
        RepositoryRef::Path(path) => entry.path == *path,
    })?;
    Some(Connected {
        source: session.source.clone(),
        id: entry.id.clone(),
        path: entry.path.clone(),
        branch: entry.branch.clone(),
    })
}

fn path_of_page(address: &str, base_url: &str) -> Result<String, CommandError> {
    let page = address.split(['?', '#']).next().unwrap_or_default();
    page.strip_prefix(base_url)
        .and_then(|rest| rest.strip_prefix('/'))
        .map(|path| path.trim_end_matches('/'))
        .map(|path| path.strip_suffix(".git").unwrap_or(path))
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| {
            let base_url = base_url.to_owned();
            UsageError::AnotherForge { base_url }.into()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(text: &str) -> Result<String, u8> {
        let Ok(argument) = text.parse::<RepositoryArgument>();
        match argument.reference("https://git.acme.example/forge") {
            Ok(RepositoryRef::Id(id)) => Ok(format!("id {id}")),
            Ok(RepositoryRef::Path(path)) => Ok(format!("path {path}")),
            Err(error) => Err(error.describe().exit_status),
        }
    }

    #[test]
    fn a_repository_is_named_by_number_path_or_address() {
        for (text, expected) in [
            ("42", Ok("id 42")),
            ("id:a-b", Ok("id a-b")),
            ("path:42", Ok("path 42")),
            ("web/shop", Ok("path web/shop")),
            ("/web/shop/", Ok("path web/shop")),
            ("42/shop", Ok("path 42/shop")),
            (
                "https://git.acme.example/forge/web/shop",
                Ok("path web/shop"),
            ),
            (
                "https://git.acme.example/forge/web/shop.git",
                Ok("path web/shop"),
            ),
            (
                "https://git.acme.example/forge/web/shop/?tab=files#readme",
                Ok("path web/shop"),
            ),
            ("https://git.acme.example/forge/", Err(2)),
            ("https://git.acme.example/forgery/web/shop", Err(2)),
            ("https://elsewhere.example/web/shop", Err(2)),
        ] {
            assert_eq!(reference(text), expected.map(str::to_owned), "{text}");
        }
    }
}
