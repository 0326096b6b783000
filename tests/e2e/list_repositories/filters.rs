//! What the filter of `repositories.list-repositories` leaves out.

use code_source::Source;
use code_source::contract::repositories::{Access, Filter};
use code_source_stand_in::{AccessLevel, TokenSpec, Visibility};
use code_source_tests::{Rig, code, page_of, plugin};

use super::{all, owned_by, searched};
use crate::operations::everything;

async fn paths(source: &Source, filter: &Filter) -> Vec<String> {
    all(source, filter, 2)
        .await
        .into_iter()
        .map(|(_, path)| path)
        .collect()
}

/// Groups, accounts, roles and states of all sorts; the account is an ordinary one.
async fn company() -> (Rig, Source) {
    let rig = Rig::new().await;
    let ada = rig.forge.user("ada");
    rig.forge
        .group("web")
        .members(&ada, AccessLevel::Maintainer);
    rig.forge.project("web/shop").description("nothing to see");
    rig.forge.project("web/sub/api").archived();
    rig.forge
        .project("tools/build")
        .members(&ada, AccessLevel::Reporter);
    rig.forge
        .project("tools/guests")
        .members(&ada, AccessLevel::Guest);
    rig.forge
        .project("ada/own")
        .description("a shop of her own");
    rig.forge
        .project("tools/open")
        .visibility(Visibility::Public);
    rig.forge.project("secret/hidden");
    let token = rig.forge.token(TokenSpec::new(&ada, &["api"]));
    let source = Source::open(plugin(), rig.connection_with(&token)).unwrap();
    (rig, source)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_account_sees_its_own_and_an_administrator_everything() {
    let (rig, source) = company().await;
    let own = [
        "web/shop",
        "web/sub/api",
        "tools/build",
        "tools/guests",
        "ada/own",
        "tools/open",
    ];
    assert_eq!(paths(&source, &everything()).await, own);
    assert_eq!(
        paths(&rig.source(), &everything()).await.len(),
        own.len() + 1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_restrict_as_they_say() {
    let (_rig, source) = company().await;
    let (mut members, mut used) = (everything(), everything());
    members.member_only = true;
    used.include_archived = false;
    let least = |access| {
        let mut filter = everything();
        filter.minimum_access = Some(access);
        filter
    };
    for (filter, expected) in [
        (
            members,
            "web/shop web/sub/api tools/build tools/guests ada/own",
        ),
        (
            least(Access::Reporter),
            "web/shop web/sub/api tools/build ada/own",
        ),
        (least(Access::Maintainer), "web/shop web/sub/api ada/own"),
        (least(Access::Owner), "ada/own"),
        (used, "web/shop tools/build tools/guests ada/own tools/open"),
    ] {
        let found = paths(&source, &filter).await.join(" ");
        assert_eq!(found, expected, "{filter:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_a_group_with_all_below_it_or_an_account() {
    let (_rig, source) = company().await;
    for (owner, expected) in [
        ("web", &["web/shop", "web/sub/api"][..]),
        ("web/sub", &["web/sub/api"]),
        ("ada", &["ada/own"]),
        ("tools", &["tools/build", "tools/guests", "tools/open"]),
    ] {
        assert_eq!(paths(&source, &owned_by(owner)).await, expected, "{owner}");
    }
    let outcome = source
        .list_repositories(&owned_by("nobody"), &page_of(10))
        .await;
    assert_eq!(code(outcome), "NotFound(Repository)");
    let outcome = source
        .list_repositories(&owned_by("web/nothing"), &page_of(10))
        .await;
    assert_eq!(code(outcome), "NotFound(Repository)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_looks_at_paths_and_names_not_at_descriptions() {
    let (_rig, source) = company().await;
    for (text, expected) in [
        ("shop", &["web/shop"][..]),
        ("SHOP", &["web/shop"]),
        ("tools", &["tools/build", "tools/guests", "tools/open"]),
        ("nothing", &[]),
        ("web/sub", &["web/sub/api"]),
    ] {
        assert_eq!(paths(&source, &searched(text)).await, expected, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_cannot_be_right_costs_no_request() {
    let rig = Rig::new().await;
    let other = Filter {
        minimum_access: Some(Access::Other("much".to_owned())),
        ..everything()
    };
    for filter in [
        searched("ab"),
        searched("  "),
        owned_by(""),
        owned_by("../admin"),
        owned_by("a//b"),
        owned_by("a?b"),
        other,
    ] {
        let outcome = rig.source().list_repositories(&filter, &page_of(10)).await;
        assert!(code(outcome).starts_with("InvalidArgument"), "{filter:?}");
    }
    assert_eq!(rig.asked(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_within_one_owner_finds_parts_of_paths_too() {
    let (_rig, source) = company().await;
    let mut filter = owned_by("web");
    filter.search = Some("sub/a".to_owned());
    assert_eq!(paths(&source, &filter).await, ["web/sub/api"]);
}
