//! A repository that GitLab does not show; apart because what is known of it is known by what stands
//! around it.

use super::{absence, place, reason, shown::account};
use crate::{
    bindings::{
        repositories::{Absence, RepositoryRef},
        types::{Aspect, Finding, Party, Severity},
    },
    call::Call,
    connection::{Standing, credential, unsatisfied_admin_mode},
    error::{Failure, quote},
    transport::Transport,
};

/// Explain what GitLab says is not there.
pub(super) async fn explain<T: Transport>(
    call: &Call<T>,
    named: &RepositoryRef,
) -> Result<Absence, Failure> {
    let path = match named {
        RepositoryRef::Id(_) => None,
        RepositoryRef::Path(path) => Some(path.as_str()),
    };
    let (standing, around) = call
        .both(Standing::ask(call), Around::ask(call, path))
        .await;
    let (standing, around) = (standing?, around?);
    if let Some(reason) = path.and_then(|path| around.is_none_of_its_kind(path)) {
        return Ok(absence(vec![reason]));
    }
    let mut reasons = vec![hidden(named, &standing, &around)];
    reasons.extend(unsatisfied_admin_mode(&standing));
    reasons.extend(credential(&standing));
    reasons.extend(not_an_administrator(&standing));
    reasons.extend(path.and_then(|path| around.other_account(path, &standing)));
    reasons.extend(visibility(&standing));
    Ok(absence(reasons))
}

/// What stands at the path and above it.
#[derive(Default)]
struct Around {
    is_group: bool,
    is_account: bool,
    /// Whether the path begins with an account's name.
    is_in_account: bool,
    groups: Vec<(String, bool)>,
}

impl Around {
    async fn ask<T: Transport>(call: &Call<T>, path: Option<&str>) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let first = path.split('/').next().unwrap_or_default();
        // Only what stands directly below an account's name is that account's.
        let may_be_personal = path.matches('/').count() < 2;
        let account = async {
            match may_be_personal {
                true => place::is_account(call, first).await,
                false => Ok(Some(false)),
            }
        };
        let ((group, account), groups) = call
            .both(
                call.both(place::is_group(call, path), account),
                place::groups_above(call, path),
            )
            .await;
        let is_account = account? == Some(true);
        Ok(Self {
            is_group: group? == Some(true),
            is_account: is_account && first == path,
            is_in_account: is_account && first != path,
            groups: groups?,
        })
    }

    fn is_none_of_its_kind(&self, path: &str) -> Option<Finding> {
        let kind = match (self.is_group, self.is_account) {
            (true, _) => "a group",
            (false, true) => "an account",
            (false, false) => return None,
        };
        let path = quote(path);
        let message = format!("`{path}` is {kind}, and no repository");
        let hint = format!("name one of its repositories: a list with the owner `{path}` has them");
        let reason = reason(Severity::Error, "not-a-repository", message);
        Some(reason.remedy(Party::User, hint))
    }

    fn other_account(&self, path: &str, standing: &Standing) -> Option<Finding> {
        let name = path.split('/').next().unwrap_or_default();
        let is_own = standing
            .user
            .told()
            .is_some_and(|user| user.username.eq_ignore_ascii_case(name));
        (self.is_in_account && !is_own).then(|| {
            let name = quote(name);
            let message = format!(
                "it would be a personal repository of `{name}`, and the token stands for {}",
                account(standing)
            );
            let hint = format!("have `{name}` invite the account, or use a token of `{name}`");
            reason(Severity::Warning, "other-account", message).remedy(Party::User, hint)
        })
    }

    /// How far the path leads.
    fn way(&self) -> String {
        let end = self.groups.iter().position(|(_, is_shown)| !is_shown);
        match (end, self.groups.last()) {
            (None, None) => String::new(),
            (None, Some((last, _))) => format!("; its group `{}` is shown", quote(last)),
            (Some(0), _) if self.is_in_account => String::new(),
            (Some(0), _) => {
                let (first, _) = &self.groups[0];
                format!("; nor is a group `{}` shown", quote(first))
            }
            (Some(end), _) => {
                let ((shown, _), (missing, _)) = (&self.groups[end - 1], &self.groups[end]);
                format!(
                    "; the group `{}` is shown, and `{}` is not",
                    quote(shown),
                    quote(missing)
                )
            }
        }
    }
}

fn hidden(named: &RepositoryRef, standing: &Standing, around: &Around) -> Finding {
    let (RepositoryRef::Id(name) | RepositoryRef::Path(name)) = named;
    let (name, account, way) = (quote(name), account(standing), around.way());
    if standing.is_administrator() {
        let message = format!(
            "there is no repository `{name}`: {account} is an administrator, who sees all of them{way}"
        );
        let hint = "check how it is written; it may have been deleted, or live in another GitLab";
        return reason(Severity::Error, "hidden", message).remedy(Party::User, hint);
    }
    let message = format!("there is no repository `{name}`, or none that {account} may see{way}");
    let hint =
        "if it is there, make the account a member of it or of its group, as Maintainer at least";
    reason(Severity::Error, "hidden", message).remedy(Party::ForgeAdministrator, hint)
}

fn not_an_administrator(standing: &Standing) -> Option<Finding> {
    let user = standing.user.told()?;
    (!user.is_admin).then(|| {
        let message = format!(
            "{} is no administrator, who would see every repository",
            account(standing)
        );
        let code = "not-an-administrator";
        Finding::new(Severity::Warning, Aspect::Account, code, message)
            .remedy(Party::User, "use the token of an administrator")
    })
}

/// GitLab shows public repositories to everybody, and internal ones to every account that is not
/// external: what it does not show is none of those.
fn visibility(standing: &Standing) -> Option<Finding> {
    let user = standing.user.told()?;
    if standing.is_administrator() || user.bot {
        return None;
    }
    let account = account(standing);
    let message = match user.external {
        true => format!(
            "{account} is an external account, which sees internal and private repositories only as a \
             member"
        ),
        false => format!("if it is there it is private, and {account} is no member of it"),
    };
    let reason = reason(Severity::Warning, "visibility", message);
    Some(reason.remedy(
        Party::ForgeAdministrator,
        "make the account a member of it or of its group",
    ))
}
