//! The record of requests: what it says, and that nothing leaves without it.

use std::io;
use std::sync::Arc;

use code_source::contract::git::Revision;
use code_source::{AuditSink, LossyAudit, Source};
use code_source_stand_in::Change;
use code_source_tests::{Rig, expect, plugin};

/// One call about a file of that name, in a repository whose identity is answered.
async fn stat(rig: &Rig, name: &str) -> String {
    let project = rig.forge.project("web/shop");
    project.commit("main", "Begin", &[(name, Change::file("x"))]);
    let (source, id) = (rig.source_of(&project), project.id().to_string());
    expect(source.stat_file(&id, &Revision::DefaultBranch, name).await);
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_has_two_lines_that_share_an_id() {
    let rig = Rig::new().await;
    let id = stat(&rig, "a secret name").await;
    let (requests, responses) = (rig.audit.events("request"), rig.audit.events("response"));
    assert_eq!(requests.len(), rig.forge.requests().len());
    for (request, response) in requests.iter().zip(&responses) {
        assert_eq!(request["id"], response["id"]);
        assert_eq!(request["operation"], "git.stat-file");
        assert_eq!(request["decision"], "allow");
        assert_eq!(request["repository"], id);
        assert_eq!(response["end"], "complete");
        assert_eq!(response["address"], "127.0.0.1");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_holds_a_query_or_a_value_out_of_a_path() {
    let rig = Rig::new().await;
    stat(&rig, "very-private.txt").await;
    let text = rig.audit.text();
    assert!(
        text.contains("/projects/{project}/repository/files/{path}"),
        "{text}"
    );
    assert!(
        !text.contains("very-private") && !text.contains("ref="),
        "{text}"
    );
}

/// An audit whose disk is full.
struct Full;

impl AuditSink for Full {
    fn write(&self, _: &str) -> io::Result<()> {
        Err(io::Error::from(io::ErrorKind::StorageFull))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_when_the_audit_cannot_be_written() {
    let rig = Rig::new().await;
    let source = Source::open(plugin(), rig.connection().audit(Arc::new(Full))).unwrap();
    let outcome = source.check().await;
    assert!(outcome.answer.is_err());
    let failure = outcome
        .report
        .failed_request()
        .and_then(|request| request.failure())
        .unwrap();
    assert_eq!(failure.reason, "audit-failed");
    assert_eq!(rig.forge.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_that_may_lose_lines_holds_nothing_up() {
    let rig = Rig::new().await;
    let lossy = Arc::new(LossyAudit(Full));
    let source = Source::open(plugin(), rig.connection().audit(lossy)).unwrap();
    expect(source.check().await);
    assert!(!rig.forge.requests().is_empty());
}
