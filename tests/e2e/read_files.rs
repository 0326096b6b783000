//! `git.read-files`: many small files at once, each with an answer of its own.

use code_source::contract::git::{EntryKind, Found, Storage};
use code_source::contract::types::ErrorCode;
use code_source::{Connection, Source};
use code_source_stand_in::{Change, Effect, Fault, Feature, Matcher, Project, When, noise};
use code_source_tests::{
    Piece, Rig, Site, WireRequest, WireServer, code, connected, expect, git, plugin,
};

async fn shop(files: &[(&str, Change)]) -> (Rig, Project, Source, String, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let tip = project.commit("main", "Begin", files);
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    (rig, project, source, id, tip)
}

fn paths(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// What was found, in a line.
fn line(found: &Found) -> String {
    match found {
        Found::File(file) => format!(
            "{:?} {:?}",
            file.info.kind,
            String::from_utf8_lossy(&file.bytes)
        ),
        Found::Symlink(file) => format!("link to {}", String::from_utf8_lossy(&file.bytes)),
        Found::Directory(_) => "directory".to_owned(),
        Found::Submodule(commit) => format!("submodule {commit}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_links_directories_and_submodules_are_told_apart_in_the_order_asked_for() {
    let elsewhere = "5".repeat(40);
    let (_rig, _, source, id, tip) = shop(&[
        ("README.md", Change::file("# Shop\n")),
        ("bin/run", Change::executable("#!/bin/sh\n")),
        ("docs/latest", Change::symlink("../README.md")),
        ("docs/no newline", Change::file("../README.md")),
        ("empty", Change::file("")),
        ("vendor/lib", Change::Submodule(elsewhere.clone())),
        ("ä/#1 %2f?.md", Change::file("odd\n")),
    ])
    .await;
    let wanted = paths(&[
        "vendor/lib",
        "ä/#1 %2f?.md",
        "docs/latest",
        "docs/no newline",
        "missing",
        "docs",
        "empty",
        "bin/run",
        "README.md",
    ]);
    let found = expect(source.read_files(&id, &tip, &wanted, 1_000, false).await);
    let told: Vec<_> = found.iter().map(|one| one.path.clone()).collect();
    assert_eq!(told, wanted);
    let lines: Vec<_> = found
        .iter()
        .map(|one| {
            one.outcome
                .as_ref()
                .map_or_else(|error| format!("{:?}", error.code), line)
        })
        .collect();
    assert_eq!(
        lines,
        [
            &*format!("submodule {elsewhere}"),
            "EntryKind::File \"odd\\n\"",
            "link to ../README.md",
            "EntryKind::File \"../README.md\"",
            "ErrorCode::NotFound(Subject::Path)",
            "directory",
            "EntryKind::File \"\"",
            "EntryKind::Executable \"#!/bin/sh\\n\"",
            "EntryKind::File \"# Shop\\n\"",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_files_cost_hardly_more_than_a_hundred_requests() {
    let names: Vec<String> = (0..100)
        .map(|number| format!("src/f{number:03}.rs"))
        .collect();
    let files: Vec<_> = names
        .iter()
        .map(|name| (&**name, Change::file(format!("// {name}\n"))))
        .collect();
    let (rig, _, source, id, tip) = shop(&files).await;
    rig.forge.clear_requests();
    let found = expect(source.read_files(&id, &tip, &names, 1_000, false).await);
    assert_eq!(found.len(), 100);
    for one in found {
        let Ok(Found::File(file)) = one.outcome else {
            panic!("{one:?}")
        };
        assert_eq!(file.bytes, format!("// {}\n", one.path).into_bytes());
    }
    let requests = rig.forge.requests().len();
    assert!(requests <= 110, "{requests}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_over_the_limit_is_told_and_keeps_no_other_from_being_read() {
    let (_rig, _, source, id, tip) = shop(&[
        ("large", Change::file(noise(1, 5_001))),
        ("small", Change::file(noise(2, 5_000))),
    ])
    .await;
    let found = expect(
        source
            .read_files(&id, &tip, &paths(&["large", "small"]), 5_000, false)
            .await,
    );
    let error = found[0].outcome.as_ref().expect_err("it is too large");
    assert!(
        matches!(error.code, ErrorCode::TooLarge(5_000)),
        "{error:?}"
    );
    let Ok(Found::File(small)) = &found[1].outcome else {
        panic!("{found:?}")
    };
    assert_eq!((small.bytes.len(), small.info.size), (5_000, 5_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_that_cannot_be_right_are_refused_before_anything_is_asked() {
    let (rig, _, source, id, tip) = shop(&[("a", Change::file("a"))]).await;
    rig.forge.clear_requests();
    let many: Vec<String> = (0..101).map(|number| number.to_string()).collect();
    let long = "x".repeat(100_000);
    for (at, wanted, limit) in [
        (&*tip, Vec::new(), 10),
        (&tip, many, 10),
        (&tip, paths(&["a", "a"]), 10),
        (&tip, paths(&["../a"]), 10),
        (&tip, paths(&["/a"]), 10),
        (&tip, paths(&[""]), 10),
        (&tip, paths(&["a\0"]), 10),
        (&tip, paths(&[&long]), 10),
        (&tip, paths(&["a"]), 1_048_577),
        ("main", paths(&["a"]), 10),
        ("", paths(&["a"]), 10),
    ] {
        let refused = code(source.read_files(&id, at, &wanted, limit, false).await);
        assert!(
            refused.starts_with("InvalidArgument"),
            "{at} {wanted:?} {limit}: {refused}"
        );
    }
    assert_eq!(rig.forge.requests().len(), 0);
    let nowhere = "1".repeat(40);
    let refused = code(
        source
            .read_files(&id, &nowhere, &paths(&["a"]), 10, false)
            .await,
    );
    assert_eq!(refused, "NotFound(Commit)");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_file_that_fails_fails_alone() {
    let (rig, _, source, id, tip) =
        shop(&[("a", Change::file("a\n")), ("b", Change::file("b\n"))]).await;
    rig.forge.fault(Fault {
        on: Matcher::target("/files/b/"),
        when: When::Always,
        what: Effect::Html,
    });
    let found = expect(
        source
            .read_files(&id, &tip, &paths(&["a", "b"]), 10, false)
            .await,
    );
    assert!(found[0].outcome.is_ok());
    let error = found[1].outcome.as_ref().expect_err("a page is no file");
    assert!(matches!(error.code, ErrorCode::NotTheApi(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lfs_is_told_as_a_pointer_and_resolved_where_wanted() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let stored = noise(7, 90_000);
    let pointer = project.lfs_object(stored.clone());
    let tip = project.commit("main", "Begin", &[("photo", Change::file(pointer.clone()))]);
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    for resolve in [false, true] {
        let found = expect(
            source
                .read_files(&id, &tip, &paths(&["photo"]), 100_000, resolve)
                .await,
        );
        let Ok(Found::File(photo)) = &found[0].outcome else {
            panic!("{found:?}")
        };
        let Storage::Lfs(told) = &photo.info.storage else {
            panic!("{photo:?}")
        };
        assert_eq!(told.size, 90_000);
        assert_eq!(photo.bytes == stored, resolve);
        assert!(matches!(photo.info.kind, EntryKind::File));
    }
}

/// An object store of its own, which must see neither the token nor anything of the plugin's.
#[tokio::test(flavor = "multi_thread")]
async fn lfs_in_an_object_store_is_followed_without_the_credential() {
    let rig = Rig::new().await;
    let site = Site::new();
    let stored = noise(7, 9_000);
    let body = stored.clone();
    let store = WireServer::start(&site, move |_: &WireRequest| {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        vec![Piece::Bytes([head.into_bytes(), body.clone()].concat())]
    })
    .await;
    rig.forge.feature(Feature::ObjectStorage(store.url()));
    let project = rig.forge.project("web/shop");
    let pointer = project.lfs_object(stored.clone());
    let tip = project.commit("main", "Begin", &[("photo", Change::file(pointer))]);
    let both = [rig.forge.ca_pem(), &site.authority.pem()].concat();
    std::fs::write(rig.folder().join("ca.pem"), both).expect("the CA's file");
    let connection: Connection = rig
        .connection()
        .repositories([connected(&project)])
        .redirect_origins([store.url()]);
    let source = Source::open(plugin(), connection).expect("the connection opens");
    let id = project.id().to_string();
    let found = expect(
        source
            .read_files(&id, &tip, &paths(&["photo"]), 10_000, true)
            .await,
    );
    let Ok(Found::File(photo)) = &found[0].outcome else {
        panic!("{found:?}")
    };
    assert_eq!(photo.bytes, stored);
    let seen = store.requests();
    assert_eq!(seen.len(), 1);
    let text = format!("{seen:?}").to_lowercase();
    assert!(!text.contains("private-token") && !text.contains(&rig.token));
    // The same file as a stream.
    let at = code_source::contract::git::Revision::Commit(tip.clone());
    let file = expect(source.read_file(&id, &at, "photo", None, true).await);
    assert_eq!(
        code_source_tests::bytes(file.body)
            .await
            .expect("all of it"),
        stored
    );
    let _ = git(&project, &["rev-parse", &tip]);
}
