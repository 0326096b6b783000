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
    connection::decoded_slashes,
    error::{Failure, Mark, quote},
    transport::Transport,
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
        Err(failure) if failure.is_marked(Mark::Unrouted) => Ok(absence(vec![decoded_slashes()])),
        Err(failure) => match (failure.code(), named) {
            (ErrorCode::Moved(id), RepositoryRef::Path(path)) => {
                moved(call, path, id, &wanted).await
            }
            (ErrorCode::NotFound(Subject::Repository), _) => hidden::explain(call, named).await,
            _ => Err(failure),
        },
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
