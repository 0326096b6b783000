//! `git.stat-file`, `git.read-file`, `git.read-blob` and `git.read-archive`.

use super::{
    forge::{Body, Reply, Seen, id, run},
    stored::pointer,
};
use crate::{
    bindings::{
        git::{ArchiveFormat, ByteRange, EntryKind, File, Revision, Storage},
        types::{Error, ErrorCode, Subject},
    },
    git::{Reading, read_archive, read_blob, read_file, stat_file},
    transport::Request,
};

const PATH: &str = "src/a b.rs";
const ADDRESS: &str = "/projects/42/repository/files/src%2Fa%20b.rs";

/// A forge with one file, which honours ranges.
pub(super) fn forge(content: &[u8]) -> impl Fn(&str, &Request) -> Reply {
    move |line, request| {
        let details = |reply: Reply| {
            reply
                .field("X-Gitlab-Size", content.len().to_string())
                .field("X-Gitlab-Blob-Id", id('b'))
                .field("X-Gitlab-Commit-Id", id('a'))
                .field("X-Gitlab-Last-Commit-Id", id('c'))
                .field("X-Gitlab-Content-Sha256", "d".repeat(64))
                .field("X-Gitlab-Execute-Filemode", "true")
        };
        if line.starts_with("HEAD") {
            return details(Reply::content(200, ""));
        }
        assert_eq!(request.accept, "*/*", "content is no JSON");
        let reply = match request
            .range
            .as_deref()
            .and_then(|range| range.strip_prefix("bytes="))
        {
            None => Reply::content(200, content),
            Some(range) => {
                let (first, last) = range.split_once('-').expect("it is a range");
                let span = first.parse().expect("is one")..=last.parse().expect("is one");
                let size = content.len();
                Reply::content(206, &content[span])
                    .field("content-range", format!("bytes {range}/{size}"))
            }
        };
        details(reply.field("content-type", "text/plain"))
    }
}

pub(super) fn read(
    range: Option<(u64, Option<u64>)>,
    resolve_lfs: bool,
    answer: impl Fn(&str, &Request) -> Reply,
) -> (Result<(File, Body), Error>, Seen) {
    let at = Revision::Commit(id('a'));
    run("git.read-file", answer, async |call| {
        let reading = Reading {
            repository: &"42".to_owned(),
            at: &at,
            path: PATH,
            range: range.map(|(first, last)| ByteRange { first, last }),
            resolve_lfs,
        };
        let read = read_file(call, reading).await;
        let read = read.map(|read| {
            assert!(read.first <= range.map_or(0, |(first, _)| first));
            (read.info, read.body)
        });
        read.map_err(|failure| failure.into_error())
    })
}

fn stat(answer: impl Fn(&str, &Request) -> Reply) -> (Result<File, Error>, Seen) {
    let at = Revision::Commit(id('a'));
    run("git.stat-file", answer, async |call| {
        let stat = stat_file(call, &"42".to_owned(), &at, PATH).await;
        stat.map_err(|failure| failure.into_error())
    })
}

#[test]
fn a_large_file_is_one_request() {
    let content = vec![7; 5_000];
    let (read, seen) = read(None, false, forge(&content));
    let (file, body) = read.expect("it is there");
    assert_eq!(body.expect("it is whole"), content);
    assert_eq!(
        seen.requests,
        [format!("GET {ADDRESS}/raw?ref={}", id('a'))]
    );
    assert_eq!(
        (file.size, file.blob, file.commit),
        (5_000, id('b'), id('a'))
    );
    assert_eq!(
        (file.last_commit, file.sha256),
        (Some(id('c')), Some("d".repeat(64)))
    );
    assert!(matches!(file.kind, EntryKind::Executable));
    assert!(matches!(file.storage, Storage::Git));
}

#[test]
fn a_part_that_nobody_asked_for_is_malformed() {
    let (read, _) = read(None, false, |line, request| {
        let request = Request {
            range: Some("bytes=0-9".to_owned()),
            ..request.clone()
        };
        forge(&[7; 5_000])(line, &request)
    });
    assert!(matches!(
        read.expect_err("it is a part").code,
        ErrorCode::Malformed(_)
    ));
}

#[test]
fn an_empty_file_is_a_file() {
    for range in [None, Some((0, None))] {
        let (read, _) = read(range, false, forge(b""));
        let (file, body) = read.expect("it is there");
        assert_eq!((file.size, body.expect("it is whole").len()), (0, 0));
    }
}

#[test]
fn a_small_file_is_looked_into_and_still_handed_on_unread() {
    let (read, seen) = read(None, false, forge(&pointer()));
    let (file, body) = read.expect("it is there");
    assert!(matches!(file.storage, Storage::Lfs(pointer) if pointer.size == 9_000));
    assert_eq!(body.expect("it is whole"), pointer());
    assert_eq!(seen.requests.len(), 2);
}

#[test]
fn a_range_is_asked_for_and_held_against_the_answer() {
    let content: Vec<u8> = (0..5_000).map(|n| n as u8).collect();
    let (read, seen) = read(Some((10, Some(19))), false, forge(&content));
    let (file, body) = read.expect("it is there");
    assert_eq!(body.expect("it is whole"), &content[10..20]);
    assert_eq!(file.size, 5_000);
    assert!(seen.requests[0].starts_with("HEAD "));
}

#[test]
fn a_range_over_the_whole_file_is_no_range() {
    let (read, _) = read(Some((0, Some(9_999))), false, |line, request| {
        assert!(request.range.is_none());
        forge(&[7; 5_000])(line, request)
    });
    assert!(read.is_ok());
}

#[test]
fn a_server_without_ranges_sends_the_whole_file() {
    let (read, _) = read(Some((10, None)), false, |line, request| {
        let request = Request {
            range: None,
            ..request.clone()
        };
        forge(&[7; 5_000])(line, &request)
    });
    let (_, body) = read.expect("it is there");
    assert_eq!(body.expect("it is whole").len(), 5_000);
}

#[test]
fn a_range_that_cannot_be_is_refused() {
    for range in [(5_000, None), (9, Some(8))] {
        let (read, _) = read(Some(range), false, forge(&[7; 5_000]));
        let error = read.expect_err("it cannot be");
        assert!(matches!(error.code, ErrorCode::InvalidArgument(_)));
    }
}

#[test]
fn a_file_is_told_without_its_content() {
    let (file, seen) = stat(forge(&[7; 5_000]));
    assert_eq!(file.expect("it is there").size, 5_000);
    assert_eq!(seen.requests, [format!("HEAD {ADDRESS}?ref={}", id('a'))]);
}

#[test]
fn a_missing_path_is_told_from_a_missing_commit() {
    let (file, _) = stat(|line, _| match line.contains("/commits/") {
        true => Reply::json(format!(r#"{{"id":"{}"}}"#, id('a'))),
        false => Reply::content(404, ""),
    });
    assert!(matches!(
        file.expect_err("it is missing").code,
        ErrorCode::NotFound(Subject::Path)
    ));
    let (file, _) = stat(|line, _| match line {
        "GET /projects/42" => Reply::json(r#"{"id":42,"path_with_namespace":"a/b"}"#),
        _ => Reply::missing("Commit"),
    });
    assert!(matches!(
        file.expect_err("it is missing").code,
        ErrorCode::NotFound(Subject::Commit)
    ));
}

#[test]
fn an_answer_about_another_commit_is_malformed() {
    let (file, _) = stat(|_, _| {
        Reply::content(200, "")
            .field("x-gitlab-size", "1")
            .field("x-gitlab-blob-id", id('b'))
            .field("x-gitlab-commit-id", id('f'))
    });
    assert!(matches!(
        file.expect_err("it is another").code,
        ErrorCode::Malformed(_)
    ));
    let (file, _) = stat(|_, _| Reply::content(200, ""));
    assert!(matches!(
        file.expect_err("it says nothing").code,
        ErrorCode::Malformed(_)
    ));
}

#[test]
fn a_blob_is_handed_on() {
    let (body, seen) = run(
        "git.read-blob",
        |_, _| Reply::content(200, "bytes"),
        async |call| read_blob(call, &"42".to_owned(), &id('b')).await,
    );
    assert_eq!(body.expect("it is there").expect("it is whole"), b"bytes");
    let address = format!("GET /projects/42/repository/blobs/{}/raw", id('b'));
    assert_eq!(seen.requests, [address]);
}

fn archive(
    path: Option<&str>,
    format: ArchiveFormat,
    answer: impl Fn(&str) -> Reply,
) -> (Result<Body, Error>, Seen) {
    run(
        "git.read-archive",
        |line, _| answer(line),
        async |call| {
            let archive = read_archive(call, &"42".to_owned(), &id('a'), path, format).await;
            archive.map_err(|failure| failure.into_error())
        },
    )
}

#[test]
fn an_archive_is_asked_for_by_its_commit() {
    for (format, suffix) in [
        (ArchiveFormat::TarGz, "tar.gz"),
        (ArchiveFormat::Tar, "tar"),
        (ArchiveFormat::Zip, "zip"),
    ] {
        let (body, seen) = archive(None, format, |_| Reply::content(200, "bytes"));
        assert!(body.is_ok());
        let address = format!(
            "GET /projects/42/repository/archive.{suffix}?sha={}&include_lfs_blobs=false",
            id('a')
        );
        assert_eq!(seen.requests, [address]);
    }
}

#[test]
fn what_keeps_an_archive_from_being_made_is_told() {
    let code = |path, answer: &dyn Fn(&str) -> Reply| {
        let (body, _) = archive(path, ArchiveFormat::Tar, answer);
        body.expect_err("there is none").code
    };
    let no_commit = |line: &str| match line {
        "GET /projects/42" => Reply::json(r#"{"id":42,"path_with_namespace":"a/b"}"#),
        line if line.contains("/commits/") => Reply::missing("Commit"),
        _ => Reply::missing("File"),
    };
    assert!(matches!(
        code(None, &no_commit),
        ErrorCode::NotFound(Subject::Commit)
    ));
    let no_path = |line: &str| match line.contains("/tree") {
        true => Reply::json("[]"),
        false => Reply::json(format!(r#"{{"id":"{}"}}"#, id('a'))),
    };
    assert!(matches!(
        code(Some("docs"), &no_path),
        ErrorCode::NotFound(Subject::Path)
    ));
    let page = |_: &str| Reply::content(200, "<html>").field("content-type", "text/html");
    assert!(matches!(code(None, &page), ErrorCode::NotTheApi(_)));
}
