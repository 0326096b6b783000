//! `repositories.explain-absence`.

use super::forge::{Reply, Seen, run};
use crate::{
    bindings::{
        repositories::{Absence, Access, Filter, RepositoryRef},
        types::{Error, ErrorCode, Severity},
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

fn project(fields: &str) -> Reply {
    Reply::json(format!(
        r#"{{"id":42,"path_with_namespace":"web/shop","name":"Shop"{fields}}}"#
    ))
}

#[test]
fn a_repository_that_is_shown_is_held_against_each_part_of_the_filter() {
    let developer = r#","archived":true,"permissions":{"project_access":{"access_level":30}}"#;
    for (filter, reason) in [
        (all(), None),
        (
            Filter {
                include_archived: false,
                ..all()
            },
            Some("archived"),
        ),
        (
            Filter {
                search: Some("office".to_owned()),
                ..all()
            },
            Some("search-differs"),
        ),
        (
            Filter {
                minimum_access: Some(Access::Maintainer),
                ..all()
            },
            Some("access-too-low"),
        ),
    ] {
        let (absence, _) = explain(&path("web/shop"), &filter, |_| project(developer));
        let absence = absence.expect("it can be explained");
        assert_eq!(codes(&absence), reason.into_iter().collect::<Vec<_>>());
        assert_eq!(absence.repository.expect("it is shown").id, "42");
    }
}

#[test]
fn what_is_hidden_and_what_has_moved_are_told_apart() {
    let (absence, _) = explain(&path("web/shop"), &all(), |_| Reply::missing("Project"));
    assert_eq!(codes(&absence.expect("it is explained")), ["hidden"]);
    let (absence, _) = explain(&path("web/old"), &all(), |_| {
        Reply::content(301, "").field("location", "https://h/api/v4/projects/42")
    });
    assert_eq!(codes(&absence.expect("it is explained")), ["moved"]);
}

#[test]
fn a_404_that_gitlab_did_not_say_explains_nothing() {
    let (absence, _) = explain(&path("web/shop"), &all(), |_| Reply::content(404, "gone"));
    assert!(matches!(
        absence.expect_err("nobody knows").code,
        ErrorCode::NotFound(_)
    ));
}
