//! Finding the route of a request; apart, because the table itself is only data.

use http::Method;

use super::{Answer, Call, decode, table};

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
    /// To change anything.
    Write,
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
    for route in table::all() {
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

pub(super) const fn get(
    template: &'static str,
    scope: Scope,
    run: fn(&Call<'_>) -> Answer,
) -> Route {
    route(Method::GET, template, scope, &[], run)
}

pub(super) const fn head(
    template: &'static str,
    scope: Scope,
    run: fn(&Call<'_>) -> Answer,
) -> Route {
    route(Method::HEAD, template, scope, &[], run)
}

pub(super) const fn post(
    template: &'static str,
    scope: Scope,
    run: fn(&Call<'_>) -> Answer,
) -> Route {
    route(Method::POST, template, scope, &[], run)
}

pub(super) const fn put(
    template: &'static str,
    scope: Scope,
    run: fn(&Call<'_>) -> Answer,
) -> Route {
    route(Method::PUT, template, scope, &[], run)
}

pub(super) const fn delete(
    template: &'static str,
    scope: Scope,
    run: fn(&Call<'_>) -> Answer,
) -> Route {
    route(Method::DELETE, template, scope, &[], run)
}

pub(super) const fn list(
    template: &'static str,
    defaults: &'static [(&'static str, &'static str)],
    run: fn(&Call<'_>) -> Answer,
) -> Route {
    route(Method::GET, template, Scope::Api, defaults, run)
}

pub(super) const fn route(
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
