//! What a branch may be called.

use super::super::forge::{Reply, id, run};
use crate::{
    bindings::types::{ErrorCode, Outcome},
    changes::{create_branch, delete_branch},
};

#[test]
fn what_cannot_be_a_branch_is_refused_before_anything_is_sent() {
    let hash = id('a');
    let odd = [
        "",
        "a b",
        "a..b",
        "-x",
        "a/",
        "/a",
        "a//b",
        "a@{1}",
        "@",
        "HEAD",
        "a.lock",
        "a.lock/b",
        "a.",
        ".a",
        "a\0",
        "a\nb",
        "a~",
        "a\\b",
        "refs/heads/a",
        &hash,
        &"a".repeat(5_000),
    ];
    for name in odd {
        let (failures, seen) = run(
            "changes.create-branch",
            |_, _| panic!("sent"),
            async |call| {
                let repository = "42".to_owned();
                [
                    create_branch(call, &repository, name, &id('a')).await,
                    delete_branch(call, &repository, name, None).await,
                ]
            },
        );
        for failure in failures {
            let code = failure.expect_err(name).into_error().code;
            assert!(matches!(code, ErrorCode::InvalidArgument(_)), "{name}");
        }
        assert!(seen.requests.is_empty());
    }
    let (made, _) = run(
        "changes.create-branch",
        |_, _| panic!("sent"),
        async |call| create_branch(call, &"42".to_owned(), "main", "main").await,
    );
    assert!(matches!(
        made.expect_err("no id").code(),
        ErrorCode::InvalidArgument(_)
    ));
}

#[test]
fn a_name_is_one_segment_whatever_it_contains() {
    for (name, segment) in [
        ("a/b", "a%2Fb"),
        ("f/ä#1", "f%2F%C3%A4%231"),
        ("100%2F+x&y=z", "100%252F%2Bx%26y%3Dz"),
    ] {
        let (deleted, seen) = run(
            "changes.delete-branch",
            |_, _| Reply::content(204, ""),
            async |call| delete_branch(call, &"42".to_owned(), name, None).await,
        );
        assert!(matches!(deleted, Ok(Outcome::Applied)));
        let line = format!("DELETE /projects/42/repository/branches/{segment}");
        assert_eq!(seen.requests, [line]);
    }
}
