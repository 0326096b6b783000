//! The routes that change repositories and what is said of commits, with those that read the
//! same things; apart, because they ask for more than to read.

use super::super::{
    blame, commit_create, file_writes, reference_writes,
    route::{Route, Scope, delete, get, head, list, post, put},
    search, statuses,
};

pub(super) static ROUTES: &[Route] = &[
    post(
        "/projects/:id/repository/branches",
        Scope::Write,
        reference_writes::create_branch,
    ),
    delete(
        "/projects/:id/repository/branches/:branch",
        Scope::Write,
        reference_writes::delete_branch,
    ),
    post(
        "/projects/:id/repository/tags",
        Scope::Write,
        reference_writes::create_tag,
    ),
    delete(
        "/projects/:id/repository/tags/:tag_name",
        Scope::Write,
        reference_writes::delete_tag,
    ),
    post(
        "/projects/:id/repository/commits",
        Scope::Write,
        commit_create::create,
    ),
    get(
        "/projects/:id/repository/files/:file_path/blame",
        Scope::Repository,
        blame::read,
    ),
    head(
        "/projects/:id/repository/files/:file_path/blame",
        Scope::Repository,
        blame::stat,
    ),
    list("/projects/:id/search", &[], search::in_project),
    list("/projects/:id/-/search", &[], search::in_project),
    list("/groups/:id/search", &[], search::elsewhere),
    list("/search", &[], search::elsewhere),
    list(
        "/projects/:id/repository/commits/:sha/statuses",
        &[("all", "false")],
        statuses::list,
    ),
    post(
        "/projects/:id/statuses/:sha",
        Scope::Write,
        statuses::create,
    ),
    post(
        "/projects/:id/repository/files/:file_path",
        Scope::Write,
        file_writes::create,
    ),
    put(
        "/projects/:id/repository/files/:file_path",
        Scope::Write,
        file_writes::update,
    ),
    delete(
        "/projects/:id/repository/files/:file_path",
        Scope::Write,
        file_writes::delete,
    ),
];
