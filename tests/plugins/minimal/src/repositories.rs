//! The contract's `repositories`: which there are.

use crate::Component;
use crate::bindings::repositories::{
    Absence, Filter, Guest, Page, Repository, RepositoryRef, State, Visibility,
};
use crate::bindings::types::{
    Aspect, Error, ErrorCode, Finding, PageRequest, Party, Severity, Subject,
};
use crate::http;
use crate::shelf::{self, Project};

impl Guest for Component {
    fn list_repositories(filter: Filter, wanted: PageRequest) -> Result<Page, Error> {
        check(&filter)?;
        let mut found: Vec<Project> = http::json("/projects", Subject::Repository)?;
        found.retain(|project| differences(project, &filter).is_empty());
        found.sort_by_key(|project| project.id);
        let total = found.len() as u64;
        let after = wanted.cursor.as_deref();
        let (found, end) = shelf::page(found, &wanted, after, |project| project.id.to_string())?;
        Ok(Page {
            items: found.into_iter().map(repository).collect(),
            end,
            total: Some(total),
        })
    }

    fn read_repository(named: RepositoryRef) -> Result<Repository, Error> {
        let (RepositoryRef::Id(named) | RepositoryRef::Path(named)) = named;
        shelf::project(&named).map(repository)
    }

    fn explain_absence(named: RepositoryRef, filter: Filter) -> Result<Absence, Error> {
        check(&filter)?;
        let (RepositoryRef::Id(named) | RepositoryRef::Path(named)) = named;
        match shelf::project(&named) {
            Ok(found) => Ok(Absence {
                reasons: differences(&found, &filter),
                repository: Some(repository(found)),
            }),
            Err(error) if matches!(error.code, ErrorCode::NotFound(_)) => {
                let message = format!("there is no `{named}`, or the token may not see it");
                let hint =
                    "check how it is written, or have its owner let the token's account see it";
                Ok(Absence {
                    reasons: vec![reason("hidden", message, Party::ForgeAdministrator, hint)],
                    repository: None,
                })
            }
            Err(error) => Err(error),
        }
    }
}

/// What cannot be told must not be passed off as an answer.
fn check(filter: &Filter) -> Result<(), Error> {
    match filter.minimum_access.is_some() || filter.member_only {
        true => shelf::unsupported("members, which a shelf does not have"),
        false => Ok(()),
    }
}

/// What of the filter keeps a repository from being listed.
fn differences(project: &Project, filter: &Filter) -> Vec<Finding> {
    let path = project.path_with_namespace.to_lowercase();
    let mut found = Vec::new();
    if let Some(search) = &filter.search
        && !path.contains(&search.to_lowercase())
    {
        let message = format!("`{search}` is not in its path");
        let hint = "search for a part of its path";
        found.push(reason("search-differs", message, Party::User, hint));
    }
    if let Some(owner) = &filter.owner
        && !path.starts_with(&format!("{}/", owner.to_lowercase()))
    {
        let message = format!("it does not belong to `{owner}`");
        let hint = "list without an owner, or with the one that begins its path";
        found.push(reason("owner-differs", message, Party::User, hint));
    }
    found
}

fn reason(code: &str, message: String, party: Party, hint: &str) -> Finding {
    Finding {
        severity: Severity::Error,
        about: Aspect::Repository,
        code: code.to_owned(),
        message,
        hint: Some(hint.to_owned()),
        remedied_by: Some(party),
    }
}

fn repository(project: Project) -> Repository {
    let base = crate::bindings::settings::current().base_url;
    let path = project.path_with_namespace;
    Repository {
        id: project.id.to_string(),
        name: path.rsplit('/').next().unwrap_or(&path).to_owned(),
        description: None,
        web_url: format!("{base}/{path}"),
        clone_url: None,
        empty: project.commit.is_none(),
        default_branch: project.commit.map(|_| project.branch),
        state: State::Active,
        visibility: Visibility::Private,
        access: None,
        topics: Vec::new(),
        last_activity_at: None,
        path,
    }
}
