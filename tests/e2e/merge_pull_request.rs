//! `pull-requests.merge-pull-request`: only the head that was looked at, once, and for real.

use code_source::Source;
use code_source::contract::pull_requests::{Merging, Proposal, State};
use code_source::contract::types::Outcome;
use code_source_stand_in::{Change, Effect, Fault, Feature, Matcher, Project, When};
use code_source_tests::{Rig, code, expect, git, git_lines, writes};
use http::Method;

struct Shop {
    rig: Rig,
    project: Project,
    source: Source,
    id: String,
    base: String,
    head: String,
    number: u64,
}

impl Shop {
    async fn open() -> Self {
        let rig = Rig::new().await;
        let project = rig.forge.project("web/shop");
        let base = project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
        project.branch("topic", &base);
        project.commit("topic", "One", &[("a", Change::file("a\n"))]);
        let head = project.commit("topic", "Two", &[("b", Change::file("b\n"))]);
        let (source, id) = (rig.writer_of(&project), project.id().to_string());
        let proposal = Proposal {
            source_branch: "topic".into(),
            target_branch: "main".into(),
            title: "Two files".into(),
            body: String::new(),
            draft: false,
            labels: Vec::new(),
            remove_source_branch: false,
        };
        let opened = expect(source.open_pull_request(&id, &proposal).await);
        rig.forge.clear_requests();
        Self {
            rig,
            project,
            source,
            id,
            base,
            head,
            number: opened.pull_request.number,
        }
    }

    fn merging(&self) -> Merging {
        Merging {
            expected_head: self.head.clone(),
            squash: false,
            message: None,
            remove_source_branch: false,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_are_in_the_target_branch_afterwards() {
    let shop = Shop::open().await;
    let main = shop
        .project
        .commit("main", "Meanwhile", &[("c", Change::file("c\n"))]);
    let mut merging = shop.merging();
    merging.message = Some("Bring both in".into());
    merging.remove_source_branch = true;
    let written = expect(
        shop.source
            .merge_pull_request(&shop.id, shop.number, &merging)
            .await,
    );
    assert_eq!(written.outcome, Outcome::Applied);
    assert!(matches!(written.pull_request.state, State::Merged));
    let tip = shop.project.tip("main");
    assert_eq!(written.pull_request.merged_as.as_ref(), Some(&tip));
    let parents = git(&shop.project, &["show", "-s", "--format=%P %s", &tip]);
    assert_eq!(parents, format!("{main} {} Bring both in", shop.head));
    let names = git_lines(&shop.project, &["ls-tree", "--name-only", &tip]);
    assert_eq!(names, ["README.md", "a", "b", "c"]);
    assert_eq!(git(&shop.project, &["branch", "--list", "topic"]), "");
    let again = expect(
        shop.source
            .merge_pull_request(&shop.id, shop.number, &merging)
            .await,
    );
    assert_eq!(again.outcome, Outcome::Already);
    assert_eq!(shop.project.tip("main"), tip);
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_become_one_where_that_is_wanted() {
    let shop = Shop::open().await;
    let mut merging = shop.merging();
    merging.squash = true;
    merging.message = Some("Both at once".into());
    expect(
        shop.source
            .merge_pull_request(&shop.id, shop.number, &merging)
            .await,
    );
    let range = format!("{}..main", shop.base);
    let subjects = git_lines(
        &shop.project,
        &["log", "--no-merges", "--format=%s", &range],
    );
    assert_eq!(subjects, ["Both at once"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_pushed_since_is_not_merged() {
    let shop = Shop::open().await;
    let pushed = shop
        .project
        .commit("topic", "Three", &[("d", Change::file("d\n"))]);
    let refused = shop
        .source
        .merge_pull_request(&shop.id, shop.number, &shop.merging())
        .await;
    assert_eq!(code(refused), format!("Conflict(HeadMoved({pushed:?}))"));
    assert_eq!(shop.project.tip("main"), shop.base);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_told_and_changes_nothing() {
    let shop = Shop::open().await;
    let main = shop
        .project
        .commit("main", "Clash", &[("a", Change::file("other\n"))]);
    let refused = shop
        .source
        .merge_pull_request(&shop.id, shop.number, &shop.merging())
        .await;
    let refused = code(refused);
    assert!(refused.starts_with("Conflict(NotMergeable"), "{refused}");
    assert_eq!(shop.project.tip("main"), main);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_that_still_thinks_is_waited_for() {
    let shop = Shop::open().await;
    shop.rig.forge.feature(Feature::MergeabilityCheckedAfter(2));
    shop.project
        .commit("main", "Meanwhile", &[("c", Change::file("c\n"))]);
    let written = shop
        .source
        .merge_pull_request(&shop.id, shop.number, &shop.merging())
        .await;
    assert_eq!(expect(written).outcome, Outcome::Applied);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_one_is_not_merged() {
    let shop = Shop::open().await;
    expect(shop.source.close_pull_request(&shop.id, shop.number).await);
    let refused = shop
        .source
        .merge_pull_request(&shop.id, shop.number, &shop.merging())
        .await;
    let refused = code(refused);
    assert!(refused.starts_with("Conflict(NotMergeable"), "{refused}");
    assert_eq!(shop.project.tip("main"), shop.base);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_fails_after_the_merge_makes_no_second_one() {
    let shop = Shop::open().await;
    shop.rig.forge.fault(Fault {
        on: Matcher::target("/merge").method(Method::PUT),
        when: When::Always,
        what: Effect::AfterWork(Box::new(Effect::BadGateway)),
    });
    let written = shop
        .source
        .merge_pull_request(&shop.id, shop.number, &shop.merging())
        .await;
    assert_eq!(expect(written).outcome, Outcome::Applied);
    assert_eq!(writes(&shop.rig), 1);
    let merges = git_lines(&shop.project, &["log", "--merges", "--format=%H", "main"]);
    assert_eq!(merges.len(), 1);
}
