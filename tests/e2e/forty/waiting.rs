//! How long a forge is waited for that says when to come again, that cannot make so much at once, or
//! that is never ready.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use code_source::contract::git::Revision;
use code_source::contract::pull_requests::Proposal;
use code_source::contract::repositories::Filter;
use code_source::contract::types::ErrorCode;
use code_source::{Limits, Source};
use code_source_stand_in::{Change, Effect, Fault, Feature, Matcher, ProjectSpec, When};
use code_source_tests::{Rig, expect, expect_error, first_page, git, played, plugin};

use crate::operations::{Stock, everything};

/// A connection whose calls may take three seconds.
fn brief(shop: &Stock) -> Source {
    let mut limits = Limits::default();
    limits.call = Duration::from_secs(3);
    let connection = shop.connection(&shop.rig.token).limits(limits);
    Source::open(plugin(), connection).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_tells_only_when_its_period_ends_is_waited_for() {
    let shop = Stock::new(played()).await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let end = (now.as_secs() + 3).to_string();
    shop.rig.forge.fault(Fault {
        on: Matcher::all(),
        when: When::Once,
        what: Effect::Status(429, "Retry later\n".into(), vec![("ratelimit-reset", end)]),
    });
    let begun = Instant::now();
    let at = Revision::Branch("main".to_owned());
    assert_eq!(
        expect(shop.source.resolve(&shop.id, &at).await),
        shop.project.tip("main")
    );
    // Its moments have no parts of seconds, and without it the wait is one second at most.
    assert!(begun.elapsed() >= Duration::from_millis(1_500));
    assert_eq!(shop.rig.asked(""), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn repositories_that_are_too_many_at_once_are_listed_in_smaller_pages() {
    for owner in [None, Some("g".to_owned())] {
        let rig = Rig::new().await;
        rig.forge.many_projects(230, None, |number| {
            ProjectSpec::new(format!("g/p-{number}"))
        });
        let fault = rig.forge.fault(Fault {
            on: Matcher::target("per_page=100"),
            when: When::Always,
            what: Effect::status(500),
        });
        let filter = Filter {
            owner,
            ..everything()
        };
        let page = expect(rig.source().list_repositories(&filter, &first_page()).await);
        assert_eq!(page.items.len(), 230, "{filter:?}");
        assert!(fault.hits() > 0, "{filter:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_the_forge_does_not_see_in_time_is_not_ready_and_not_refused() {
    let shop = Stock::new(played()).await;
    shop.rig.forge.feature(Feature::BranchesVisibleAfter(1_000));
    expect(
        shop.source
            .create_branch(&shop.id, "fresh", &shop.tip)
            .await,
    );
    let proposal = Proposal {
        source_branch: "fresh".into(),
        target_branch: "trunk".into(),
        title: "Go on".into(),
        body: String::new(),
        draft: false,
        labels: Vec::new(),
        remove_source_branch: false,
    };
    let error = expect_error(brief(&shop).open_pull_request(&shop.id, &proposal).await);
    assert!(matches!(error.code, ErrorCode::NotReady), "{error:?}");
    assert!(error.retry_after.is_some(), "{error:?}");
    assert_eq!(git(&shop.project, &["rev-parse", "fresh"]), shop.tip);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_that_is_not_made_in_time_is_not_ready_and_not_empty() {
    let shop = Stock::new(played()).await;
    shop.rig.forge.feature(Feature::DiffsReadyAfter(1_000));
    shop.project
        .commit("topic", "More", &[("more", Change::file("more\n"))]);
    let outcome = brief(&shop)
        .list_changes(&shop.id, shop.number, &first_page())
        .await;
    let error = expect_error(outcome);
    assert!(matches!(error.code, ErrorCode::NotReady), "{error:?}");
    assert!(error.retry_after.is_some(), "{error:?}");
}
