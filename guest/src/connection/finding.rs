//! What a person should know; apart because each finding is a promise with a stable name.

mod account;
mod token;

use super::{asked::Asked, slashes::Slashes, standing::Standing};
use crate::{
    bindings::{
        connection::RateLimit,
        types::{Aspect, Denial, ErrorCode, Finding, Party, Severity},
    },
    error::{Failure, quote},
    model::Version,
};

pub(crate) use self::{account::unsatisfied_admin_mode, token::credential};

/// What GitLab told, and what it is held against.
pub(super) struct Facts<'a> {
    pub(super) version: Asked<Version>,
    pub(super) standing: Standing,
    pub(super) slashes: Slashes,
    pub(super) rate_limit: Option<RateLimit>,
    pub(super) base_url: &'a str,
    pub(super) now: i64,
}

/// All findings, the most severe first.
pub(super) fn all(facts: &Facts<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(version(facts));
    findings.extend(slashes(facts.slashes));
    findings.extend(token::all(facts));
    findings.extend(account::all(facts));
    findings.extend(rate_limit(facts));
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
        // Where the token may not ask, the token is what there is to know.
        let severity = match facts.version.refused().is_some_and(lacks_scope) {
            true => Severity::Info,
            false => Severity::Warning,
        };
        let finding = Finding::new(
            severity,
            Aspect::Version,
            "version-unknown",
            "GitLab does not tell its version",
        );
        return Some(finding.remedy(
            Party::ForgeAdministrator,
            "make sure that it is 16.8 or later",
        ));
    };
    is_too_old(&facts.version).then(|| {
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

/// Whether GitLab told a version that is not supported.
pub(super) fn is_too_old(version: &Asked<Version>) -> bool {
    let number = version.told().and_then(Version::number);
    number.is_some_and(|number| number < OLDEST)
}

/// Whether the token may not ask that.
fn lacks_scope(refusal: &Failure) -> bool {
    matches!(refusal.code(), ErrorCode::Forbidden(Denial::Scope(_)))
}

fn slashes(slashes: Slashes) -> Option<Finding> {
    match slashes {
        Slashes::Decoded => Some(decoded_slashes()),
        Slashes::Refused => Some(
            Finding::new(
                Severity::Error,
                Aspect::Api,
                "encoded-slash-refused",
                "something between here and GitLab refuses addresses with `%2F`, as paths of \
                 repositories have it",
            )
            .remedy(Party::NetworkAdministrator, KEEP_SLASHES),
        ),
        Slashes::Kept | Slashes::Unknown => None,
    }
}

/// A proxy takes paths apart.
pub(crate) fn decoded_slashes() -> Finding {
    Finding::new(
        Severity::Error,
        Aspect::Api,
        "encoded-slash-decoded",
        "a proxy between here and GitLab decodes `%2F` in addresses, so that GitLab finds neither a \
         repository by its path nor a file in a folder",
    )
    .remedy(Party::NetworkAdministrator, KEEP_SLASHES)
}

fn rate_limit(facts: &Facts<'_>) -> Option<Finding> {
    let RateLimit {
        limit, remaining, ..
    } = facts.rate_limit?;
    (remaining.saturating_mul(10) < limit).then(|| {
        Finding::new(
            Severity::Warning,
            Aspect::RateLimit,
            "rate-limit-nearly-used-up",
            format!(
                "of {limit} requests GitLab answers {remaining} more before it refuses for a while"
            ),
        )
        .remedy(
            Party::ForgeAdministrator,
            "raise GitLab's rate limits for this account, or find out who else uses it",
        )
    })
}

/// GitLab writes addresses as its own configuration says, which may differ from how it is reached.
fn address(facts: &Facts<'_>) -> Option<Finding> {
    let user = facts.standing.user.told()?;
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

const OLDEST: (u32, u32) = (16, 8);

const KEEP_SLASHES: &str = "have the proxy pass addresses on as they are: Apache with \
    `AllowEncodedSlashes NoDecode` and `nocanon` behind `ProxyPass`, nginx with a `proxy_pass` that \
    ends in the host, without a path";

#[cfg(test)]
mod tests;
