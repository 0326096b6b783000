//! `git.read-blob`: bytes by their name.

use code_source::Source;
use code_source_stand_in::{Change, Effect, Fault, Matcher, Project, When, noise};
use code_source_tests::{Rig, bytes, code, expect, git, git_bytes};

async fn shop() -> (Rig, Project, Source, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let all_bytes: Vec<u8> = (0..=255).collect();
    let changes = [
        ("bytes", Change::file(all_bytes)),
        ("empty", Change::file("")),
        ("link", Change::symlink("target")),
        ("noise", Change::file(noise(1, 3_000_000))),
    ];
    project.commit("main", "Begin", &changes);
    let source = rig.source_of(&project);
    let id = project.id().to_string();
    (rig, project, source, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_byte_is_as_git_has_it_for_one_request() {
    let (rig, project, source, id) = shop().await;
    for path in ["bytes", "empty", "link", "noise"] {
        rig.forge.clear_requests();
        let blob = git(&project, &["rev-parse", &format!("main:{path}")]);
        let body = expect(source.read_blob(&id, &blob).await);
        let truth = git_bytes(&project, &["cat-file", "blob", &blob]);
        assert!(bytes(body).await.unwrap() == truth, "{path}");
        assert_eq!(rig.asked(""), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_no_branch_holds_any_more_is_still_read() {
    let (_rig, project, source, id) = shop().await;
    let blob = git(&project, &["rev-parse", "main:bytes"]);
    project.commit("main", "Remove", &[("bytes", Change::Delete)]);
    let body = expect(source.read_blob(&id, &blob).await);
    assert_eq!(bytes(body).await.unwrap().len(), 256);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_blob_is_not_found() {
    let (_rig, project, source, id) = shop().await;
    let tree = git(&project, &["rev-parse", "main^{tree}"]);
    for other in [project.tip("main"), tree, "0".repeat(40)] {
        assert_eq!(
            code(source.read_blob(&id, &other).await),
            "NotFound(Blob)",
            "{other}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_of_an_empty_repository_is_not_looked_for_in_vain() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/empty").empty();
    let outcome = rig
        .source_of(&project)
        .read_blob(&project.id().to_string(), &"0".repeat(40))
        .await;
    assert_eq!(code(outcome), "EmptyRepository");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_cut_is_never_a_short_success() {
    let (rig, project, source, id) = shop().await;
    let blob = git(&project, &["rev-parse", "main:noise"]);
    for after in [0, 1, 2_999_999] {
        rig.forge.clear_faults();
        rig.forge.fault(Fault {
            on: Matcher::target("/raw"),
            when: When::Always,
            what: Effect::CutBodyAfter(after),
        });
        let body = expect(source.read_blob(&id, &blob).await);
        let error = bytes(body).await.unwrap_err();
        assert!(["cut", "reset"].contains(&error.reason()), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_not_a_blobs_costs_no_request() {
    let (rig, _project, source, id) = shop().await;
    for name in ["", "HEAD", "main:bytes", "../tree", &"A".repeat(40)] {
        let outcome = source.read_blob(&id, name).await;
        assert!(outcome.answer.is_err(), "{name}");
    }
    assert_eq!(rig.asked(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_a_content_half_way_leaves_the_connection_usable() {
    let (_rig, project, source, id) = shop().await;
    let blob = git(&project, &["rev-parse", "main:noise"]);
    for _ in 0..3 {
        let mut body = expect(source.read_blob(&id, &blob).await);
        body.next().await.unwrap().unwrap();
    }
    let body = expect(source.read_blob(&id, &blob).await);
    assert_eq!(bytes(body).await.unwrap().len(), 3_000_000);
}
