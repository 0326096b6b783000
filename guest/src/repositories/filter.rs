//! From the contract's filter to GitLab's parameters; apart because the two do not mean the same.

use crate::{
    bindings::repositories::{Access, Filter},
    endpoint::Target,
    error::Failure,
    model,
    page::Fingerprint,
};

/// A filter that can be right.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) owner: Option<&'a str>,
    pub(super) search: Option<&'a str>,
    pub(super) minimum_level: Option<u32>,
    pub(super) member_only: bool,
    pub(super) include_archived: bool,
}

impl<'a> Wanted<'a> {
    pub(super) fn new(filter: &'a Filter) -> Result<Self, Failure> {
        if let Some(search) = &filter.search
            && search.trim().chars().count() < 3
        {
            return Err(Failure::invalid(
                "filter.search: at least three characters are needed",
            ));
        }
        Ok(Self {
            owner: filter.owner.as_deref().map(checked_owner).transpose()?,
            search: filter.search.as_deref().map(str::trim),
            minimum_level: filter
                .minimum_access
                .as_ref()
                .map(level)
                .transpose()?
                .flatten(),
            member_only: filter.member_only,
            include_archived: filter.include_archived,
        })
    }

    /// Append all that lists of projects know but the search: that of all projects, or of an owner's.
    pub(super) fn apply_but_search(&self, target: Target) -> Target {
        let target = self.apply_state(target);
        match (self.minimum_level, self.member_only) {
            // A level is one of members. Only the list of all projects knows `membership` as well.
            (Some(level), true) if self.owner.is_some() => at_least(target, level),
            (Some(level), true) => self.apply_membership(at_least(target, level)),
            (Some(level), false) => at_least(target, level),
            (None, true) => self.apply_membership(target),
            (None, false) => target,
        }
    }

    /// Append what only the list of all projects knows, too.
    ///
    /// The lists of one owner do not search in paths: what they would leave out is not known, so all of
    /// it is read there and searched here.
    pub(super) fn apply_to_all(&self, target: Target) -> Target {
        self.apply_search(self.apply_but_search(target))
    }

    pub(super) fn apply_state(&self, target: Target) -> Target {
        match self.include_archived {
            true => target,
            false => target.query("archived", "false"),
        }
    }

    pub(super) fn apply_search(&self, target: Target) -> Target {
        let Some(search) = self.search else {
            return target;
        };
        let target = target.query("search", search);
        target.query("search_namespaces", "true")
    }

    /// Append that the account has to be a member: at least a guest, where the list is an owner's.
    pub(super) fn apply_membership(&self, target: Target) -> Target {
        match self.owner {
            Some(_) => at_least(target, GUEST),
            None => target.query("membership", "true"),
        }
    }

    /// The forge's count, if it counts what `matches` lets pass.
    pub(super) fn counted(&self, total: Option<u64>) -> Option<u64> {
        total.filter(|_| self.search.is_none())
    }

    /// GitLab also finds words in descriptions.
    pub(super) fn matches(&self, project: &model::Project) -> bool {
        let Some(search) = self.search else {
            return true;
        };
        let search = search.to_lowercase();
        let contains = |text: &str| text.to_lowercase().contains(&search);
        contains(&project.path_with_namespace) || contains(project.name())
    }

    pub(super) fn fingerprint(&self, base_url: &str) -> Fingerprint {
        let level = self.minimum_level.map(|level| level.to_string());
        Fingerprint::new("repositories.list-repositories", base_url)
            .with_option(self.owner)
            .with_option(self.search)
            .with_option(level.as_deref())
            .with(if self.member_only { "member" } else { "all" })
            .with(if self.include_archived {
                "archived"
            } else {
                "used"
            })
    }
}

fn at_least(target: Target, level: u32) -> Target {
    target.number("min_access_level", u64::from(level))
}

fn checked_owner(owner: &str) -> Result<&str, Failure> {
    let is_odd = owner.len() > 1_024
        || owner.split('/').any(|part| matches!(part, "" | "." | ".."))
        || owner
            .chars()
            .any(|c| c.is_control() || matches!(c, '\\' | '?' | '#' | '%'));
    match is_odd {
        true => Err(Failure::invalid(
            "filter.owner: it is a group's full path or an account's name",
        )),
        false if owner.bytes().all(|byte| byte.is_ascii_digit()) => Err(Failure::invalid(
            "filter.owner: GitLab takes a name of digits alone for an identity; search for its path \
             instead",
        )),
        false => Ok(owner),
    }
}

/// GitLab's number for an access; none where it does not restrict.
fn level(access: &Access) -> Result<Option<u32>, Failure> {
    Ok(Some(match access {
        Access::None => return Ok(None),
        Access::Guest => GUEST,
        Access::Reporter => 20,
        Access::Developer => 30,
        Access::Maintainer => 40,
        Access::Owner => 50,
        Access::Other(number) => number.parse().map_err(|_| {
            Failure::invalid("filter.minimum-access: GitLab numbers its other levels")
        })?,
    }))
}

const GUEST: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Filter {
        Filter {
            search: None,
            owner: None,
            minimum_access: None,
            member_only: false,
            include_archived: true,
        }
    }

    fn query(filter: &Filter) -> String {
        let wanted = Wanted::new(filter).expect("it can be right");
        let target = Target::new("");
        match wanted.owner {
            Some(_) => wanted.apply_but_search(target).into(),
            None => wanted.apply_to_all(target).into(),
        }
    }

    #[test]
    fn what_is_left_out_does_not_restrict() {
        assert_eq!(query(&all()), "");
    }

    #[test]
    fn each_part_has_its_parameter() {
        let filter = Filter {
            search: Some(" Web ".to_owned()),
            minimum_access: Some(Access::Maintainer),
            member_only: true,
            include_archived: false,
            ..all()
        };
        assert_eq!(
            query(&filter),
            "?archived=false&min_access_level=40&membership=true&search=Web&search_namespaces=true"
        );
    }

    #[test]
    fn membership_of_an_owners_repositories_is_a_level() {
        let filter = Filter {
            owner: Some("web".to_owned()),
            member_only: true,
            ..all()
        };
        assert_eq!(query(&filter), "?min_access_level=10");
    }

    #[test]
    fn what_cannot_be_right_is_refused() {
        for filter in [
            Filter {
                search: Some("ab ".to_owned()),
                ..all()
            },
            Filter {
                owner: Some(String::new()),
                ..all()
            },
            Filter {
                owner: Some("a//b".to_owned()),
                ..all()
            },
            Filter {
                owner: Some("../a".to_owned()),
                ..all()
            },
            // It would be another one's list.
            Filter {
                owner: Some("2024".to_owned()),
                ..all()
            },
            Filter {
                minimum_access: Some(Access::Other("much".to_owned())),
                ..all()
            },
        ] {
            assert!(Wanted::new(&filter).is_err(), "{filter:?}");
        }
    }
}
