//! What there is to know of the account; apart because what it sees depends on what it is.

use super::{Facts, lacks_scope};
use crate::{
    bindings::types::{Aspect, Finding, Party, Severity},
    connection::{AdminMode, Standing},
    error::{Mark, quote},
};

pub(super) fn all(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(unsatisfied_admin_mode(&facts.standing));
    findings.extend(administrator(&facts.standing));
    findings.extend(state(&facts.standing));
    findings
}

/// The instance treats an administrator's token as anybody's, because it lacks the scope.
pub(crate) fn unsatisfied_admin_mode(standing: &Standing) -> Option<Finding> {
    let name = match standing.user.told() {
        Some(user) => format!("`{}` is an administrator, and ", quote(&user.username)),
        None => String::new(),
    };
    (standing.admin_mode == AdminMode::Lacking).then(|| {
        Finding::new(
            Severity::Warning,
            Aspect::Token,
            "admin-mode-required",
            format!(
                "{name}GitLab asks administrators for its admin mode, which the token does not have: it \
                 sees only what is public or internal, and what the account is a member of"
            ),
        )
        .remedy(
            Party::User,
            "make a token that has the scope `admin_mode` beside `api`",
        )
    })
}

fn administrator(standing: &Standing) -> Option<Finding> {
    let user = standing.user.told()?;
    let token = standing.token.told();
    if user.is_admin {
        // Whether GitLab asks for admin mode could not be found out.
        let is_open = standing.admin_mode == AdminMode::Unknown
            && token.is_some_and(|token| !token.has("admin_mode"));
        return is_open.then(|| {
            Finding::new(
                Severity::Info,
                Aspect::Token,
                "admin-mode-not-covered",
                "the token lacks the scope `admin_mode`, which matters where GitLab asks \
                 administrators for that mode",
            )
            .remedy(
                Party::User,
                "if repositories of others are not listed, make a token that has it too",
            )
        });
    }
    let hint = match token.is_some_and(|token| token.has("admin_mode")) {
        true => "if a repository is missing, use the token of an administrator",
        false => {
            "if a repository is missing, use the token of an administrator, with the scope \
             `admin_mode` too if GitLab asks for it"
        }
    };
    let open = match user.external {
        true => "public",
        false => "public or internal",
    };
    let message = format!(
        "`{}` is not an administrator: it sees what is {open}, and what it is a member of",
        quote(&user.username)
    );
    // Most connections are meant to be like that.
    let code = "not-an-administrator";
    Some(Finding::new(Severity::Info, Aspect::Account, code, message).remedy(Party::User, hint))
}

fn state(standing: &Standing) -> Option<Finding> {
    if let Some(failure) = standing.user.refused() {
        let message = format!(
            "GitLab does not tell whose token it is: {}",
            failure.message()
        );
        let code = "account-unknown";
        let is_known = lacks_scope(failure) && !failure.is_marked(Mark::FineGrained);
        let severity = match is_known {
            true => Severity::Info,
            false => Severity::Warning,
        };
        let finding = Finding::new(severity, Aspect::Account, code, message);
        let hint = failure.hint().unwrap_or("check the token's scopes");
        return Some(finding.remedy(Party::User, hint));
    }
    let user = standing.user.told()?;
    let is_usable = matches!(user.state.as_str(), "" | "active");
    (!is_usable).then(|| {
        let message = format!("the account's state is `{}`", quote(&user.state));
        let code = "account-not-active";
        Finding::new(Severity::Warning, Aspect::Account, code, message).remedy(
            Party::ForgeAdministrator,
            "make the account active, in the Admin area under Users",
        )
    })
}
