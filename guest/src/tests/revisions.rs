//! `git.resolve`, `git.read-commit` and `git.link`: what revisions lead to.

use super::forge::{Reply, Seen, id, run};
use crate::{
    bindings::{
        git::{LineRange, Revision},
        types::{Error, ErrorCode, Subject},
    },
    git::{link, resolve},
};

fn lead(at: Revision, answer: impl Fn(&str) -> Reply) -> (Result<String, Error>, Seen) {
    run(
        "git.resolve",
        |line, _| answer(line),
        async |call| {
            let resolved = resolve(call, &"42".to_owned(), &at).await;
            resolved.map_err(|failure| failure.into_error())
        },
    )
}

fn project(fields: &str) -> Reply {
    Reply::json(format!(
        r#"{{"id":42,"path_with_namespace":"web/shop"{fields}}}"#
    ))
}

#[test]
fn a_branch_is_asked_for_by_its_encoded_name() {
    let at = Revision::Branch("feature/a#1%".to_owned());
    let (commit, seen) = lead(at, |_| {
        Reply::json(format!(r#"{{"name":"x","commit":{{"id":"{}"}}}}"#, id('a')))
    });
    assert_eq!(commit.expect("it is there"), id('a'));
    assert_eq!(
        seen.requests,
        ["GET /projects/42/repository/branches/feature%2Fa%231%25"]
    );
}

#[test]
fn an_annotated_tag_leads_to_its_commit() {
    let (commit, _) = lead(Revision::Tag("v1.0".to_owned()), |_| {
        let (object, commit) = (id('b'), id('a'));
        Reply::json(format!(
            r#"{{"name":"v1.0","target":"{object}","commit":{{"id":"{commit}"}}}}"#
        ))
    });
    assert_eq!(commit.expect("it is there"), id('a'));
}

#[test]
fn the_default_branch_is_the_repositorys_head_and_costs_one_request() {
    let (commit, seen) = lead(Revision::DefaultBranch, |_| {
        Reply::json(format!(r#"{{"id":"{}"}}"#, id('a')))
    });
    assert_eq!(commit.expect("it is there"), id('a'));
    assert_eq!(seen.requests, ["GET /projects/42/repository/commits/HEAD"]);
}

#[test]
fn a_head_that_leads_nowhere_is_looked_for_by_its_branch() {
    let (commit, seen) = lead(Revision::DefaultBranch, |line| match line {
        "GET /projects/42/repository/commits/HEAD" => Reply::missing("Commit"),
        "GET /projects/42" => project(r#","default_branch":"trunk""#),
        _ => Reply::json(format!(
            r#"{{"name":"trunk","commit":{{"id":"{}"}}}}"#,
            id('a')
        )),
    });
    assert_eq!(commit.expect("it is there"), id('a'));
    assert_eq!(
        seen.requests[2],
        "GET /projects/42/repository/branches/trunk"
    );
}

#[test]
fn an_empty_repository_says_so_whatever_is_asked_for() {
    let all = [
        Revision::DefaultBranch,
        Revision::Branch("main".to_owned()),
        Revision::Tag("v1".to_owned()),
        Revision::Commit(id('a')),
    ];
    for at in all {
        let (commit, _) = lead(at, |line| match line {
            "GET /projects/42" => project(r#","default_branch":"main","empty_repo":true"#),
            _ => Reply::missing("Branch"),
        });
        let error = commit.expect_err("there is nothing");
        assert!(matches!(error.code, ErrorCode::EmptyRepository));
    }
}

#[test]
fn what_leads_nowhere_is_named() {
    let subject = |at, missing| {
        let (commit, _) = lead(at, |line| match line {
            "GET /projects/42" => project(r#","empty_repo":false"#),
            _ => Reply::missing(missing),
        });
        match commit.expect_err("it is missing").code {
            ErrorCode::NotFound(subject) => subject,
            other => panic!("{other:?}"),
        }
    };
    let branch = || Revision::Branch("gone".to_owned());
    assert!(matches!(subject(branch(), "Branch"), Subject::Reference));
    assert!(matches!(subject(branch(), "Project"), Subject::Repository));
    assert!(matches!(
        subject(Revision::Commit(id('c')), "Commit"),
        Subject::Commit
    ));
}

#[test]
fn a_tags_own_object_is_no_commit() {
    let (commit, _) = lead(Revision::Commit(id('b')), |line| match line {
        "GET /projects/42" => project(""),
        _ => Reply::json(format!(r#"{{"id":"{}"}}"#, id('a'))),
    });
    assert!(matches!(
        commit.expect_err("it is another object").code,
        ErrorCode::NotFound(Subject::Commit)
    ));
}

#[test]
fn code_that_is_hidden_or_switched_off_is_forbidden() {
    for fields in [
        r#","default_branch":null"#,
        r#","repository_access_level":"disabled""#,
    ] {
        let (commit, _) = lead(Revision::DefaultBranch, |line| match line {
            "GET /projects/42" => project(fields),
            _ => Reply::missing("Commit"),
        });
        assert!(matches!(
            commit.expect_err("it is hidden").code,
            ErrorCode::Forbidden(_)
        ));
        let (commit, _) = lead(Revision::Branch("main".to_owned()), |line| match line {
            "GET /projects/42" => project(r#","repository_access_level":"disabled""#),
            _ => Reply::missing("Branch"),
        });
        assert!(matches!(
            commit.expect_err("it is off").code,
            ErrorCode::Forbidden(_)
        ));
    }
}

#[test]
fn arguments_that_cannot_be_right_ask_nothing() {
    for at in [
        Revision::Branch("a b".to_owned()),
        Revision::Tag(String::new()),
        Revision::Commit("HEAD".to_owned()),
    ] {
        let (commit, seen) = lead(at, |_| Reply::json("{}"));
        assert!(matches!(
            commit.expect_err("it is wrong").code,
            ErrorCode::InvalidArgument(_)
        ));
        assert!(seen.requests.is_empty());
    }
}

#[test]
fn a_moved_repository_gives_its_identity() {
    let (commit, _) = lead(Revision::DefaultBranch, |_| {
        Reply::content(301, "moved").field("location", "http://x/api/v4/projects/7")
    });
    assert!(matches!(commit.expect_err("it moved").code, ErrorCode::Moved(id) if id == "7"));
}

#[test]
fn a_link_begins_with_the_connections_address() {
    let linked = |lines| {
        let answer = |_: &str, _: &_| project(r#","web_url":"http://internal/web/shop""#);
        run("git.link", answer, async |call| {
            link(call, &"42".to_owned(), &id('a'), "a b/c.rs", lines).await
        })
        .0
    };
    let lines = |first, last| Some(LineRange { first, last });
    assert_eq!(
        linked(lines(1, 2)).expect("it is made"),
        format!(
            "https://forge.example/gitlab/web/shop/-/blob/{}/a%20b/c.rs#L1-2",
            id('a')
        )
    );
    assert!(linked(None).is_ok());
    assert!(linked(lines(0, 1)).is_err() && linked(lines(3, 2)).is_err());
}
