//! `git.read-archive`: what `git archive` makes, unpacked by other programs.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use code_source::Source;
use code_source::contract::git::ArchiveFormat;
use code_source_stand_in::{Change, Effect, Fault, Feature, Matcher, Project, When, noise};
use code_source_tests::{Rig, bytes, code, expect, git_bytes, git_lines};

async fn shop() -> (Rig, Project, Source, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let changes = [
        ("README.md", Change::file("# Shop\n")),
        ("bin/run", Change::executable("#!/bin/sh\n")),
        ("docs/a b/#1 grün.txt", Change::file("text")),
        ("docs/link", Change::symlink("../README.md")),
        ("empty", Change::file("")),
        ("noise", Change::file(noise(1, 300_000))),
    ];
    project.commit("main", "Begin", &changes);
    let source = rig.source_of(&project);
    let id = project.id().to_string();
    (rig, project, source, id)
}

/// Unpack with the system's `tar`, which knows both forms by their content; the one folder inside.
fn unpack(rig: &Rig, name: &str, archive: &[u8]) -> PathBuf {
    let folder = rig.folder().join(name);
    std::fs::create_dir(&folder).unwrap();
    let file = folder.with_extension("archive");
    std::fs::File::create(&file)
        .unwrap()
        .write_all(archive)
        .unwrap();
    let status = Command::new("tar")
        .arg("-xf")
        .arg(&file)
        .arg("-C")
        .arg(&folder)
        .status()
        .unwrap();
    assert!(status.success());
    let mut entries = std::fs::read_dir(&folder).unwrap();
    let only = entries.next().unwrap().unwrap().path();
    assert!(entries.next().is_none(), "everything is in one folder");
    only
}

/// Hold every file below `path` of the commit against what was unpacked.
fn check(project: &Project, commit: &str, path: &str, folder: &Path) {
    let names = git_lines(
        project,
        &["ls-tree", "-r", "--name-only", "-z", commit, "--", path],
    );
    let names = names.concat();
    let names: Vec<_> = names.split_terminator('\0').collect();
    assert!(!names.is_empty());
    for name in names {
        let truth = git_bytes(project, &["cat-file", "blob", &format!("{commit}:{name}")]);
        let file = folder.join(name);
        let found = match std::fs::read_link(&file) {
            Ok(target) => target.into_os_string().into_encoded_bytes(),
            Err(_) => std::fs::read(&file).unwrap(),
        };
        assert!(found == truth, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tar_and_tar_gz_unpack_to_the_commits_files() {
    let (rig, project, source, id) = shop().await;
    let tip = project.tip("main");
    for (format, name) in [
        (ArchiveFormat::Tar, "plain"),
        (ArchiveFormat::TarGz, "gzip"),
    ] {
        let archive = expect(source.read_archive(&id, &tip, None, format).await);
        let archive = bytes(archive).await.unwrap();
        assert_eq!(archive.starts_with(&[0x1f, 0x8b]), name == "gzip");
        check(&project, &tip, ".", &unpack(&rig, name, &archive));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn zip_is_byte_for_byte_what_git_makes() {
    let (_rig, project, source, id) = shop().await;
    let tip = project.tip("main");
    let archive = expect(
        source
            .read_archive(&id, &tip, None, ArchiveFormat::Zip)
            .await,
    );
    let prefix = format!("--prefix=shop-{tip}-{tip}/");
    let truth = git_bytes(&project, &["archive", "--format=zip", &prefix, &tip]);
    assert!(bytes(archive).await.unwrap() == truth);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_of_a_directory_has_that_directory_only() {
    let (rig, project, source, id) = shop().await;
    let tip = project.tip("main");
    for (path, name) in [("docs", "docs"), ("docs/a b", "deep")] {
        let archive = expect(
            source
                .read_archive(&id, &tip, Some(path), ArchiveFormat::TarGz)
                .await,
        );
        let folder = unpack(&rig, name, &bytes(archive).await.unwrap());
        check(&project, &tip, path, &folder);
        assert!(!folder.join("README.md").exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_of_the_commit_wherever_the_branch_goes() {
    let (rig, project, source, id) = shop().await;
    let tip = project.tip("main");
    project.commit("main", "Remove", &[("README.md", Change::Delete)]);
    let archive = expect(
        source
            .read_archive(&id, &tip, None, ArchiveFormat::Tar)
            .await,
    );
    let folder = unpack(&rig, "old", &bytes(archive).await.unwrap());
    assert_eq!(
        std::fs::read(folder.join("README.md")).unwrap(),
        b"# Shop\n"
    );
    assert_eq!(rig.asked(""), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn lfs_files_are_pointers_and_export_ignore_is_obeyed() {
    let (rig, project, source, id) = shop().await;
    let pointer = project.lfs_object(noise(2, 5_000));
    let changes = [
        ("movie.bin", Change::file(pointer.clone())),
        ("secret", Change::file("s")),
        (".gitattributes", Change::file("secret export-ignore\n")),
    ];
    let tip = project.commit("main", "Add", &changes);
    let archive = expect(
        source
            .read_archive(&id, &tip, None, ArchiveFormat::TarGz)
            .await,
    );
    let folder = unpack(&rig, "lfs", &bytes(archive).await.unwrap());
    assert_eq!(
        std::fs::read(folder.join("movie.bin")).unwrap(),
        pointer.as_bytes()
    );
    assert!(!folder.join("secret").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_not_found() {
    let (_rig, project, source, id) = shop().await;
    let tip = project.tip("main");
    for (commit, path, expected) in [
        (&*"0".repeat(40), None, "NotFound(Commit)"),
        (&*"0".repeat(40), Some("docs"), "NotFound(Commit)"),
        (&tip, Some("gone"), "NotFound(Path)"),
        (&tip, Some("docs/gone"), "NotFound(Path)"),
    ] {
        let outcome = source
            .read_archive(&id, commit, path, ArchiveFormat::TarGz)
            .await;
        assert_eq!(code(outcome), expected, "{commit} {path:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_repository_has_no_archive() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/empty").empty();
    let source = rig.source_of(&project);
    let outcome = source
        .read_archive(
            &project.id().to_string(),
            &"0".repeat(40),
            None,
            ArchiveFormat::Zip,
        )
        .await;
    assert_eq!(code(outcome), "EmptyRepository");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_cut_is_never_a_short_success() {
    let (rig, project, source, id) = shop().await;
    let tip = project.tip("main");
    for after in [0, 10, 100_000] {
        rig.forge.clear_faults();
        rig.forge.fault(Fault {
            on: Matcher::target("/archive"),
            when: When::Always,
            what: Effect::CutBodyAfter(after),
        });
        let archive = expect(
            source
                .read_archive(&id, &tip, None, ArchiveFormat::TarGz)
                .await,
        );
        let error = bytes(archive).await.unwrap_err();
        assert!(["cut", "reset"].contains(&error.reason()), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_on_archives_is_a_rate_limit() {
    let (rig, project, _source, id) = shop().await;
    rig.forge.feature(Feature::ArchivesPerMinute(1));
    let mut limits = code_source::Limits::default();
    limits.call = std::time::Duration::from_secs(2);
    let connected = code_source::egress::ConnectedRepository {
        id: id.clone(),
        path: project.path(),
    };
    let connection = rig.connection().limits(limits).repositories([connected]);
    let source = Source::open(code_source_tests::plugin(), connection).unwrap();
    let tip = project.tip("main");
    expect(
        source
            .read_archive(&id, &tip, None, ArchiveFormat::Tar)
            .await,
    );
    let outcome = source
        .read_archive(&id, &tip, None, ArchiveFormat::Tar)
        .await;
    assert_eq!(code(outcome), "RateLimited");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_right_costs_no_request() {
    let (rig, project, source, id) = shop().await;
    let tip = project.tip("main");
    for (commit, path) in [
        ("main", None),
        ("", None),
        (&*tip, Some("/docs")),
        (&tip, Some("..")),
        (&tip, Some("a//b")),
    ] {
        let outcome = source
            .read_archive(&id, commit, path, ArchiveFormat::Tar)
            .await;
        assert!(
            code(outcome).starts_with("InvalidArgument"),
            "{commit} {path:?}"
        );
    }
    assert_eq!(rig.asked(""), 0);
}
