//! Who may ask, and GitLab's words to those who may not.

use code_source_stand_in::{AccessLevel, AccountState, Feature, StandIn, TokenSpec, Visibility};
use time::{Date, Month};

use crate::client::Client;

#[tokio::test]
async fn a_bad_token_and_none_are_refused_alike() {
    let forge = StandIn::builder().start().await.unwrap();
    let expected = r#"401 {"message":"401 Unauthorized"}"#;
    let answer = Client::with_token(&forge, "wrong").get("/version").await;
    assert_eq!(answer.refusal(), expected);
    let answer = Client::anonymous(&forge).get("/version").await;
    assert_eq!(answer.refusal(), expected);
}

#[tokio::test]
async fn an_expired_token_and_a_revoked_one_are_told_apart() {
    let forge = StandIn::builder().start().await.unwrap();
    let user = forge.user("ada");
    let expired = forge.token(TokenSpec {
        expires: Date::from_calendar_date(2020, Month::May, 1).ok(),
        ..TokenSpec::new(&user, &["api"])
    });
    let answer = Client::with_token(&forge, &expired).get("/user").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.json()["error"], "invalid_token");
    let text = answer.json()["error_description"].to_string();
    assert!(text.contains("Token is expired."), "{text}");

    let revoked = forge.token(TokenSpec::new(&user, &["api"]));
    forge.revoke(&revoked);
    let answer = Client::with_token(&forge, &revoked).get("/user").await;
    let text = answer.json()["error_description"].to_string();
    assert!(text.contains("Token was revoked."), "{text}");
}

#[tokio::test]
async fn a_missing_scope_is_named() {
    let forge = StandIn::builder().start().await.unwrap();
    let user = forge.user("ada");
    let token = forge.token(TokenSpec::new(&user, &["read_user"]));
    let client = Client::with_token(&forge, &token);
    assert_eq!(client.get("/user").await.status, 200);
    assert_eq!(client.get("/personal_access_tokens/self").await.status, 200);
    let answer = client.get("/projects").await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json()["error"], "insufficient_scope");
    assert_eq!(answer.json()["scope"], "api read_api");
}

#[tokio::test]
async fn a_fine_grained_token_lacks_a_permission_and_not_a_scope() {
    let forge = StandIn::builder().start().await.unwrap();
    let user = forge.user("ada");
    let token = forge.token(TokenSpec {
        granular: true,
        ..TokenSpec::new(&user, &["read_user"])
    });
    let client = Client::with_token(&forge, &token);
    assert_eq!(client.get("/user").await.status, 200);
    let answer = client.get("/projects").await;
    assert_eq!(answer.json()["error"], "insufficient_granular_scope");
}

#[tokio::test]
async fn a_blocked_account_is_forbidden_with_a_reason() {
    let forge = StandIn::builder().start().await.unwrap();
    let user = forge.user("ada").state(AccountState::Blocked);
    let token = forge.token(TokenSpec::new(&user, &["api"]));
    let answer = Client::with_token(&forge, &token).get("/user").await;
    let expected = r#"403 {"message":"403 Forbidden - Your account has been blocked."}"#;
    assert_eq!(answer.refusal(), expected);
}

#[tokio::test]
async fn accounts_that_cannot_be_used_are_told_why_in_gitlabs_words() {
    let forge = StandIn::builder().start().await.unwrap();
    let user = forge.user("ada");
    let token = forge.token(TokenSpec::new(&user, &["api"]));
    for (state, words) in [
        (AccountState::Banned, "has been blocked"),
        (AccountState::LdapBlocked, "has been blocked"),
        (AccountState::PendingApproval, "pending approval"),
        (AccountState::Deactivated, "deactivated"),
        (AccountState::Unconfirmed, "not confirmed"),
        (AccountState::PasswordExpired, "password expired"),
        (AccountState::TermsNotAccepted, "Terms of Service"),
        (AccountState::TwoFactorMissing, "Two-factor"),
    ] {
        let _user = user.clone().state(state);
        let answer = Client::with_token(&forge, &token).get("/user").await;
        assert!(answer.refusal().starts_with("403 "), "{state:?}");
        assert!(answer.refusal().contains(words), "{state:?}");
    }
}

#[tokio::test]
async fn an_external_account_sees_what_is_internal_only_as_a_member() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.project("web/shop").visibility(Visibility::Internal);
    let user = forge.user("ada");
    let client = Client::with_token(&forge, &forge.token(TokenSpec::new(&user, &["api"])));
    assert_eq!(client.get("/projects/web%2Fshop").await.status, 200);
    let user = user.external();
    assert_eq!(client.get("/projects/web%2Fshop").await.status, 404);
    assert_eq!(client.get("/user").await.json()["external"], true);
    let _group = forge.group("web").members(&user, AccessLevel::Guest);
    assert_eq!(client.get("/projects/web%2Fshop").await.status, 200);
}

#[tokio::test]
async fn a_private_group_is_there_for_its_members_alone() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.project("web/shop");
    let group = forge.group("web").private();
    let user = forge.user("ada");
    let client = Client::with_token(&forge, &forge.token(TokenSpec::new(&user, &["api"])));
    let answer = client.get("/groups/web/projects").await;
    assert_eq!(answer.refusal(), r#"404 {"message":"404 Group Not Found"}"#);
    let _group = group.members(&user, AccessLevel::Guest);
    assert_eq!(client.get("/groups/web/projects").await.status, 200);
}

#[tokio::test]
async fn under_admin_mode_an_administrator_needs_its_scope() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.feature(Feature::AdminMode);
    forge.project("web/shop");
    let root = forge.user("root").administrator();
    let plain = forge.token(TokenSpec::new(&root, &["api"]));
    let elevated = forge.token(TokenSpec::new(&root, &["api", "admin_mode"]));

    let client = Client::with_token(&forge, &plain);
    assert_eq!(client.get("/application/settings").await.status, 403);
    assert_eq!(client.get("/projects/1").await.status, 404);
    assert_eq!(client.get("/application/plan_limits").await.status, 403);
    // GitLab names an administrator whether or not the token acts as one.
    assert_eq!(client.get("/user").await.json()["is_admin"], true);

    let client = Client::with_token(&forge, &elevated);
    assert_eq!(client.get("/application/settings").await.status, 200);
    assert_eq!(client.get("/application/plan_limits").await.status, 200);
    assert_eq!(client.get("/projects/1").await.status, 200);
    assert_eq!(client.get("/user").await.json()["is_admin"], true);
}

#[tokio::test]
async fn a_bearer_token_is_as_good() {
    let forge = StandIn::builder().start().await.unwrap();
    let bearer = format!("Bearer {}", forge.admin_token());
    let client = Client::anonymous(&forge).header("authorization", &bearer);
    assert_eq!(client.get("/user").await.json()["username"], "root");
}

#[tokio::test]
async fn nobody_in_particular_sees_what_is_public() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.project("web/open").visibility(Visibility::Public);
    forge.project("web/closed");
    let client = Client::anonymous(&forge);
    assert_eq!(client.get("/projects/web%2Fopen").await.status, 200);
    let answer = client.get("/projects/web%2Fclosed").await;
    assert_eq!(
        answer.refusal(),
        r#"404 {"message":"404 Project Not Found"}"#
    );
    assert_eq!(client.all("/projects").await.len(), 1);
}

#[tokio::test]
async fn a_token_is_told_what_it_is_from_15_5_on() {
    for (version, status) in [("14.10.5", 405), ("15.4.6", 400), ("15.5.0", 200)] {
        let forge = StandIn::builder().version(version).start().await.unwrap();
        let user = forge.user("ada");
        let client = Client::with_token(&forge, &forge.token(TokenSpec::new(&user, &["api"])));
        let answer = client.get("/personal_access_tokens/self").await;
        assert_eq!(answer.status, status, "{version}");
    }
}
