//! The routes that read code; apart, because they were there first and ask for the least.

use super::super::{
    account, archive, blobs, commits, compare, files, instance, projects, references,
    route::{Route, Scope, get, head, list},
    tree,
};

const PROJECT_DEFAULTS: &[(&str, &str)] = &[
    ("imported", "false"),
    ("include_hidden", "false"),
    ("membership", "false"),
    ("order_by", "created_at"),
    ("owned", "false"),
    ("repository_checksum_failed", "false"),
    ("simple", "false"),
    ("sort", "desc"),
    ("starred", "false"),
    ("statistics", "false"),
    ("wiki_checksum_failed", "false"),
    ("with_custom_attributes", "false"),
    ("with_issues_enabled", "false"),
    ("with_merge_requests_enabled", "false"),
];

const GROUP_DEFAULTS: &[(&str, &str)] = &[
    ("include_ancestor_groups", "false"),
    ("include_subgroups", "false"),
    ("order_by", "created_at"),
    ("owned", "false"),
    ("simple", "false"),
    ("sort", "desc"),
    ("starred", "false"),
    ("with_shared", "true"),
];

pub(super) static ROUTES: &[Route] = &[
    get("/version", Scope::User, instance::version),
    get("/metadata", Scope::User, instance::version),
    get("/application/settings", Scope::Api, instance::settings),
    get(
        "/application/plan_limits",
        Scope::Api,
        instance::plan_limits,
    ),
    get("/user", Scope::User, account::user),
    get("/personal_access_tokens/self", Scope::Any, account::token),
    list("/projects", PROJECT_DEFAULTS, projects::list),
    list(
        "/groups/:id/projects",
        GROUP_DEFAULTS,
        projects::list_of_group,
    ),
    list(
        "/users/:user/projects",
        PROJECT_DEFAULTS,
        projects::list_of_user,
    ),
    get("/projects/:id", Scope::Api, projects::read),
    list(
        "/projects/:id/repository/branches",
        &[],
        references::branches,
    ),
    head(
        "/projects/:id/repository/branches/:branch",
        Scope::Api,
        references::has_branch,
    ),
    get(
        "/projects/:id/repository/branches/:branch",
        Scope::Api,
        references::branch,
    ),
    list(
        "/projects/:id/repository/tags",
        &[("order_by", "updated"), ("sort", "desc")],
        references::tags,
    ),
    get(
        "/projects/:id/repository/tags/:tag_name",
        Scope::Api,
        references::tag,
    ),
    list(
        "/projects/:id/repository/commits",
        &[("order", "default")],
        commits::list,
    ),
    get(
        "/projects/:id/repository/commits/:sha",
        Scope::Api,
        commits::read,
    ),
    list(
        "/projects/:id/repository/commits/:sha/diff",
        &[],
        commits::diff,
    ),
    list(
        "/projects/:id/repository/commits/:sha/refs",
        &[("type", "all")],
        commits::references,
    ),
    list(
        "/projects/:id/repository/tree",
        &[("pagination", "legacy"), ("recursive", "false")],
        tree::list,
    ),
    get(
        "/projects/:id/repository/files/:file_path",
        Scope::Repository,
        files::read,
    ),
    head(
        "/projects/:id/repository/files/:file_path",
        Scope::Repository,
        files::stat,
    ),
    get(
        "/projects/:id/repository/files/:file_path/raw",
        Scope::Repository,
        files::raw,
    ),
    get(
        "/projects/:id/repository/blobs/:sha",
        Scope::Api,
        blobs::read,
    ),
    get(
        "/projects/:id/repository/blobs/:sha/raw",
        Scope::Api,
        blobs::raw,
    ),
    get(
        "/projects/:id/repository/archive:format",
        Scope::Api,
        archive::read,
    ),
    get(
        "/projects/:id/repository/compare",
        Scope::Api,
        compare::compare,
    ),
    get(
        "/projects/:id/repository/merge_base",
        Scope::Api,
        compare::merge_base,
    ),
];
