//! Files that Git LFS stores: with GitLab itself, and in an object store that it leads to.

use super::{
    files::{forge, read},
    forge::Reply,
};
use crate::{
    bindings::types::ErrorCode,
    transport::{BreakageKind, Request},
};

const STORE: &str = "https://bucket.example/4d/7a?signature=y";

/// A pointer to a file of 9,000 bytes.
pub(super) fn pointer() -> Vec<u8> {
    let oid = "4d7a".repeat(16);
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 9000\n")
        .into_bytes()
}

/// A forge that leads to a store, which answers so.
fn leading(store: impl Fn(usize) -> Reply) -> impl Fn(&str, &Request) -> Reply {
    let asked = std::cell::Cell::new(0);
    move |line, request| match line {
        line if line.ends_with(STORE) => {
            asked.set(asked.get() + 1);
            store(asked.get())
        }
        line if line.contains("lfs=true") => Reply::content(302, "").field("location", STORE),
        _ => forge(&pointer())(line, request),
    }
}

fn stored() -> Reply {
    Reply::content(200, vec![7; 9_000])
        .field("content-length", "9000")
        .field("content-type", "text/html")
}

fn refusal(answer: impl Fn(&str, &Request) -> Reply) -> ErrorCode {
    read(None, true, answer).0.expect_err("it is refused").code
}

#[test]
fn a_stored_file_is_read_in_the_place_of_its_pointer() {
    let (read, _) = read(None, true, |line, request| {
        match line.contains("lfs=true") {
            true => Reply::content(200, "stored").field("content-length", "9000"),
            false => forge(&pointer())(line, request),
        }
    });
    let (file, body) = read.expect("it is there");
    assert_eq!(body.expect("it is whole"), b"stored");
    assert_eq!(file.size, pointer().len() as u64);
}

#[test]
fn a_file_in_an_object_store_is_asked_for_there_once() {
    let (read, seen) = read(None, true, leading(|_| stored()));
    let (_, body) = read.expect("it is there");
    assert_eq!(body.expect("it is whole").len(), 9_000);
    let there = seen.requests.iter().filter(|line| line.ends_with(STORE));
    assert_eq!(there.count(), 1);
    assert!(
        seen.requests
            .last()
            .is_some_and(|line| line.ends_with(STORE))
    );
}

#[test]
fn a_part_of_a_file_in_an_object_store_begins_at_its_beginning() {
    let part = Some((100, Some(199)));
    let (read, _) = read(part, true, leading(|_| stored()));
    let (_, body) = read.expect("it is there");
    assert_eq!(body.expect("it is whole").len(), 9_000);
}

#[test]
fn a_store_that_fails_is_asked_again_by_way_of_gitlab() {
    let answer = leading(|asked| match asked {
        1 => Reply::content(503, "<Error/>"),
        2 => Reply::Broken(BreakageKind::Interrupted),
        _ => stored(),
    });
    let (read, seen) = read(None, true, answer);
    assert!(read.is_ok());
    let led = seen
        .requests
        .iter()
        .filter(|line| line.contains("lfs=true"));
    assert_eq!(led.count(), 3);
}

#[test]
fn what_a_store_refuses_says_nothing_of_the_accounts_rights() {
    for status in [400, 401, 403, 404, 302] {
        let code = refusal(leading(|_| Reply::content(status, "<Error/>")));
        assert!(matches!(code, ErrorCode::Other(what) if what.contains("object store")));
    }
}

#[test]
fn a_store_that_the_host_does_not_allow_is_unsupported() {
    let (read, _) = read(None, true, leading(|_| Reply::Broken(BreakageKind::Denied)));
    let error = read.expect_err("it is elsewhere");
    assert!(matches!(error.code, ErrorCode::Unsupported(_)) && error.hint.is_some());
    assert!(!error.message.contains("signature"));
}

#[test]
fn a_sign_in_page_is_not_followed() {
    let code = refusal(|line, request| match line.contains("lfs=true") {
        true => Reply::content(302, "").field("location", "https://forge.example/users/sign_in"),
        false => forge(&pointer())(line, request),
    });
    assert!(matches!(code, ErrorCode::NotTheApi(_)));
}

#[test]
fn a_pointer_in_the_place_of_the_file_is_unsupported() {
    let code = refusal(forge(&pointer()));
    assert!(matches!(code, ErrorCode::Unsupported(need) if need.contains("LFS")));
}

#[test]
fn a_stored_file_of_another_size_is_malformed() {
    let short = |_| Reply::content(200, "x").field("content-length", "1");
    assert!(matches!(refusal(leading(short)), ErrorCode::Malformed(_)));
}

#[test]
fn a_redirect_that_nobody_asked_for_is_not_followed() {
    let (read, seen) = read(None, false, |_, _| {
        Reply::content(302, "").field("location", STORE)
    });
    let error = read.expect_err("it is no file");
    assert!(matches!(error.code, ErrorCode::NotTheApi(_)));
    assert_eq!(seen.requests.len(), 1);
}
