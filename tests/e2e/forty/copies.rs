//! A copy that is brought up to date while the forge answers wrongly: it is the new tree or the old
//! one, and nothing is deleted because nothing was told.

use code_source::contract::git::Revision;
use code_source_stand_in::{Change, Effect, When};
use code_source_tests::Beside;

use crate::sync::Stage;

/// What the requests of a run contain.
const TARGETS: [&str; 7] = [
    "/compare?",
    "/commits",
    "/branches/",
    "/tree?",
    "/files/",
    "/blobs/",
    "/archive",
];

fn json(body: &str) -> Effect {
    let headers = vec![("content-type", "application/json".to_owned())];
    Effect::Status(200, body.to_owned(), headers)
}

/// Run once with one kind of request disturbed, after something was changed, added and removed.
async fn hold(target: &str, what: Effect) {
    let stage = Stage::synced().await.impatient();
    let old = stage.project.tip("main");
    let changes = [
        ("README.md", Change::file("# Store\n")),
        ("bin/run", Change::Delete),
        ("new", Change::file("new\n")),
    ];
    let new = stage.project.commit("main", "Change", &changes);
    let told = format!("{target} {what:?}");
    stage.disturb(target, When::Always, what);
    let at = Revision::Branch("main".to_owned());
    match stage.attempt(&at).await {
        Ok(summary) if summary.commit == new => stage.holds(&new, &summary),
        Ok(summary) => panic!("{told}: {summary:#?}"),
        Err(_) => stage.keeps(&old, &Beside::default()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_the_new_tree_or_the_old_one_whatever_is_said_to_be_missing_or_empty() {
    for target in TARGETS {
        for what in [
            Effect::status(404),
            Effect::status(401),
            Effect::Html,
            json("[]"),
            json("{}"),
            json(r#"{"commits":[],"diffs":[],"compare_timeout":false}"#),
        ] {
            hold(target, what).await;
        }
    }
}
