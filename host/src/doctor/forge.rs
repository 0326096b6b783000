//! The stations that the forge answers for: one `check` of the plugin, sorted by what its findings
//! are about. Apart from the network's, because here the plugin is asked, and its words are
//! untrusted.

use std::time::Duration;

use super::answer::{ADMIN_MODE, located, name_account, of_finding, station};
use super::certificates::days;
use super::observer::Way;
use super::problem::Problem;
use super::repositories::{self, ExpectedRepository};
use super::station::{StationName, Visit};
use super::{clock, token};
use crate::contract::connection::{self, RateLimit};
use crate::contract::types::{Aspect, CredentialProblem, ErrorCode, Finding};
use crate::credential::Inspection;
use crate::outcome::Failure;
use crate::report::{ClockReading, Report, Request};
use crate::source::Source;

/// Ask the forge, and go on as far as its answer leads.
pub(super) async fn visit(
    source: &Source,
    inspection: &Inspection,
    expected: &[ExpectedRepository],
    way: &mut Way<'_>,
) {
    let mut http = way.begin(StationName::Http);
    let outcome = source.check().await;
    let clocks = clocks(&outcome.report);
    facts_of_requests(&outcome.report, &mut http);
    let duration = outcome.report.duration;
    let is_answered = outcome.answer.is_ok();
    match outcome.answer {
        Ok(told) => {
            slashes(&outcome.report, &told.findings, &mut http);
            tell(&told, http, duration, way);
            let findings = &told.findings;
            let is_administrator = told.account.as_ref().and_then(|one| one.administrator);
            // Without its mode, an administrator sees and does what everybody does.
            let is_mode_lacking = findings.iter().any(|one| one.code == ADMIN_MODE);
            let is_administrator = is_administrator.map(|is_one| is_one && !is_mode_lacking);
            repositories::visit(source, expected, is_administrator, findings, way).await;
            rate_limit(told.rate_limit.as_ref(), findings, way);
        }
        Err(failure) => {
            let rotated = rotated(&failure, inspection);
            let (at, mut problem) = located(failure, &outcome.report);
            if let Some(rotated) = rotated {
                problem.hint = format!("{}; {rotated}", problem.hint);
            }
            refuse(at, problem, http, duration, way);
        }
    }
    clock::visit(&clocks, is_answered, way);
}

/// The forge answered: its findings, each at its station.
fn tell(told: &connection::Report, http: Visit, duration: Duration, way: &mut Way<'_>) {
    let mut http = http;
    http.fact("product", told.product.clone());
    if let Some(account) = &told.account {
        name_account(way, &account.username, &account.display_name);
    }
    if let Some(name) = told.token.as_ref().and_then(|token| token.name.clone()) {
        way.name("token-name", name);
    }
    note(&mut http, StationName::Http, &told.findings);
    way.end(http.end_after(duration));
    let mut version = way.begin(StationName::Version);
    let parts = [&told.version, &told.edition];
    let parts: Vec<_> = parts.into_iter().flatten().map(String::as_str).collect();
    version.fact("version", parts.join(" "));
    note(&mut version, StationName::Version, &told.findings);
    way.end(version.end_after(Duration::ZERO));
    let mut token = way.begin(StationName::Token);
    if let Some(known) = &told.token {
        token.fact("called", known.name.clone().unwrap_or_default());
        token.facts("scopes", known.scopes.clone());
        token.fact("expires", known.expires_at.map_or_else(String::new, ends));
    }
    note(&mut token, StationName::Token, &told.findings);
    way.end(token.end_after(Duration::ZERO));
    let mut account = way.begin(StationName::Account);
    if let Some(known) = &told.account {
        account.fact("username", known.username.clone());
        account.fact("role", role(known.administrator));
    }
    note(&mut account, StationName::Account, &told.findings);
    way.end(account.end_after(Duration::ZERO));
}

/// Whether a path within a path arrives as it was sent. A check that names something asks for that
/// alone, and a plugin that found it broken has said so. Whatever else was answered tells nothing.
fn slashes(report: &Report, findings: &[Finding], http: &mut Visit) {
    let mut requests = report.requests.iter();
    let is_asked = requests.any(|one| one.template.contains('{') && one.status == Some(NOT_FOUND));
    let is_broken = findings.iter().any(|one| one.about == Aspect::Api);
    if is_asked && !is_broken {
        http.fact("encoded-slash", "`%2F` arrives as it was sent");
    }
}

/// The call has no answer: the station that it failed at, and what cannot be known because of it.
fn refuse(at: StationName, problem: Problem, http: Visit, duration: Duration, way: &mut Way<'_>) {
    let mut problem = Some(problem);
    let mut http = http;
    if let Some(problem) = problem.take_if(|_| at == StationName::Http) {
        http.problem(problem);
    }
    way.end(http.end_after(duration));
    for name in StationName::ALL
        .into_iter()
        .filter(|name| (StationName::Version..=StationName::RateLimit).contains(name))
    {
        match problem.take_if(|_| name == at) {
            Some(problem) => {
                let mut visit = way.begin(name);
                visit.problem(problem);
                way.end(visit.end_after(Duration::ZERO));
            }
            None => way.unreached([name]),
        }
    }
}

/// What was found about a station: problems, and what is only good to know.
pub(super) fn note(visit: &mut Visit, name: StationName, findings: &[Finding]) {
    let mut notes = Vec::new();
    for finding in findings.iter().filter(|one| station(one.about) == name) {
        match of_finding(finding) {
            Some(problem) => {
                visit.problem(problem);
            }
            None => notes.push(finding.message.clone()),
        }
    }
    visit.facts("notes", notes);
}

fn rate_limit(told: Option<&RateLimit>, findings: &[Finding], way: &mut Way<'_>) {
    let mut visit = way.begin(StationName::RateLimit);
    match told {
        None => {
            visit.fact("limit", "the forge's answers do not tell one");
        }
        Some(limit) => {
            visit.fact("limit", limit.limit.to_string());
            visit.fact("left", limit.remaining.to_string());
            visit.fact("renewed", limit.resets_at.map_or_else(String::new, time));
        }
    }
    note(&mut visit, StationName::RateLimit, findings);
    way.end(visit.end_after(Duration::ZERO));
}

/// A token that is exchanged at the forge is revoked there, and stays in its file here.
fn rotated(failure: &Failure, inspection: &Inspection) -> Option<String> {
    let Failure::Answer(error) = failure else {
        return None;
    };
    let is_gone = matches!(
        error.code,
        ErrorCode::Unauthenticated(CredentialProblem::Invalid | CredentialProblem::Revoked)
    );
    let written = token::written(inspection).filter(|_| is_gone)?;
    Some(format!(
        "a token that was rotated elsewhere is revoked by that, and the one here was written on {written}"
    ))
}

fn facts_of_requests(report: &Report, http: &mut Visit) {
    let answered = report.requests.iter().find(|one| one.status.is_some());
    if let Some(address) = answered.and_then(|one| one.address) {
        http.fact("address", address.to_string());
    }
    http.facts("requests", counted(report.requests.iter().map(request)));
}

/// What happened several times stands there once.
fn counted(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for line in lines {
        match counts.iter_mut().find(|(known, _)| *known == line) {
            Some((_, count)) => *count += 1,
            None => counts.push((line, 1)),
        }
    }
    let counts = counts.into_iter().map(|(line, count)| match count {
        1 => line,
        count => format!("{line}, {count} times"),
    });
    counts.collect()
}

fn request(request: &Request) -> String {
    let status = match (request.status, request.failure()) {
        (Some(status), None) => status.to_string(),
        (_, Some(failure)) => failure.reason.to_owned(),
        (None, None) => "no answer".to_owned(),
    };
    format!("{} {}: {status}", request.method, request.template)
}

fn clocks(report: &Report) -> Vec<ClockReading> {
    let requests = report.requests.iter();
    requests.filter_map(|request| request.clock).collect()
}

fn role(is_administrator: Option<bool>) -> &'static str {
    match is_administrator {
        Some(true) => "administrator",
        Some(false) => "not an administrator",
        None => "",
    }
}

/// When something ends, and how many days that are from now.
fn ends(at: i64) -> String {
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    let left = days(at.saturating_sub(now));
    format!("{}, {left} left", time(at))
}

fn time(at: i64) -> String {
    let time = time::OffsetDateTime::from_unix_timestamp(at);
    time.map_or_else(|_| at.to_string(), super::certificates::rfc3339)
}

/// What the forge answers for something that cannot be there.
const NOT_FOUND: u16 = 404;
