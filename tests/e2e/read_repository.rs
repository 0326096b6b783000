//! `repositories.read-repository`: one repository, by identity or by path.

use code_source::contract::repositories::{Access, RepositoryRef, State, Visibility};
use code_source_stand_in::{AccessLevel, Change, Feature, Visibility as Shown};
use code_source_tests::{Rig, code, expect, played};

fn path(path: &str) -> RepositoryRef {
    RepositoryRef::Path(path.to_owned())
}

fn id(project: &code_source_stand_in::Project) -> RepositoryRef {
    RepositoryRef::Id(project.id().to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_is_the_same_by_path_and_by_identity() {
    let rig = Rig::new().await;
    let project = rig
        .forge
        .project("web/shop")
        .description("Sells <things>")
        .topics(&["rust", "web"]);
    let project = project.name("Der Laden");
    project.commit("trunk", "Begin", &[("a", Change::file("a"))]);
    for reference in [path("web/shop"), id(&project)] {
        let found = expect(rig.source().read_repository(&reference).await);
        assert_eq!(
            (found.id, &*found.path, &*found.name),
            (project.id().to_string(), "web/shop", "Der Laden")
        );
        assert_eq!(found.description.as_deref(), Some("Sells <things>"));
        assert_eq!(found.default_branch.as_deref(), Some("trunk"));
        assert_eq!(found.topics, ["rust", "web"]);
        assert_eq!(
            found.web_url,
            format!("{}/web/shop", rig.forge.external_url())
        );
        assert_eq!(
            found.clone_url,
            Some(format!("{}/web/shop.git", rig.forge.external_url()))
        );
        assert!(!found.empty && found.last_activity_at.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_repository_says_so_and_has_no_default_branch() {
    let rig = Rig::new().await;
    rig.forge.project("web/empty").empty();
    let found = expect(rig.source().read_repository(&path("web/empty")).await);
    assert!(found.empty);
    assert_eq!(found.default_branch, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn state_and_visibility_are_told() {
    let rig = Rig::new().await;
    rig.forge.project("a/public").visibility(Shown::Public);
    rig.forge
        .project("a/internal")
        .visibility(Shown::Internal)
        .archived();
    rig.forge
        .project("a/private")
        .pending_deletion("2027-01-01");
    let source = rig.source();
    let found = expect(source.read_repository(&path("a/public")).await);
    assert!(matches!(
        (found.visibility, found.state),
        (Visibility::Public, State::Active)
    ));
    let found = expect(source.read_repository(&path("a/internal")).await);
    assert!(matches!(
        (found.visibility, found.state),
        (Visibility::Internal, State::Archived)
    ));
    let found = expect(source.read_repository(&path("a/private")).await);
    assert!(matches!(
        (found.visibility, found.state),
        (Visibility::Private, State::PendingDeletion)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn access_is_the_higher_of_the_projects_and_the_groups() {
    let rig = Rig::new().await;
    let root = rig.forge.user("root");
    rig.forge
        .group("web")
        .members(&root, AccessLevel::Maintainer);
    rig.forge
        .project("web/shop")
        .members(&root, AccessLevel::Reporter);
    rig.forge.project("other/shop");
    let source = rig.source();
    let found = expect(source.read_repository(&path("web/shop")).await);
    assert!(
        matches!(found.access, Some(Access::Maintainer)),
        "{found:?}"
    );
    let found = expect(source.read_repository(&path("other/shop")).await);
    assert!(matches!(found.access, Some(Access::None)), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_repository_is_told_by_its_old_path_and_read_by_its_identity() {
    for builder in [
        played(),
        played()
            .path_prefix("/gitlab")
            .external_url("http://other.example"),
    ] {
        let rig = Rig::with(builder).await;
        let project = rig.forge.project("web/shop");
        project.rename("trade/sub/store");
        let source = rig.source();
        let moved = source.read_repository(&path("web/shop")).await;
        assert_eq!(
            code(moved),
            format!("Moved({:?})", project.id().to_string())
        );
        assert_eq!(rig.asked(""), 1, "a redirect is not followed");
        let found = expect(source.read_repository(&id(&project)).await);
        assert_eq!(found.path, "trade/sub/store");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_to_plain_http_is_understood_and_not_followed() {
    let rig = Rig::new().await;
    rig.forge.feature(Feature::InsecureRedirects);
    let project = rig.forge.project("web/shop");
    project.rename("web/store");
    let moved = rig.source().read_repository(&path("web/shop")).await;
    assert_eq!(
        code(moved),
        format!("Moved({:?})", project.id().to_string())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_in_another_case_is_answered_with_the_one_that_gitlab_has() {
    let rig = Rig::new().await;
    let project = rig.forge.project("Web/Shop");
    for typed in ["web/shop", "WEB/SHOP", "Web/Shop"] {
        let found = expect(rig.source().read_repository(&path(typed)).await);
        assert_eq!(
            (found.id, &*found.path),
            (project.id().to_string(), "Web/Shop")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn awkward_paths_arrive_as_they_are() {
    let rig = Rig::new().await;
    let long = format!("a/{}", ["deep"; 20].join("/"));
    for name in [
        "web/shop.git.io",
        "web/a_b-c.d",
        "123/456",
        "a/b/c/d/e",
        &long,
    ] {
        let project = rig.forge.project(name);
        let found = expect(rig.source().read_repository(&path(name)).await);
        assert_eq!((found.id, &*found.path), (project.id().to_string(), name));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_not_found_and_the_hint_names_the_role() {
    let rig = Rig::new().await;
    for reference in [
        path("no/such"),
        path("web/404"),
        RepositoryRef::Id("4711".to_owned()),
    ] {
        let error = code_source_tests::expect_error(rig.source().read_repository(&reference).await);
        assert_eq!(
            format!("{:?}", error.code),
            "ErrorCode::NotFound(Subject::Repository)"
        );
        assert_eq!(error.status, Some(404));
        assert!(error.hint.unwrap().contains("Maintainer"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_repository_costs_no_request() {
    let rig = Rig::new().await;
    for reference in [
        "",
        "shop",
        "/web/shop",
        "web//shop",
        "web/../admin",
        "web%2Fshop",
        "a/b?c",
        "a/b#c",
        "a/b\n",
    ] {
        let outcome = rig.source().read_repository(&path(reference)).await;
        assert!(outcome.answer.is_err(), "{reference}");
    }
    for reference in ["", "web", "4 2", "-1", "1/2"] {
        let outcome = rig
            .source()
            .read_repository(&RepositoryRef::Id(reference.to_owned()))
            .await;
        assert!(outcome.answer.is_err(), "{reference}");
    }
    assert_eq!(rig.asked(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_decodes_slashes_gets_a_hint_and_identities_get_through() {
    let rig = Rig::new().await;
    rig.forge.feature(Feature::DecodePercent2f);
    let project = rig.forge.project("web/shop");
    let error =
        code_source_tests::expect_error(rig.source().read_repository(&path("web/shop")).await);
    assert!(error.hint.unwrap().contains("%2F"));
    assert_eq!(
        expect(rig.source().read_repository(&id(&project)).await).path,
        "web/shop"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn connecting_by_path_makes_its_code_readable() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let tip = project.commit("main", "Begin", &[("a", Change::file("a"))]);
    let (source, found) = expect(rig.source().connect_repository(&path("web/shop")).await);
    let at = code_source::contract::git::Revision::DefaultBranch;
    assert_eq!(expect(source.resolve(&found.id, &at).await), tip);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connected_repository_that_was_renamed_is_reported_and_not_bound_anew() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let source = rig.source_of(&project);
    let id = project.id().to_string();
    project.rename("web/store");
    let outcome = source.read_repository(&RepositoryRef::Id(id)).await;
    assert_eq!(outcome.report.moved_to.as_deref(), Some("web/store"));
    expect(outcome);
    assert_eq!(source.repositories()[0].path, "web/shop");
}
