//! What somebody else commits at the same time, after the component looked and before it wrote.

use std::time::Duration;

use code_source::Outcome;
use code_source::contract::changes::{
    ChangedFile, CommitRequest, Committed, FileAction, MovedFile, NewFile, RemovedFile,
};
use code_source_stand_in::{Change, Effect, Fault, Matcher, When};
use code_source_tests::{code, expect, git, played};
use futures_util::future::join_all;
use http::Method;

use crate::operations::Stock;

fn update(path: &str) -> FileAction {
    FileAction::Update(ChangedFile {
        path: path.to_owned(),
        bytes: b"ours\n".to_vec(),
        expected_blob: None,
    })
}

fn create(path: &str) -> FileAction {
    FileAction::Create(NewFile {
        path: path.to_owned(),
        bytes: b"ours\n".to_vec(),
        executable: false,
    })
}

fn delete(path: &str) -> FileAction {
    FileAction::Delete(RemovedFile {
        path: path.to_owned(),
        expected_blob: None,
    })
}

fn rename(path: &str) -> FileAction {
    FileAction::Move(MovedFile {
        old_path: path.to_owned(),
        new_path: format!("{path}-ours"),
        expected_blob: None,
    })
}

/// Writes that take the forge so long that somebody else commits before they are carried out.
async fn slow() -> Stock {
    let shop = Stock::new(played()).await;
    shop.rig.forge.fault(Fault {
        on: Matcher::target("/repository/commits").method(Method::POST),
        when: When::Always,
        what: Effect::Latency(Duration::from_secs(3)),
    });
    shop
}

/// Commit to a branch of its own, while somebody else commits a file there; with what became of it
/// and the other's commit.
async fn at_once(
    shop: &Stock,
    branch: &str,
    ours: FileAction,
    theirs: &str,
) -> (Outcome<Committed>, String) {
    shop.project.branch(branch, &shop.tip);
    let request = CommitRequest {
        branch: branch.to_owned(),
        start: None,
        expected_head: Some(shop.tip.clone()),
        message: "Ours".to_owned(),
        author: None,
        actions: vec![ours],
    };
    let is_sent = || {
        let requests = shop.rig.forge.requests();
        let mut sent = requests.iter().filter(|one| one.method == Method::POST);
        sent.any(|one| String::from_utf8_lossy(&one.body).contains(branch))
    };
    let other = async {
        while !is_sent() {
            tokio::task::yield_now().await;
        }
        let change = [(theirs, Change::file("theirs\n"))];
        shop.project.commit(branch, "Theirs", &change)
    };
    tokio::join!(shop.source.create_commit(&shop.id, &request), other)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_commits_at_the_same_time_is_not_overwritten() {
    let shop = slow().await;
    let cases = [
        ("one", update("README.md"), "README.md"),
        ("two", delete("README.md"), "README.md"),
        ("three", rename("README.md"), "README.md"),
        ("four", create("new"), "new"),
    ];
    let runs = cases.map(async |(branch, ours, theirs)| {
        let (ours, theirs) = at_once(&shop, branch, ours, theirs).await;
        (branch, code(ours), theirs)
    });
    for (branch, refused, theirs) in join_all(runs).await {
        assert!(refused.starts_with("Conflict("), "{branch}: {refused}");
        assert_eq!(
            git(&shop.project, &["rev-parse", branch]),
            theirs,
            "{branch}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_commits_elsewhere_at_the_same_time_stays_and_is_told() {
    let shop = slow().await;
    let (ours, theirs) = at_once(&shop, "one", update("README.md"), "theirs").await;
    let committed = expect(ours);
    assert!(committed.overtaken, "{committed:?}");
    assert_eq!(committed.parent, Some(theirs));
    assert_eq!(git(&shop.project, &["show", "one:theirs"]), "theirs");
    assert_eq!(git(&shop.project, &["show", "one:README.md"]), "ours");
}
