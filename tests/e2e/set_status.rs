//! `statuses.set-status` and `statuses.list-statuses`: what a check says of a commit.

use code_source::Source;
use code_source::contract::statuses::{NewStatus, State, Status};
use code_source::contract::types::Outcome;
use code_source_stand_in::{Change, Effect, Fault, Matcher, Project, When};
use code_source_tests::{Rig, code, expect, first_page, following, page_of, writes};
use http::Method;

async fn shop() -> (Rig, Project, Source, String, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let tip = project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
    let (source, id) = (rig.writer_of(&project), project.id().to_string());
    (rig, project, source, id, tip)
}

fn status(name: &str, state: State) -> NewStatus {
    NewStatus {
        name: name.into(),
        state,
        description: Some("In words: ä".into()),
        target_url: Some("https://ci.example/1".into()),
    }
}

async fn listed(source: &Source, id: &str, tip: &str, limit: u32) -> Vec<Status> {
    let mut items = Vec::new();
    let mut request = Some(page_of(limit));
    while let Some(asked) = request {
        let page = expect(source.list_statuses(id, tip, &asked).await);
        items.extend(page.items);
        request = following(page.end, limit);
    }
    items
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_how_it_stands_and_the_newest_word_counts() {
    let (_rig, _, source, id, tip) = shop().await;
    for state in [State::Pending, State::Running, State::Success] {
        let said = source
            .set_status(&id, &tip, &status("build", state.clone()))
            .await;
        assert_eq!(expect(said), Outcome::Applied, "{state:?}");
        let again = source
            .set_status(&id, &tip, &status("build", state.clone()))
            .await;
        assert_eq!(expect(again), Outcome::Already, "{state:?}");
    }
    expect(
        source
            .set_status(&id, &tip, &status("test", State::Failed))
            .await,
    );
    let mut all = listed(&source, &id, &tip, 100).await;
    all.sort_by(|one, other| one.name.cmp(&other.name));
    let lines: Vec<_> = all
        .iter()
        .map(|one| format!("{} {:?}", one.name, one.state))
        .collect();
    assert_eq!(lines, ["build State::Success", "test State::Failed"]);
    assert_eq!(all[0].description.as_deref(), Some("In words: ä"));
    assert_eq!(all[0].target_url.as_deref(), Some("https://ci.example/1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_of_checks_is_complete() {
    let (_rig, _, source, id, tip) = shop().await;
    for number in 0..25 {
        let name = format!("check {number:02}");
        expect(
            source
                .set_status(&id, &tip, &status(&name, State::Success))
                .await,
        );
    }
    let mut names: Vec<_> = listed(&source, &id, &tip, 10)
        .await
        .into_iter()
        .map(|one| one.name)
        .collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 25);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_said_is_refused() {
    let (_rig, _, source, id, tip) = shop().await;
    let nowhere = "1".repeat(40);
    let said = source
        .set_status(&id, &nowhere, &status("build", State::Success))
        .await;
    assert_eq!(code(said), "NotFound(Commit)");
    assert_eq!(
        code(source.list_statuses(&id, &nowhere, &first_page()).await),
        "NotFound(Commit)"
    );
    let mut odd = status("build", State::Success);
    odd.target_url = Some("javascript:alert(1)".into());
    for new in [
        status("", State::Success),
        status("a\nb", State::Success),
        status(&"x".repeat(256), State::Success),
        status("build", State::Other("odd".into())),
        odd,
    ] {
        let refused = code(source.set_status(&id, &tip, &new).await);
        assert!(refused.starts_with("InvalidArgument"), "{new:?}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_fails_after_the_word_was_taken_is_seen_through() {
    let (rig, _, source, id, tip) = shop().await;
    rig.forge.fault(Fault {
        on: Matcher::target("/statuses/").method(Method::POST),
        when: When::Always,
        what: Effect::AfterWork(Box::new(Effect::BadGateway)),
    });
    let said = source
        .set_status(&id, &tip, &status("build", State::Success))
        .await;
    assert_eq!(expect(said), Outcome::Applied);
    assert_eq!(writes(&rig), 1);
}
