//! `git.read-file`: the very bytes, or an error.

use std::time::Duration;

use code_source::contract::git::{ByteRange, Revision, Storage};
use code_source::{Content, Limits, Source};
use code_source_stand_in::{Change, Effect, Fault, Feature, Matcher, Project, When, noise};
use code_source_tests::{Rig, bytes, code, expect, expect_error, git_bytes, plugin};
use sha2::{Digest as _, Sha256};

async fn shop(changes: &[(&str, Change)]) -> (Rig, Project, Source, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    project.commit("main", "Begin", changes);
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

fn span(first: u64, last: Option<u64>) -> Option<ByteRange> {
    Some(ByteRange { first, last })
}

fn disturb(rig: &Rig, when: When, what: Effect) {
    rig.forge.fault(Fault {
        on: Matcher::target("/raw"),
        when,
        what,
    });
}

async fn whole(source: &Source, id: &str, path: &str) -> Vec<u8> {
    let content = expect(source.read_file(id, &main(), path, None, false).await);
    bytes(content.body).await.unwrap()
}

/// How reading a content ended that must not succeed.
async fn broken(content: Content) -> &'static str {
    bytes(content)
        .await
        .expect_err("the content must not be whole")
        .reason()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_byte_is_as_git_has_it() {
    let all_bytes: Vec<u8> = (0..=255).collect();
    let changes = [
        ("empty", Change::file("")),
        ("text", Change::file("zwölf\r\nBoxkämpfer")),
        ("bytes", Change::file(all_bytes)),
        ("run", Change::executable("#!/bin/sh\n")),
        ("link", Change::symlink("dir/target")),
        ("noise", Change::file(noise(3, 3_000_001))),
        ("small", Change::file(noise(4, 1_023))),
    ];
    let (_rig, project, source, id) = shop(&changes).await;
    for (path, _) in &changes {
        let truth = git_bytes(&project, &["cat-file", "blob", &format!("main:{path}")]);
        assert!(whole(&source, &id, path).await == truth, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn details_come_with_the_bytes() {
    let (_rig, project, source, id) = shop(&[("noise", Change::file(noise(3, 5_000)))]).await;
    let content = expect(
        source
            .read_file(&id, &Revision::DefaultBranch, "noise", None, false)
            .await,
    );
    assert_eq!(
        (content.info.size, content.info.path.as_str()),
        (5_000, "noise")
    );
    assert_eq!(content.info.sha256, Some(sha256(&noise(3, 5_000))));
    assert_eq!(content.info.commit, project.tip("main"));
    let stat = expect(source.stat_file(&id, &main(), "noise").await);
    assert_eq!(format!("{:?}", content.info), format!("{stat:?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_passes_through_and_is_held_against_its_hash() {
    const SIZE: usize = 100 << 20;
    let (_rig, _project, source, id) = shop(&[("large", Change::file(noise(5, SIZE)))]).await;
    let content = expect(source.read_file(&id, &main(), "large", None, false).await);
    let (mut body, mut hash, mut size) = (content.body, Sha256::new(), 0);
    while let Some(chunk) = body.next().await {
        let chunk = chunk.unwrap();
        assert!(chunk.len() <= 1 << 20);
        hash.update(&chunk);
        size += chunk.len();
    }
    let found: String = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!((size, Some(found)), (SIZE, content.info.sha256));
}

#[tokio::test(flavor = "multi_thread")]
async fn awkward_names_are_read_as_they_are() {
    let (_rig, project, source, id) = shop(&[("a", Change::file("a"))]).await;
    for path in [
        "a b",
        "#1?.txt",
        "100%",
        "a%2Fb",
        "+x",
        "grün/🌱",
        ".hidden/.x",
        "~-._!$&'()*,;=:@",
    ] {
        project.commit("main", "Add", &[(path, Change::file(path))]);
        assert_eq!(whole(&source, &id, path).await, path.as_bytes());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_is_exactly_those_bytes() {
    let truth = noise(6, 10_000);
    let (rig, _project, source, id) = shop(&[("noise", Change::file(truth.clone()))]).await;
    rig.forge.feature(Feature::Ranges);
    for (first, last) in [
        (0, Some(0)),
        (0, Some(9_999)),
        (5, Some(99)),
        (9_999, None),
        (100, Some(u64::MAX)),
        (0, None),
    ] {
        let content = expect(
            source
                .read_file(&id, &main(), "noise", span(first, last), false)
                .await,
        );
        let end = last.map_or(10_000, |last| last.saturating_add(1).min(10_000));
        assert!(
            bytes(content.body).await.unwrap() == truth[first as usize..end as usize],
            "{first} {last:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_outside_the_file_is_an_invalid_argument() {
    let (rig, _project, source, id) =
        shop(&[("a", Change::file("abc")), ("empty", Change::file(""))]).await;
    rig.forge.feature(Feature::Ranges);
    for (path, range) in [
        ("a", span(3, None)),
        ("a", span(9, Some(10))),
        ("a", span(2, Some(1))),
        ("empty", span(1, None)),
    ] {
        let outcome = source.read_file(&id, &main(), path, range, false).await;
        assert!(
            code(outcome).starts_with("InvalidArgument"),
            "{path} {range:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_is_those_bytes_where_the_forge_knows_no_ranges_too() {
    let truth = noise(6, 10_000);
    let (_rig, _project, source, id) = shop(&[("noise", Change::file(truth.clone()))]).await;
    for (first, last) in [
        (0, Some(0)),
        (5, Some(9)),
        (9_999, None),
        (100, Some(u64::MAX)),
        (0, None),
    ] {
        let content = expect(
            source
                .read_file(&id, &main(), "noise", span(first, last), false)
                .await,
        );
        let end = last.map_or(10_000, |last| last.saturating_add(1).min(10_000));
        assert!(
            bytes(content.body).await.unwrap() == truth[first as usize..end as usize],
            "{first} {last:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_of_a_body_that_is_cut_before_its_end_is_an_error() {
    for ranges in [true, false] {
        let (rig, _project, source, id) = shop(&[("noise", Change::file(noise(8, 5_000)))]).await;
        if ranges {
            rig.forge.feature(Feature::Ranges);
        }
        disturb(&rig, When::Always, Effect::CutBodyAfter(99));
        let content = expect(
            source
                .read_file(&id, &main(), "noise", span(50, Some(4_000)), false)
                .await,
        );
        assert!(
            ["cut", "reset", "size-differs"].contains(&broken(content.body).await),
            "{ranges}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lfs_is_told_as_a_pointer_and_read_as_the_file_where_wanted() {
    let stored = noise(7, 200_000);
    let (_rig, project, source, id) = shop(&[("a", Change::file("a"))]).await;
    let pointer = project.lfs_object(stored.clone());
    project.commit(
        "main",
        "Add",
        &[("movie.bin", Change::file(pointer.clone()))],
    );
    let content = expect(
        source
            .read_file(&id, &main(), "movie.bin", None, false)
            .await,
    );
    assert!(matches!(&content.info.storage, Storage::Lfs(found) if found.oid == sha256(&stored)));
    assert_eq!(bytes(content.body).await.unwrap(), pointer.as_bytes());
    let content = expect(
        source
            .read_file(&id, &main(), "movie.bin", None, true)
            .await,
    );
    assert!(bytes(content.body).await.unwrap() == stored);
    let content = expect(source.read_file(&id, &main(), "a", None, true).await);
    assert_eq!(bytes(content.body).await.unwrap(), b"a");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_store_at_another_host_is_named_and_not_followed() {
    let (rig, project, source, id) = shop(&[("a", Change::file("a"))]).await;
    rig.forge.feature(Feature::ObjectStorage(
        "https://store.example/lfs".to_owned(),
    ));
    let pointer = project.lfs_object(noise(7, 2_000));
    project.commit("main", "Add", &[("movie.bin", Change::file(pointer))]);
    let error = expect_error(
        source
            .read_file(&id, &main(), "movie.bin", None, true)
            .await,
    );
    assert!(
        matches!(
            error.code,
            code_source::contract::types::ErrorCode::Unsupported(_)
        ),
        "{error:?}"
    );
    assert!(
        !format!("{error:?}").contains("X-Amz-Signature"),
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_cut_is_never_a_short_success() {
    for after in [0, 1, 4_999] {
        let (rig, _project, source, id) = shop(&[("noise", Change::file(noise(8, 5_000)))]).await;
        disturb(&rig, When::Always, Effect::CutBodyAfter(after));
        let content = expect(source.read_file(&id, &main(), "noise", None, false).await);
        assert!(
            ["cut", "reset", "size-differs"].contains(&broken(content.body).await),
            "{after}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_stalls_is_an_error_after_the_time_allowed() {
    let (rig, project, _source, id) = shop(&[("noise", Change::file(noise(8, 5_000)))]).await;
    disturb(&rig, When::Always, Effect::StallBodyAfter(1_000));
    let mut limits = Limits::default();
    limits.between_bytes = Duration::from_millis(300);
    let connected = code_source::egress::ConnectedRepository {
        id: id.clone(),
        path: project.path(),
    };
    let connection = rig.connection().limits(limits).repositories([connected]);
    let source = Source::open(plugin(), connection).unwrap();
    let content = expect(source.read_file(&id, &main(), "noise", None, false).await);
    assert_eq!(broken(content.body).await, "stalled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_with_another_hash_or_size_than_promised_is_an_error() {
    let (rig, project, source, id) = shop(&[("noise", Change::file(noise(8, 5_000)))]).await;
    let blob = code_source_tests::git(&project, &["rev-parse", "main:noise"]);
    for (body, size, reason) in [
        (noise(9, 5_000), 5_000, "hash-differs"),
        (noise(8, 4_000), 5_000, "size-differs"),
        (noise(8, 5_000), 4_000, "size-differs"),
    ] {
        let body: String = body.iter().map(|byte| char::from(byte % 128)).collect();
        let headers = vec![
            ("x-gitlab-size", size.to_string()),
            ("x-gitlab-blob-id", blob.clone()),
            ("x-gitlab-content-sha256", sha256(&noise(8, 5_000))),
        ];
        rig.forge.clear_faults();
        disturb(&rig, When::Always, Effect::Status(200, body, headers));
        let content = expect(source.read_file(&id, &main(), "noise", None, false).await);
        assert_eq!(broken(content.body).await, reason);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_instead_of_the_file_is_not_the_file() {
    let (rig, _project, source, id) = shop(&[("noise", Change::file(noise(8, 5_000)))]).await;
    disturb(&rig, When::Always, Effect::Html);
    let outcome = source.read_file(&id, &main(), "noise", None, false).await;
    assert_eq!(code(outcome), r#"NotTheApi(Stranger::Other("text/html"))"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_html_is_a_file() {
    let page = "<!DOCTYPE html><html></html>\n".repeat(100);
    let (_rig, _project, source, id) = shop(&[("index.html", Change::file(page.clone()))]).await;
    assert_eq!(whole(&source, &id, "index.html").await, page.as_bytes());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_not_found() {
    let (_rig, _project, source, id) = shop(&[("src/a", Change::file("a"))]).await;
    for (at, path, expected) in [
        (main(), "gone", "NotFound(Path)"),
        (main(), "src", "NotFound(Path)"),
        (
            Revision::Branch("gone".to_owned()),
            "src/a",
            "NotFound(Reference)",
        ),
        (
            Revision::Commit("0".repeat(40)),
            "src/a",
            "NotFound(Commit)",
        ),
    ] {
        let outcome = source.read_file(&id, &at, path, None, false).await;
        assert_eq!(code(outcome), expected, "{at:?} {path}");
        let outcome = source
            .read_file(&id, &at, path, span(0, Some(1)), true)
            .await;
        assert_eq!(code(outcome), expected, "{at:?} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_at_a_commit_costs_one_request() {
    let (rig, project, source, id) = shop(&[("noise", Change::file(noise(8, 5_000)))]).await;
    let at = Revision::Commit(project.tip("main"));
    let content = expect(source.read_file(&id, &at, "noise", None, false).await);
    bytes(content.body).await.unwrap();
    assert_eq!(rig.asked(""), 1);
}
