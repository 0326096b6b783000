//! Repositories that GitLab does not show.

use super::*;
use crate::transport::BreakageKind;

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
            "other-account",
            "hidden",
            "not-an-administrator",
            "visibility"
        ]
    );
    assert_eq!(codes(&absence), ["other-account", "hidden"]);
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
        ["admin-mode-required", "hidden", "visibility"]
    );
    assert_eq!(codes(&absence), ["admin-mode-required", "hidden"]);
    let first = message(&absence, "admin-mode-required");
    assert!(
        first.starts_with("GitLab does not show `web/a`: `root` is an administrator, and"),
        "{first}"
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
fn an_administrator_of_whom_admin_mode_is_not_known_may_be_shown_less() {
    let world = World {
        user: r#""username":"root","is_admin":true"#,
        ..World::hidden()
    };
    let limited = |line: &str| match line {
        "GET /application/plan_limits" => Reply::Broken(BreakageKind::Denied),
        _ => world.answer(line, &|_| true),
    };
    let (absence, _) = explain(&path("web/a"), &all(), limited);
    let absence = absence.expect("it can be explained");
    assert_eq!(all_codes(&absence), ["hidden"]);
    let hidden = message(&absence, "hidden");
    assert!(
        hidden.starts_with("there is no repository `web/a`, or none that `root` is shown, "),
        "{hidden}"
    );
}

#[test]
fn a_name_of_digits_is_not_asked_for_as_it_would_be_an_identity() {
    let world = World {
        groups: &["2024"],
        accounts: &["2024", "bot"],
        ..World::hidden()
    };
    let (absence, seen) = world.explain("2024/plans", &all(), |_| true);
    assert_eq!(
        all_codes(&absence),
        ["hidden", "not-an-administrator", "visibility"]
    );
    let hidden = message(&absence, "hidden");
    assert!(hidden.ends_with("that `bot` may see"), "{hidden}");
    assert!(!seen.requests.iter().any(|line| line.contains("/2024/")));
}

#[test]
fn groups_that_were_not_asked_for_are_not_told_to_be_shown() {
    let (absence, _) = World {
        groups: &["a", "a/b", "a/b/c"],
        ..World::hidden()
    }
    .explain("a/b/c/d/e/f/g/h", &all(), |_| true);
    let hidden = message(&absence, "hidden");
    assert!(
        hidden.ends_with(
            "; the group `a` is shown, and `a/b/c/d` is not; GitLab was not asked for those between the two"
        ),
        "{hidden}"
    );
}

#[test]
fn what_a_token_with_permissions_of_its_own_sees_is_not_concluded_from_its_account() {
    let world = World {
        scopes: r#"["granular"],"granular":true"#,
        ..World::hidden()
    };
    let (absence, _) = world.explain("web/a", &all(), |_| true);
    assert_eq!(
        all_codes(&absence),
        ["hidden", "fine-grained-token", "not-an-administrator"]
    );
}
