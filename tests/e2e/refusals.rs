//! Every operation with a credential or an account that does not suffice, or where something else
//! than the forge answers.

use code_source::Source;
use code_source::contract::types::{CredentialProblem, Denial, Error, ErrorCode};
use code_source_stand_in::{AccountState, Effect, Fault, Feature, Matcher, TokenSpec, When};
use code_source_tests::{code, expect_error, played, plugin};
use time::macros::date;

use crate::operations::{Ended, READS, Stock, WRITES, operations};

impl Stock {
    /// The same connection with another token.
    fn with_token(&self, token: &str) -> Source {
        Source::open(plugin(), self.connection(token)).unwrap()
    }

    /// Hold every operation but `except` against what its error must be.
    async fn refuses(&self, source: &Source, except: &[&str], is_right: impl Fn(&Error) -> bool) {
        for operation in operations() {
            if except.contains(&operation) {
                continue;
            }
            let (ended, report) = self.run(source, operation).await;
            let Ended::Refused(error) = &ended else {
                panic!("{operation}: {ended:#?}\n{report:#?}")
            };
            assert!(is_right(error), "{operation}: {error:#?}");
            assert!(error.hint.is_some(), "{operation}: {error:#?}");
        }
    }

    fn disturb(&self, what: Effect) {
        self.rig.forge.fault(Fault {
            on: Matcher::all(),
            when: When::Always,
            what,
        });
    }
}

async fn shop() -> Stock {
    Stock::new(played()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_are_over_say_why_in_every_operation() {
    let shop = shop().await;
    let root = shop.rig.forge.user("root");
    let fresh = || TokenSpec::new(&root, &["api"]);
    let expired = shop.rig.forge.token(TokenSpec {
        expires: Some(date!(2020 - 01 - 01)),
        ..fresh()
    });
    let revoked = shop.rig.forge.token(TokenSpec {
        revoked: true,
        ..fresh()
    });
    let bound = shop.rig.forge.token(TokenSpec {
        proof_of_possession: true,
        ..fresh()
    });
    for (token, problem) in [
        (expired.as_str(), "CredentialProblem::Expired"),
        (&revoked, "CredentialProblem::Revoked"),
        (&bound, "CredentialProblem::Other"),
        ("glpat-nobody-knows-this", "CredentialProblem::Invalid"),
    ] {
        let source = shop.with_token(token);
        shop.refuses(&source, &[], |error| {
            let ErrorCode::Unauthenticated(found) = &error.code else {
                return false;
            };
            format!("{found:?}").starts_with(problem) && error.status == Some(401)
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_may_not_be_used_is_told_in_every_operation() {
    for state in [
        AccountState::Blocked,
        AccountState::Deactivated,
        AccountState::PasswordExpired,
        AccountState::TermsNotAccepted,
    ] {
        let shop = shop().await;
        let user = shop.rig.forge.user("somebody").administrator();
        let token = shop.rig.forge.token(TokenSpec::new(&user, &["api"]));
        let _user = user.state(state);
        let source = shop.with_token(&token);
        shop.refuses(&source, &[], |error| {
            matches!(&error.code, ErrorCode::Forbidden(Denial::Account(reason)) if !reason.is_empty())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_scope_is_named_where_it_is_missing() {
    let shop = shop().await;
    let root = shop.rig.forge.user("root");
    let token = shop.rig.forge.token(TokenSpec::new(&root, &["read_user"]));
    let source = shop.with_token(&token);
    shop.refuses(&source, &["connection.check"], |error| {
        matches!(&error.code, ErrorCode::Forbidden(Denial::Scope(scope)) if scope.contains("api"))
    })
    .await;
    assert!(matches!(
        shop.run(&source, "connection.check").await.0,
        Ended::Right(_)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fine_grained_token_without_the_permission_is_told_from_a_missing_scope() {
    let shop = shop().await;
    let root = shop.rig.forge.user("root");
    let spec = TokenSpec {
        granular: true,
        ..TokenSpec::new(&root, &["read_user"])
    };
    let source = shop.with_token(&shop.rig.forge.token(spec));
    let code: Vec<_> = operations()
        .filter(|name| !name.starts_with("git."))
        .collect();
    shop.refuses(&source, &code, |error| {
        let is_scope = matches!(&error.code, ErrorCode::Forbidden(Denial::Scope(scope)) if scope.contains("read_code"));
        is_scope && error.hint.as_ref().is_some_and(|hint| hint.contains("fine-grained"))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn under_admin_mode_an_administrators_token_sees_what_a_member_sees() {
    let shop = shop().await;
    shop.rig.forge.feature(Feature::AdminMode);
    let (ended, _) = shop.run(&shop.source, "git.resolve").await;
    let Ended::Refused(error) = ended else {
        panic!("{ended:?}")
    };
    assert!(
        format!("{:?}", error.code).contains("Subject::Repository"),
        "{error:?}"
    );
    let root = shop.rig.forge.user("root");
    let token = shop
        .rig
        .forge
        .token(TokenSpec::new(&root, &["api", "admin_mode"]));
    let source = shop.with_token(&token);
    assert!(matches!(
        shop.run(&source, "git.resolve").await.0,
        Ended::Right(_)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_sees_the_repository_and_not_its_code() {
    let shop = shop().await;
    let guest = shop.rig.forge.user("guest");
    let _project = shop
        .project
        .clone()
        .members(&guest, code_source_stand_in::AccessLevel::Guest);
    let source = shop.with_token(&shop.rig.forge.token(TokenSpec::new(&guest, &["api"])));
    let open = [
        "connection.check",
        "repositories.list-repositories",
        "repositories.read-repository",
        "git.link",
        "git.resolve",
    ];
    for operation in &open[..4] {
        assert!(
            matches!(shop.run(&source, operation).await.0, Ended::Right(_)),
            "{operation}"
        );
    }
    let others = operations().filter(|name| !name.starts_with("git."));
    let others: Vec<_> = others.chain(["git.link"]).collect();
    shop.refuses(&source, &others, |error| {
        matches!(error.code, ErrorCode::Forbidden(Denial::Role(_)))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_for_people_is_not_the_api_in_every_operation() {
    for what in [
        Effect::Html,
        Effect::SignInRedirect,
        Effect::RedirectTo("https://elsewhere.example/login".to_owned()),
    ] {
        let shop = shop().await;
        shop.disturb(what);
        // What becomes of a write that such a page answers is a matter of its own.
        shop.refuses(&shop.source, &WRITES, |error| {
            matches!(error.code, ErrorCode::NotTheApi(_))
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_never_followed_and_its_query_never_shown() {
    let shop = shop().await;
    let secret = "https://elsewhere.example/login?session=abcdef";
    shop.disturb(Effect::RedirectTo(secret.to_owned()));
    let (Ended::Refused(error), report) = shop.run(&shop.source, "git.read-commit").await else {
        panic!()
    };
    assert!(
        error
            .hint
            .as_ref()
            .unwrap()
            .contains("elsewhere.example/login"),
        "{error:?}"
    );
    assert!(!format!("{error:?}").contains("abcdef"), "{error:?}");
    assert_eq!(report.requests.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_404_in_plain_text_is_an_error_and_not_an_empty_answer() {
    let shop = shop().await;
    shop.disturb(Effect::Status(
        404,
        "404 page not found\n".to_owned(),
        Vec::new(),
    ));
    for operation in READS {
        let (ended, _) = shop.run(&shop.source, operation).await;
        let Ended::Refused(error) = &ended else {
            panic!("{operation}: {ended:?}")
        };
        let is_right = matches!(error.code, ErrorCode::NotFound(_) | ErrorCode::NotTheApi(_));
        assert!(
            is_right && error.status == Some(404),
            "{operation}: {error:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_decodes_slashes_is_hinted_at_where_names_have_them() {
    let shop = shop().await;
    shop.rig.forge.feature(Feature::DecodePercent2f);
    shop.project.branch("feature/a", &shop.base);
    let at = code_source::contract::git::Revision::Branch("feature/a".to_owned());
    let error = expect_error(shop.source.resolve(&shop.id, &at).await);
    assert!(
        error.hint.as_ref().is_some_and(|hint| hint.contains("%2F")),
        "{error:?}"
    );
    let error = expect_error(
        shop.source
            .stat_file(
                &shop.id,
                &code_source::contract::git::Revision::Commit(shop.tip.clone()),
                "src/000",
            )
            .await,
    );
    assert!(
        error.hint.as_ref().is_some_and(|hint| hint.contains("%2F")),
        "{error:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_are_null_missing_or_unknown_do_not_matter() {
    let shop = shop().await;
    let body = format!(
        r#"{{"id":"{}","message":null,"parent_ids":null,"new":{{"a":[1]}},"authored_date":"soon"}}"#,
        shop.tip
    );
    let headers = vec![("content-type", "application/json; charset=utf-8".to_owned())];
    shop.disturb(Effect::Status(200, body, headers));
    let commit = code_source_tests::expect(shop.source.read_commit(&shop.id, &shop.tip).await);
    assert!(commit.message.is_empty() && commit.parents.is_empty());
    shop.rig.forge.clear_faults();
    let body = format!(
        r#"{{"id":{},"path_with_namespace":"web/shop","visibility":"odd","archived":null}}"#,
        shop.id
    );
    shop.disturb(Effect::Status(
        200,
        body,
        vec![("content-type", "application/json".to_owned())],
    ));
    let reference = code_source::contract::repositories::RepositoryRef::Id(shop.id.clone());
    let found = code_source_tests::expect(shop.source.read_repository(&reference).await);
    assert!(
        matches!(found.visibility, code_source::contract::repositories::Visibility::Other(word) if word == "odd")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_address_and_a_failed_request_keep_the_forges_name_for_it() {
    let shop = shop().await;
    let body = r#"{"message":"403 Forbidden - Your IP address is not allowed"}"#.to_owned();
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("x-request-id", "01HXYZ".to_owned()),
    ];
    shop.disturb(Effect::Status(403, body, headers));
    let error = expect_error(shop.source.read_commit(&shop.id, &shop.tip).await);
    assert_eq!(error.request_id.as_deref(), Some("01HXYZ"));
    assert_eq!(
        code(shop.source.read_commit(&shop.id, &shop.tip).await),
        "Forbidden(IpAddress)"
    );
}

/// What people may be told of a token is never the token.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_token_is_invalid_and_not_quoted() {
    let shop = shop().await;
    let source = shop.with_token("glpat-not-to-be-repeated");
    let error = expect_error(source.check().await);
    assert!(
        matches!(
            error.code,
            ErrorCode::Unauthenticated(CredentialProblem::Invalid)
        ),
        "{error:?}"
    );
    assert!(!format!("{error:?}").contains("not-to-be-repeated"));
}
