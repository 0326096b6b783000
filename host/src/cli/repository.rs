//! The argument REPOSITORY, and how it becomes a repository that calls may name: apart because
//! nearly every command begins with it.

use std::convert::Infallible;
use std::str::FromStr;

use code_source_egress::{ConnectedRepository, RepositoryArgument as RepositoryName};

use super::failure::CommandError;
use super::session::Session;
use super::usage::UsageError;
use crate::contract::repositories::RepositoryRef;
use crate::contract::types::ErrorCode;
use crate::outcome::Failure;
use crate::source::Source;
use crate::sync::{Directory, State};

/// A repository as people name it: a number is an identity, everything else a path; the address
/// of its page, or what git fetches it from, is accepted too. `id:` or `path:` before it says which
/// of the two is meant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum RepositoryArgument {
    /// An address of it: of its page, or for git.
    Address(String),
    /// Its identity.
    Id(String),
    /// Its path.
    Path(String),
}

impl FromStr for RepositoryArgument {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        // A blank that was copied along names nothing, and nobody would see it in a message.
        let text = text.trim();
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        Ok(match text {
            _ if is_number => Self::Id(text.to_owned()),
            _ if text.contains("://") => Self::Address(text.to_owned()),
            _ => match text.split_once(':') {
                Some(("id", id)) => Self::Id(id.to_owned()),
                Some(("path", path)) => Self::Path(path.to_owned()),
                // What git calls `user@host:path`; no path of a repository has a colon there.
                Some((place, _)) if !place.contains('/') => Self::Address(text.to_owned()),
                _ => Self::Path(path_in(text.trim_matches('/')).to_owned()),
            },
        })
    }
}

impl RepositoryArgument {
    /// How the contract names it, on the forge at `base_url`.
    pub(crate) fn reference(&self, base_url: &str) -> Result<RepositoryRef, CommandError> {
        let named = self.named(base_url)?;
        let (name, checked) = match &named {
            RepositoryRef::Id(id) => (id, RepositoryName::Id(id).check()),
            RepositoryRef::Path(path) => (path, RepositoryName::Path(path).check()),
        };
        match checked {
            Ok(()) => Ok(named),
            Err(_) => Err(UsageError::RepositoryName { name: name.clone() }.into()),
        }
    }

    /// The same for a question that may turn out to be about a group, or about an account.
    pub(crate) fn reference_or_group(&self, base_url: &str) -> Result<RepositoryRef, CommandError> {
        match self.named(base_url)? {
            RepositoryRef::Path(name) if is_segment(&name) => Ok(RepositoryRef::Path(name)),
            _ => self.reference(base_url),
        }
    }

    fn named(&self, base_url: &str) -> Result<RepositoryRef, CommandError> {
        Ok(match self {
            Self::Address(address) => RepositoryRef::Path(path_at(address, base_url)?),
            Self::Id(id) => RepositoryRef::Id(id.clone()),
            Self::Path(path) => RepositoryRef::Path(path.clone()),
        })
    }
}

/// Whether it is the name of one group or one account. A number would be an identity.
fn is_segment(name: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    !is_number && !matches!(name, "." | "..") && name.chars().all(is_plain)
}

/// A repository that calls may name.
pub(crate) struct Connected {
    pub(crate) source: Source,
    pub(crate) id: String,
    pub(crate) path: String,
    /// The branch that the configuration names for it.
    pub(crate) branch: Option<String>,
    /// Whether the forge says that there is no commit in it.
    pub(crate) is_empty: bool,
}

/// Connect the repository, unless the configuration has done so.
pub(crate) async fn connect(
    session: &Session,
    argument: &RepositoryArgument,
) -> Result<Connected, CommandError> {
    let reference = argument.reference(&session.source.base_url())?;
    connect_to(session, &reference).await
}

/// The same for one that is named as the contract does.
pub(crate) async fn connect_to(
    session: &Session,
    reference: &RepositoryRef,
) -> Result<Connected, CommandError> {
    if let Some(connected) = configured(session, reference) {
        return Ok(connected);
    }
    let mut outcome = session.source.connect_repository(reference).await;
    let mut moved = None;
    if let (RepositoryRef::Path(path), Some(id)) = (reference, moved_to(&outcome.answer)) {
        session.notes.report(&outcome.report);
        moved = Some(path);
        outcome = session
            .source
            .connect_repository(&RepositoryRef::Id(id))
            .await;
    }
    let tried = format!("find the repository {}", name(reference));
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
        is_empty: repository.empty,
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
        is_empty: false,
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
        is_empty: false,
    })
}

/// The path of the repository that an address leads to, if it is one of the forge at `base_url`.
fn path_at(address: &str, base_url: &str) -> Result<String, CommandError> {
    let found = match address.split_once("://") {
        Some(("ssh", rest)) => rest
            .split_once('/')
            .and_then(|(authority, path)| path_for_git(authority, path, base_url)),
        Some((scheme, rest)) => path_of_page(scheme, rest, base_url),
        None => address
            .split_once(':')
            .and_then(|(authority, path)| path_for_git(authority, path, base_url)),
    };
    let found = found.filter(|path| !path.is_empty());
    found.ok_or_else(|| {
        let base_url = base_url.to_owned();
        UsageError::AnotherForge { base_url }.into()
    })
}

fn path_of_page(scheme: &str, rest: &str, base_url: &str) -> Option<String> {
    let rest = rest.split(['?', '#']).next()?;
    let (authority, path) = rest.split_at(rest.find('/')?);
    // Neither a scheme nor a host has a case, and the forge's own address is in lower case.
    let scheme = scheme.to_ascii_lowercase();
    let authority = authority.to_ascii_lowercase();
    let usual = match scheme.as_str() {
        "https" => ":443",
        _ => ":80",
    };
    let authority = authority.strip_suffix(usual).unwrap_or(&authority);
    let address = format!("{scheme}://{authority}{path}");
    let path = address.strip_prefix(base_url)?;
    path.starts_with('/')
        .then(|| path_in(path).trim_start_matches('/').to_owned())
}

/// Git reaches the same host at another port, and below no path that the pages may stand below.
fn path_for_git(authority: &str, path: &str, base_url: &str) -> Option<String> {
    let (_, page) = base_url.split_once("://")?;
    let page = page.split('/').next()?;
    let (_, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let is_same = without_port(host).eq_ignore_ascii_case(without_port(page));
    is_same.then(|| path_in(path.trim_start_matches('/')).to_owned())
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|one| one.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// The repository's part of a path. No group and no repository is called `-`, so what stands behind
/// that is a page of the repository's; and what git calls `shop.git` is `shop`.
fn path_in(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix("/-").unwrap_or(path);
    let path = path.find("/-/").map_or(path, |at| &path[..at]);
    path.strip_suffix(".git").unwrap_or(path)
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
    fn a_repository_is_named_by_number_path_or_address_and_by_nothing_else() {
        for (text, expected) in [
            ("42", Ok("id 42")),
            ("id:a-b", Ok("id a-b")),
            ("path:42/7", Ok("path 42/7")),
            ("path:42", Err(2)),
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
            (" web/shop ", Ok("path web/shop")),
            ("web/shop.git", Ok("path web/shop")),
            ("path:web/shop.git", Ok("path web/shop.git")),
            ("web/shop/-/tree/main", Ok("path web/shop")),
            (
                "HTTPS://Git.Acme.Example:443/forge/Web/shop",
                Ok("path Web/shop"),
            ),
            (
                "https://git.acme.example/forge/web/a-/shop/-/tree/main/-/x",
                Ok("path web/a-/shop"),
            ),
            (
                "https://git.acme.example/forge/web/shop/-/",
                Ok("path web/shop"),
            ),
            ("git@git.acme.example:web/shop.git", Ok("path web/shop")),
            ("GIT.acme.example:web/shop", Ok("path web/shop")),
            (
                "ssh://git@git.acme.example/web/shop.git",
                Ok("path web/shop"),
            ),
            (
                "ssh://git@git.acme.example:2222/web/shop.git",
                Ok("path web/shop"),
            ),
            ("git@elsewhere.example:web/shop.git", Err(2)),
            ("ssh://git@elsewhere.example/web/shop.git", Err(2)),
            ("https://git.acme.example/forge/-/explore", Err(2)),
            ("https://git.acme.example/Forge/web/shop", Err(2)),
            ("https://git.acme.example:8443/forge/web/shop", Err(2)),
            ("https://me:secret@git.acme.example/forge/web/shop", Err(2)),
            ("", Err(2)),
            (" ", Err(2)),
            ("web", Err(2)),
            ("./web/shop", Err(2)),
            ("web//shop", Err(2)),
            ("web/../shop", Err(2)),
            ("id:", Err(2)),
            ("https://git.acme.example/forge/", Err(2)),
            ("https://git.acme.example/forgery/web/shop", Err(2)),
            ("https://elsewhere.example/web/shop", Err(2)),
        ] {
            assert_eq!(reference(text), expected.map(str::to_owned), "{text}");
        }
    }
}
