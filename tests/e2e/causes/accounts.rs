//! Accounts that cannot be used, whatever their token.

use code_source_stand_in::{AccountState, Effect, TokenSpec};
use code_source_tests::Rig;

use super::cause::{Cause, Expected, Trouble, Who};
use super::scene::Scene;

pub(super) const CAUSES: &[Cause] = &[
    Cause {
        name: "a blocked account",
        trouble: Trouble::Authorisation,
        produced_by: "an account that an administrator blocked",
        produce: || Box::pin(of(AccountState::Blocked)),
        expected: Expected {
            says: "the account cannot be used: it is blocked: …",
            hint: "an administrator of GitLab has to unblock the account",
            who: Who::ForgeAdministrator,
            ..UNUSABLE
        },
    },
    Cause {
        name: "a banned account",
        trouble: Trouble::Authorisation,
        produced_by: "an account that an administrator banned, which GitLab calls blocked",
        produce: || Box::pin(of(AccountState::Banned)),
        expected: Expected {
            says: "the account cannot be used: it is blocked: …",
            hint: "an administrator of GitLab has to unblock the account",
            who: Who::ForgeAdministrator,
            ..UNUSABLE
        },
    },
    Cause {
        name: "an account that the directory blocked",
        trouble: Trouble::Authorisation,
        produced_by: "an account that LDAP blocked, which GitLab calls blocked",
        produce: || Box::pin(of(AccountState::LdapBlocked)),
        expected: Expected {
            says: "the account cannot be used: it is blocked: …",
            hint: "or let the directory (LDAP) do so",
            who: Who::ForgeAdministrator,
            ..UNUSABLE
        },
    },
    Cause {
        name: "an account that waits for approval",
        trouble: Trouble::Authorisation,
        produced_by: "an account that no administrator has approved",
        produce: || Box::pin(of(AccountState::PendingApproval)),
        expected: Expected {
            says: "the account cannot be used: it waits for an administrator's approval: …",
            hint: "an administrator of GitLab has to approve the account",
            who: Who::ForgeAdministrator,
            ..UNUSABLE
        },
    },
    Cause {
        name: "a deactivated account",
        trouble: Trouble::Authorisation,
        produced_by: "an account that was not used for long",
        produce: || Box::pin(of(AccountState::Deactivated)),
        expected: Expected {
            says: "the account cannot be used: it is deactivated: …",
            hint: "sign in to GitLab in a browser as the token's account",
            ..UNUSABLE
        },
    },
    Cause {
        name: "an account whose address is not confirmed",
        trouble: Trouble::Authorisation,
        produced_by: "an account that never followed GitLab's link",
        produce: || Box::pin(of(AccountState::Unconfirmed)),
        expected: Expected {
            says: "the account cannot be used: its e-mail address is not confirmed: …",
            hint: "follow the link that GitLab sent to that address",
            ..UNUSABLE
        },
    },
    Cause {
        name: "terms of service",
        trouble: Trouble::Authorisation,
        produced_by: "an account that has not accepted the terms of service",
        produce: || Box::pin(of(AccountState::TermsNotAccepted)),
        expected: Expected {
            says: "the account cannot be used: it has not accepted the terms of service: …",
            hint: "and accept them",
            ..UNUSABLE
        },
    },
    Cause {
        name: "two-factor authentication",
        trouble: Trouble::Authorisation,
        produced_by: "an account that has to set up a second factor",
        produce: || Box::pin(of(AccountState::TwoFactorMissing)),
        expected: Expected {
            says: "the account cannot be used: it has to set up two-factor authentication: …",
            hint: "set it up there",
            ..UNUSABLE
        },
    },
    Cause {
        name: "an expired password",
        trouble: Trouble::Authorisation,
        produced_by: "an account that has to change its password",
        produce: || Box::pin(of(AccountState::PasswordExpired)),
        expected: Expected {
            says: "the account cannot be used: its password has expired: …",
            hint: "set a new password",
            ..UNUSABLE
        },
    },
    Cause {
        name: "an address that GitLab does not accept",
        trouble: Trouble::Authorisation,
        produced_by: "a refusal for the IP address that the request comes from",
        produce: || {
            Box::pin(async {
                let body = r#"{"message":"403 Forbidden - Your IP address is not allowed."}"#;
                let json = ("content-type", "application/json".to_owned());
                let scene = Scene::of(Rig::new().await);
                scene.always(Effect::Status(403, body.to_owned(), vec![json]))
            })
        },
        expected: Expected {
            says: "the forge does not accept this machine's address: …",
            code: "ip-address-refused",
            station: "http",
            who: Who::ForgeAdministrator,
            hint: "add this host's address to those that GitLab accepts",
            not_reached: "version token account repositories rate-limit",
            ..UNUSABLE
        },
    },
];

/// An account that is known and may do nothing.
const UNUSABLE: Expected = Expected {
    says: "",
    code: "account-unusable",
    station: "account",
    hint: "",
    who: Who::User,
    status: 11,
    not_reached: "version token repositories rate-limit",
    also: &[],
    why: None,
};

/// A connection with the token of an account in this state.
async fn of(state: AccountState) -> Scene {
    let rig = Rig::new().await;
    let user = rig.forge.user("reader").state(state);
    let token = rig.forge.token(TokenSpec::new(&user, &["api"]));
    Scene::of(rig).token(&token)
}
