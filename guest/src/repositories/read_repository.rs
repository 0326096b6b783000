//! `repositories.read-repository`; apart as every function of the contract is.

use crate::{
    bindings::{
        repositories::{Repository, RepositoryRef},
        types::Subject,
    },
    call::Call,
    endpoint::{Project, Target},
    error::{Failure, Purpose, quote},
    model,
    transport::{Request, Transport},
};

/// Read one repository.
///
/// Under an old path GitLab leads to the identity, which becomes `moved`: a caller that stored the
/// path has to learn of it.
pub(crate) async fn read_repository<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryRef,
) -> Result<Repository, Failure> {
    let project = read(call, repository, Subject::Repository).await?;
    Ok(project.into_repository())
}

/// Read a project. `missing` is what an answer 404 is about that does not say so.
pub(super) async fn read<T: Transport>(
    call: &Call<T>,
    repository: &RepositoryRef,
    missing: Subject,
) -> Result<model::Project, Failure> {
    let (name, target) = match repository {
        RepositoryRef::Id(id) => {
            let project = Project::new(id)?;
            (id, Target::repository(&project, ""))
        }
        RepositoryRef::Path(path) => {
            check_path(path)?;
            (path, Target::new("/projects").segment(path))
        }
    };
    let action = format!("reading the repository `{}`", quote(name));
    let purpose = Purpose::new(action, missing);
    let (_, project) = call.json(&Request::json(target), &purpose).await?;
    Ok(project)
}

/// A path has a namespace, so that it is never taken for an id.
fn check_path(path: &str) -> Result<(), Failure> {
    let parts = || path.split('/');
    let is_odd = path.len() > LONGEST_PATH
        || parts().count() < 2
        || parts().any(|part| matches!(part, "" | "." | ".."))
        || path
            .chars()
            .any(|c| c.is_control() || matches!(c, '\\' | '?' | '#' | '%'));
    match is_odd {
        true => Err(Failure::invalid(
            "repository: a path has the form `group/name`, without an encoding",
        )),
        false => Ok(()),
    }
}

const LONGEST_PATH: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_a_namespace_and_no_encoding() {
        for good in ["web/shop", "a/b/c.d", "ä/b"] {
            assert!(check_path(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "42",
            "shop",
            "/web/shop",
            "web/shop/",
            "web//shop",
            "web%2Fshop",
            "a/../b",
            "a/b\n",
        ] {
            assert!(check_path(bad).is_err(), "{bad}");
        }
    }
}
