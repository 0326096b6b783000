//! The stations between here and the forge: name, socket, proxy, handshake. Apart from the forge's
//! own, because the host sees these by itself, and no plugin is asked.

use std::time::Duration;

use super::certificates;
use super::observer::Way;
use super::problem::{Party, Problem};
use super::seen;
use super::station::{Station, StationName};
use crate::transport::{Dialable, Failure, Judged, Line, Probe, is_literal};

/// Go from the name to the end of the handshake, as far as it goes. Answers whether it goes to the
/// end.
pub(super) async fn visit(probe: &Probe, way: &mut Way<'_>) -> bool {
    let proxies = ignored_proxies(probe);
    let Some(addresses) = dns(probe, &proxies, way).await else {
        way.unreached([StationName::Tcp]);
        return beyond(probe, way);
    };
    let Some(line) = tcp(probe, addresses, &proxies, way).await else {
        return beyond(probe, way);
    };
    let Some(line) = proxy(probe, line, way).await else {
        way.unreached([StationName::Tls]);
        return false;
    };
    tls(probe, line, way).await
}

/// What lies behind a socket that was not made.
fn beyond(probe: &Probe, way: &mut Way<'_>) -> bool {
    match probe.proxy() {
        Some(_) => way.unreached([StationName::Proxy]),
        None => way.end(Station::skipped(StationName::Proxy)),
    }
    way.unreached([StationName::Tls]);
    false
}

async fn dns(probe: &Probe, proxies: &[&str], way: &mut Way<'_>) -> Option<Dialable> {
    let mut visit = way.begin(StationName::Dns);
    let host = probe.dialled();
    way.name("host", host.server_name());
    visit.fact("host", host.server_name());
    if probe.proxy().is_some() {
        visit.fact("whose", "the proxy's: it looks up the forge itself");
    }
    let ignored = proxies
        .iter()
        .map(|name| format!("`{name}` of the environment"));
    visit.facts("ignored", ignored.collect());
    if is_literal(host) {
        visit.fact("look-up", "none: the address stands in the settings");
    }
    let found = probe.look_up().await;
    for one in &found.judged {
        way.name("address", one.address.to_string());
    }
    visit.facts("addresses", found.judged.iter().map(judged).collect());
    let outcome = found.outcome.map_err(|failure| {
        visit.problem(with_proxies(&failure, proxies));
    });
    way.end(visit.end());
    outcome.ok()
}

fn judged(one: &Judged) -> String {
    let verdict = match one.is_allowed {
        true => "may be dialled",
        false => "refused",
    };
    let class = one.class.label();
    match (one.is_allowed, one.class.can_be_listed()) {
        (false, true) => format!(
            "{} ({class}): {verdict}, until `private-addresses` lists it",
            one.address
        ),
        (false, false) => format!("{} ({class}): {verdict}, always", one.address),
        (true, _) => format!("{} ({class}): {verdict}", one.address),
    }
}

async fn tcp(
    probe: &Probe,
    addresses: Dialable,
    proxies: &[&str],
    way: &mut Way<'_>,
) -> Option<Line> {
    let mut visit = way.begin(StationName::Tcp);
    visit.fact("port", probe.dialled().port().to_string());
    let dialled = probe.dial(addresses).await;
    let words = dialled.attempts.iter().map(|one| match &one.problem {
        Some(problem) => format!("{}: {problem}", one.address),
        None => format!("{}: {}", one.address, milliseconds(one.duration)),
    });
    visit.facts("addresses", words.collect());
    let dead = dialled.attempts.iter().filter(|one| one.problem.is_some());
    let dead: Vec<String> = dead.map(|one| one.address.to_string()).collect();
    let line = match dialled.outcome {
        Ok(line) => {
            if !dead.is_empty() {
                visit.problem(partly(&dead));
            }
            Some(line)
        }
        Err(failure) => {
            visit.problem(with_proxies(&failure, proxies));
            None
        }
    };
    way.end(visit.end());
    line
}

/// Some of a name's addresses answer, and others do not.
fn partly(dead: &[String]) -> Problem {
    Problem::new(
        "address-unreachable",
        format!("there is no connection to {}", dead.join(", ")),
        "requests try the others, which costs time: let this machine through to all of them, or take these out of the name's addresses",
        Party::NetworkAdministrator,
    )
    .warning()
}

async fn proxy(probe: &Probe, line: Line, way: &mut Way<'_>) -> Option<Line> {
    let Some(origin) = probe.proxy() else {
        way.end(Station::skipped(StationName::Proxy));
        return Some(line);
    };
    let mut visit = way.begin(StationName::Proxy);
    visit.fact("proxy", origin.to_string());
    let outcome = probe.tunnel(line).await;
    match &outcome {
        Ok(_) => visit.fact("answer", "it opened a way to the forge"),
        Err(failure) => visit.problem(seen::problem(&failure.describe())),
    };
    way.end(visit.end());
    outcome.ok()
}

async fn tls(probe: &Probe, line: Line, way: &mut Way<'_>) -> bool {
    let mut visit = way.begin(StationName::Tls);
    let shaken = probe.shake(line).await;
    match &shaken {
        Some(shaken) => certificates::note(shaken, &mut visit, way),
        None => {
            visit.fact("protocol", "none: plain http");
            visit.problem(in_the_clear());
        }
    }
    let station = visit.end();
    let is_passable = station.is_passable();
    way.end(station);
    is_passable
}

fn in_the_clear() -> Problem {
    Problem::new(
        "plain-http",
        "the connection is plain http: everybody on the way can read the token",
        "let the forge be reached with `https://`",
        Party::ForgeAdministrator,
    )
    .warning()
}

/// A failure on the way, with the proxy that somebody may have meant to be used.
fn with_proxies(failure: &Failure, proxies: &[&str]) -> Problem {
    let mut problem = seen::problem(&failure.describe());
    if let Some(variable) = proxies.first() {
        problem.hint = format!(
            "{}; the environment names a proxy in `{variable}`, which is not looked at: `proxy = \"http://HOST:PORT\"` in the connection is",
            problem.hint
        );
    }
    problem
}

/// The variables of the environment that name a proxy which is not used.
fn ignored_proxies(probe: &Probe) -> Vec<&'static str> {
    if probe.proxy().is_some() {
        return Vec::new();
    }
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    PROXY_VARIABLES.into_iter().filter(is_set).collect()
}

/// How long something took, for people.
fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

const PROXY_VARIABLES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
