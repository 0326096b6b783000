//! `repositories.explain-absence`: every reason for which a list lacks a repository, asked of the forge.

use code_source::contract::repositories::{Absence, Access, Filter, RepositoryRef};
use code_source::contract::types::{Aspect, Finding, Party, Severity};
use code_source::{Source, egress};
use code_source_stand_in::{AccessLevel, Feature, Project, TokenSpec, Visibility};
use code_source_tests::{Rig, code, expect, first_page, plugin};

fn path(path: &str) -> RepositoryRef {
    RepositoryRef::Path(path.to_owned())
}

/// What a list without options asks for.
fn plain() -> Filter {
    Filter {
        search: None,
        owner: None,
        minimum_access: None,
        member_only: false,
        include_archived: false,
    }
}

/// A forge with one repository, and an account that is none's member.
struct Scene {
    rig: Rig,
    project: Project,
    bot: Source,
}

impl Scene {
    async fn new() -> Self {
        let rig = Rig::new().await;
        let project = rig.forge.project("web/shop");
        let user = rig.forge.user("bot");
        let token = rig.forge.token(TokenSpec::new(&user, &["api"]));
        let bot = Source::open(plugin(), rig.connection_with(&token)).unwrap();
        Self { rig, project, bot }
    }

    fn bot_is(&self, level: AccessLevel) {
        let _project = self
            .project
            .clone()
            .members(&self.rig.forge.user("bot"), level);
    }

    /// Explain, and hold what comes of it against the list itself.
    async fn explained(&self, source: &Source, named: &str, filter: &Filter) -> Absence {
        let before = self.rig.asked("");
        let absence = expect(source.explain_absence(&path(named), filter).await);
        assert!(self.rig.asked("") - before <= 12);
        let path = absence.repository.as_ref().map_or(named, |one| &one.path);
        let is_listed = match source.list_repositories(filter, &first_page()).await.answer {
            Ok(page) => page.items.iter().any(|one| one.path == path),
            // There is no such owner.
            Err(_) => false,
        };
        assert_eq!(keeps(&absence).is_empty(), is_listed, "{absence:#?}");
        absence
    }
}

/// The codes of what keeps it from the list.
fn keeps(absence: &Absence) -> Vec<&str> {
    let reasons = absence.reasons.iter();
    let reasons = reasons.filter(|reason| reason.severity == Severity::Error);
    reasons.map(|reason| reason.code.as_str()).collect()
}

fn codes(absence: &Absence) -> Vec<&str> {
    let reasons = absence.reasons.iter();
    reasons.map(|reason| reason.code.as_str()).collect()
}

#[track_caller]
fn found<'a>(absence: &'a Absence, code: &str) -> &'a Finding {
    let found = absence.reasons.iter().find(|reason| reason.code == code);
    found.unwrap_or_else(|| panic!("no {code}: {absence:#?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_is_listed_has_no_reason() {
    let scene = Scene::new().await;
    let source = scene.rig.source();
    let absence = scene.explained(&source, "web/shop", &plain()).await;
    assert_eq!(codes(&absence), Vec::<&str>::new());
    let by_id = RepositoryRef::Id(scene.project.id().to_string());
    let absence = expect(source.explain_absence(&by_id, &plain()).await);
    assert_eq!(absence.repository.expect("it is shown").path, "web/shop");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_is_told_with_how_far_its_path_leads() {
    let scene = Scene::new().await;
    let absence = scene.explained(&scene.bot, "web/shop", &plain()).await;
    assert_eq!(
        codes(&absence),
        ["hidden", "not-an-administrator", "visibility"]
    );
    let hidden = found(&absence, "hidden");
    assert!(
        hidden.message.ends_with("its group `web` is shown"),
        "{hidden:?}"
    );
    assert_eq!(hidden.remedied_by, Some(Party::ForgeAdministrator));
    assert_eq!(hidden.about, Aspect::Repository);
    scene.rig.forge.project("web/secret/plans");
    let _group = scene.rig.forge.group("web/secret").private();
    let absence = scene
        .explained(&scene.bot, "web/secret/plans", &plain())
        .await;
    let hidden = found(&absence, "hidden");
    assert!(
        hidden.message.ends_with("`web/secret` is not"),
        "{hidden:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_administrator_does_not_see_is_not_there() {
    let scene = Scene::new().await;
    let absence = scene
        .explained(&scene.rig.source(), "web/gone", &plain())
        .await;
    assert_eq!(codes(&absence), ["hidden"]);
    let hidden = found(&absence, "hidden");
    assert!(
        hidden.message.contains("`root` is an administrator"),
        "{hidden:?}"
    );
    assert_eq!(hidden.remedied_by, Some(Party::User));
}

#[tokio::test(flavor = "multi_thread")]
async fn admin_mode_that_the_token_lacks_is_found_out_for_certain() {
    let scene = Scene::new().await;
    scene.rig.forge.feature(Feature::AdminMode);
    let absence = scene
        .explained(&scene.rig.source(), "web/shop", &plain())
        .await;
    assert_eq!(
        codes(&absence),
        ["admin-mode-required", "hidden", "visibility"]
    );
    let root = scene.rig.forge.user("root");
    let spec = TokenSpec::new(&root, &["api", "admin_mode"]);
    let token = scene.rig.forge.token(spec);
    let source = Source::open(plugin(), scene.rig.connection_with(&token)).unwrap();
    let absence = scene.explained(&source, "web/shop", &plain()).await;
    assert_eq!(codes(&absence), Vec::<&str>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_accounts_repository_is_told_as_that() {
    let scene = Scene::new().await;
    scene.rig.forge.user("ann");
    scene.rig.forge.project("ann/notes");
    let absence = scene.explained(&scene.bot, "ann/notes", &plain()).await;
    let other = &absence.reasons[0];
    assert_eq!(other.code, "other-account");
    assert!(
        other.message.contains("`ann`") && other.message.contains("`bot`"),
        "{other:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_whose_name_is_a_number_is_not_mixed_up_with_the_one_of_that_identity() {
    let scene = Scene::new().await;
    let (user, hidden) = (scene.rig.forge.user("2024"), "1/plans");
    scene.rig.forge.project("2024/notes");
    drop(user);
    for named in ["2024/notes", hidden] {
        let absence = scene.explained(&scene.bot, named, &plain()).await;
        assert_eq!(
            codes(&absence),
            ["hidden", "not-an-administrator", "visibility"]
        );
        let hidden = found(&absence, "hidden");
        assert!(hidden.message.ends_with("that `bot` may see"), "{hidden:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_external_account_is_told_why_internal_repositories_are_hidden() {
    let scene = Scene::new().await;
    let _project = scene.project.clone().visibility(Visibility::Internal);
    let absence = scene.explained(&scene.bot, "web/shop", &plain()).await;
    assert_eq!(keeps(&absence), Vec::<&str>::new());
    let _user = scene.rig.forge.user("bot").external();
    let absence = scene.explained(&scene.bot, "web/shop", &plain()).await;
    assert!(found(&absence, "visibility").message.contains("external"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_and_an_account_are_no_repositories() {
    let scene = Scene::new().await;
    scene.rig.forge.project("web/teams/one");
    for (named, words) in [
        ("web", "`web` is a group"),
        ("web/teams", "`web/teams` is a group"),
        ("bot", "`bot` is an account"),
    ] {
        let absence = scene.explained(&scene.rig.source(), named, &plain()).await;
        assert_eq!(codes(&absence), ["not-a-repository"], "{named}");
        assert!(absence.reasons[0].message.starts_with(words));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn archived_and_nearly_deleted_ones_are_reasons_where_the_list_lacks_them() {
    let scene = Scene::new().await;
    let source = scene.rig.source();
    let _project = scene.project.clone().archived();
    let absence = scene.explained(&source, "web/shop", &plain()).await;
    assert_eq!(keeps(&absence), ["archived"]);
    let filter = Filter {
        include_archived: true,
        ..plain()
    };
    let absence = scene.explained(&source, "web/shop", &filter).await;
    assert_eq!(codes(&absence), Vec::<&str>::new());
    let _project = scene.project.clone().pending_deletion("2026-12-01");
    let absence = scene.explained(&source, "web/shop", &filter).await;
    assert_eq!(codes(&absence), ["pending-deletion"]);
    scene.rig.forge.feature(Feature::PendingDeletionUnlisted);
    let absence = scene.explained(&source, "web/shop", &filter).await;
    assert_eq!(keeps(&absence), ["pending-deletion"]);
    assert!(absence.reasons[0].message.contains("2026-12-01"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_and_an_owner_that_differ_name_both_sides() {
    let scene = Scene::new().await;
    let source = scene.rig.source();
    scene.rig.forge.project("office/desk");
    for (search, owner, reasons, words) in [
        (Some("office"), None, &["search-differs"][..], "`office`"),
        (Some("SHOP"), None, &[], ""),
        (
            None,
            Some("office"),
            &["owner-differs"],
            "is in `web`, and not in `office`",
        ),
        (
            None,
            Some("nobody"),
            &["owner-differs"],
            "no group or account `nobody`",
        ),
        (None, Some("web"), &[], ""),
        (
            Some("desk"),
            Some("office"),
            &["owner-differs", "search-differs"],
            "`office`",
        ),
    ] {
        let filter = Filter {
            search: search.map(str::to_owned),
            owner: owner.map(str::to_owned),
            ..plain()
        };
        let absence = scene.explained(&source, "web/shop", &filter).await;
        assert_eq!(keeps(&absence), reasons, "{filter:?}");
        if let Some(first) = absence.reasons.first() {
            assert!(first.message.contains(words), "{first:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_little_access_names_the_account_the_way_and_what_is_asked_for() {
    let scene = Scene::new().await;
    scene.bot_is(AccessLevel::Reporter);
    let user = scene.rig.forge.user("bot");
    let _group = scene
        .rig
        .forge
        .group("web")
        .members(&user, AccessLevel::Developer);
    let filter = Filter {
        minimum_access: Some(Access::Maintainer),
        ..plain()
    };
    let absence = scene.explained(&scene.bot, "web/shop", &filter).await;
    assert_eq!(keeps(&absence), ["access-too-low"]);
    assert_eq!(
        absence.reasons[0].message,
        "`bot` is Developer in `web/shop`, through the group `web`, and the filter asks for Maintainer"
    );
    let absence = scene.explained(&scene.bot, "web/shop", &plain()).await;
    assert_eq!(codes(&absence), ["access-too-low"]);
    assert_eq!(absence.reasons[0].severity, Severity::Warning);
    scene.bot_is(AccessLevel::Maintainer);
    let absence = scene.explained(&scene.bot, "web/shop", &filter).await;
    assert_eq!(codes(&absence), Vec::<&str>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_member_is_told_where_only_members_repositories_are_wanted() {
    let scene = Scene::new().await;
    let filter = Filter {
        member_only: true,
        ..plain()
    };
    let absence = scene
        .explained(&scene.rig.source(), "web/shop", &filter)
        .await;
    assert_eq!(keeps(&absence), ["not-a-member"]);
    assert!(absence.reasons[0].message.contains("which is private"));
    scene.bot_is(AccessLevel::Guest);
    let absence = scene.explained(&scene.bot, "web/shop", &filter).await;
    assert_eq!(keeps(&absence), Vec::<&str>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_moved_is_told_with_where_it_is() {
    let scene = Scene::new().await;
    scene.project.rename("web/store");
    let source = scene.rig.source();
    let absence = scene.explained(&source, "web/shop", &plain()).await;
    assert_eq!(codes(&absence), ["moved"]);
    assert_eq!(
        absence.reasons[0].message,
        "`web/shop` has moved to `web/store`"
    );
    assert_eq!(absence.repository.expect("it is shown").path, "web/store");
    let filter = Filter {
        search: Some("shop".to_owned()),
        ..plain()
    };
    let _project = scene.project.clone().name("Store");
    let absence = scene.explained(&source, "web/shop", &filter).await;
    assert_eq!(codes(&absence), ["search-differs", "moved"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_decodes_slashes_is_the_reason() {
    let scene = Scene::new().await;
    scene.rig.forge.feature(Feature::DecodePercent2f);
    let source = scene.rig.source();
    let absence = expect(source.explain_absence(&path("web/shop"), &plain()).await);
    assert_eq!(codes(&absence), ["encoded-slash-decoded"]);
    assert_eq!(
        absence.reasons[0].remedied_by,
        Some(Party::NetworkAdministrator)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_call_reads_the_repository_that_it_names_and_no_other() {
    let scene = Scene::new().await;
    scene.rig.forge.project("web/other");
    let source = scene.rig.source();
    let outcome = source.explain_absence(&path("web/shop"), &plain()).await;
    let named = "/projects/web%2Fshop";
    let read = scene.rig.asked("/projects/") - scene.rig.asked("/projects/-%2F");
    assert_eq!(read, scene.rig.asked(named));
    expect(outcome);
    assert_eq!(
        egress::Policy::ABSENCE_OPERATION,
        "repositories.explain-absence"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_and_a_filter_that_cannot_be_right_are_refused_without_a_request() {
    let rig = Rig::new().await;
    let source = rig.source();
    let short = Filter {
        search: Some("ab".to_owned()),
        ..plain()
    };
    for (named, filter) in [("web/shop", &short), ("42", &plain()), ("a%2Fb", &plain())] {
        let refused = code(source.explain_absence(&path(named), filter).await);
        assert!(refused.starts_with("InvalidArgument"), "{named}: {refused}");
    }
    assert_eq!(rig.asked(""), 0);
}
