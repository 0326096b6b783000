//! `repositories.explain-absence`; apart as every function of the contract is.
//!
//! Nothing is concluded that GitLab was not asked: what of state, access and membership keeps a repository
//! from a list is asked of the list of all projects itself, cut down to that repository. A search and an
//! owner are held against the repository as `list-repositories` holds them.

mod hidden;
mod list;
mod place;
mod shown;

use super::{filter::Wanted, read_repository};
use crate::{
    bindings::{
        repositories::{Absence, Filter, RepositoryRef},
        types::{Aspect, ErrorCode, Finding, Party, Severity, Subject},
    },
    call::Call,
    connection::{decoded_slashes, not_here},
    error::{Failure, Mark, Purpose, quote},
    model::User,
    transport::{Request, Transport},
};

/// Find out why a list does not have a repository, with a dozen requests at most.
pub(crate) async fn explain_absence<T: Transport>(
    call: &Call<T>,
    named: &RepositoryRef,
    filter: &Filter,
) -> Result<Absence, Failure> {
    let wanted = Wanted::new(filter)?;
    if let RepositoryRef::Path(path) = named
        && !path.contains('/')
    {
        check_name(path)?;
        return hidden::explain(call, named).await;
    }
    // Only where GitLab itself says that there is no project, there is none.
    let missing = Subject::Other("endpoint".to_owned());
    match read_repository::read(call, named, missing).await {
        Ok(project) => shown::explain(call, project, &wanted, None).await,
        Err(failure) if is_about_the_address(&failure) => unrouted(call, named, failure).await,
        Err(failure) => match (failure.code(), named) {
            (ErrorCode::Moved(id), RepositoryRef::Path(path)) => {
                moved(call, path, id, &wanted).await
            }
            (ErrorCode::NotFound(Subject::Repository), _) => hidden::explain(call, named).await,
            _ => Err(failure),
        },
    }
}

/// Whether it may be that nothing of GitLab's is at this address.
fn is_about_the_address(failure: &Failure) -> bool {
    let is_endpoint = matches!(failure.code(), ErrorCode::NotFound(Subject::Other(_)));
    failure.is_marked(Mark::Unrouted) || is_endpoint
}

/// There is no such endpoint: either the path did not arrive as it was sent, or nothing does, which
/// an endpoint that every GitLab has and that has no path within its own tells apart.
async fn unrouted<T: Transport>(
    call: &Call<T>,
    named: &RepositoryRef,
    failure: Failure,
) -> Result<Absence, Failure> {
    let action = "asking who the token belongs to";
    let purpose = Purpose::new(action, Subject::Other("endpoint".to_owned()));
    let answer = call.json::<User>(&Request::json("/user"), &purpose).await;
    match answer {
        Ok((_, user)) if user.is_nameless() => Err(not_here(failure, action)),
        Ok(_) if failure.is_marked(Mark::Unrouted) && matches!(named, RepositoryRef::Path(_)) => {
            Ok(absence(vec![decoded_slashes()]))
        }
        Ok(_) => Err(failure),
        Err(other) if other.is_not_found() => Err(not_here(other, action)),
        Err(other) => Err(other),
    }
}

/// Its path is another one by now. The list tells which, because the call is bound to the old path.
async fn moved<T: Transport>(
    call: &Call<T>,
    path: &str,
    id: &str,
    wanted: &Wanted<'_>,
) -> Result<Absence, Failure> {
    // The id is a number: it was read as one.
    match list::find(call, id).await? {
        Some(project) => shown::explain(call, project, wanted, Some(path)).await,
        None => {
            let message = format!(
                "`{}` has moved, and is the repository {} now, which GitLab does not list",
                quote(path),
                quote(id)
            );
            let reason = reason(Severity::Error, "moved", message);
            Ok(absence(vec![
                reason.remedy(Party::User, "name it by its identity"),
            ]))
        }
    }
}

/// A name without a group is a group's or an account's, or nobody's. A number would be an identity.
fn check_name(name: &str) -> Result<(), Failure> {
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    let is_odd = name
        .chars()
        .any(|c| c.is_control() || matches!(c, '\\' | '?' | '#' | '%'));
    match is_number || is_odd || name.len() > 255 || matches!(name, "." | "..") {
        true => Err(Failure::invalid(
            "repository: a path has the form `group/name`, without an encoding",
        )),
        false => Ok(()),
    }
}

fn absence(reasons: Vec<Finding>) -> Absence {
    Absence {
        repository: None,
        reasons,
    }
}

fn reason(severity: Severity, code: &str, message: impl Into<String>) -> Finding {
    Finding::new(severity, Aspect::Repository, code, message)
}
