//! `repositories.explain-absence`.

mod hidden;
mod shown;

use super::forge::{Reply, Seen, parameter, run};
use crate::{
    bindings::{
        repositories::{Absence, Access, Filter, RepositoryRef},
        types::{Error, ErrorCode, Finding, Severity, Stranger, Subject},
    },
    repositories::explain_absence,
};

fn all() -> Filter {
    Filter {
        search: None,
        owner: None,
        minimum_access: None,
        member_only: false,
        include_archived: true,
    }
}

/// What GitLab's router says.
const UNROUTED: &str = r#"{"error":"404 Not Found"}"#;

fn path(path: &str) -> RepositoryRef {
    RepositoryRef::Path(path.to_owned())
}

fn explain(
    named: &RepositoryRef,
    filter: &Filter,
    answer: impl Fn(&str) -> Reply,
) -> (Result<Absence, Error>, Seen) {
    run(
        "repositories.explain-absence",
        |line, _| answer(line),
        async |call| {
            let explained = explain_absence(call, named, filter).await;
            explained.map_err(|failure| failure.into_error())
        },
    )
}

/// The codes of the reasons that keep it from being listed.
fn codes(absence: &Absence) -> Vec<&str> {
    let reasons = absence.reasons.iter();
    let reasons = reasons.filter(|reason| reason.severity == Severity::Error);
    reasons.map(|reason| reason.code.as_str()).collect()
}

/// A forge with one repository and one account.
struct World {
    /// Fields of the project beside its identity; none where it is hidden.
    project: Option<&'static str>,
    user: &'static str,
    scopes: &'static str,
    /// What is asked of administrators alone is refused.
    admin_mode: bool,
    groups: &'static [&'static str],
    accounts: &'static [&'static str],
}

impl World {
    fn new() -> Self {
        Self {
            project: Some(""),
            user: r#""username":"bot","state":"active""#,
            scopes: r#"["api"]"#,
            admin_mode: false,
            groups: &["web"],
            accounts: &["bot", "ann"],
        }
    }

    fn hidden() -> Self {
        Self {
            project: None,
            ..Self::new()
        }
    }

    /// Answer, with `has` telling whether the list has the repository under a query.
    fn answer(&self, line: &str, has: &dyn Fn(&str) -> bool) -> Reply {
        let path = line.split('?').next().unwrap_or_default();
        let named = path.split('/').nth(2).unwrap_or_default();
        let known =
            |all: &[&str], what: &str| match all.contains(&named.replace("%2F", "/").as_str()) {
                true => Reply::json("[]"),
                false => Reply::missing(what),
            };
        match path {
            "GET /user" => Reply::json(format!("{{{}}}", self.user)),
            "GET /personal_access_tokens/self" => {
                Reply::json(format!(r#"{{"scopes":{}}}"#, self.scopes))
            }
            "GET /application/plan_limits" if self.admin_mode => {
                Reply::status(403, r#"{"message":"403 Forbidden"}"#)
            }
            "GET /application/plan_limits" => Reply::json("{}"),
            "GET /projects" if parameter(line, "id_after") != Some("41") => Reply::json("[]"),
            "GET /projects" if parameter(line, "id_before") != Some("43") => Reply::json("[]"),
            "GET /projects" => match self.project.filter(|_| has(line)) {
                Some(fields) => Reply::json(format!("[{}]", written(fields))),
                None => Reply::json("[]"),
            },
            _ if path.starts_with("GET /groups/") => known(self.groups, "Group"),
            _ if path.starts_with("GET /users/") => known(self.accounts, "User"),
            _ => match (named, self.project) {
                ("web%2Fold", Some(_)) => {
                    Reply::content(301, "").field("location", "https://h/api/v4/projects/42")
                }
                (_, Some(fields)) => Reply::json(written(fields)),
                (_, None) => Reply::missing("Project"),
            },
        }
    }

    fn explain(&self, named: &str, filter: &Filter, has: impl Fn(&str) -> bool) -> (Absence, Seen) {
        let (absence, seen) = explain(&path(named), filter, |line| self.answer(line, &has));
        (absence.expect("it can be explained"), seen)
    }
}

fn written(fields: &str) -> String {
    format!(r#"{{"id":42,"path_with_namespace":"web/shop","name":"Shop"{fields}}}"#)
}

/// All codes, in their order.
fn all_codes(absence: &Absence) -> Vec<&str> {
    absence
        .reasons
        .iter()
        .map(|one| one.code.as_str())
        .collect()
}

fn message<'a>(absence: &'a Absence, code: &str) -> &'a str {
    let found = absence.reasons.iter().find(|one| one.code == code);
    &found
        .unwrap_or_else(|| panic!("no {code}: {absence:?}"))
        .message
}

#[test]
fn a_dozen_requests_are_enough_however_deep_a_path_is() {
    let user = r#""username":"root","is_admin":true"#;
    let deep = "a/b/c/d/e/f/g/h/i/j/k/l";
    let hidden = World {
        user,
        ..World::hidden()
    };
    let (_, seen) = hidden.explain(deep, &all(), |_| true);
    assert!(seen.requests.len() <= 12, "{:?}", seen.requests);
    let shown = World {
        user,
        ..World::new()
    };
    for (owner, search) in [
        (Some("ops"), None),
        (None, Some("office")),
        (Some("ops"), Some("office")),
    ] {
        let filter = Filter {
            owner: owner.map(str::to_owned),
            search: search.map(str::to_owned),
            minimum_access: Some(Access::Developer),
            member_only: true,
            include_archived: false,
        };
        let (_, seen) = shown.explain("web/old", &filter, |_| true);
        assert!(seen.requests.len() <= 12, "{:?}", seen.requests);
    }
}

#[test]
fn a_proxy_that_decodes_slashes_is_the_reason() {
    let (absence, seen) = explain(&path("web/shop"), &all(), |line| {
        match line.contains("/user") {
            true => Reply::json(r#"{"id":1,"username":"ada"}"#),
            false => Reply::status(404, UNROUTED),
        }
    });
    let absence = absence.expect("it is explained");
    assert_eq!(codes(&absence), ["encoded-slash-decoded"]);
    assert_eq!(seen.requests.len(), 2);
}

#[test]
fn an_address_below_which_there_is_no_gitlab_is_no_reason_and_told_as_that() {
    for body in [UNROUTED, r#"{"message":"page not found"}"#, "gone"] {
        for named in [path("web/shop"), RepositoryRef::Id("1".to_owned())] {
            let (absence, _) = explain(&named, &all(), |_| Reply::status(404, body));
            let error = absence.expect_err("nobody knows");
            assert!(matches!(error.code, ErrorCode::NotTheApi(_)), "{error:?}");
            assert!(
                error.message.contains("GitLab at another path"),
                "{error:?}"
            );
        }
    }
}

#[test]
fn what_gitlab_did_not_say_of_a_repository_explains_nothing() {
    for (user, code) in [
        (
            r#"{"id":1,"username":"ada"}"#,
            ErrorCode::NotFound(Subject::Other("endpoint".to_owned())),
        ),
        (
            "{}",
            ErrorCode::NotTheApi(Stranger::Other("application/json".to_owned())),
        ),
    ] {
        let (absence, _) = explain(
            &RepositoryRef::Id("1".to_owned()),
            &all(),
            |line| match line.contains("/user") {
                true => Reply::json(user),
                false => Reply::content(404, "gone"),
            },
        );
        let found = absence.expect_err("nobody knows").code;
        assert_eq!(format!("{found:?}"), format!("{code:?}"));
    }
}

#[test]
fn a_name_that_could_be_an_identity_is_refused() {
    for name in ["42", "a%2Fb", "", ".."] {
        let (absence, seen) = explain(&path(name), &all(), |_| Reply::missing("Project"));
        assert!(matches!(
            absence.expect_err("it cannot be right").code,
            ErrorCode::InvalidArgument(_)
        ));
        assert!(seen.requests.is_empty());
    }
}

#[test]
fn every_reason_says_what_to_do_and_who_can() {
    let worlds = [
        World::hidden().explain("ann/notes", &all(), |_| true).0,
        World::new().explain("web/shop", &all(), |_| false).0,
        World::new().explain("web/old", &all(), |_| true).0,
    ];
    let reasons: Vec<&Finding> = worlds.iter().flat_map(|one| &one.reasons).collect();
    assert!(reasons.len() > 5);
    for reason in reasons {
        assert!(
            reason.hint.is_some() && reason.remedied_by.is_some(),
            "{reason:?}"
        );
    }
}

#[test]
fn of_an_account_without_a_name_nothing_is_concluded() {
    for user in ["", r#""username":"""#, r#""a":1"#] {
        for world in [World::new(), World::hidden()] {
            let world = World { user, ..world };
            let answer = |line: &str| world.answer(line, &|query| !query.contains("min_access"));
            let (absence, _) = explain(&path("web/shop"), &all(), answer);
            let code = absence.expect_err("nobody knows").code;
            assert!(matches!(code, ErrorCode::Malformed(_)), "{code:?}");
        }
    }
}
