//! `changes.create-tag`: a tag that leads to a commit, once.

use code_source::Source;
use code_source::contract::types::Outcome;
use code_source_stand_in::{Change, Effect, Fault, Matcher, Project, When};
use code_source_tests::{Rig, code, expect, git, writes};
use http::Method;

async fn shop() -> (Rig, Project, Source, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let tip = project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
    let source = rig.writer_of(&project);
    (rig, project, source, tip)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_is_annotated_where_there_is_a_message() {
    let (_rig, project, source, tip) = shop().await;
    let id = project.id().to_string();
    let light = source.create_tag(&id, "light/v1.0", &tip, None).await;
    assert_eq!(expect(light), Outcome::Applied);
    let noted = source
        .create_tag(&id, "v1.0", &tip, Some("Notes\n\nä"))
        .await;
    assert_eq!(expect(noted), Outcome::Applied);
    assert_eq!(
        git(&project, &["cat-file", "-t", "refs/tags/light/v1.0"]),
        "commit"
    );
    assert_eq!(git(&project, &["cat-file", "-t", "refs/tags/v1.0"]), "tag");
    assert_eq!(
        git(&project, &["rev-parse", "refs/tags/v1.0^{commit}"]),
        tip
    );
    let message = git(
        &project,
        &["for-each-ref", "--format=%(contents)", "refs/tags/v1.0"],
    );
    assert_eq!(message.trim_end(), "Notes\n\nä");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_is_there_is_found_and_another_of_its_name_refused() {
    let (_rig, project, source, tip) = shop().await;
    let id = project.id().to_string();
    let next = project.commit("main", "Go on", &[("a", Change::file("a"))]);
    project.tag("v1", &tip, Some("Notes"));
    let same = source.create_tag(&id, "v1", &tip, Some("Notes")).await;
    assert_eq!(expect(same), Outcome::Already);
    for (at, message) in [
        (&next, Some("Notes")),
        (&tip, Some("Other notes")),
        (&tip, None),
    ] {
        let other = source.create_tag(&id, "v1", at, message).await;
        assert_eq!(code(other), "Conflict(AlreadyExists)", "{message:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_not_there_has_no_tag() {
    let (_rig, project, source, _) = shop().await;
    let nowhere = "1".repeat(40);
    let refused = source
        .create_tag(&project.id().to_string(), "v1", &nowhere, None)
        .await;
    assert_eq!(code(refused), "NotFound(Commit)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_fails_after_the_tag_was_made_is_seen_through() {
    let (rig, project, source, tip) = shop().await;
    rig.forge.fault(Fault {
        on: Matcher::target("/repository/tags").method(Method::POST),
        when: When::Always,
        what: Effect::AfterWork(Box::new(Effect::BadGateway)),
    });
    let outcome = source
        .create_tag(&project.id().to_string(), "v1", &tip, Some("Notes"))
        .await;
    assert_eq!(expect(outcome), Outcome::Applied);
    assert_eq!(writes(&rig), 1);
}
