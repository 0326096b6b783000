//! Two connections to one forge with different tokens: nothing passes from one to the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use code_source::egress::ConnectedRepository;
use code_source::{Engine, Outcome, Plugin, Source};
use code_source_test_plugins::{Instruction, MANIFEST, Request};
use code_source_tests::{
    AuditLines, Piece, WireRequest, expect, failed_request, hostile_component, open, tell,
    with_manifest,
};
use futures_util::future::join_all;

use super::scene::{Scene, last, tree, with_token};

struct Tenant {
    name: &'static str,
    audit: Arc<AuditLines>,
    source: Source,
}

const TOKENS: [(&str, &str); 2] = [
    ("one", "acmepat-of-tenant-one-01"),
    ("two", "acmepat-of-tenant-two-02"),
];

fn tenants(scene: &Scene) -> [Tenant; 2] {
    TOKENS.map(|(name, token)| {
        let audit = Arc::<AuditLines>::default();
        let connection = with_token(scene, name, token).audit(Arc::clone(&audit) as Arc<_>);
        let source = open(connection, |_| ());
        Tenant {
            name,
            audit,
            source,
        }
    })
}

/// Repeat the credential that came with the request.
fn echo(request: &WireRequest) -> Vec<Piece> {
    Piece::json(format!("\"{}\"", request.header("private-token").unwrap()))
}

/// Fifty requests of each, all at the same time.
async fn ask_at_once(tenants: &[Tenant; 2]) -> Vec<Outcome<String>> {
    let calls = (0..10).flat_map(|_| tenants).map(|tenant| {
        let (request, times, at_once) = (tree().header("user-agent", tenant.name), 5, true);
        let repeat = Instruction::Repeat {
            request,
            times,
            at_once,
        };
        tell(&tenant.source, repeat)
    });
    join_all(calls).await
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_at_once_leave_with_the_right_token_and_have_it_covered() {
    let scene = Scene::answering(echo).await;
    for outcome in ask_at_once(&tenants(&scene)).await {
        let requests = &outcome.report.requests;
        assert!(requests.iter().all(|request| request.masked == 1));
        assert_eq!(expect(outcome), r#"{"200":5}"#);
    }
    let requests = scene.forge.requests();
    assert_eq!(requests.len(), 100);
    for request in requests {
        let name = request.header("user-agent").unwrap();
        let (_, token) = TOKENS.iter().find(|(own, _)| *own == name).unwrap();
        assert_eq!(request.header("private-token"), Some(*token));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_at_once_are_recorded_apart() {
    let scene = Scene::answering(echo).await;
    let tenants = tenants(&scene);
    for outcome in ask_at_once(&tenants).await {
        expect(outcome);
    }
    for tenant in &tenants {
        let asked = tenant.audit.events("request");
        assert_eq!(asked.len(), 50);
        assert!(asked.iter().all(|line| line["connection"] == tenant.name));
        let ended = tenant.audit.events("response");
        assert!(ended.iter().all(|line| line["masked"] == 1), "{ended:?}");
        let text = tenant.audit.text();
        assert!(TOKENS.iter().all(|(_, token)| !text.contains(token)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_connection_carries_both_tokens() {
    let scene = Scene::answering(echo).await;
    let tenants = tenants(&scene);
    for _ in 0..5 {
        for tenant in &tenants {
            expect(tell(&tenant.source, Instruction::send(tree())).await);
        }
    }
    let mut tokens = BTreeMap::<_, BTreeSet<_>>::new();
    for request in scene.forge.requests() {
        let token = request.header("private-token").unwrap().to_owned();
        tokens
            .entry(request.connection.0)
            .or_default()
            .insert(token);
    }
    assert!(tokens.len() < 10, "connections are used again: {tokens:?}");
    assert!(
        tokens.values().all(|tokens| tokens.len() == 1),
        "{tokens:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_tls_session_of_one_is_resumed_by_the_other() {
    let closing = |request: &WireRequest| [echo(request), vec![Piece::Close]].concat();
    let scene = Scene::answering(closing).await;
    let tenants = tenants(&scene);
    for tenant in tenants.iter().chain(&tenants) {
        for _ in 0..3 {
            expect(tell(&tenant.source, Instruction::send(tree())).await);
        }
    }
    let mut first = BTreeMap::new();
    let mut resumed = 0;
    for request in scene.forge.requests() {
        let token = request.header("private-token").unwrap().to_owned();
        first.entry(token).or_insert(request.connection.1);
        resumed += usize::from(request.connection.1);
    }
    assert_eq!(first.into_values().collect::<Vec<_>>(), [false, false]);
    assert!(resumed > 0, "sessions are resumed, or this shows nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_cannot_name_the_repository_of_another() {
    let scene = Scene::answering(echo).await;
    let [own, _] = tenants(&scene);
    let theirs = ConnectedRepository {
        id: "2".to_owned(),
        path: "rivals/plans".to_owned(),
    };
    let audit = Arc::<AuditLines>::default();
    let foreign = with_token(&scene, "rivals", TOKENS[1].1).repositories([theirs]);
    let foreign = open(foreign.audit(Arc::clone(&audit) as Arc<_>), |_| ());
    let request = Request::get("/api/v4/projects/2/repository/tree");
    let outcome = tell(&own.source, Instruction::send(request.clone())).await;
    assert_eq!(failed_request(&outcome).reason, "other-repository");
    assert_eq!(last(&own.audit, "request")["decision"], "deny");
    assert_eq!(scene.forge.connections(), 0);
    expect(tell(&foreign, Instruction::send(request)).await);
    assert_eq!(scene.forge.requests().len(), 1);
    assert_eq!(last(&audit, "request")["repository"], "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn plugins_that_differ_in_a_byte_share_no_compiled_code() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::builder()
        .instances(4)
        .cache_directory(Some(folder.path()))
        .build()
        .unwrap();
    let endpoint = "GET /projects/{project}/repository/tree";
    let narrow = MANIFEST.replace(endpoint, "GET /projects/{project}/repository/merge_base");
    let narrow = with_manifest(hostile_component(), narrow.as_bytes());
    let scene = Scene::open().await;
    let mut digests = BTreeSet::new();
    for (bytes, decision) in [
        (hostile_component(), "allow"),
        (&narrow, "deny"),
        (hostile_component(), "allow"),
    ] {
        let plugin = Plugin::from_bytes(&engine, bytes, None).unwrap();
        let source = Source::open(&plugin, scene.connection()).unwrap();
        let came = scene.send_by(&source, tree()).await;
        assert_eq!(came.asked["decision"], decision);
        assert_eq!(came.asked["plugin"], plugin.digest());
        digests.insert(plugin.digest().to_owned());
    }
    assert_eq!(digests.len(), 2);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    assert_eq!(scene.forge.requests().len(), 2);
}
