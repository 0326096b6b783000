//! `git.diff-file`: one file's difference from its two contents, as git itself makes it.

use code_source::Source;
use code_source::contract::git::Patch;
use code_source_stand_in::{Change, Project, noise};
use code_source_tests::{Rig, code, expect, git_bytes};

async fn shop(old: &[u8], new: &[u8]) -> (Rig, Project, Source, String, [String; 2]) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    let base = project.commit(
        "main",
        "Begin",
        &[("a/old.txt", Change::file(old.to_vec()))],
    );
    let head = project.commit(
        "main",
        "Move",
        &[
            ("a/old.txt", Change::Delete),
            ("a/new.txt", Change::file(new.to_vec())),
        ],
    );
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    (rig, project, source, id, [base, head])
}

/// The hunks that git makes of two blobs.
fn truth(project: &Project, [base, head]: &[String; 2]) -> String {
    let (old, new) = (format!("{base}:a/old.txt"), format!("{head}:a/new.txt"));
    let text = git_bytes(
        project,
        &[
            "diff",
            "--no-color",
            "--diff-algorithm=histogram",
            &old,
            &new,
        ],
    );
    let text = String::from_utf8(text).expect("text");
    text.find("@@")
        .map_or_else(String::new, |at| text[at..].to_owned())
}

/// Without what git writes behind the second `@@`, which is a guess at a heading.
fn bare(text: &str) -> String {
    let line = |line: &str| match line
        .strip_prefix("@@ ")
        .and_then(|rest| rest.split_once(" @@"))
    {
        Some((numbers, _)) => format!("@@ {numbers} @@\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn hunks_are_those_of_git() {
    let long: String = (0..200).map(|number| format!("line {number}\n")).collect();
    let changed = long
        .replace("line 5\n", "fifth\n")
        .replace("line 150\n", "")
        .replace("line 190\n", "a\nb\n");
    for (old, new) in [
        (&*long, &*changed),
        ("a\nb\n", "a\nb"),
        ("a\nb", "a\nb\n"),
        ("a", "b"),
        ("ä\r\nb\r\n", "ä\r\nc\r\n"),
    ] {
        let (_rig, project, source, id, [base, head]) = shop(old.as_bytes(), new.as_bytes()).await;
        let patch = source
            .diff_file(&id, &base, &head, Some("a/old.txt"), Some("a/new.txt"))
            .await;
        let Patch::Text(text) = expect(patch) else {
            panic!("it is text")
        };
        assert_eq!(
            bare(&text),
            bare(&truth(&project, &[base, head])),
            "{old:?} {new:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_new_or_gone_is_all_plus_or_all_minus() {
    let (_rig, _, source, id, [base, head]) = shop(b"a\nb\n", b"c\n").await;
    let added = expect(
        source
            .diff_file(&id, &base, &head, None, Some("a/new.txt"))
            .await,
    );
    assert!(matches!(added, Patch::Text(text) if bare(&text) == "@@ -0,0 +1 @@\n+c\n"));
    let removed = expect(
        source
            .diff_file(&id, &base, &head, Some("a/old.txt"), None)
            .await,
    );
    assert!(matches!(removed, Patch::Text(text) if bare(&text) == "@@ -1,2 +0,0 @@\n-a\n-b\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn binary_content_has_no_lines_and_equal_content_no_difference() {
    let (_rig, _, source, id, [base, head]) = shop(b"a\0b", b"a\0c").await;
    let both = source
        .diff_file(&id, &base, &head, Some("a/old.txt"), Some("a/new.txt"))
        .await;
    assert!(matches!(expect(both), Patch::Binary));
    let (_rig, _, source, id, [base, head]) = shop(b"same\n", b"same\n").await;
    let both = source
        .diff_file(&id, &base, &head, Some("a/old.txt"), Some("a/new.txt"))
        .await;
    assert!(matches!(expect(both), Patch::Text(text) if text.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_compared_is_told_apart() {
    let (_rig, project, source, id, [base, head]) = shop(b"a\n", b"b\n").await;
    let neither = code(source.diff_file(&id, &base, &head, None, None).await);
    assert!(neither.starts_with("InvalidArgument"), "{neither}");
    let missing = source
        .diff_file(&id, &base, &head, Some("a/new.txt"), Some("a/new.txt"))
        .await;
    assert_eq!(code(missing), "NotFound(Path)");
    let nowhere = "1".repeat(40);
    let gone = source
        .diff_file(&id, &nowhere, &head, Some("a/old.txt"), Some("a/new.txt"))
        .await;
    assert_eq!(code(gone), "NotFound(Commit)");
    let large = project.commit(
        "main",
        "Grow",
        &[("a/new.txt", Change::file(noise(1, 4_194_305)))],
    );
    let large = source
        .diff_file(&id, &base, &large, Some("a/old.txt"), Some("a/new.txt"))
        .await;
    assert_eq!(code(large), "TooLarge(4194304)");
}
