//! What stands where a commit is to change something.

use super::{
    super::{forge::Reply, loss::count},
    Forge, commit, create, delete, failure, full, on_head, rename, set_mode, update, wanted,
};
use crate::bindings::{
    changes::CommitRequest,
    types::{Conflict, ErrorCode, Outcome, Subject},
};

#[test]
fn a_directory_is_never_replaced() {
    let forge = full();
    for actions in [
        vec![create("b")],
        vec![rename("a", "b", None)],
        vec![delete("b/c"), create("b")],
    ] {
        for request in [wanted(actions.clone()), on_head(&forge, actions)] {
            let (made, seen) = commit(&forge, &request);
            let code = made.expect_err("it is taken").code;
            assert!(matches!(code, ErrorCode::Conflict(Conflict::AlreadyExists)));
            assert_eq!(count(&seen.requests, "POST"), 0);
        }
    }
    assert!(forge.files("main").contains_key("b/c"));
}

#[test]
fn a_file_may_become_a_directory() {
    let forge = full();
    let request = on_head(&forge, vec![delete("a"), create("a/b")]);
    assert!(commit(&forge, &request).0.is_ok());
    assert!(matches!(
        commit(&forge, &request).0.expect("it is there").outcome,
        Outcome::Already
    ));
}

#[test]
fn what_is_no_file_is_not_changed_as_one() {
    for start in [false, true] {
        let forge = Forge::with(&[("a", "1"), ("b/c", "2"), ("link", "a")]);
        let request = |action| CommitRequest {
            start: start.then(|| forge.head("main")),
            branch: if start { "topic" } else { "main" }.to_owned(),
            ..wanted(vec![action])
        };
        for action in [
            delete("b"),
            update("b", b"x"),
            rename("b", "z", None),
            set_mode("b", true),
        ] {
            let (made, seen) = commit(&forge, &request(action));
            let code = made.expect_err("it is a directory").code;
            assert!(matches!(code, ErrorCode::NotFound(Subject::Path)));
            assert_eq!(count(&seen.requests, "POST"), 0);
        }
        let code = failure(&forge, &request(set_mode("link", true)));
        assert!(matches!(code, ErrorCode::InvalidArgument(_)));
        assert!(commit(&forge, &request(delete("link"))).0.is_ok());
    }
}

#[test]
fn many_files_of_a_directory_take_few_requests() {
    let paths: Vec<_> = (0..500).map(|number| format!("d/{number}")).collect();
    let files: Vec<_> = paths.iter().map(|path| (path.as_str(), "old")).collect();
    let forge = Forge {
        loss: Some((|| Reply::Silence, true)),
        ..Forge::with(&files)
    };
    let actions = paths.iter().map(|path| update(path, b"new")).collect();
    let (made, seen) = commit(&forge, &wanted(actions));
    assert!(made.is_ok());
    assert!(seen.requests.len() < 20, "{}", seen.requests.len());
}
