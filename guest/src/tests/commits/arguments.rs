//! What cannot be committed.

use super::{
    super::forge::{id, run},
    create, delete, rename, update, wanted,
};
use crate::{
    bindings::{
        changes::{Author, CommitRequest},
        types::ErrorCode,
    },
    changes::create_commit,
};

fn is_refused_unsent(request: &CommitRequest) -> bool {
    let (made, seen) = run(
        "changes.create-commit",
        |_, _| panic!("sent"),
        async |call| create_commit(call, &"42".to_owned(), request).await,
    );
    let failure = made.expect_err("it is odd");
    matches!(failure.code(), ErrorCode::InvalidArgument(_)) && seen.requests.is_empty()
}

#[test]
fn a_path_that_cannot_be_right_is_refused_before_anything_is_sent() {
    for path in [
        "",
        "/a",
        "a/",
        "a//b",
        "a/./b",
        "../a",
        ".git/config",
        "a/.GIT",
        "a\0",
        "a\nb",
        "a\u{7f}",
        &"a/".repeat(3_000),
    ] {
        assert!(is_refused_unsent(&wanted(vec![create(path)])), "{path}");
    }
    for actions in [
        vec![create("a"), delete("a")],
        vec![rename("a", "a", None)],
        vec![rename("a", "b", None), create("b")],
        vec![create("a"), create("a/b")],
        vec![create("a/b/c"), update("a", b"x")],
        Vec::new(),
        (0..501).map(|n| create(&n.to_string())).collect(),
    ] {
        assert!(is_refused_unsent(&wanted(actions)));
    }
}

#[test]
fn a_request_that_cannot_be_right_is_refused_before_anything_is_sent() {
    let spoil: [fn(&mut CommitRequest); 9] = [
        |request| request.branch = "a b".to_owned(),
        |request| request.start = Some("main".to_owned()),
        |request| request.expected_head = Some("A".repeat(40)),
        |request| {
            request.start = Some(id('a'));
            request.expected_head = Some(id('a'));
        },
        |request| request.message = " \n".to_owned(),
        |request| request.message = "a".repeat(65_537),
        |request| request.message = "a\0".to_owned(),
        |request| {
            request.author = Some(Author {
                name: "A <b>".to_owned(),
                email: "a@b".to_owned(),
            });
        },
        |request| request.actions = vec![update("a", &vec![b'a'; 20_971_521])],
    ];
    for spoil in spoil {
        let mut request = wanted(vec![create("a")]);
        spoil(&mut request);
        assert!(is_refused_unsent(&request));
    }
}
