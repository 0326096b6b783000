//! What there is to know of the token; apart because a token is what people exchange first.

use super::{Asked, Facts};
use crate::{
    bindings::types::{Aspect, Denial, ErrorCode, Finding, Party, Severity},
    connection::Standing,
    error::{Failure, Mark, quote},
    model::{self, Version},
};

pub(super) fn all(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(scope(&facts.version, &facts.standing));
    findings.extend(kind(&facts.standing));
    findings.extend(expiry(facts));
    findings
}

/// What of the token itself keeps repositories from it.
pub(crate) fn credential(standing: &Standing) -> Vec<Finding> {
    kind(standing).into_iter().collect()
}

fn about(severity: Severity, code: &str, message: impl Into<String>) -> Finding {
    Finding::new(severity, Aspect::Token, code, message)
}

/// The scopes are read from the token, or from a refusal where it may not even read those.
fn scope(version: &Asked<Version>, standing: &Standing) -> Option<Finding> {
    let Some(token) = standing.token.told() else {
        return refused_scope(version, standing);
    };
    // What a fine-grained token may do is told one by one.
    if token.has("api") || token.granular {
        return None;
    }
    let message = match token.has("read_api") {
        true => "the token has the scope `read_api`, which reads and cannot write".to_owned(),
        false => format!(
            "the token has not the scope `api`, only: {}",
            quote(&token.scopes.join(", "))
        ),
    };
    let finding = about(Severity::Error, "token-without-api-scope", message);
    Some(finding.remedy(Party::User, WITH_API))
}

fn refused_scope(version: &Asked<Version>, standing: &Standing) -> Option<Finding> {
    let mut refusals = [version.refused(), standing.user.refused()]
        .into_iter()
        .flatten();
    let lacks_scope = |failure: &Failure| {
        matches!(failure.code(), ErrorCode::Forbidden(Denial::Scope(_)))
            && !failure.is_marked(Mark::FineGrained)
    };
    if refusals.any(lacks_scope) {
        let finding = about(
            Severity::Error,
            "token-without-api-scope",
            "GitLab refuses the token for want of a scope",
        );
        return Some(finding.remedy(Party::User, WITH_API));
    }
    let finding = about(
        Severity::Info,
        "token-scopes-unknown",
        "GitLab does not tell what the token may be used for",
    );
    Some(finding.remedy(
        Party::User,
        "if something is refused, make a token with the scope `api`",
    ))
}

/// What a token is that is not a person's own.
fn kind(standing: &Standing) -> Option<Finding> {
    if standing.is_fine_grained() {
        let finding = about(
            Severity::Warning,
            "fine-grained-token",
            "the token is a fine-grained one, which may do only what was ticked when it was made",
        );
        return Some(finding.remedy(
            Party::User,
            "where something is refused, add the permission that is named, or make a token with the \
             scope `api`",
        ));
    }
    let user = standing.user.told().filter(|user| user.bot)?;
    let (code, whose) = match bot_of(&user.username)? {
        ("project", id) => ("project-access-token", format!("the project {id}")),
        (_, id) => ("group-access-token", format!("the group {id}")),
    };
    let message = format!("the token belongs to {whose}, and sees no repository beyond it");
    let finding = about(Severity::Warning, code, message);
    Some(finding.remedy(
        Party::User,
        "for repositories elsewhere, use a personal access token",
    ))
}

/// `project_42_bot…` and `group_42_bot…` are how GitLab names the accounts that it makes for tokens.
fn bot_of(username: &str) -> Option<(&str, &str)> {
    let mut parts = username.splitn(3, '_');
    let (kind, id, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let is_one = matches!(kind, "project" | "group")
        && !id.is_empty()
        && id.bytes().all(|byte| byte.is_ascii_digit())
        && rest.starts_with("bot");
    is_one.then_some((kind, id))
}

fn expiry(facts: &Facts<'_>) -> Option<Finding> {
    let token = facts.standing.token.told()?;
    let Some(text) = token.expires_at.as_deref() else {
        let finding = about(
            Severity::Info,
            "token-never-expires",
            "the token has no end",
        );
        return Some(finding.remedy(Party::User, "make a new one from time to time"));
    };
    let left = model::date(text)?.saturating_sub(facts.now);
    // Begun days count: it is what people get when they subtract one date from the other.
    let days = left.max(0).saturating_add(DAY - 1) / DAY;
    let severity = match days {
        0..=14 => Severity::Warning,
        15..=30 => Severity::Info,
        _ => return None,
    };
    let left = match days {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    let message = format!("the token ends on {}, in {left}", quote(text));
    let finding = about(severity, "token-expires-soon", message);
    Some(finding.remedy(Party::User, "make a new one and enter it before that day"))
}

const DAY: i64 = 86_400;

const WITH_API: &str = "make a token with the scope `api`";
