//! What keeps a report from being made: the token, the account, or something in the forge's place.

use code_source::Source;
use code_source::contract::types::{CredentialProblem, Denial, ErrorCode};
use code_source_stand_in::{AccountState, Effect, Fault, Matcher, TokenSpec, When};
use code_source_tests::{Rig, plugin};

use super::error;

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_and_a_revoked_token_are_told_apart() {
    let rig = Rig::new().await;
    let user = rig.forge.user("somebody");
    let past = time::macros::date!(2020 - 01 - 01);
    let expired = rig.forge.token(TokenSpec {
        expires: Some(past),
        ..TokenSpec::new(&user, &["api"])
    });
    let revoked = rig.forge.token(TokenSpec::new(&user, &["api"]));
    rig.forge.revoke(&revoked);
    for (token, problem) in [(expired, "Expired"), (revoked, "Revoked")] {
        let source = Source::open(plugin(), rig.connection_with(&token)).unwrap();
        let error = error(source.check().await.answer.unwrap_err());
        let ErrorCode::Unauthenticated(found) = &error.code else {
            panic!("{error:?}")
        };
        assert_eq!(
            format!("{found:?}"),
            format!("CredentialProblem::{problem}")
        );
        assert_eq!(error.status, Some(401));
        assert!(error.hint.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_the_forge_does_not_know_is_invalid() {
    let rig = Rig::new().await;
    let source = Source::open(plugin(), rig.connection_with("glpat-nobody-knows-this")).unwrap();
    let error = error(source.check().await.answer.unwrap_err());
    assert!(
        matches!(
            error.code,
            ErrorCode::Unauthenticated(CredentialProblem::Invalid | CredentialProblem::Missing)
        ),
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_state_of_an_account_has_its_own_words_and_hint() {
    let rig = Rig::new().await;
    let user = rig.forge.user("bot");
    let token = rig.forge.token(TokenSpec::new(&user, &["api"]));
    let source = Source::open(plugin(), rig.connection_with(&token)).unwrap();
    for (state, why, hint) in [
        (AccountState::Blocked, "it is blocked", "unblock"),
        (AccountState::Banned, "it is blocked", "unblock"),
        (AccountState::LdapBlocked, "it is blocked", "LDAP"),
        (AccountState::PendingApproval, "it waits for", "approve"),
        (AccountState::Deactivated, "it is deactivated", "sign in"),
        (
            AccountState::TermsNotAccepted,
            "it has not accepted",
            "accept",
        ),
        (AccountState::TwoFactorMissing, "two-factor", "set it up"),
        (
            AccountState::PasswordExpired,
            "its password",
            "new password",
        ),
        (AccountState::Unconfirmed, "its e-mail address", "link"),
    ] {
        let _user = user.clone().state(state);
        let error = error(source.check().await.answer.unwrap_err());
        let ErrorCode::Forbidden(Denial::Account(found)) = &error.code else {
            panic!("{state:?}: {error:?}")
        };
        assert!(found.contains(why), "{state:?}: {found}");
        assert!(
            error.hint.as_ref().unwrap().contains(hint),
            "{state:?}: {error:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_in_the_forges_place_are_told_apart() {
    let rig = Rig::new().await;
    let source = rig.source();
    let sso = "https://login.example/adfs/ls/?SAMLRequest=abcdef";
    let elsewhere = "https://elsewhere.example/git?session=abcdef";
    let with = |status, kind: &str, body: &str| {
        Effect::Status(
            status,
            body.to_owned(),
            vec![("content-type", kind.to_owned())],
        )
    };
    for (what, stranger) in [
        (Effect::SignInPage, "SignInPage"),
        (Effect::SignInRedirect, "SignInPage"),
        (Effect::RedirectTo(sso.to_owned()), "SignInPage"),
        (
            Effect::RedirectTo(elsewhere.to_owned()),
            "Redirect(\"https://elsewhere.example/git\")",
        ),
        (Effect::WebFirewall, "WebFirewall"),
        (
            with(503, "text/html", "<title>Just a moment...</title>"),
            "WebFirewall",
        ),
        (
            with(406, "text/html", "ModSecurity: Access denied"),
            "WebFirewall",
        ),
        (Effect::Html, "Other(\"text/html\")"),
        (
            with(404, "application/json", r#"{"detail":"Not Found"}"#),
            "Other(\"application/json\")",
        ),
    ] {
        let handle = rig.forge.fault(Fault {
            on: Matcher::all(),
            when: When::Always,
            what,
        });
        let error = error(source.check().await.answer.unwrap_err());
        let ErrorCode::NotTheApi(found) = &error.code else {
            panic!("{stranger}: {error:?}")
        };
        assert_eq!(format!("{found:?}"), format!("Stranger::{stranger}"));
        assert!(error.hint.is_some(), "{error:?}");
        assert!(!format!("{error:?}").contains("abcdef"), "{error:?}");
        handle.remove();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_version_is_not_the_forge() {
    let rig = Rig::new().await;
    let source = Source::open(plugin(), {
        let url = format!("{}/api", rig.forge.url());
        let token = code_source::TokenSource::Value(code_source::Secret::new(&rig.token));
        let private = ["127.0.0.0/8".parse().unwrap()];
        let connection = code_source::Connection::new("test", url, token);
        connection
            .ca_file(rig.folder().join("ca.pem"))
            .private_addresses(private)
    });
    rig.forge.allow_unexpected();
    let error = error(source.unwrap().check().await.answer.unwrap_err());
    assert!(matches!(error.code, ErrorCode::NotTheApi(_)), "{error:?}");
    rig.forge.clear_requests();
}
