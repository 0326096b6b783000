//! What is in the directory afterwards, and how many requests it took.

use code_source::sync::{FullReason, Mode, Summary};
use code_source_stand_in::{Change, noise};

use super::rich::{self, ELSEWHERE};
use super::{Stage, because};

fn outside(summary: &Summary) -> Vec<(String, &str, bool)> {
    let links = summary.outside_symlinks.iter();
    links
        .map(|link| (link.path.to_string(), link.target.as_str(), link.created))
        .collect()
}

fn submodules(summary: &Summary) -> Vec<(String, &str)> {
    let all = summary.submodules.iter();
    all.map(|one| (one.path.to_string(), one.commit.as_str()))
        .collect()
}

fn named(pairs: &[(&'static str, &'static str)]) -> Vec<(String, &'static str)> {
    pairs
        .iter()
        .map(|(path, commit)| ((*path).to_owned(), *commit))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_and_an_incremental_run_leave_the_tree_that_git_has() {
    let stage = Stage::empty().await;
    rich::begin(&stage.project);
    let first = stage.run().await;
    assert_eq!(because(&first), &FullReason::FirstRun);
    assert!(first.verified && first.unverifiable.is_empty());
    first_run_tells_what_it_met(&first);

    rich::change(&stage.project);
    let second = stage.run().await;
    assert_eq!(second.mode, Mode::Incremental, "{second:#?}");
    assert_eq!(second.previous, Some(first.commit));
    let expected = [
        ("becomes-a-submodule", ELSEWHERE[0]),
        ("vendor/lib", ELSEWHERE[1]),
        ("vendor/new", ELSEWHERE[1]),
    ];
    assert_eq!(submodules(&second), named(&expected));
    let expected = [
        ("links/becomes-outside", "/etc/passwd"),
        ("links/home", "../../../../../../home/ada/.ssh/id"),
    ];
    let expected = named(&expected).into_iter();
    let expected: Vec<_> = expected.map(|(path, to)| (path, to, false)).collect();
    assert_eq!(outside(&second), expected);
    assert_eq!(second.lfs_pointers, 1);
    assert_eq!(stage.run().await.mode, Mode::Unchanged);
}

fn first_run_tells_what_it_met(summary: &Summary) {
    let expected = [("vendor/gone", ELSEWHERE[0]), ("vendor/lib", ELSEWHERE[0])];
    assert_eq!(submodules(summary), named(&expected));
    let expected = ["links/absolute", "links/escapes", "links/home"];
    let found = outside(summary);
    assert!(
        found
            .iter()
            .map(|link| (link.0.as_str(), link.2))
            .eq(expected.map(|path| (path, false))),
        "{found:?}"
    );
    let corrected: Vec<String> = summary.corrected.iter().map(ToString::to_string).collect();
    for path in [
        "secret.txt",
        "hidden/deep/file",
        "version.txt",
        "lines.dos",
        "own.id",
        "text.wide",
        "nested/private/key",
        "nested/main.c",
        "sealed/.gitattributes",
        "sealed/deep/two",
    ] {
        assert!(corrected.iter().any(|one| one == path), "{corrected:?}");
    }
    assert!(!corrected.iter().any(|one| one == "nested/main.rs"));
    assert_eq!(summary.lfs_pointers, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_run_over_an_older_tree_leaves_nothing_of_it() {
    let mut stage = Stage::synced().await;
    let changes = [
        ("src/main.rs", Change::Delete),
        ("other/file", Change::file("new")),
    ];
    stage.project.commit("main", "Change", &changes);
    stage.options.fresh = true;
    let summary = stage.run().await;
    assert_eq!(because(&summary), &FullReason::Asked);
    assert!(!stage.directory().join("src").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_lead_outside_are_created_where_that_is_asked() {
    let mut stage = Stage::new(&[
        ("a", Change::file("a")),
        ("passwd", Change::symlink("/etc/passwd")),
    ])
    .await;
    let without = stage.run().await;
    assert_eq!(outside(&without), [("passwd".into(), "/etc/passwd", false)]);
    assert!(stage.directory().join("passwd").symlink_metadata().is_err());
    stage.options.outside_symlinks = true;
    let with = stage.run().await;
    assert_eq!(because(&with), &FullReason::OptionsChanged);
    assert_eq!(outside(&with), [("passwd".into(), "/etc/passwd", true)]);
    assert!(stage.directory().join("passwd").is_symlink());
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_git_lfs_take_the_place_of_their_pointers_where_that_is_asked() {
    let mut stage = Stage::empty().await;
    let stored = [noise(1, 300_000), noise(2, 10)];
    let [large, small] = stored.clone().map(|bytes| stage.project.lfs_object(bytes));
    let changes = [
        ("large.bin", Change::file(large)),
        ("small.bin", Change::executable(small)),
        ("text", Change::file("text")),
    ];
    stage.project.commit("main", "Begin", &changes);
    stage.options.resolve_lfs = true;
    let summary = stage
        .attempt(&super::Revision::DefaultBranch)
        .await
        .unwrap();
    assert_eq!(summary.lfs_pointers, 2);
    let read = |name: &str| std::fs::read(stage.directory().join(name)).unwrap();
    assert!([read("large.bin"), read("small.bin")] == stored);
    assert_eq!(read("text"), b"text");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_not_text_are_kept_as_git_has_them() {
    let stage = Stage::new(&[
        (&b"latin-\xe9"[..], Change::file("one")),
        (b"latin/\xff\xfe/deep", Change::executable("two")),
        (b"latin/link-\xe9", Change::symlink(&b"../latin-\xe9"[..])),
        (b"plain", Change::file("three")),
    ])
    .await;
    let summary = stage.run().await;
    assert_eq!(because(&summary), &FullReason::FirstRun);
    stage
        .project
        .commit("main", "Change", &[("plain", Change::file("four"))]);
    assert_eq!(stage.run().await.mode, Mode::Incremental);
    stage.project.commit(
        "main",
        "Change",
        &[(&b"latin-\xe9"[..], Change::file("five"))],
    );
    let summary = stage.run().await;
    assert!(
        matches!(because(&summary), FullReason::UnclearChange { .. }),
        "{summary:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_of_sha_256_names_is_synced_alike() {
    let rig = code_source_tests::Rig::new().await;
    let project = rig.forge.project("web/new").sha256();
    let source = rig.source_of(&project);
    let stage = Stage {
        rig,
        project,
        source,
        options: super::SyncOptions::default(),
    };
    let changes = [
        ("a", Change::file("a")),
        ("b/c", Change::executable("c")),
        (".gitattributes", Change::file("a export-ignore\n")),
    ];
    stage.project.commit("main", "Begin", &changes);
    assert_eq!(stage.run().await.commit.len(), 64);
    stage
        .project
        .commit("main", "Change", &[("a", Change::file("b"))]);
    assert_eq!(stage.run().await.mode, Mode::Incremental);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_change_costs_one_request() {
    let stage = Stage::synced().await;
    let before = stage.rig.asked("");
    let summary = stage.run().await;
    assert_eq!((summary.mode, summary.requests), (Mode::Unchanged, 1));
    assert_eq!(stage.rig.asked("") - before, 1);
    assert_eq!((summary.written, summary.unchanged), (0, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_file_of_many_costs_five_requests_at_most() {
    let stage = Stage::empty().await;
    let files = (0..20_000).map(|number| {
        let path = format!("area-{:02}/file-{number:05}", number % 90);
        (path.into_bytes(), Change::file(number.to_string()))
    });
    let project = &stage.project;
    project.commit_as(&project.new_commit("main", "Begin"), files);
    let first = stage.run().await;
    assert_eq!(first.written, 20_000);
    assert_eq!(first.requests, 3, "{first:#?}");
    let changed = [("area-07/file-00007", Change::file("changed"))];
    project.commit("main", "Change", &changed);
    let before = stage.rig.asked("");
    let second = stage.run().await;
    assert_eq!((&second.mode, second.written), (&Mode::Incremental, 1));
    let asked = stage.rig.asked("") - before;
    assert!(asked <= 5, "{asked}");
    assert_eq!(second.requests, asked as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_tree_is_an_empty_directory() {
    let stage = Stage::synced().await;
    let paths = ["README.md", "bin", "src"];
    let changes = paths.map(|path| (path, Change::Delete));
    stage.project.commit("main", "Remove", &changes);
    stage.run().await;
    let mut entries = std::fs::read_dir(stage.directory()).unwrap();
    assert!(entries.next().is_none());
}
