//! `repositories.list-repositories`: complete, or an error.

mod filters;

use std::collections::BTreeSet;

use code_source::Source;
use code_source::contract::repositories::Filter;
use code_source::contract::types::PageRequest;
use code_source_stand_in::{
    Change, Effect, Fault, Feature, LinkLie, Matcher, ProjectSpec, StandIn, When,
};
use code_source_tests::{Rig, code, expect, following, page_of};

use crate::operations::everything;

/// Ids and paths of all pages.
async fn all(source: &Source, filter: &Filter, limit: u32) -> Vec<(u64, String)> {
    let (mut found, mut request) = (Vec::new(), Some(page_of(limit)));
    while let Some(asked) = request {
        let page = expect(source.list_repositories(filter, &asked).await);
        assert!(page.items.len() <= limit as usize);
        found.extend(
            page.items
                .into_iter()
                .map(|item| (item.id.parse().unwrap(), item.path)),
        );
        request = following(page.end, limit);
    }
    found
}

fn many(rig: &Rig, group: &str, count: usize) {
    rig.forge.many_projects(count, None, |number| {
        ProjectSpec::new(format!("{group}/p-{number:05}"))
    });
}

fn owned_by(owner: &str) -> Filter {
    Filter {
        owner: Some(owner.to_owned()),
        ..everything()
    }
}

fn searched(text: &str) -> Filter {
    Filter {
        search: Some(text.to_owned()),
        ..everything()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_thousand_come_complete_in_order_for_little_more_than_six_hundred_requests() {
    let rig = Rig::new().await;
    many(&rig, "g", 60_000);
    let found = all(&rig.source(), &everything(), 1_000).await;
    assert!(found.iter().map(|(id, _)| *id).eq(1..=60_000));
    let requests = rig.asked("/projects?");
    assert!(requests <= 740, "{requests}");
}

#[tokio::test(flavor = "multi_thread")]
async fn gaps_between_ids_hide_nothing() {
    for version in ["16.8.0", "19.0.0"] {
        let rig = Rig::with(StandIn::builder().version(version)).await;
        for (group, skipped) in [("a", 5), ("b", 1_000_000), ("c", 250), ("d", 30_000_000)] {
            rig.forge.skip_project_ids(skipped);
            many(&rig, group, 333);
        }
        for limit in [1_000, 100, 40] {
            let found = all(&rig.source(), &everything(), limit).await;
            assert_eq!(found.len(), 4 * 333, "{version} {limit}");
            assert!(found.is_sorted_by(|a, b| a.0 < b.0), "{version} {limit}");
        }
        assert!(
            rig.asked("/projects?") <= 200,
            "{}",
            rig.asked("/projects?")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_goes_on_in_another_connection() {
    let rig = Rig::new().await;
    many(&rig, "g", 250);
    let first = expect(
        rig.source()
            .list_repositories(&everything(), &page_of(120))
            .await,
    );
    let request = following(first.end, 1_000).unwrap();
    let second = expect(
        rig.source()
            .list_repositories(&everything(), &request)
            .await,
    );
    assert_eq!(first.items.len() + second.items.len(), 250);
    assert!(following(second.end, 1).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_and_goes_between_pages_neither_repeats_nor_hides() {
    for filter in [everything(), owned_by("g")] {
        let rig = Rig::new().await;
        many(&rig, "g", 400);
        let source = rig.source();
        let first = expect(source.list_repositories(&filter, &page_of(150)).await);
        for number in [0, 70, 149, 150, 220] {
            rig.forge.project(&format!("g/p-{number:05}")).delete();
        }
        many(&rig, "g/new", 30);
        let mut found: Vec<u64> = first
            .items
            .iter()
            .map(|item| item.id.parse().unwrap())
            .collect();
        let mut request = following(first.end, 150);
        while let Some(asked) = request {
            let page = expect(source.list_repositories(&filter, &asked).await);
            found.extend(
                page.items
                    .iter()
                    .map(|item| item.id.parse::<u64>().unwrap()),
            );
            request = following(page.end, 150);
        }
        let unique: BTreeSet<_> = found.iter().copied().collect();
        assert_eq!(unique.len(), found.len(), "none twice");
        let stayed = (1..=400).filter(|id| ![151, 221].contains(id));
        assert!(
            stayed.clone().all(|id| unique.contains(&id)),
            "all that stayed are there"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_readable_code_is_listed_all_the_same() {
    let rig = Rig::new().await;
    rig.forge.project("web/off").repository_disabled();
    rig.forge.project("web/empty").empty();
    rig.forge
        .project("web/full")
        .commit("main", "Begin", &[("a", Change::file("a"))]);
    let page = expect(
        rig.source()
            .list_repositories(&everything(), &page_of(10))
            .await,
    );
    let shown: Vec<_> = page
        .items
        .iter()
        .map(|item| (&*item.path, item.default_branch.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [
            ("web/off", None),
            ("web/empty", None),
            ("web/full", Some("main"))
        ]
    );
}

/// Both lists, each with what only requests for later pages contain.
fn lists() -> [(Filter, &'static str); 2] {
    [(everything(), "id_after="), (owned_by("g"), "&page=")]
}

fn disturb(rig: &Rig, target: &str, when: When, what: Effect) {
    let on = Matcher::target(target);
    rig.forge.fault(Fault { on, when, what });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_fails_once_is_read_again() {
    for (filter, later) in lists() {
        let rig = Rig::new().await;
        many(&rig, "g", 900);
        for what in [
            Effect::status(500),
            Effect::BadGateway,
            Effect::CutBodyAfter(100),
        ] {
            rig.forge.clear_faults();
            disturb(&rig, later, When::Once, what);
            assert_eq!(all(&rig.source(), &filter, 1_000).await.len(), 900);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_fails_for_good_fails_the_list() {
    for (filter, later) in lists() {
        let rig = Rig::new().await;
        many(&rig, "g", 900);
        for (what, expected) in [
            (Effect::status(403), "Forbidden"),
            (Effect::BadGateway, "Unavailable"),
            (Effect::CutBodyAfter(100), "Malformed"),
        ] {
            rig.forge.clear_faults();
            disturb(&rig, later, When::Always, what);
            let outcome = rig
                .source()
                .list_repositories(&filter, &page_of(1_000))
                .await;
            assert!(code(outcome).starts_with(expected), "{later}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_to_another_origin_lead_nowhere_else_and_lose_nothing() {
    for filter in [everything(), owned_by("g")] {
        let rig = Rig::new().await;
        many(&rig, "g", 400);
        let what = Effect::LyingLink(LinkLie::OtherOrigin("https://elsewhere.example".to_owned()));
        disturb(&rig, "/projects?", When::Nth(2), what);
        let outcome = rig
            .source()
            .list_repositories(&filter, &page_of(1_000))
            .await;
        let origins: BTreeSet<_> = outcome
            .report
            .requests
            .iter()
            .map(|request| request.origin.clone())
            .collect();
        assert_eq!(
            origins,
            BTreeSet::from([format!("https://localhost:{}", rig.forge.address().port())])
        );
        match outcome.answer {
            Ok(page) => assert_eq!(page.items.len(), 400),
            Err(_) => assert!(code(outcome).starts_with("Malformed")),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_repeats_a_page_ends_in_an_answer_or_an_error() {
    for filter in [everything(), owned_by("g")] {
        let rig = Rig::new().await;
        many(&rig, "g", 400);
        let what = Effect::LyingLink(LinkLie::SamePage);
        disturb(&rig, "/projects?", When::Always, what);
        let outcome = rig
            .source()
            .list_repositories(&filter, &page_of(1_000))
            .await;
        match outcome.answer {
            Ok(page) => assert_eq!(page.items.len(), 400),
            Err(_) => assert!(code(outcome).starts_with("Malformed")),
        }
        assert!(rig.asked("") <= 20, "{}", rig.asked(""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_limit_of_the_forge_on_numbered_pages_does_not_matter() {
    let rig = Rig::new().await;
    rig.forge.feature(Feature::OffsetLimit(300));
    rig.forge.feature(Feature::CountLimit(100));
    many(&rig, "g", 900);
    assert_eq!(all(&rig.source(), &everything(), 1_000).await.len(), 900);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_another_list_or_a_damaged_one_is_an_invalid_argument() {
    let rig = Rig::new().await;
    many(&rig, "g", 30);
    let source = rig.source();
    let first = expect(source.list_repositories(&everything(), &page_of(10)).await);
    let request = following(first.end, 10).unwrap();
    for filter in [
        owned_by("g"),
        searched("p-000"),
        Filter {
            member_only: true,
            ..everything()
        },
    ] {
        assert!(
            code(source.list_repositories(&filter, &request).await).starts_with("InvalidArgument")
        );
    }
    let cursor = request.cursor.unwrap();
    let asked = rig.asked("");
    for damaged in [
        cursor[1..].to_owned(),
        cursor.to_uppercase(),
        format!("{cursor}A"),
        String::new(),
        "\u{1f331}".to_owned(),
    ] {
        let request = PageRequest {
            cursor: Some(damaged),
            limit: None,
        };
        assert!(
            code(source.list_repositories(&everything(), &request).await)
                .starts_with("InvalidArgument")
        );
    }
    assert_eq!(rig.asked(""), asked);
}
