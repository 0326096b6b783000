//! `git.stat-file`: what is known of a file without reading it.

use code_source::Source;
use code_source::contract::git::{EntryKind, Revision, Storage};
use code_source_stand_in::{Change, Project, StandIn, noise};
use code_source_tests::{Rig, code, expect, git, git_bytes};
use sha2::{Digest as _, Sha256};

async fn shop() -> (Rig, Project, Source, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let changes = [
        ("README.md", Change::file("# Shop\n")),
        ("bin/run", Change::executable("#!/bin/sh\n")),
        ("bin/link", Change::symlink("run")),
        ("empty", Change::file("")),
        ("noise", Change::file(noise(1, 300_000))),
        ("vendor/lib", Change::Submodule("1".repeat(40))),
    ];
    project.commit("main", "Begin", &changes);
    let source = rig.source_of(&project);
    let id = project.id().to_string();
    (rig, project, source, id)
}

fn main() -> Revision {
    Revision::Branch("main".to_owned())
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_has_the_blob_the_size_and_the_hash_that_git_has() {
    let (_rig, project, source, id) = shop().await;
    for path in ["README.md", "bin/run", "empty", "noise"] {
        let file = expect(source.stat_file(&id, &main(), path).await);
        let name = format!("main:{path}");
        let content = git_bytes(&project, &["cat-file", "blob", &name]);
        assert_eq!(file.blob, git(&project, &["rev-parse", &name]));
        assert_eq!(
            (file.path.as_str(), file.size),
            (path, content.len() as u64)
        );
        assert_eq!(file.sha256, Some(sha256(&content)));
        assert_eq!(
            (file.commit, file.last_commit),
            (project.tip("main"), Some(project.tip("main")))
        );
        assert!(matches!(file.storage, Storage::Git));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_executable_bit_is_told_and_a_symbolic_link_is_its_target() {
    let (_rig, _project, source, id) = shop().await;
    let kind = async |path| expect(source.stat_file(&id, &main(), path).await).kind;
    assert!(matches!(kind("bin/run").await, EntryKind::Executable));
    assert!(matches!(kind("README.md").await, EntryKind::File));
    assert!(matches!(
        kind("bin/link").await,
        EntryKind::File | EntryKind::Symlink
    ));
    assert_eq!(
        expect(source.stat_file(&id, &main(), "bin/link").await).size,
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_commit_is_the_one_that_changed_the_file() {
    let (_rig, project, source, id) = shop().await;
    let first = project.tip("main");
    let second = project.commit("main", "Change", &[("empty", Change::file("no more"))]);
    let file = expect(source.stat_file(&id, &main(), "README.md").await);
    assert_eq!(
        (file.commit, file.last_commit),
        (second.clone(), Some(first))
    );
    let file = expect(source.stat_file(&id, &main(), "empty").await);
    assert_eq!(file.last_commit, Some(second));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pointer_of_lfs_is_told_with_the_file_that_it_stands_for() {
    let (_rig, project, source, id) = shop().await;
    let stored = noise(2, 100_000);
    let pointer = project.lfs_object(stored.clone());
    project.commit(
        "main",
        "Add",
        &[("movie.bin", Change::file(pointer.clone()))],
    );
    let file = expect(source.stat_file(&id, &main(), "movie.bin").await);
    let Storage::Lfs(found) = file.storage else {
        panic!("{file:?}")
    };
    assert_eq!((found.oid, found.size), (sha256(&stored), 100_000));
    assert_eq!(file.size, pointer.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn awkward_names_are_found_as_they_are() {
    let (_rig, project, source, id) = shop().await;
    let long = format!("{}/{}", "d".repeat(200), "n".repeat(200));
    for path in [
        "a b",
        "#1?.txt",
        "100%",
        "a%2Fb",
        "+x",
        "grün/🌱",
        ".hidden",
        "a.b/c.d",
        &long,
    ] {
        project.commit("main", "Add", &[(path, Change::file(path))]);
        let file = expect(source.stat_file(&id, &main(), path).await);
        assert_eq!((file.path.as_str(), file.size), (path, path.len() as u64));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_could_be_taken_for_another_path_is_denied_by_the_host() {
    let (rig, project, source, id) = shop().await;
    for path in ["%2F", "a%2F..%2Fb", "%2e%2e", "new\nline"] {
        project.commit("main", "Add", &[(path, Change::file("a"))]);
        let outcome = source
            .stat_file(&id, &Revision::Commit(project.tip("main")), path)
            .await;
        assert_eq!(code(outcome), "Denied", "{path}");
    }
    assert_eq!(rig.asked(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_is_not_found() {
    for version in ["16.8.0", "18.6.0"] {
        let rig = Rig::with(StandIn::builder().version(version)).await;
        let project = rig.forge.project("web/shop");
        let tip = project.commit(
            "main",
            "Begin",
            &[
                ("src/a", Change::file("a")),
                ("lib", Change::Submodule("1".repeat(40))),
            ],
        );
        let (source, id) = (rig.source_of(&project), project.id().to_string());
        for path in ["gone", "src", "src/a/b", "lib"] {
            assert_eq!(
                code(source.stat_file(&id, &main(), path).await),
                "NotFound(Path)",
                "{path}"
            );
            let at = Revision::Commit(tip.clone());
            assert_eq!(
                code(source.stat_file(&id, &at, path).await),
                "NotFound(Path)",
                "{path}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leads_nowhere_has_no_files() {
    let (_rig, _project, source, id) = shop().await;
    for (at, expected) in [
        (Revision::Branch("gone".to_owned()), "NotFound(Reference)"),
        (Revision::Tag("gone".to_owned()), "NotFound(Reference)"),
        (Revision::Commit("0".repeat(40)), "NotFound(Commit)"),
    ] {
        assert_eq!(
            code(source.stat_file(&id, &at, "README.md").await),
            expected,
            "{at:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_repository_has_no_files() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/empty").empty();
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    for at in [
        Revision::DefaultBranch,
        main(),
        Revision::Commit("0".repeat(40)),
    ] {
        assert_eq!(
            code(source.stat_file(&id, &at, "a").await),
            "EmptyRepository",
            "{at:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_content_of_a_large_file_is_not_asked_for() {
    let (rig, project, source, id) = shop().await;
    let at = Revision::Commit(project.tip("main"));
    expect(source.stat_file(&id, &at, "noise").await);
    assert_eq!((rig.asked(""), rig.asked("/raw")), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_cannot_be_right_costs_no_request() {
    let (rig, _project, source, id) = shop().await;
    for path in ["", "/a", "a/", "a//b", "../a", "a/./b", "a\0"] {
        assert!(
            code(source.stat_file(&id, &main(), path).await).starts_with("InvalidArgument"),
            "{path}"
        );
    }
    assert_eq!(rig.asked(""), 0);
}
