//! `repositories.explain-absence`.

use super::forge::{Reply, Seen, parameter, run};
use crate::{
    bindings::{
        repositories::{Absence, Access, Filter, RepositoryRef},
        types::{Error, ErrorCode, Finding, Severity},
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

const DEVELOPER: &str = r#","visibility":"internal","permissions":{"project_access":{"access_level":20},"group_access":{"access_level":30}}"#;

/// What a list says to which only its level matters, of a developer.
fn as_developer(line: &str) -> bool {
    parameter(line, "min_access_level").is_none_or(|level| level <= "30")
}

#[test]
fn a_repository_that_the_list_has_is_listed_and_too_little_for_products_is_a_warning() {
    let world = World {
        project: Some(DEVELOPER),
        ..World::new()
    };
    let (absence, seen) = world.explain("web/shop", &all(), as_developer);
    assert_eq!(codes(&absence), Vec::<&str>::new());
    assert_eq!(
        message(&absence, "access-too-low"),
        "`bot` is Developer in `web/shop`, through the group `web`: products that list what an account \
         maintains leave it out"
    );
    assert_eq!(absence.repository.expect("it is shown").id, "42");
    assert_eq!(seen.requests.len(), 5);
}

#[test]
fn a_part_of_the_filter_is_a_reason_where_the_list_says_so() {
    let archived = r#","archived":true,"visibility":"internal","permissions":null"#;
    let world = World {
        project: Some(archived),
        ..World::new()
    };
    let used = |line: &str| parameter(line, "archived") != Some("false");
    let filter = Filter {
        include_archived: false,
        ..all()
    };
    let (absence, _) = world.explain("web/shop", &filter, used);
    assert_eq!(codes(&absence), ["archived"]);
    let (absence, _) = world.explain("web/shop", &filter, |_| true);
    assert!(
        codes(&absence).is_empty(),
        "GitLab's list has it: {absence:?}"
    );

    let filter = Filter {
        minimum_access: Some(Access::Maintainer),
        member_only: true,
        ..all()
    };
    let no_member = |line: &str| {
        parameter(line, "min_access_level").is_none() && parameter(line, "membership").is_none()
    };
    let (absence, _) = world.explain("web/shop", &filter, no_member);
    assert_eq!(codes(&absence), ["not-a-member", "access-too-low"]);
    assert!(message(&absence, "not-a-member").contains("which is internal"));
    // A share with another group gives access that the project itself does not tell.
    let (absence, _) = world.explain("web/shop", &filter, |_| true);
    assert_eq!(all_codes(&absence), Vec::<&str>::new());
}

#[test]
fn access_names_whom_it_is_about_what_they_have_and_what_is_asked_for() {
    let world = World {
        project: Some(DEVELOPER),
        ..World::new()
    };
    let filter = Filter {
        minimum_access: Some(Access::Maintainer),
        ..all()
    };
    let (absence, _) = world.explain("web/shop", &filter, as_developer);
    assert_eq!(all_codes(&absence), ["access-too-low"]);
    assert_eq!(
        message(&absence, "access-too-low"),
        "`bot` is Developer in `web/shop`, through the group `web`, and the filter asks for Maintainer"
    );
}

#[test]
fn a_search_is_held_against_path_and_name_and_against_gitlabs_own() {
    let search = |text: &str| Filter {
        search: Some(text.to_owned()),
        ..all()
    };
    let (absence, _) = World::new().explain("web/shop", &search("office"), |_| true);
    assert_eq!(codes(&absence), ["search-differs"]);
    let finds = |line: &str| parameter(line, "search").is_none();
    let (absence, _) = World::new().explain("web/shop", &search("shop"), finds);
    assert!(message(&absence, "search-differs").contains("GitLab's own search"));
    let (absence, _) = World::new().explain("web/shop", &search("WEB/s"), |_| true);
    assert!(codes(&absence).is_empty());
}

#[test]
fn an_owner_that_differs_is_named_with_the_one_that_it_is() {
    let owned = |owner: &str| Filter {
        owner: Some(owner.to_owned()),
        ..all()
    };
    let shared = r#","shared_with_groups":[{"group_full_path":"ops","group_access_level":30}]"#;
    let world = World {
        project: Some(shared),
        groups: &["web", "ops", "office"],
        ..World::new()
    };
    for (owner, words) in [
        ("office", "is in `web`, and not in `office`"),
        ("ops", "it is shared with `ops`"),
        ("nobody", "there is no group or account `nobody`"),
        ("we", "there is no group or account `we`"),
    ] {
        let (absence, _) = world.explain("web/shop", &owned(owner), |_| true);
        assert_eq!(codes(&absence), ["owner-differs"]);
        let message = message(&absence, "owner-differs");
        assert!(message.contains(words), "{message}");
    }
    let (absence, _) = world.explain("web/shop", &owned("Web"), |_| true);
    assert!(codes(&absence).is_empty());
}

#[test]
fn a_repository_to_be_deleted_is_a_reason_where_the_list_hides_it() {
    let world = World {
        project: Some(r#","marked_for_deletion_on":"2026-01-09""#),
        ..World::new()
    };
    let (absence, _) = world.explain("web/shop", &all(), |_| false);
    assert_eq!(codes(&absence), ["pending-deletion"]);
    assert!(message(&absence, "pending-deletion").contains("2026-01-09"));
    let (absence, _) = world.explain("web/shop", &all(), |_| true);
    assert_eq!(all_codes(&absence), ["pending-deletion"]);
    assert!(codes(&absence).is_empty());
}

#[test]
fn what_the_list_leaves_out_without_a_word_is_told_as_that() {
    let (absence, _) = World::new().explain("web/shop", &all(), |_| false);
    assert_eq!(codes(&absence), ["hidden"]);
    assert!(message(&absence, "hidden").contains("leaves it out"));
}

#[test]
fn a_repository_that_has_moved_is_read_where_it_is_by_way_of_the_list() {
    let (absence, seen) = World::new().explain("web/old", &all(), |_| true);
    assert!(codes(&absence).is_empty());
    assert_eq!(
        message(&absence, "moved"),
        "`web/old` has moved to `web/shop`"
    );
    assert_eq!(absence.repository.expect("it is shown").path, "web/shop");
    assert!(!seen.requests.iter().any(|line| line == "GET /projects/42"));
    let (absence, _) = World::new().explain("web/old", &all(), |_| false);
    assert_eq!(codes(&absence), ["moved"]);
}

#[test]
fn a_path_that_is_a_groups_or_an_accounts_is_no_repository() {
    let world = World {
        groups: &["web", "web/teams"],
        ..World::hidden()
    };
    for (named, words) in [
        ("web/teams", "`web/teams` is a group"),
        ("web", "`web` is a group"),
        ("ann", "`ann` is an account"),
    ] {
        let (absence, _) = world.explain(named, &all(), |_| true);
        assert_eq!(all_codes(&absence), ["not-a-repository"], "{named}");
        assert!(message(&absence, "not-a-repository").starts_with(words));
    }
}

#[test]
fn a_hidden_repository_comes_with_how_far_its_path_leads() {
    for (named, words) in [
        ("web/a", "; its group `web` is shown"),
        (
            "web/secret/a",
            "; the group `web` is shown, and `web/secret` is not",
        ),
        ("gone/a", "; nor is a group `gone` shown"),
    ] {
        let (absence, _) = World::hidden().explain(named, &all(), |_| true);
        assert_eq!(codes(&absence), ["hidden"]);
        let message = message(&absence, "hidden");
        assert!(message.ends_with(words), "{message}");
        assert!(message.contains("`bot`"), "{message}");
    }
}

#[test]
fn why_the_account_may_not_see_it_follows_in_the_order_of_likelihood() {
    let (absence, _) = World::hidden().explain("ann/notes", &all(), |_| true);
    assert_eq!(
        all_codes(&absence),
        [
            "hidden",
            "not-an-administrator",
            "other-account",
            "visibility"
        ]
    );
    assert!(message(&absence, "other-account").contains("`ann`"));
    let (absence, _) = World::hidden().explain("bot/notes", &all(), |_| true);
    assert_eq!(
        all_codes(&absence),
        ["hidden", "not-an-administrator", "visibility"]
    );
    let external = World {
        user: r#""username":"bot","external":true"#,
        ..World::hidden()
    };
    let (absence, _) = external.explain("web/a", &all(), |_| true);
    assert!(message(&absence, "visibility").contains("external"));
}

#[test]
fn an_administrator_sees_everything_unless_admin_mode_is_asked_for() {
    let user = r#""username":"root","is_admin":true"#;
    let root = World {
        user,
        ..World::hidden()
    };
    let (absence, seen) = root.explain("web/a", &all(), |_| true);
    assert_eq!(all_codes(&absence), ["hidden"]);
    assert!(message(&absence, "hidden").starts_with("there is no repository `web/a`: "));
    assert!(
        seen.requests
            .iter()
            .any(|line| line.ends_with("/plan_limits"))
    );
    let stopped = World {
        admin_mode: true,
        ..root
    };
    let (absence, _) = stopped.explain("web/a", &all(), |_| true);
    assert_eq!(
        all_codes(&absence),
        ["hidden", "admin-mode-required", "visibility"]
    );
    let prepared = World {
        scopes: r#"["api","admin_mode"]"#,
        ..stopped
    };
    let (absence, seen) = prepared.explain("web/a", &all(), |_| true);
    assert_eq!(all_codes(&absence), ["hidden"]);
    assert!(
        !seen
            .requests
            .iter()
            .any(|line| line.ends_with("/plan_limits"))
    );
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
    let (absence, _) = explain(&path("web/shop"), &all(), |_| {
        Reply::status(404, r#"{"error":"404 Not Found"}"#)
    });
    let absence = absence.expect("it is explained");
    assert_eq!(codes(&absence), ["encoded-slash-decoded"]);
}

#[test]
fn a_404_that_gitlab_did_not_say_explains_nothing() {
    let (absence, _) = explain(&path("web/shop"), &all(), |_| Reply::content(404, "gone"));
    assert!(matches!(
        absence.expect_err("nobody knows").code,
        ErrorCode::NotFound(_)
    ));
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
