//! What GitLab says to a commit that it does not make; apart because most of it is in words.

use super::*;

#[test]
fn a_refusal_in_words_becomes_a_typed_error() {
    let code = |status, words| {
        let forge = Forge {
            refusal: Some((status, words)),
            ..full()
        };
        let (made, seen) = commit(&forge, &on_head(&forge, vec![create("new")]));
        assert_eq!(count(&seen.requests, "POST"), 1);
        made.expect_err("it is refused").code
    };
    let branch = code(
        400,
        "You can only create or edit files when you are on a branch",
    );
    assert!(matches!(branch, ErrorCode::NotFound(Subject::Reference)));
    assert!(matches!(code(413, "too large"), ErrorCode::TooLarge(_)));
    let hook = code(400, "pre-receive hook declined: no");
    assert!(matches!(hook, ErrorCode::Rejected(words) if words.contains("declined")));
    for (status, words) in [
        (
            403,
            "403 Forbidden - You are not allowed to push into this branch",
        ),
        (400, "You are not allowed to push into this branch"),
    ] {
        let role = code(status, words);
        assert!(
            matches!(role, ErrorCode::Forbidden(Denial::Role(_))),
            "{role:?}"
        );
    }
    let role = code(403, "403 Forbidden");
    assert!(matches!(role, ErrorCode::Forbidden(Denial::Role(role)) if role == "Developer"));
}

#[test]
fn a_branch_moved_only_where_it_is_elsewhere_now() {
    let moved = "Could not update refs/heads/main. Please refresh and try again.";
    let changed =
        "You are attempting to update a file that has changed since you started editing it.";
    let code = |words, race: Option<fn(&Forge)>| {
        let forge = Forge {
            refusal: Some((400, words)),
            race: Cell::new(race),
            ..full()
        };
        let code = failure(&forge, &on_head(&forge, vec![create("new")]));
        (code, forge.head("main"))
    };
    let race: fn(&Forge) = |forge| _ = forge.commit("main", "theirs", &[("z", "z")]);
    for words in [moved, changed] {
        let (code, head) = code(words, Some(race));
        assert!(matches!(code, ErrorCode::Conflict(Conflict::HeadMoved(now)) if now == head));
    }
    assert!(matches!(
        code(moved, None).0,
        ErrorCode::Conflict(Conflict::Locked)
    ));
    assert!(matches!(
        code(changed, None).0,
        ErrorCode::Conflict(Conflict::Other(words)) if words == changed
    ));
}
