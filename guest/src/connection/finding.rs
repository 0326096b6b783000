//! What a person should know; apart because each finding is a promise with a stable name.

use super::check::Asked;
use crate::{
    bindings::types::{Aspect, Denial, ErrorCode, Finding, Party, Severity},
    error::quote,
    model::{self, Token, User, Version},
};

/// What GitLab told, and what it is held against.
pub(super) struct Facts<'a> {
    pub(super) version: Asked<Version>,
    pub(super) user: Asked<User>,
    pub(super) token: Asked<Token>,
    pub(super) base_url: &'a str,
    pub(super) now: i64,
}

/// All findings, the most severe first.
pub(super) fn all(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(version(facts));
    findings.extend(scope(facts));
    findings.extend(expiry(facts));
    findings.extend(administrator(facts));
    findings.extend(admin_mode(facts));
    findings.extend(account(facts));
    findings.extend(address(facts));
    findings.sort_by_key(|finding| match finding.severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Info => 2,
    });
    findings
}

fn version(facts: &Facts<'_>) -> Option<Finding> {
    let told = facts.version.told();
    let Some(number) = told.and_then(Version::number) else {
        return Some(
            Finding::new(
                Severity::Warning,
                Aspect::Version,
                "version-unknown",
                "GitLab does not tell its version",
            )
            .remedy(
                Party::ForgeAdministrator,
                "make sure that it is 16.8 or later",
            ),
        );
    };
    (number < OLDEST).then(|| {
        let (major, minor) = number;
        Finding::new(
            Severity::Error,
            Aspect::Version,
            "version-too-old",
            format!("GitLab is version {major}.{minor}, and 16.8 is the oldest that works"),
        )
        .remedy(Party::ForgeAdministrator, "update GitLab")
    })
}

/// The scopes are read from the token, or from a refusal where it may not even read those.
fn scope(facts: &Facts<'_>) -> Option<Finding> {
    let Some(token) = facts.token.told() else {
        return refused_scope(facts);
    };
    let has = |scope: &str| token.scopes.iter().any(|s| s == scope);
    if has("api") {
        return None;
    }
    let message = match has("read_api") {
        true => "the token has the scope `read_api`, which reads and cannot write".to_owned(),
        false => format!(
            "the token has not the scope `api`, only: {}",
            quote(&token.scopes.join(", "))
        ),
    };
    Some(
        Finding::new(
            Severity::Error,
            Aspect::Token,
            "token-without-api-scope",
            message,
        )
        .remedy(Party::User, "make a token with the scope `api`"),
    )
}

fn refused_scope(facts: &Facts<'_>) -> Option<Finding> {
    let refusals = [facts.version.refused(), facts.user.refused()];
    let lacks_scope = refusals
        .into_iter()
        .flatten()
        .any(|failure| matches!(failure.code(), ErrorCode::Forbidden(Denial::Scope(_))));
    if lacks_scope {
        return Some(
            Finding::new(
                Severity::Error,
                Aspect::Token,
                "token-without-api-scope",
                "GitLab refuses the token for want of a scope",
            )
            .remedy(Party::User, "make a token with the scope `api`"),
        );
    }
    Some(
        Finding::new(
            Severity::Info,
            Aspect::Token,
            "token-scopes-unknown",
            "GitLab does not tell what the token may be used for, as with fine-grained tokens",
        )
        .remedy(
            Party::User,
            "if something is refused, make a token with the scope `api`",
        ),
    )
}

fn expiry(facts: &Facts<'_>) -> Option<Finding> {
    let token = facts.token.told()?;
    let Some(text) = token.expires_at.as_deref() else {
        return Some(
            Finding::new(
                Severity::Info,
                Aspect::Token,
                "token-never-expires",
                "the token has no end",
            )
            .remedy(Party::User, "make a new one from time to time"),
        );
    };
    let left = model::date(text)?.saturating_sub(facts.now);
    // Begun days count, so that "0 days" means that it is over.
    let days = left.max(0).saturating_add(DAY - 1) / DAY;
    let severity = match days {
        0..=14 => Severity::Warning,
        15..=30 => Severity::Info,
        _ => return None,
    };
    Some(
        Finding::new(
            severity,
            Aspect::Token,
            "token-expires-soon",
            format!("the token ends on {}, in {days} days", quote(text)),
        )
        .remedy(Party::User, "make a new one and enter it before that day"),
    )
}

fn administrator(facts: &Facts<'_>) -> Option<Finding> {
    let user = facts.user.told()?;
    let has_admin_mode = facts.token.told().is_some_and(has_admin_mode);
    if user.is_admin {
        // GitLab does not tell whether it asks for admin mode, and lists less without a word.
        return (!has_admin_mode && facts.token.told().is_some()).then(|| {
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
    let hint = match has_admin_mode {
        true => "use the token of an administrator",
        false => {
            "use the token of an administrator, with the scope `admin_mode` too if GitLab asks for it"
        }
    };
    Some(
        Finding::new(
            Severity::Warning,
            Aspect::Account,
            "not-an-administrator",
            format!(
                "`{}` does not act as an administrator, so it sees only its own repositories",
                quote(&user.username)
            ),
        )
        .remedy(Party::User, hint),
    )
}

/// An instance that asks for admin mode treats an administrator's token as anybody's. That the flag
/// is there shows that this one does not, or that the token is prepared; a refusal may say so too.
fn admin_mode(facts: &Facts<'_>) -> Option<Finding> {
    let refusals = [
        facts.version.refused(),
        facts.user.refused(),
        facts.token.refused(),
    ];
    let is_required = refusals
        .into_iter()
        .flatten()
        .any(|failure| matches!(failure.code(), ErrorCode::Forbidden(Denial::AdminMode)));
    is_required.then(|| {
        Finding::new(
            Severity::Warning,
            Aspect::Token,
            "admin-mode-required",
            "GitLab asks administrators for its admin mode, which the token does not have",
        )
        .remedy(
            Party::User,
            "make a token that also has the scope `admin_mode`",
        )
    })
}

fn account(facts: &Facts<'_>) -> Option<Finding> {
    if let Some(failure) = facts.user.refused() {
        return Some(
            Finding::new(
                Severity::Warning,
                Aspect::Token,
                "account-unknown",
                format!(
                    "GitLab does not tell whose token it is: {}",
                    failure.message()
                ),
            )
            .remedy(
                Party::User,
                failure.hint().unwrap_or("check the token's scopes"),
            ),
        );
    }
    let user = facts.user.told()?;
    let is_usable = matches!(user.state.as_str(), "" | "active");
    (!is_usable).then(|| {
        Finding::new(
            Severity::Warning,
            Aspect::Account,
            "account-not-active",
            format!("the account's state is `{}`", quote(&user.state)),
        )
        .remedy(
            Party::ForgeAdministrator,
            "an administrator can make it active",
        )
    })
}

/// GitLab writes addresses as its own configuration says, which may differ from how it is reached.
fn address(facts: &Facts<'_>) -> Option<Finding> {
    let user = facts.user.told()?;
    let external = user
        .web_url
        .strip_suffix(user.username.as_str())?
        .strip_suffix('/')?;
    let is_same = normal(external) == normal(facts.base_url);
    (!is_same).then(|| {
        Finding::new(
            Severity::Info,
            Aspect::Address,
            "external-url-differs",
            format!(
                "GitLab calls itself `{}`, not `{}`",
                quote(external),
                facts.base_url
            ),
        )
        .remedy(
            Party::ForgeAdministrator,
            "nothing depends on it here; set `external_url` if people follow GitLab's own links",
        )
    })
}

/// Scheme and host in lower case, without the scheme's own port and a trailing slash.
fn normal(address: &str) -> String {
    let address = address.trim_end_matches('/');
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "https" => ":443",
        _ => ":80",
    };
    let authority = authority.to_ascii_lowercase();
    let authority = authority.strip_suffix(default_port).unwrap_or(&authority);
    format!("{scheme}://{authority}{path}")
}

fn has_admin_mode(token: &Token) -> bool {
    token.scopes.iter().any(|scope| scope == "admin_mode")
}

const OLDEST: (u32, u32) = (16, 8);
const DAY: i64 = 86_400;

#[cfg(test)]
mod tests;
