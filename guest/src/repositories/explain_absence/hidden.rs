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
        .both(Standing::known(call), Around::ask(call, path))
        .await;
    let (standing, around) = (standing?, around?);
    if let Some(reason) = path.and_then(|path| around.is_none_of_its_kind(path)) {
        return Ok(absence(vec![reason]));
    }
    // What is certain decides: that it is not there at all is one of two guesses.
    let mut reasons = Vec::new();
    reasons.extend(admin_mode(named, &standing));
    reasons.extend(path.and_then(|path| around.other_account(path, &standing)));
    reasons.push(hidden(named, &standing, &around));
    reasons.extend(credential(&standing));
    reasons.extend(not_an_administrator(&standing));
    reasons.extend(visibility(&standing));
    Ok(absence(reasons))
}

/// What an administrator is not shown for want of admin mode.
fn admin_mode(named: &RepositoryRef, standing: &Standing) -> Option<Finding> {
    let mut finding = unsatisfied_admin_mode(standing)?;
    finding.message = format!(
        "GitLab does not show `{}`: {}",
        name(named),
        finding.message
    );
    finding.severity = Severity::Error;
    Some(finding)
}

/// The name in a sentence.
fn name(named: &RepositoryRef) -> String {
    let (RepositoryRef::Id(name) | RepositoryRef::Path(name)) = named;
    quote(name)
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
        let user = standing.user.told()?;
        let is_own = user.username.eq_ignore_ascii_case(name);
        // An administrator is shown what is anybody's.
        let is_none_of_its = self.is_in_account && !is_own && !standing.is_administrator();
        is_none_of_its.then(|| {
            let name = quote(name);
            let message = format!(
                "`{}` would be a personal repository of `{name}`, and the token stands for {}",
                quote(path),
                account(standing)
            );
            let hint = format!("have `{name}` invite the account, or use a token of `{name}`");
            reason(Severity::Error, "other-account", message).remedy(Party::User, hint)
        })
    }

    /// How far the path leads, where there is one.
    fn way(&self, named: &RepositoryRef) -> String {
        let RepositoryRef::Path(path) = named else {
            return String::new();
        };
        let end = self.groups.iter().position(|(_, is_shown)| !is_shown);
        match (end, self.groups.last()) {
            (None, None) => String::new(),
            (None, Some((last, _))) => match parent(path) == last {
                true => format!("; its group `{}` is shown", quote(last)),
                false => format!("; the group `{}` is shown", quote(last)),
            },
            (Some(0), _) if self.is_in_account => String::new(),
            (Some(0), _) => {
                let (first, _) = &self.groups[0];
                format!("; nor is a group `{}` shown", quote(first))
            }
            (Some(end), _) => {
                let ((shown, _), (missing, _)) = (&self.groups[end - 1], &self.groups[end]);
                let between = match parent(missing) == shown {
                    true => "",
                    false => "; GitLab was not asked for those between the two",
                };
                format!(
                    "; the group `{}` is shown, and `{}` is not{between}",
                    quote(shown),
                    quote(missing)
                )
            }
        }
    }
}

/// The path of what a path is directly in.
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn hidden(named: &RepositoryRef, standing: &Standing, around: &Around) -> Finding {
    let (name, account, way) = (name(named), account(standing), around.way(named));
    let with = |message: String| reason(Severity::Error, "hidden", message);
    if standing.is_administrator() {
        let message = format!(
            "there is no repository `{name}`: {account} is an administrator, who sees all of them{way}"
        );
        let hint = "check how it is written; it may have been deleted, or live in another GitLab";
        return with(message).remedy(Party::User, hint);
    }
    if standing.may_be_administrator() {
        let message = format!(
            "there is no repository `{name}`, or none that {account} is shown, an administrator of whom \
             GitLab does not tell whether it lacks the admin mode{way}"
        );
        let hint = "check how it is written; if it is there, use a token that has the scope \
                    `admin_mode` beside `api`";
        return with(message).remedy(Party::User, hint);
    }
    let message = format!("there is no repository `{name}`, or none that {account} may see{way}");
    let hint = "if it is there, make the account a member of it or of its group, as Reporter to read \
                code, as Developer to push, as Maintainer to change settings and to have it listed by \
                products";
    with(message).remedy(Party::ForgeAdministrator, hint)
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
/// external: what it does not show is none of those. What a fine-grained token or one of a group's or a
/// project's is shown is another matter.
fn visibility(standing: &Standing) -> Option<Finding> {
    let user = standing.user.told()?;
    if standing.may_be_administrator() || standing.is_fine_grained() || user.bot {
        return None;
    }
    let account = account(standing);
    let message = match user.external {
        true => format!(
            "{account} is an external account, which sees internal and private repositories only as a \
             member"
        ),
        false => format!(
            "{account} is shown all that is public or internal: if it is there it is private, and the \
             account no member, or it is about to be deleted"
        ),
    };
    let reason = reason(Severity::Warning, "visibility", message);
    Some(reason.remedy(
        Party::ForgeAdministrator,
        "make the account a member of it or of its group",
    ))
}
