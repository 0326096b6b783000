//! `git.link`: permanent addresses for people.

use code_source::Source;
use code_source::contract::git::LineRange;
use code_source_stand_in::{Change, Project};
use code_source_tests::{Rig, code, expect, played};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

async fn shop() -> (Rig, Project, Source, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
    let source = rig.source_of(&project);
    let id = project.id().to_string();
    (rig, project, source, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_names_the_repository_the_commit_and_the_file() {
    let (rig, _project, source, id) = shop().await;
    let link = expect(source.link(&id, COMMIT, "src/main.rs", None).await);
    assert_eq!(
        link,
        format!("{}/web/shop/-/blob/{COMMIT}/src/main.rs", rig.forge.url())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_marked_as_one_or_as_a_range() {
    let (_rig, _project, source, id) = shop().await;
    for ((first, last), mark) in [
        ((7, 7), "#L7"),
        ((7, 9), "#L7-9"),
        ((1, u32::MAX), "#L1-4294967295"),
    ] {
        let link = expect(
            source
                .link(&id, COMMIT, "a", Some(LineRange { first, last }))
                .await,
        );
        assert!(link.ends_with(mark), "{link}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_character_of_a_path_survives() {
    let (rig, _project, source, id) = shop().await;
    let path = "a b/#1?.txt/100%/+x/grün/.hidden/<\"'>&";
    let link = expect(source.link(&id, COMMIT, path, None).await);
    let found = url(&link);
    let shop = url(&format!("{}/web/shop", rig.forge.url()));
    assert_eq!(found, format!("{shop}/-/blob/{COMMIT}/{path}"));
    assert!(
        link.bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"#?\"<>".contains(&byte)),
        "{link}"
    );
}

/// The path of an address, decoded.
fn url(link: &str) -> String {
    let path = link.splitn(4, '/').nth(3).unwrap();
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = std::str::from_utf8(tail.get(..2).unwrap_or_default()).unwrap_or_default();
        let decoded = u8::from_str_radix(code, 16).ok().filter(|_| *first == b'%');
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    format!("/{}", String::from_utf8(bytes).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_repository_is_linked_by_its_new_path() {
    let (_rig, project, source, id) = shop().await;
    project.rename("trade/store");
    let link = expect(source.link(&id, COMMIT, "a", None).await);
    assert!(link.contains("/trade/store/-/blob/"), "{link}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_begins_with_the_address_that_the_connection_has() {
    let builder = played()
        .path_prefix("/gitlab")
        .external_url("http://other.example");
    let rig = Rig::with(builder).await;
    let project = rig.forge.project("web/shop");
    let source = rig.source_of(&project);
    let link = expect(
        source
            .link(&project.id().to_string(), COMMIT, "a", None)
            .await,
    );
    assert!(
        link.starts_with(&format!("{}/web/shop/-/blob/", rig.forge.url())),
        "{link}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_linked_is_refused_without_a_request() {
    let (rig, _project, source, id) = shop().await;
    let lines = |first, last| Some(LineRange { first, last });
    for (commit, path, lines) in [
        ("main", "a", None),
        (COMMIT, "", None),
        (COMMIT, "/a", None),
        (COMMIT, "a/../b", None),
        (COMMIT, "a", lines(0, 1)),
        (COMMIT, "a", lines(2, 1)),
    ] {
        let outcome = source.link(&id, commit, path, lines).await;
        assert!(
            code(outcome).starts_with("InvalidArgument"),
            "{commit} {path} {lines:?}"
        );
    }
    assert_eq!(rig.asked(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_repository_has_no_link() {
    let (_rig, project, source, id) = shop().await;
    project.delete();
    assert_eq!(
        code(source.link(&id, COMMIT, "a", None).await),
        "NotFound(Repository)"
    );
}
