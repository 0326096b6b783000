//! A repository that GitLab shows, held against each part of the filter; apart because here every
//! reason names both sides.

use super::{list, place, reason};
use crate::{
    bindings::{
        repositories::Absence,
        types::{Finding, Party, Severity},
    },
    call::Call,
    connection::Standing,
    endpoint::Target,
    error::{Failure, quote},
    model::{Project, role},
    repositories::filter::Wanted,
    transport::Transport,
};

/// Explain. `old_path` is where it was looked for, if it has moved from there.
pub(super) async fn explain<T: Transport>(
    call: &Call<T>,
    project: Project,
    wanted: &Wanted<'_>,
    old_path: Option<&str>,
) -> Result<Absence, Failure> {
    let listed = Listed::ask(call, project.id, wanted);
    let (standing, listed) = call.both(Standing::known(call), listed).await;
    let held = Held {
        project: &project,
        wanted,
        standing: standing?,
        listed: listed?,
    };
    let mut reasons = held.errors();
    if let Some(owner) = wanted.owner
        && !held.is_in(owner)
    {
        reasons.insert(0, other_owner(call, &project, owner).await?);
    }
    if reasons.is_empty() && !held.listed.whole {
        reasons.push(held.left_out());
    }
    reasons.extend(old_path.map(|path| held.moved(path)));
    reasons.extend(held.warnings(&reasons));
    Ok(Absence {
        repository: Some(project.into_repository()),
        reasons,
    })
}

/// What the list of all projects says.
struct Listed {
    /// With all of the filter but search and owner, which are held against the project itself.
    whole: bool,
    /// With the state alone that the filter asks for.
    in_state: bool,
    /// With the least access alone that the filter asks for.
    at_level: bool,
    as_member: bool,
    maintained: bool,
    by_search: bool,
}

impl Listed {
    async fn ask<T: Transport>(
        call: &Call<T>,
        id: u64,
        wanted: &Wanted<'_>,
    ) -> Result<Self, Failure> {
        let level = |level: u32| move |list: Target| list.number("min_access_level", level.into());
        let least = wanted.minimum_level;
        // A search within one owner's projects is never GitLab's.
        let searches = wanted.search.is_some() && wanted.owner.is_none();
        let is_more_than_state = least.is_some() || wanted.member_only;
        let ((whole, in_state), ((maintained, by_search), (at_level, as_member))) = call
            .both(
                call.both(
                    list::has(call, id, |list| wanted.apply_but_search(list)),
                    list::has_if(call, id, is_more_than_state, |list| {
                        wanted.apply_state(list)
                    }),
                ),
                call.both(
                    call.both(
                        list::has(call, id, level(MAINTAINER)),
                        list::has_if(call, id, searches, |list| wanted.apply_search(list)),
                    ),
                    call.both(
                        list::has_if(call, id, least.is_some(), level(least.unwrap_or_default())),
                        list::has_if(call, id, wanted.member_only, |list| {
                            wanted.apply_membership(list)
                        }),
                    ),
                ),
            )
            .await;
        let whole = whole?;
        Ok(Self {
            whole,
            in_state: in_state? && (is_more_than_state || whole),
            at_level: at_level?,
            as_member: as_member?,
            maintained: maintained?,
            by_search: by_search?,
        })
    }
}

/// A repository, and what it is held against.
struct Held<'a> {
    project: &'a Project,
    wanted: &'a Wanted<'a>,
    standing: Standing,
    listed: Listed,
}

impl Held<'_> {
    fn path(&self) -> String {
        quote(&self.project.path_with_namespace)
    }

    fn account(&self) -> String {
        account(&self.standing)
    }

    /// What keeps it from the list.
    fn errors(&self) -> Vec<Finding> {
        let mut reasons = Vec::new();
        if !self.listed.in_state {
            reasons.extend(self.state());
        }
        reasons.extend(self.search());
        if !self.listed.as_member {
            let message = format!(
                "{} is no member of `{}`, which is {}, and the list is of what it is a member of",
                self.account(),
                self.path(),
                self.project.visibility()
            );
            let hint = "make the account a member, or list without `member-only`";
            let reason = reason(Severity::Error, "not-a-member", message);
            reasons.push(reason.remedy(Party::ForgeAdministrator, hint));
        }
        if let Some(least) = self.wanted.minimum_level
            && !self.listed.at_level
        {
            let message = format!("{}, and the filter asks for {}", self.access(), role(least));
            let hint = format!(
                "give the account at least {} there or in the group, or ask for less",
                role(least)
            );
            let reason = reason(Severity::Error, "access-too-low", message);
            reasons.push(reason.remedy(Party::ForgeAdministrator, hint));
        }
        reasons
    }

    fn state(&self) -> Option<Finding> {
        if let Some(day) = self.project.deleted_on() {
            let day = quote(day);
            let message = format!(
                "`{}` was marked for deletion (`{day}`), and GitLab's list leaves such out",
                self.path()
            );
            let hint =
                "restore it, if it is still wanted; until it is deleted it can be read by its id";
            let reason = reason(Severity::Error, "pending-deletion", message);
            return Some(reason.remedy(Party::ForgeAdministrator, hint));
        }
        (self.project.is_archived() && !self.wanted.include_archived).then(|| {
            let message = format!(
                "`{}` is archived, and the list is of those in use",
                self.path()
            );
            let hint = "list archived repositories too, or have it taken back into use";
            reason(Severity::Error, "archived", message).remedy(Party::User, hint)
        })
    }

    fn search(&self) -> Option<Finding> {
        let search = self.wanted.search?;
        let is_found = self.wanted.matches(self.project);
        if is_found && self.listed.by_search {
            return None;
        }
        let search = quote(search);
        let message = match is_found {
            true => format!(
                "GitLab's own search for `{search}` does not find `{}`",
                self.path()
            ),
            false => format!(
                "the search `{search}` is neither in its path `{}` nor in its name `{}`",
                self.path(),
                quote(self.project.name())
            ),
        };
        let hint = "search for a part of its path, without a gap";
        let reason = reason(Severity::Error, "search-differs", message);
        Some(reason.remedy(Party::User, hint))
    }

    /// GitLab's list lacks it for a reason that its answers do not give.
    fn left_out(&self) -> Finding {
        let message = format!(
            "GitLab shows `{}` by its name to {}, and leaves it out of the list",
            self.path(),
            self.account()
        );
        let hint = "look whether it is marked for deletion, and into GitLab's own logs";
        reason(Severity::Error, "hidden", message).remedy(Party::ForgeAdministrator, hint)
    }

    fn moved(&self, old_path: &str) -> Finding {
        let message = format!("`{}` has moved to `{}`", quote(old_path), self.path());
        let hint = "use its new path, or its id, which stays";
        reason(Severity::Warning, "moved", message).remedy(Party::User, hint)
    }

    /// What is also so, beside the reasons that were found.
    fn warnings(&self, reasons: &[Finding]) -> Vec<Finding> {
        let is_told = |code: &str| reasons.iter().any(|reason| reason.code == code);
        let mut warnings = Vec::new();
        if let Some(day) = self.project.deleted_on()
            && !is_told("pending-deletion")
        {
            let message = format!(
                "`{}` is marked for deletion (`{}`)",
                self.path(),
                quote(day)
            );
            let hint = "restore it, if it is still wanted";
            let warning = reason(Severity::Warning, "pending-deletion", message);
            warnings.push(warning.remedy(Party::ForgeAdministrator, hint));
        }
        if !self.listed.maintained
            && !self.standing.may_be_administrator()
            && !is_told("access-too-low")
        {
            let message = format!(
                "{}: products that list what an account maintains leave it out",
                self.access()
            );
            let hint = "give the account at least Maintainer there or in the group";
            let warning = reason(Severity::Warning, "access-too-low", message);
            warnings.push(warning.remedy(Party::ForgeAdministrator, hint));
            warnings.extend(crate::connection::unsatisfied_admin_mode(&self.standing));
        }
        warnings
    }

    /// Whom it is about, and what they may do there by which way.
    fn access(&self) -> String {
        let (account, path) = (self.account(), self.path());
        let (own, by_group) = self.project.levels();
        match (own, by_group) {
            (own, Some(level)) if own.is_none_or(|own| own < level) => {
                let group = self.project.namespace_path();
                format!(
                    "{account} is {} in `{path}`, through the group `{}`",
                    role(level),
                    quote(group)
                )
            }
            (Some(level), _) => format!("{account} is {} in `{path}`", role(level)),
            // A group that the project is shared with is in neither.
            (None, _) => format!("{account} is no direct member of `{path}` or of its group"),
        }
    }

    /// Whether it is in that group, at any depth, or belongs to that account.
    fn is_in(&self, owner: &str) -> bool {
        let path = self.project.path_with_namespace.to_lowercase();
        path.strip_prefix(&owner.to_lowercase())
            .is_some_and(|rest| rest.starts_with('/'))
    }
}

/// It belongs to somebody else; perhaps the owner that is asked for is nobody.
async fn other_owner<T: Transport>(
    call: &Call<T>,
    project: &Project,
    owner: &str,
) -> Result<Finding, Failure> {
    let (group, account) = call
        .both(place::is_group(call, owner), async {
            match owner.contains('/') {
                true => Ok(Some(false)),
                false => place::is_account(call, owner).await,
            }
        })
        .await;
    let is_nobody = group? == Some(false) && account? == Some(false);
    let (path, home) = (
        quote(&project.path_with_namespace),
        quote(project.namespace_path()),
    );
    let is_shared = project.is_shared_with(owner);
    let owner = quote(owner);
    let message = match (is_nobody, is_shared) {
        (true, _) => format!(
            "`{path}` is in `{home}`, and there is no group or account `{owner}`, or none that the \
             account may see"
        ),
        (false, true) => format!(
            "`{path}` is in `{home}`; it is shared with `{owner}`, and the list is of what is in there"
        ),
        (false, false) => format!("`{path}` is in `{home}`, and not in `{owner}`"),
    };
    let hint = format!("list with the owner `{home}`, or without one");
    Ok(reason(Severity::Error, "owner-differs", message).remedy(Party::User, hint))
}

/// The account in a sentence.
pub(super) fn account(standing: &Standing) -> String {
    match standing.user.told() {
        Some(user) => format!("`{}`", quote(&user.username)),
        None => "the token's account".to_owned(),
    }
}

const MAINTAINER: u32 = 40;
