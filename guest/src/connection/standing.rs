//! Whom the token stands for, and what that account may do; apart because an absence is explained by
//! it too.

use serde::de::IgnoredAny;

use super::asked::{Asked, ask};
use crate::{
    bindings::types::{Denial, ErrorCode},
    call::Call,
    error::{Failure, Mark},
    model::{Token, User},
    transport::Transport,
};

/// The account and the token.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) user: Asked<User>,
    pub(crate) token: Asked<Token>,
    pub(crate) admin_mode: AdminMode,
}

/// Whether the instance asks administrators for its admin mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AdminMode {
    /// It does not, or the token is prepared.
    Satisfied,
    /// It does, and the token is not.
    Lacking,
    /// Nobody asked: the account is no administrator, or GitLab could not be asked.
    Unknown,
}

impl Standing {
    /// Ask, with three requests at most.
    pub(crate) async fn ask<T: Transport>(call: &Call<T>) -> Result<Self, Failure> {
        let user = ask(call, "/user", "reading the token's owner");
        let target = "/personal_access_tokens/self";
        let token = ask(call, target, "reading the token's scopes");
        let (user, token) = call.both(user, token).await;
        let mut standing = Self {
            user: user?,
            token: token.or_else(untold)?,
            admin_mode: AdminMode::Unknown,
        };
        standing.admin_mode = standing.find_admin_mode(call).await?;
        Ok(standing)
    }

    /// The same for a conclusion: of an account without a name nothing may be concluded, its rights least.
    pub(crate) async fn known<T: Transport>(call: &Call<T>) -> Result<Self, Failure> {
        let standing = Self::ask(call).await?;
        standing.complete()?;
        Ok(standing)
    }

    /// Fail where what was told is no account, or no token.
    pub(super) fn complete(&self) -> Result<(), Failure> {
        if self.user.told().is_some_and(User::is_nameless) {
            return Err(Failure::malformed("an account without a name"));
        }
        match self.token.told().is_some_and(Token::is_blank) {
            true => Err(Failure::malformed("a token without scopes")),
            false => Ok(()),
        }
    }

    /// The standing of whom GitLab told nothing.
    pub(super) fn untold(failure: &Failure) -> Self {
        Self {
            user: Asked::Refused(failure.again()),
            token: Asked::Refused(failure.again()),
            admin_mode: AdminMode::Unknown,
        }
    }

    /// Whether the account certainly sees every repository.
    pub(crate) fn is_administrator(&self) -> bool {
        self.is_named_administrator() && self.admin_mode == AdminMode::Satisfied
    }

    /// Whether the account sees every repository, as far as anybody knows.
    pub(crate) fn may_be_administrator(&self) -> bool {
        self.is_named_administrator() && self.admin_mode != AdminMode::Lacking
    }

    /// Whether the token may do only what was ticked when it was made.
    pub(crate) fn is_fine_grained(&self) -> bool {
        let refusals = [self.user.refused(), self.token.refused()];
        self.token.told().is_some_and(|token| token.granular)
            || refusals
                .into_iter()
                .flatten()
                .any(|failure| failure.is_marked(Mark::FineGrained))
    }

    /// Whether the account is an administrator's, whatever the token makes of it.
    pub(crate) fn is_named_administrator(&self) -> bool {
        self.user.told().is_some_and(|user| user.is_admin)
    }

    /// GitLab names an administrator whether or not the token acts as one, and lists less without a
    /// word. It refuses what only administrators may know, so it is asked for the smallest of that.
    async fn find_admin_mode<T: Transport>(&self, call: &Call<T>) -> Result<AdminMode, Failure> {
        let refusals = [self.user.refused(), self.token.refused()];
        if refusals.into_iter().flatten().any(is_admin_mode) {
            return Ok(AdminMode::Lacking);
        }
        if !self.is_named_administrator() {
            return Ok(AdminMode::Unknown);
        }
        let token = self.token.told();
        if token.is_some_and(|token| token.has("admin_mode")) {
            return Ok(AdminMode::Satisfied);
        }
        let action = "asking what only an administrator may know";
        match ask::<T, IgnoredAny>(call, "/application/plan_limits", action).await {
            Ok(Asked::Told(..)) => Ok(AdminMode::Satisfied),
            Ok(Asked::Refused(failure)) => match failure.code() {
                ErrorCode::Forbidden(Denial::Role(_) | Denial::AdminMode) => Ok(AdminMode::Lacking),
                _ => Ok(AdminMode::Unknown),
            },
            // The operator may not grant it, and what stands before GitLab may not let it through.
            Err(failure) => match failure.code() {
                ErrorCode::Denied | ErrorCode::NotFound(_) | ErrorCode::Unsupported(_) => {
                    Ok(AdminMode::Unknown)
                }
                _ => Err(failure),
            },
        }
    }
}

pub(super) fn is_admin_mode(failure: &Failure) -> bool {
    matches!(failure.code(), ErrorCode::Forbidden(Denial::AdminMode))
}

/// Tokens other than personal access tokens do not know themselves, and versions before 15.5 do not know
/// the question: to them `self` is an identity that is none, or the path one to delete at.
fn untold(failure: Failure) -> Result<Asked<Token>, Failure> {
    match failure.status() {
        Some(400 | 404 | 405) => Ok(Asked::Refused(failure)),
        _ => Err(failure),
    }
}
