//! Which repository an answer is about, read by the host itself: apart because the plugin's word
//! is not enough to bind an administrator's token to a repository.

use code_source_egress::{
    ConnectedRepository, Profile, RepositoryArgument, confirm_identity, read_identity,
};

use crate::contract::repositories::Repository;
use crate::contract::types::ErrorCode;
use crate::error::Error;
use crate::exchange::IdentityAnswer;
use crate::outcome::Failure;

/// Let an answer pass if it says of the repository what the wire said of the one that was named.
pub(crate) fn confirm(
    profile: &Profile,
    named: RepositoryArgument<'_>,
    wire: Option<IdentityAnswer>,
    answer: Result<Repository, Failure>,
) -> Result<Repository, Failure> {
    match answer {
        Ok(repository) => {
            let wire = wire
                .filter(|wire| wire.status == 200)
                .ok_or(Error::UnconfirmedIdentity)?;
            let actual = read(profile, named, &wire)?;
            if repository.id == actual.id && repository.path == actual.path {
                Ok(repository)
            } else {
                Err(Error::UnconfirmedIdentity.into())
            }
        }
        Err(Failure::Answer(error)) => match &error.code {
            ErrorCode::Moved(id) if !leads_to(wire.as_ref(), id) => {
                Err(Error::UnconfirmedIdentity.into())
            }
            _ => Err(Failure::Answer(error)),
        },
        Err(other) => Err(other),
    }
}

/// The repository that a whole answer is about, if it is the one that was named.
pub(crate) fn read(
    profile: &Profile,
    named: RepositoryArgument<'_>,
    wire: &IdentityAnswer,
) -> Result<ConnectedRepository, Failure> {
    let actual = read_identity(profile.identity(), &wire.body).map_err(Error::Identity)?;
    confirm_identity(named, &actual).map_err(Error::Identity)?;
    Ok(actual)
}

/// Whether the forge itself pointed to that repository.
fn leads_to(wire: Option<&IdentityAnswer>, id: &str) -> bool {
    wire.filter(|wire| (300..400).contains(&wire.status))
        .and_then(|wire| wire.location.as_deref())
        .and_then(|location| location.split(['?', '#']).next()?.rsplit('/').next())
        .is_some_and(|last| last == id)
}
