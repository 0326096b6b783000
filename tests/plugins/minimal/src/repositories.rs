//! The contract's `repositories`: which there are.

use crate::Component;
use crate::bindings::repositories::{
    Filter, Guest, Page, Repository, RepositoryRef, State, Visibility,
};
use crate::bindings::types::{Error, PageRequest, Subject};
use crate::http;
use crate::shelf::{self, Project};

impl Guest for Component {
    fn list_repositories(filter: Filter, wanted: PageRequest) -> Result<Page, Error> {
        // What cannot be told must not be passed off as an answer.
        if filter.minimum_access.is_some() || filter.member_only {
            return shelf::unsupported("members, which a shelf does not have");
        }
        let mut found: Vec<Project> = http::json("/projects", Subject::Repository)?;
        found.retain(|project| fits(project, &filter));
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
}

fn fits(project: &Project, filter: &Filter) -> bool {
    let path = project.path_with_namespace.to_lowercase();
    let search = filter.search.as_ref();
    let owner = filter.owner.as_ref();
    search.is_none_or(|text| path.contains(&text.to_lowercase()))
        && owner.is_none_or(|owner| path.starts_with(&format!("{}/", owner.to_lowercase())))
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
