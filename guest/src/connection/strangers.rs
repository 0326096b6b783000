//! Whether it is GitLab at all that answers; apart because nothing but the answers together tells.
//!
//! What stands before a forge may refuse everything in JSON, and a server that knows nothing of
//! GitLab may answer everything with an object. Neither is known by a single answer.

use super::{asked::Asked, slashes::Slashes, standing::Standing};
use crate::{
    bindings::types::{Denial, ErrorCode, Party, Stranger},
    error::{Failure, Mark},
    model::Version,
};

/// Fail where nothing of all that was answered is GitLab's, and where what is missing of it leaves
/// nothing to report.
pub(super) fn recognise(
    version: &Asked<Version>,
    standing: &Standing,
    slashes: Slashes,
) -> Result<(), Failure> {
    let refusals = [
        version.refused(),
        standing.user.refused(),
        standing.token.refused(),
    ];
    let is_told = version.told().is_some_and(Version::is_told)
        || standing.user.told().is_some_and(|user| !user.is_nameless())
        || standing.token.told().is_some_and(|token| !token.is_blank())
        || matches!(slashes, Slashes::Kept | Slashes::Decoded);
    if is_told {
        return standing.complete();
    }
    if refusals.iter().flatten().any(|one| is_gitlabs(one)) {
        return match refusals {
            // Whatever GitLab's reason is, nothing is left that it lets anybody do.
            [Some(version), Some(user), Some(token)]
                if [version, user, token].into_iter().all(is_for_nothing_known) =>
            {
                Err(version.again())
            }
            _ => standing.complete(),
        };
    }
    Err(match version.refused() {
        Some(refusal) => everything_refused(refusal),
        None => not_gitlab(Failure::malformed("a version without a number")),
    })
}

/// Whether a refusal is in GitLab's own words. An endpoint that is not there is no words.
fn is_gitlabs(refusal: &Failure) -> bool {
    matches!(refusal.code(), ErrorCode::Forbidden(_)) && !refusal.is_marked(Mark::Unexplained)
}

/// Whether the reason is none that a report explains.
fn is_for_nothing_known(refusal: &Failure) -> bool {
    matches!(
        refusal.code(),
        ErrorCode::Forbidden(Denial::Other(_) | Denial::Role(_))
    )
}

fn everything_refused(refusal: &Failure) -> Failure {
    refusal
        .again()
        .with_code(ErrorCode::NotTheApi(Stranger::WebFirewall))
        .with_message(
            "reading GitLab's version is refused with status 403, and no answer has a reason of GitLab's own",
        )
        .with_hint(
            "ask whoever runs what stands before GitLab, such as a gateway or a web firewall, to let \
             this machine's requests for `/api/` through; if nothing does, GitLab's own restrictions \
             by IP address may be the reason",
        )
        .with_remedy_by(Some(Party::NetworkAdministrator))
}

/// The version is the one endpoint that only GitLab has. An answer without it is another product's,
/// whatever the others say.
pub(super) fn not_gitlab(failure: Failure) -> Failure {
    let media_type = match failure.code() {
        ErrorCode::Malformed(_) if !failure.is_marked(Mark::Senseless) => return failure,
        // What is in JSON and none of GitLab's has the status that is right for it.
        ErrorCode::Malformed(_) if failure.status().is_some_and(|status| status != 200) => "",
        // GitLab's own, for a browser.
        ErrorCode::Rejected(_) if failure.status() == Some(406) => return failure,
        ErrorCode::NotFound(_)
        | ErrorCode::Malformed(_)
        | ErrorCode::TooLarge(_)
        | ErrorCode::Rejected(_) => "application/json",
        _ => return failure,
    };
    elsewhere(
        failure,
        media_type,
        "reading GitLab's version: what answers has none, so it is another product, or GitLab at another \
         path",
    )
}

/// What every GitLab has is not there.
pub(crate) fn not_here(failure: Failure, action: &str) -> Failure {
    let message = format!(
        "{action}: what answers knows no such thing, so it is another product, or GitLab at another path"
    );
    elsewhere(failure, "application/json", message)
}

fn elsewhere(failure: Failure, media_type: &str, message: impl Into<String>) -> Failure {
    failure
        .with_code(ErrorCode::NotTheApi(Stranger::Other(media_type.to_owned())))
        .with_message(message)
        .with_hint(
            "check the address of the connection, and whether GitLab lives below a path there, such as \
             `https://host/gitlab`",
        )
}
