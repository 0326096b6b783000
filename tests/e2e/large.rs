//! What the contract lets a call carry, at its largest: it passes within the limits that hold where
//! nobody sets any.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use code_source::contract::changes::{CommitRequest, FileAction, NewFile};
use code_source::contract::git::Found;
use code_source::egress::Access;
use code_source::{Limits, Source};
use code_source_test_plugins::{Instruction, Request};
use code_source_tests::{Piece, Site, WireServer, expect, hostile, told};
use serde_json::json;

/// A forge that answers everything with an empty object, and a connection with the limits as they
/// are.
async fn largest() -> (Site, WireServer, Source) {
    let site = Site::new();
    let forge = WireServer::start(&site, |_| Piece::json("{}")).await;
    let connection = site.connection(forge.url()).access(Access::ALL);
    let source = Source::open(hostile(), connection.limits(Limits::default())).unwrap();
    (site, forge, source)
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_mebibytes_of_files_pass_from_the_argument_to_the_wire() {
    let (_site, forge, source) = largest().await;
    let content = vec![0xa5; 20 << 20];
    let action = json!({
        "action": "create", "file_path": "a", "encoding": "base64",
        "content": STANDARD.encode(&content),
    });
    let body = json!({ "branch": "main", "commit_message": "x", "actions": [action] }).to_string();
    let request = Request::post("/api/v4/projects/1/repository/commits", &*body);
    // The plugin is given the files, and their body besides: more than one of the two.
    let request = CommitRequest {
        branch: "main".to_owned(),
        start: None,
        expected_head: None,
        message: Instruction::send(request).to_string(),
        author: None,
        actions: vec![FileAction::Create(NewFile {
            path: "a".to_owned(),
            bytes: content,
            executable: false,
        })],
    };
    let outcome = source.create_commit("1", &request).await;
    let answers = told(outcome.map(|made| made.commit.message));
    assert_eq!(answers[0].status(), Some(200), "{:?}", answers[0]);
    assert!(forge.requests()[0].body == body.as_bytes());
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_mebibytes_of_small_files_pass_from_the_plugin_to_the_caller() {
    let (_site, _forge, source) = largest().await;
    let paths: Vec<_> = (0..16).map(|number| format!("mebibyte/{number}")).collect();
    let commit = "0".repeat(40);
    let read = source.read_files("1", &commit, &paths, 1 << 20, false);
    let results = expect(read.await);
    let sizes = results.iter().map(|result| match &result.outcome {
        Ok(Found::File(file)) => file.bytes.len(),
        other => panic!("{other:?}"),
    });
    assert_eq!(sizes.sum::<usize>(), 16 << 20);
}
