//! The table of routes; apart, because it is the list of what the stand-in plays.

use http::Method;

use super::{
    Answer, Call, account, archive, blobs, commits, compare, decode, files, instance, projects,
    references, tree,
};

pub(crate) struct Route {
    method: Method,
    pub(crate) template: &'static str,
    pub(crate) scope: Scope,
    /// Parameters that GitLab fills in where they are missing.
    pub(crate) defaults: &'static [(&'static str, &'static str)],
    pub(crate) run: fn(&Call<'_>) -> Answer,
}

/// What a token needs for a route.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Scope {
    /// Nothing but to be valid.
    Any,
    /// To read everything.
    Api,
    /// To read files.
    Repository,
    /// To read its owner's account.
    User,
}

pub(crate) enum Found {
    Route(&'static Route, Vec<(&'static str, Vec<u8>)>),
    OtherMethod,
    Nothing,
}

/// Finds the route for a path below `/api/v4`. `HEAD` goes where `GET` does, except where it has
/// a route of its own.
pub(crate) fn find(method: &Method, path: &str) -> Found {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let mut head_fallback = None;
    let mut known = false;
    for route in ROUTES {
        let Some(captures) = capture(route.template, &segments) else {
            continue;
        };
        known = true;
        if route.method == *method {
            return Found::Route(route, captures);
        }
        if *method == Method::HEAD && route.method == Method::GET {
            head_fallback.get_or_insert((route, captures));
        }
    }
    match (head_fallback, known) {
        (Some((route, captures)), _) => Found::Route(route, captures),
        (None, true) => Found::OtherMethod,
        (None, false) => Found::Nothing,
    }
}

fn capture(template: &'static str, segments: &[&str]) -> Option<Vec<(&'static str, Vec<u8>)>> {
    let mut captures = Vec::new();
    let mut parts = template.split('/').skip(1);
    for segment in segments {
        let part = parts.next()?;
        match part.split_once(':') {
            None if part == *segment => {}
            None => return None,
            Some(("", name)) if !segment.is_empty() => captures.push((name, decode(segment))),
            Some(("", _)) => return None,
            Some((fixed, name)) => {
                let rest = segment.strip_prefix(fixed)?;
                captures.push((name, decode(rest)));
            }
        }
    }
    parts.next().is_none().then_some(captures)
}

const fn get(template: &'static str, scope: Scope, run: fn(&Call<'_>) -> Answer) -> Route {
    route(Method::GET, template, scope, &[], run)
}

const fn head(template: &'static str, scope: Scope, run: fn(&Call<'_>) -> Answer) -> Route {
    route(Method::HEAD, template, scope, &[], run)
}

const fn list(
    template: &'static str,
    defaults: &'static [(&'static str, &'static str)],
    run: fn(&Call<'_>) -> Answer,
) -> Route {
    route(Method::GET, template, Scope::Api, defaults, run)
}

const fn route(
    method: Method,
    template: &'static str,
    scope: Scope,
    defaults: &'static [(&'static str, &'static str)],
    run: fn(&Call<'_>) -> Answer,
) -> Route {
    Route {
        method,
        template,
        scope,
        defaults,
        run,
    }
}

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

static ROUTES: &[Route] = &[
    get("/version", Scope::User, instance::version),
    get("/metadata", Scope::User, instance::version),
    get("/application/settings", Scope::Api, instance::settings),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn template(method: Method, path: &str) -> Option<&'static str> {
        match find(&method, path) {
            Found::Route(route, _) => Some(route.template),
            _ => None,
        }
    }

    #[test]
    fn an_encoded_slash_does_not_end_a_segment() {
        let Found::Route(_, captures) = find(&Method::GET, "/projects/web%2Fshop") else {
            panic!("no route");
        };
        assert_eq!(captures, [("id", b"web/shop".to_vec())]);
        assert_eq!(template(Method::GET, "/projects/web/shop"), None);
    }

    #[test]
    fn the_format_of_an_archive_is_part_of_its_segment() {
        let Found::Route(_, captures) = find(&Method::GET, "/projects/1/repository/archive.tar.gz")
        else {
            panic!("no route");
        };
        assert_eq!(captures[1], ("format", b".tar.gz".to_vec()));
    }

    #[test]
    fn head_goes_where_get_does() {
        assert_eq!(template(Method::HEAD, "/version"), Some("/version"));
        assert!(matches!(
            find(&Method::POST, "/version"),
            Found::OtherMethod
        ));
    }
}
