//! Accounts; apart, because tokens and roles point to them.

use std::sync::Arc;

use crate::shared::Shared;

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum AccountState {
    /// It may.
    #[default]
    Active,
    /// An administrator banned it, which GitLab tells it in the words of a blocked one.
    Banned,
    /// An administrator blocked it.
    Blocked,
    /// It was not used for long.
    Deactivated,
    /// The directory that it comes from blocked it, which GitLab tells it like any other block.
    LdapBlocked,
    /// Its password must be changed first.
    PasswordExpired,
    /// No administrator has approved it yet.
    PendingApproval,
    /// It has not accepted the terms of service.
    TermsNotAccepted,
    /// It has to set up a second factor first. That GitLab refuses a token for this, and in which
    /// words, is not known: these are made up.
    TwoFactorMissing,
    /// Nobody followed the link that was sent to its address.
    Unconfirmed,
}

impl AccountState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Banned => "banned",
            Self::Blocked => "blocked",
            Self::Deactivated => "deactivated",
            Self::LdapBlocked => "ldap_blocked",
            Self::PendingApproval => "blocked_pending_approval",
            _ => "active",
        }
    }

    /// GitLab's words to an account that may not be used.
    pub(crate) fn rejection(self, username: &str, url: &str) -> Option<String> {
        match self {
            Self::Active => None,
            Self::Banned | Self::Blocked | Self::LdapBlocked => {
                Some("Your account has been blocked.".to_owned())
            }
            Self::Deactivated => Some(format!(
                "Your account has been deactivated by your administrator. Please log back in from \
                 a web browser to reactivate your account at {url}"
            )),
            Self::PasswordExpired => Some(
                "Your password expired. Please access GitLab from a web browser to update your \
                 password."
                    .to_owned(),
            ),
            Self::PendingApproval => Some(
                "Your account is pending approval from your administrator and hence blocked."
                    .to_owned(),
            ),
            Self::TwoFactorMissing => {
                Some("Two-factor authentication has to be set up for this account.".to_owned())
            }
            Self::Unconfirmed => Some(format!(
                "Your primary email address is not confirmed. Please check your inbox for the \
                 confirmation instructions. In case the link is expired, you can request a new \
                 confirmation email at {url}users/confirmation/new"
            )),
            Self::TermsNotAccepted => Some(format!(
                "You (@{username}) must accept the Terms of Service in order to perform this \
                 action. To accept these terms, please access GitLab from a web browser at {url}."
            )),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct UserRecord {
    pub(crate) id: u64,
    pub(crate) username: String,
    pub(crate) name: String,
    pub(crate) admin: bool,
    pub(crate) bot: bool,
    pub(crate) external: bool,
    pub(crate) state: AccountState,
}

impl UserRecord {
    pub(crate) fn email(&self) -> String {
        format!("{}@example.com", self.username)
    }
}

/// An account of the stand-in.
#[derive(Clone)]
pub struct User {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: u64,
}

impl User {
    /// Makes it an administrator of the instance.
    pub fn administrator(self) -> Self {
        self.change(|user| user.admin = true)
    }

    /// Changes whether it may be used.
    pub fn state(self, state: AccountState) -> Self {
        self.change(|user| user.state = state)
    }

    /// Blocks it.
    pub fn blocked(self) -> Self {
        self.state(AccountState::Blocked)
    }

    /// Makes it the account of a project or group access token.
    pub fn bot(self) -> Self {
        self.change(|user| user.bot = true)
    }

    /// Makes it an external account, which sees only what is public or what it is a member of.
    pub fn external(self) -> Self {
        self.change(|user| user.external = true)
    }

    /// Its number.
    pub fn id(&self) -> u64 {
        self.id
    }

    fn change(self, change: impl FnOnce(&mut UserRecord)) -> Self {
        self.shared.write(|world| {
            if let Some(user) = world.user_mut(self.id) {
                change(user);
            }
        });
        self
    }
}
