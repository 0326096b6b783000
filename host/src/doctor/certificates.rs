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
    } else {
        visit.problem_if(ends_first(&shaken.chain, now));
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
    let left = match seconds_left(certificate, now) {
        Some(seconds @ 1..) => format!(", {} left", days(seconds)),
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

/// The server's own certificate, or one between it and the authority, if it ends soon. What is over
/// and was accepted all the same is not needed.
fn ends_first(chain: &[Certificate], now: OffsetDateTime) -> Option<Problem> {
    let between = chain.iter().skip(1);
    let between = between.filter(|one| one.subject != one.issuer);
    let ending = chain.iter().take(1).chain(between);
    let seconds = ending.filter_map(|one| Some((seconds_left(one, now)?, one)));
    let soon = seconds.filter(|(seconds, _)| (1..=FEW_DAYS * DAY).contains(seconds));
    let (seconds, certificate) = soon.min_by_key(|(seconds, _)| *seconds)?;
    let what = match chain.first() == Some(certificate) {
        true => "the server's certificate".to_owned(),
        false => format!(
            "the certificate `{}` in the server's chain",
            certificate.subject
        ),
    };
    let end = certificate.not_after.as_deref().unwrap_or_default();
    Some(
        Problem::new(
            "certificate-expires-soon",
            format!("{what} ends in {}, on {end}", days(seconds)),
            "let the server have a new certificate before that",
            Party::ForgeAdministrator,
        )
        .warning(),
    )
}

fn seconds_left(certificate: &Certificate, now: OffsetDateTime) -> Option<i64> {
    let end = OffsetDateTime::parse(certificate.not_after.as_deref()?, &Rfc3339).ok()?;
    Some((end - now).whole_seconds())
}

/// Days for people. One that has begun counts, so that there are none only where it is over.
pub(super) fn days(seconds: i64) -> String {
    match seconds.max(0).saturating_add(DAY - 1) / DAY {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

pub(super) fn rfc3339(time: OffsetDateTime) -> String {
    let time = time.replace_nanosecond(0).unwrap_or(time);
    time.format(&Rfc3339).unwrap_or_default()
}

const DAY: i64 = 24 * 3600;

const FEW_DAYS: i64 = 14;

/// Authorities that stand in a sentence; the facts have all of them.
const FEW: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(subject: &str, issuer: &str, days: i64, now: OffsetDateTime) -> Certificate {
        Certificate {
            subject: subject.to_owned(),
            issuer: issuer.to_owned(),
            names: Vec::new(),
            not_before: None,
            not_after: Some(rfc3339(now + time::Duration::days(days))),
            fingerprint: String::new(),
        }
    }

    #[test]
    fn the_certificate_of_a_chain_that_ends_first_is_told() {
        let now = OffsetDateTime::now_utc();
        let own = certificate("CN=a", "CN=b", 30, now);
        let between = certificate("CN=b", "CN=c", 1, now);
        let root = certificate("CN=c", "CN=c", 1, now);
        let over = certificate("CN=b", "CN=d", -1, now);
        let found = ends_first(&[own.clone(), over.clone(), between, root.clone()], now);
        let message = found.unwrap().message;
        assert!(
            message.starts_with("the certificate `CN=b` in the server's chain ends in 1 day, on"),
            "{message}"
        );
        assert!(ends_first(&[own, over, root], now).is_none());
    }

    #[test]
    fn a_day_that_has_begun_counts() {
        for (seconds, said) in [
            (-1, "0 days"),
            (1, "1 day"),
            (DAY, "1 day"),
            (DAY + 1, "2 days"),
        ] {
            assert_eq!(days(seconds), said);
        }
    }
}
