//! `git.resolve`: where revisions lead.

use code_source::contract::git::Revision;
use code_source::{Failure, Source};
use code_source_stand_in::{Change, Project, TokenSpec};
use code_source_tests::{Rig, code, expect, git, plugin};

async fn shop() -> (Rig, Project, Source, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
    let source = rig.source_of(&project);
    let id = project.id().to_string();
    (rig, project, source, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_revision_leads_where_git_says() {
    let (_rig, project, source, id) = shop().await;
    let first = project.tip("main");
    project.commit("main", "Go on", &[("a", Change::file("a"))]);
    project.branch("old", &first);
    project.tag("light", &first, None);
    project.tag("annotated", &first, Some("Notes"));
    for (at, name) in [
        (Revision::DefaultBranch, "HEAD"),
        (Revision::Branch("old".to_owned()), "refs/heads/old"),
        (Revision::Tag("light".to_owned()), "refs/tags/light"),
        (
            Revision::Tag("annotated".to_owned()),
            "refs/tags/annotated^{commit}",
        ),
        (Revision::Commit(first), "old"),
    ] {
        let found = expect(source.resolve(&id, &at).await);
        assert_eq!(found, git(&project, &["rev-parse", name]), "{at:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn awkward_names_of_branches_and_tags_arrive_as_they_are() {
    let (_rig, project, source, id) = shop().await;
    let first = project.tip("main");
    project.commit("main", "Go on", &[("a", Change::file("a"))]);
    let long = format!("long/{}", "n".repeat(200));
    for name in [
        "feature/a#1",
        "100%",
        "a%2Fb",
        "a+b",
        "grün/🌱",
        "v1.0-&=;",
        "x/y/z",
        "a'b\"c",
        &long,
    ] {
        project.branch(name, &first);
        let found = expect(
            source
                .resolve(&id, &Revision::Branch(name.to_owned()))
                .await,
        );
        assert_eq!(found, first, "the branch {name}");
        project.tag(name, &first, Some("Notes"));
        let found = expect(source.resolve(&id, &Revision::Tag(name.to_owned())).await);
        assert_eq!(found, first, "the tag {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_and_a_tag_of_one_name_are_told_apart() {
    let (_rig, project, source, id) = shop().await;
    let first = project.tip("main");
    let second = project.commit("main", "Go on", &[("a", Change::file("a"))]);
    project.branch("v1", &second);
    project.tag("v1", &first, None);
    assert_eq!(
        expect(
            source
                .resolve(&id, &Revision::Branch("v1".to_owned()))
                .await
        ),
        second
    );
    assert_eq!(
        expect(source.resolve(&id, &Revision::Tag("v1".to_owned())).await),
        first
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_whose_name_is_a_commits_is_still_a_branch() {
    let (_rig, project, source, id) = shop().await;
    let first = project.tip("main");
    let second = project.commit("main", "Go on", &[("a", Change::file("a"))]);
    project.branch(&first, &second);
    assert_eq!(
        expect(source.resolve(&id, &Revision::Branch(first.clone())).await),
        second
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leads_nowhere_is_not_found_as_what_it_was_called() {
    let (_rig, project, source, id) = shop().await;
    let tree = git(&project, &["rev-parse", "main^{tree}"]);
    for (at, expected) in [
        (Revision::Branch("gone".to_owned()), "NotFound(Reference)"),
        (Revision::Tag("main".to_owned()), "NotFound(Reference)"),
        (
            Revision::Branch("refs/heads/main".to_owned()),
            "NotFound(Reference)",
        ),
        (Revision::Commit("0".repeat(40)), "NotFound(Commit)"),
        (Revision::Commit(tree), "NotFound(Commit)"),
    ] {
        assert_eq!(code(source.resolve(&id, &at).await), expected, "{at:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_default_branch_that_does_not_exist_is_a_missing_reference() {
    let (_rig, project, source, id) = shop().await;
    project.default_branch("gone");
    assert_eq!(
        code(source.resolve(&id, &Revision::DefaultBranch).await),
        "NotFound(Reference)"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_repository_is_empty_whatever_is_asked_for() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/empty").empty();
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    for at in [
        Revision::DefaultBranch,
        Revision::Branch("main".to_owned()),
        Revision::Tag("v1".to_owned()),
        Revision::Commit("0".repeat(40)),
    ] {
        assert_eq!(
            code(source.resolve(&id, &at).await),
            "EmptyRepository",
            "{at:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_git_does_not_allow_costs_no_request() {
    let (rig, _project, source, id) = shop().await;
    for at in [
        Revision::Branch(String::new()),
        Revision::Branch("a..b".to_owned()),
        Revision::Branch("a b".to_owned()),
        Revision::Tag("a\nb".to_owned()),
        Revision::Tag("a/".to_owned()),
        Revision::Commit("main".to_owned()),
        Revision::Commit("A".repeat(40)),
    ] {
        assert!(
            code(source.resolve(&id, &at).await).starts_with("InvalidArgument"),
            "{at:?}"
        );
    }
    assert_eq!(rig.asked(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_costs_one_request_and_so_does_the_default_branch() {
    let (rig, _project, source, id) = shop().await;
    expect(
        source
            .resolve(&id, &Revision::Branch("main".to_owned()))
            .await,
    );
    assert_eq!(rig.asked(""), 1);
    expect(source.resolve(&id, &Revision::DefaultBranch).await);
    assert_eq!(rig.asked(""), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_with_sha_256_has_commits_of_64_digits() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/modern").sha256();
    let tip = project.commit("main", "Begin", &[("a", Change::file("a"))]);
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    assert_eq!(tip.len(), 64);
    assert_eq!(
        expect(source.resolve(&id, &Revision::DefaultBranch).await),
        tip
    );
    assert_eq!(
        expect(source.resolve(&id, &Revision::Commit(tip.clone())).await),
        tip
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_the_account_may_not_see_is_not_found() {
    let (rig, project, _source, id) = shop().await;
    let stranger = rig.forge.user("stranger");
    let token = rig.forge.token(TokenSpec::new(&stranger, &["api"]));
    let connected = code_source::egress::ConnectedRepository {
        id: id.clone(),
        path: project.path(),
    };
    let connection = rig.connection_with(&token).repositories([connected]);
    let source = Source::open(plugin(), connection).unwrap();
    let at = Revision::Branch("main".to_owned());
    assert_eq!(code(source.resolve(&id, &at).await), "NotFound(Repository)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_is_not_connected_is_refused_by_the_host() {
    let (rig, _project, source, _id) = shop().await;
    let other = rig.forge.project("web/other");
    let outcome = source
        .resolve(&other.id().to_string(), &Revision::DefaultBranch)
        .await;
    assert!(matches!(
        outcome.answer,
        Err(Failure::Host(code_source::Error::Refused(_)))
    ));
    assert_eq!(rig.asked(""), 0);
}
