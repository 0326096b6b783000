//! Repositories that GitLab shows, and what keeps them from a list.

use super::*;

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
fn a_state_is_a_reason_only_where_the_list_leaves_it_out_for_that() {
    let world = World {
        project: Some(
            r#","marked_for_deletion_on":"2026-01-09","permissions":{"group_access":{"access_level":30}}"#,
        ),
        ..World::new()
    };
    let filter = Filter {
        minimum_access: Some(Access::Maintainer),
        ..all()
    };
    let (absence, _) = world.explain("web/shop", &filter, as_developer);
    assert_eq!(codes(&absence), ["access-too-low"]);
    assert_eq!(all_codes(&absence), ["access-too-low", "pending-deletion"]);
}

#[test]
fn membership_is_asked_as_the_list_asks_it() {
    let filter = Filter {
        owner: Some("web".to_owned()),
        member_only: true,
        ..all()
    };
    // Minimal access is a membership, and not one that an owner's list has.
    let minimal = |line: &str| parameter(line, "min_access_level").is_none();
    let (absence, _) = World::new().explain("web/shop", &filter, minimal);
    assert_eq!(codes(&absence), ["not-a-member"]);
}

#[test]
fn who_is_no_member_by_itself_may_be_one_through_a_group_it_is_shared_with() {
    let world = World {
        project: Some(r#","permissions":{"project_access":null,"group_access":null}"#),
        ..World::new()
    };
    let (absence, _) = world.explain("web/shop", &all(), as_developer);
    let access = message(&absence, "access-too-low");
    assert!(
        access.starts_with("`bot` is no direct member of `web/shop`"),
        "{access}"
    );
}
