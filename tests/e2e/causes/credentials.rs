//! Tokens that the forge does not accept, or that may do too little.

use code_source_stand_in::{Feature, StandIn, TokenSpec, User};
use code_source_tests::Rig;
use time::OffsetDateTime;

use super::cause::{Cause, Expected, Trouble, Who};
use super::scene::Scene;

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        name: "a token that nobody knows",
        trouble: Trouble::Authorisation,
        produced_by: "a token of another forge",
        produce: || Box::pin(async { Scene::of(Rig::new().await).token("glpat-of-an0ther-forge") }),
        expected: Expected {
            says: "the forge does not know the token: …",
            code: "token-unknown",
            hint: "check that the token was copied whole",
            ..REFUSED
        },
    },
    Cause {
        name: "a token that was rotated elsewhere",
        trouble: Trouble::Authorisation,
        produced_by: "a token that was revoked after its file was written",
        produce: || {
            Box::pin(with(&["api"], |spec| TokenSpec {
                revoked: true,
                ..spec
            }))
        },
        expected: Expected {
            says: "the token was revoked: …",
            code: "token-revoked",
            hint: "a token that was rotated elsewhere is revoked by that, and the one here was written on ",
            ..REFUSED
        },
    },
    Cause {
        name: "an expired token",
        trouble: Trouble::Authorisation,
        produced_by: "a token whose last day was yesterday",
        produce: || Box::pin(with(&["api"], |spec| ending(spec, -1))),
        expected: Expected {
            says: "the token has expired: …",
            code: "token-expired",
            hint: "make a new token",
            ..REFUSED
        },
    },
    Cause {
        name: "a token that soon ends",
        trouble: Trouble::Authorisation,
        produced_by: "a token whose last day is in three days; all works",
        produce: || Box::pin(with(&["api"], |spec| ending(spec, 3))),
        expected: Expected {
            says: "the token ends on …, in 3 days",
            code: "token-expires-soon",
            hint: "make a new one and enter it before that day",
            ..WORKS
        },
    },
    Cause {
        name: "a token that needs proof of possession",
        trouble: Trouble::Authorisation,
        produced_by: "an account that proves with every request that it holds a key",
        produce: || {
            Box::pin(with(&["api"], |spec| TokenSpec {
                proof_of_possession: true,
                ..spec
            }))
        },
        expected: Expected {
            says: "the forge does not accept the token: …",
            code: "token-refused",
            hint: "the account asks for proof of possession",
            ..REFUSED
        },
    },
    Cause {
        name: "a token that may only read",
        trouble: Trouble::Authorisation,
        produced_by: "a token with the scope `read_api`",
        produce: || Box::pin(with(&["read_api"], |spec| spec)),
        expected: Expected {
            says: "the token has the scope `read_api`, which reads and cannot write",
            code: "token-without-api-scope",
            hint: "make a token with the scope `api`",
            status: 6,
            ..WORKS
        },
    },
    Cause {
        name: "a token that may clone and nothing else",
        trouble: Trouble::Authorisation,
        produced_by: "a token with the scope `read_repository`",
        produce: || Box::pin(with(&["read_repository"], |spec| spec)),
        expected: Expected {
            says: "the token has not the scope `api`, only: read_repository",
            code: "token-without-api-scope",
            hint: "make a token with the scope `api`",
            status: 6,
            ..WORKS
        },
    },
    Cause {
        name: "a fine-grained token",
        trouble: Trouble::Authorisation,
        produced_by: "a token that may do one thing only",
        produce: || {
            Box::pin(async {
                let rig = Rig::with(StandIn::builder().version("19.0.0-ee")).await;
                let root = rig.forge.user("root");
                let token = rig.forge.token(TokenSpec {
                    granular: true,
                    ..TokenSpec::new(&root, &["read_repository_tree"])
                });
                Scene::of(rig).token(&token)
            })
        },
        expected: Expected {
            says: "the token is a fine-grained one, …",
            code: "fine-grained-token",
            hint: "make a token with the scope `api`",
            also: &["account-unknown"],
            ..WORKS
        },
    },
    Cause {
        name: "a project's token",
        trouble: Trouble::NotListed,
        produced_by: "the token that GitLab makes for a project",
        produce: || Box::pin(of("project_42_bot_0a1b", User::bot)),
        expected: Expected {
            says: "the token belongs to the project 42, and sees no repository beyond it",
            code: "project-access-token",
            hint: "use a personal access token",
            ..WORKS
        },
    },
    Cause {
        name: "a group's token",
        trouble: Trouble::NotListed,
        produced_by: "the token that GitLab makes for a group",
        produce: || Box::pin(of("group_7_bot_0a1b", User::bot)),
        expected: Expected {
            says: "the token belongs to the group 7, and sees no repository beyond it",
            code: "group-access-token",
            hint: "use a personal access token",
            ..WORKS
        },
    },
    Cause {
        name: "admin mode",
        trouble: Trouble::NotListed,
        produced_by: "an administrator's token without `admin_mode`, where GitLab asks for it",
        produce: || {
            Box::pin(async {
                let rig = Rig::new().await;
                rig.forge.feature(Feature::AdminMode);
                Scene::of(rig)
            })
        },
        expected: Expected {
            says: "`root` is an administrator, and GitLab asks administrators for its admin mode, which the token does not have: …",
            code: "admin-mode-required",
            hint: "make a token that has the scope `admin_mode` beside `api`",
            ..WORKS
        },
    },
];

/// A token that the forge does not accept.
const REFUSED: Expected = Expected {
    says: "",
    code: "",
    station: "token",
    hint: "",
    who: Who::User,
    status: 10,
    not_reached: "version account repositories rate-limit",
    also: &[],
    why: None,
};

/// A token that is accepted.
const WORKS: Expected = Expected {
    says: "",
    code: "",
    station: "token",
    hint: "",
    who: Who::User,
    status: 0,
    not_reached: "",
    also: &[],
    why: None,
};

/// A connection with a token of the administrator.
async fn with(scopes: &[&str], change: fn(TokenSpec<'_>) -> TokenSpec<'_>) -> Scene {
    let rig = Rig::new().await;
    let root = rig.forge.user("root");
    let token = rig.forge.token(change(TokenSpec::new(&root, scopes)));
    Scene::of(rig).token(&token)
}

/// A connection with the token of another account.
async fn of(username: &str, change: fn(User) -> User) -> Scene {
    let rig = Rig::new().await;
    let user = change(rig.forge.user(username));
    let token = rig.forge.token(TokenSpec::new(&user, &["api"]));
    Scene::of(rig).token(&token)
}

fn ending(spec: TokenSpec<'_>, days: i64) -> TokenSpec<'_> {
    let last = OffsetDateTime::now_utc().date() + time::Duration::days(days);
    TokenSpec {
        expires: Some(last),
        ..spec
    }
}
