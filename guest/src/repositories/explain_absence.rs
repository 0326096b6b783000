//! `repositories.explain-absence`; apart as every function of the contract is.

use super::{filter::Wanted, read_repository};
use crate::{
    bindings::{
        repositories::{Absence, Access, Filter, Repository, RepositoryRef, State},
        types::{Aspect, ErrorCode, Finding, Party, Severity, Subject},
    },
    call::Call,
    error::{Failure, quote},
    transport::Transport,
};

/// Find out why a list does not have a repository.
pub(crate) async fn explain_absence<T: Transport>(
    call: &Call<T>,
    named: &RepositoryRef,
    filter: &Filter,
) -> Result<Absence, Failure> {
    let wanted = Wanted::new(filter)?;
    // Only where GitLab itself says that there is no project, there is none.
    let missing = Subject::Other("endpoint".to_owned());
    match read_repository::read(call, named, missing).await {
        Ok(project) => Ok(shown(project.into_repository(), &wanted)),
        Err(failure) => match failure.code() {
            ErrorCode::Moved(id) => Ok(absence(vec![moved(id)])),
            ErrorCode::NotFound(Subject::Repository) => Ok(absence(vec![hidden()])),
            _ => Err(failure),
        },
    }
}

fn absence(reasons: Vec<Finding>) -> Absence {
    Absence {
        repository: None,
        reasons,
    }
}

/// Hold what GitLab shows against each part of the filter.
fn shown(repository: Repository, wanted: &Wanted<'_>) -> Absence {
    let mut reasons = Vec::new();
    if matches!(repository.state, State::Archived) && !wanted.include_archived {
        let message = format!("`{}` is archived", quote(&repository.path));
        reasons.push(
            reason("archived", message).remedy(Party::User, "list archived repositories as well"),
        );
    }
    if !wanted.finds(&repository.path, &repository.name) {
        let message = format!(
            "the search is neither in the path `{}` nor in the name",
            quote(&repository.path)
        );
        reasons.push(reason("search-differs", message).remedy(Party::User, "search for less"));
    }
    if wanted
        .minimum_level
        .is_some_and(|least| level(&repository) < least)
    {
        let message = "the account has less access than the filter asks for";
        reasons.push(reason("access-too-low", message).remedy(
            Party::ForgeAdministrator,
            "give the token's account a higher role there",
        ));
    }
    Absence {
        repository: Some(repository),
        reasons,
    }
}

fn level(repository: &Repository) -> u32 {
    match &repository.access {
        None | Some(Access::None) => 0,
        Some(Access::Guest) => 10,
        Some(Access::Reporter) => 20,
        Some(Access::Developer) => 30,
        Some(Access::Maintainer) => 40,
        Some(Access::Owner) => 50,
        Some(Access::Other(number)) => number.parse().unwrap_or(0),
    }
}

fn moved(id: &str) -> Finding {
    let message = format!(
        "it has another path now: it is the repository `{}`",
        quote(id)
    );
    reason("moved", message).remedy(Party::User, "name it by its identity")
}

fn hidden() -> Finding {
    let message = "there is no such repository, or none that the account may see";
    reason("hidden", message).remedy(
        Party::ForgeAdministrator,
        "make the token's account a member of it or of its group",
    )
}

fn reason(code: &str, message: impl Into<String>) -> Finding {
    Finding::new(Severity::Error, Aspect::Repository, code, message)
}
