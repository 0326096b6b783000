//! Accounts that cannot be used; apart because each state has its own way out, and another person who
//! knows it.

use crate::bindings::types::Party;

/// What is wrong with the account in a few words, which are none where only GitLab's say it, and what
/// to do, and who can; none where the reason, which GitLab writes behind `403 Forbidden - `, is
/// another one.
///
/// Only whole phrases count, and only at the reason's beginning: words such as "locked" or "terms" stand
/// in refusals of many other kinds, and in names.
pub(super) fn state(reason: &str) -> Option<&'static State> {
    let lower = reason.to_lowercase();
    STATES.iter().find(|state| state.is_told_by(&lower))
}

pub(super) struct State {
    /// How the reason begins, and what else is in it.
    phrases: &'static [(&'static str, &'static str)],
    pub(super) name: &'static str,
    pub(super) hint: &'static str,
    pub(super) remedied_by: Party,
}

impl State {
    fn is_told_by(&self, lower: &str) -> bool {
        let mut phrases = self.phrases.iter();
        phrases.any(|(beginning, rest)| {
            let after = lower.strip_prefix(beginning);
            after.is_some_and(|after| after.contains(rest))
        })
    }
}

/// The first that fits counts: GitLab calls an account that waits for approval blocked as well, and
/// one that is banned or blocked by a directory only blocked.
///
/// The words are those of GitLab's `UserAccessDeniedReason`, except for those about a second factor, a
/// ban and a lock: how those are worded, if at all, is a guess.
const STATES: &[State] = &[
    State {
        phrases: &[("your account is pending approval", "")],
        name: "it waits for an administrator's approval",
        hint: "an administrator of GitLab has to approve the account",
        remedied_by: Party::ForgeAdministrator,
    },
    State {
        phrases: &[("you ", "must accept the terms of service")],
        name: "it has not accepted the terms of service",
        hint: "sign in to GitLab in a browser as the token's account, and accept them",
        remedied_by: Party::User,
    },
    State {
        phrases: &[("your account has been deactivated", "")],
        name: "it is deactivated",
        hint: "sign in to GitLab in a browser as the token's account, which makes it active again, or \
               ask an administrator of GitLab to activate it",
        remedied_by: Party::User,
    },
    State {
        phrases: &[("your primary email address is not confirmed", "")],
        name: "its e-mail address is not confirmed",
        hint: "follow the link that GitLab sent to that address, or ask an administrator of GitLab to \
               confirm it",
        remedied_by: Party::User,
    },
    State {
        phrases: &[
            ("your password expired", ""),
            ("your password has expired", ""),
        ],
        name: "its password has expired",
        hint: "sign in to GitLab in a browser as the token's account, and set a new password",
        remedied_by: Party::User,
    },
    State {
        phrases: &[
            ("two-factor authentication", ""),
            ("you ", "two-factor authentication"),
        ],
        name: "it has to set up two-factor authentication",
        hint: "sign in to GitLab in a browser as the token's account, and set it up there",
        remedied_by: Party::User,
    },
    State {
        phrases: &[("your account has been banned", "")],
        name: "it is banned",
        hint: "an administrator of GitLab has to unban the account",
        remedied_by: Party::ForgeAdministrator,
    },
    State {
        phrases: &[
            ("your account has been blocked", ""),
            ("your account is blocked", ""),
        ],
        name: "it is blocked",
        hint: "an administrator of GitLab has to unblock the account, or let the directory (LDAP) do so \
               that it comes from; until then, use the token of another account",
        remedied_by: Party::ForgeAdministrator,
    },
    State {
        phrases: &[
            ("your account is locked", ""),
            ("your account has been locked", ""),
        ],
        name: "it is locked after failed attempts to sign in",
        hint: "wait ten minutes, or ask an administrator of GitLab to unlock the account",
        remedied_by: Party::User,
    },
    State {
        phrases: &[("this action cannot be performed by internal users", "")],
        name: "it is one of GitLab's own",
        hint: "use the token of a person's or a service's account",
        remedied_by: Party::User,
    },
    State {
        phrases: &[("your account is ", ""), ("your account has ", "")],
        name: "",
        hint: "sign in to GitLab in a browser as the token's account, which says what is wrong, or ask \
               an administrator of GitLab",
        remedied_by: Party::User,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_told_by_gitlabs_own_words() {
        for (words, name) in [
            (
                "Your account is pending approval from your administrator and hence blocked.",
                "it waits for an administrator's approval",
            ),
            (
                "You (@bot) must accept the Terms of Service in order to perform this action.",
                "it has not accepted the terms of service",
            ),
            (
                "Your account has been deactivated by your administrator.",
                "it is deactivated",
            ),
            (
                "Your primary email address is not confirmed.",
                "its e-mail address is not confirmed",
            ),
            ("Your account has been blocked.", "it is blocked"),
            ("Your password expired.", "its password has expired"),
            (
                "This action cannot be performed by internal users",
                "it is one of GitLab's own",
            ),
        ] {
            let found = state(words).expect("it is known");
            assert_eq!(found.name, name, "{words}");
            assert!(!found.hint.is_empty());
        }
    }

    #[test]
    fn what_is_refused_for_another_reason_is_not_the_account() {
        for words in [
            "",
            "The merge request is locked",
            "You are not allowed to push to the protected branch `your-account-has-been-blocked`",
            "Terms have to be accepted for 2fa0c1.example",
            "The account of this group has no password policy",
        ] {
            assert!(state(words).is_none(), "{words}");
        }
    }
}
