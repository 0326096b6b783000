//! Two connections to one forge with different tokens: nothing passes from one to the other.

use std::sync::Arc;

use code_source_test_plugins::{Instruction, Request};
use code_source_tests::{AuditLines, Shop, connected, expect, open, tell};
use futures_util::future::join_all;

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_two_tenants_at_once_leave_with_the_right_token_each() {
    let shop = Shop::open().await;
    let mut tenants = Vec::new();
    for name in ["one", "two"] {
        let token = shop.rig.forge.admin_token();
        let audit = Arc::<AuditLines>::default();
        let connection = shop
            .rig
            .connection_with(&token)
            .audit(Arc::clone(&audit) as Arc<_>);
        let source = open(connection.repositories([connected(&shop.project)]), |_| ());
        tenants.push((name, token, audit, source));
    }
    let calls = (0..10).flat_map(|_| &tenants).map(|(name, _, _, source)| {
        let request = shop.tree().header("user-agent", name);
        tell(
            source,
            Instruction::Repeat {
                request,
                times: 5,
                at_once: true,
            },
        )
    });
    for outcome in join_all(calls).await {
        assert_eq!(expect(outcome), r#"{"200":5}"#);
    }
    for request in shop.rig.forge.requests() {
        let (_, token, ..) = tenants
            .iter()
            .find(|(name, ..)| request.headers["user-agent"] == *name)
            .unwrap();
        assert_eq!(request.headers["private-token"], token.as_str());
    }
    for (_, _, audit, _) in &tenants {
        assert_eq!(audit.events("request").len(), 50);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_cannot_name_the_repository_of_another() {
    let shop = Shop::open().await;
    let other = shop.rig.forge.project("rivals/plans");
    let (own, foreign) = (
        shop.source(),
        shop.rig.connection().repositories([connected(&other)]),
    );
    let foreign = open(foreign, |_| ());
    let request = Request::get(format!("/api/v4/projects/{}", other.id()));
    let outcome = tell(&own, Instruction::send(request.clone())).await;
    assert_eq!(
        outcome
            .report
            .failed_request()
            .unwrap()
            .failure()
            .unwrap()
            .reason,
        "other-repository"
    );
    assert_eq!(shop.rig.forge.requests().len(), 0);
    expect(tell(&foreign, Instruction::send(request)).await);
    assert_eq!(shop.rig.forge.requests().len(), 1);
}
