//! Accounts that cannot be used; apart because each state has its own way out, and another person who
//! knows it.

/// What is wrong with the account in a few words, and what to do; none where GitLab's words name no
/// state. They are matched loosely, because they change between versions and instances.
pub(super) fn state(lower: &str) -> Option<(&'static str, &'static str)> {
    let state = STATES
        .iter()
        .find(|state| state.words.iter().any(|word| lower.contains(word)))?;
    Some((state.name, state.hint))
}

struct State {
    words: &'static [&'static str],
    name: &'static str,
    hint: &'static str,
}

/// The first that fits counts: GitLab calls an account that waits for approval blocked as well, and
/// one that is banned or blocked by a directory only blocked.
const STATES: &[State] = &[
    State {
        words: &["pending approval"],
        name: "it waits for an administrator's approval",
        hint: "an administrator of GitLab has to approve the account",
    },
    State {
        words: &["terms"],
        name: "it has not accepted the terms of service",
        hint: "sign in to GitLab in a browser as the token's account, and accept them",
    },
    State {
        words: &["deactivated"],
        name: "it is deactivated",
        hint: "sign in to GitLab in a browser as the token's account, which makes it active again, or \
               ask an administrator of GitLab to activate it",
    },
    State {
        words: &["not confirmed", "confirm your", "unconfirmed"],
        name: "its e-mail address is not confirmed",
        hint: "follow the link that GitLab sent to that address, or ask an administrator of GitLab to \
               confirm it",
    },
    State {
        words: &["password"],
        name: "its password has expired",
        hint: "sign in to GitLab in a browser as the token's account, and set a new password",
    },
    State {
        words: &["two-factor", "two factor", "2fa"],
        name: "it has to set up two-factor authentication",
        hint: "sign in to GitLab in a browser as the token's account, and set it up there",
    },
    State {
        words: &["banned"],
        name: "it is banned",
        hint: "an administrator of GitLab has to unban the account",
    },
    State {
        words: &["ldap"],
        name: "it is blocked by the directory that it comes from",
        hint: "whoever runs the directory (LDAP) has to let the account in again",
    },
    State {
        words: &["blocked"],
        name: "it is blocked",
        hint: "an administrator of GitLab has to unblock the account, or let the directory (LDAP) do so \
               that it comes from; until then, use the token of another account",
    },
    State {
        words: &["locked"],
        name: "it is locked after failed attempts to sign in",
        hint: "wait ten minutes, or ask an administrator of GitLab to unlock the account",
    },
    State {
        words: &["internal users"],
        name: "it is one of GitLab's own",
        hint: "use the token of a person's or a service's account",
    },
    State {
        words: &["account"],
        name: "",
        hint: "sign in to GitLab in a browser as the token's account, which says what is wrong, or ask \
               an administrator of GitLab",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_told_by_gitlabs_own_words() {
        for (words, name) in [
            (
                "your account is pending approval from your administrator and hence blocked.",
                "it waits for an administrator's approval",
            ),
            (
                "you (@bot) must accept the terms of service in order to perform this action.",
                "it has not accepted the terms of service",
            ),
            (
                "your account has been deactivated by your administrator.",
                "it is deactivated",
            ),
            (
                "your primary email address is not confirmed.",
                "its e-mail address is not confirmed",
            ),
            ("your account has been blocked.", "it is blocked"),
            ("your password expired.", "its password has expired"),
            (
                "this action cannot be performed by internal users",
                "it is one of gitlab's own",
            ),
        ] {
            let (found, hint) = state(words).expect("it is known");
            assert_eq!(found.to_lowercase(), name, "{words}");
            assert!(!hint.is_empty());
        }
        assert!(state("403 forbidden").is_none());
    }
}
