//! What a handshake showed, as facts: apart because it is what an administrator asks for when a
//! certificate is not accepted, and much even when one is.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::observer::Way;
use super::problem::{Party, Problem};
use super::seen;
use super::station::Visit;
use crate::report::{Certificate, RequestFailure};
use crate::transport::{Accepted, Shaken};

/// Note everything that was shown, and what is wrong with it.
pub(super) fn note(shaken: &Shaken, visit: &mut Visit, way: &mut Way<'_>) {
    for certificate in &shaken.chain {
        way.name("certificate", certificate.subject.clone());
        way.name("certificate", certificate.issuer.clone());
        way.name("fingerprint", certificate.fingerprint.clone());
        for name in &certificate.names {
            way.name("host", name.clone());
        }
    }
    for name in &shaken.named {
        way.name("certificate", name.clone());
    }
    let now = OffsetDateTime::now_utc();
    if let Ok(accepted) = &shaken.outcome {
        agreed(accepted, visit, way);
    }
    let names = shaken.chain.first().map(|own| own.names.clone());
    visit.facts("names", names.unwrap_or_default());
    let chain = shaken.chain.iter().map(|one| in_a_line(one, now));
    visit.facts("chain", chain.collect());
    visit.facts("authorities-of-ca-file", shaken.named.clone());
    if let Err(failure) = &shaken.outcome {
        visit.fact("date-here", rfc3339(now));
        visit.problem(with_authorities(&failure.describe(), &shaken.named));
    } else if let Some(problem) = shaken.chain.first().and_then(|own| ends_soon(own, now)) {
        visit.problem(problem);
    }
}

/// Whoever named a file of authorities wants to know why it does not help.
fn with_authorities(failure: &RequestFailure, named: &[String]) -> Problem {
    let mut problem = seen::problem(failure);
    if failure.reason == "certificate-unknown-issuer" && !named.is_empty() {
        let few: Vec<_> = named
            .iter()
            .take(FEW)
            .map(|name| format!("`{name}`"))
            .collect();
        let more = if named.len() > FEW { ", …" } else { "" };
        problem.hint = format!(
            "the `ca-file` holds {}{more}, and not that one: either it belongs there too, or the server does not send the certificates between the two, and its administrator has to add them",
            few.join(", ")
        );
    }
    problem
}

fn agreed(accepted: &Accepted, visit: &mut Visit, way: &mut Way<'_>) {
    visit.fact("protocol", accepted.protocol.as_str());
    visit.fact("cipher", accepted.cipher.as_str());
    if let Some(anchor) = &accepted.anchor {
        way.name("certificate", anchor.subject.clone());
        let place = match anchor.is_named {
            true => "of the `ca-file`",
            false => "of this system",
        };
        visit.fact("vouched-for-by", format!("{}, {place}", anchor.subject));
    }
}

fn in_a_line(certificate: &Certificate, now: OffsetDateTime) -> String {
    let day = |time: &Option<String>| {
        let time = time.as_deref().unwrap_or("?");
        time.split('T').next().unwrap_or(time).to_owned()
    };
    let left = match days_left(certificate, now) {
        Some(days @ 0..) => format!(", {days} days left"),
        Some(_) => ", over".to_owned(),
        None => String::new(),
    };
    format!(
        "{}, issued by {}, valid {} to {}{left}, SHA-256 {}",
        certificate.subject,
        certificate.issuer,
        day(&certificate.not_before),
        day(&certificate.not_after),
        certificate.fingerprint
    )
}

fn ends_soon(certificate: &Certificate, now: OffsetDateTime) -> Option<Problem> {
    let days = days_left(certificate, now).filter(|days| *days <= FEW_DAYS)?;
    let end = certificate.not_after.as_deref().unwrap_or_default();
    Some(
        Problem::new(
            "certificate-expires-soon",
            format!("the server's certificate ends in {days} days, on {end}"),
            "let the server have a new certificate before that",
            Party::ForgeAdministrator,
        )
        .warning(),
    )
}

fn days_left(certificate: &Certificate, now: OffsetDateTime) -> Option<i64> {
    let end = OffsetDateTime::parse(certificate.not_after.as_deref()?, &Rfc3339).ok()?;
    Some((end - now).whole_seconds().div_euclid(DAY))
}

pub(super) fn rfc3339(time: OffsetDateTime) -> String {
    let time = time.replace_nanosecond(0).unwrap_or(time);
    time.format(&Rfc3339).unwrap_or_default()
}

const DAY: i64 = 24 * 3600;

const FEW_DAYS: i64 = 14;

/// Authorities that stand in a sentence; the facts have all of them.
const FEW: usize = 4;
