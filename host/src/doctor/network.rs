//! The stations between here and the forge: name, socket, proxy, handshake. Apart from the forge's
//! own, because the host sees these by itself, and no plugin is asked.

use std::time::Duration;

use code_source_egress::Scheme;

use super::certificates;
use super::observer::Way;
use super::problem::{Party, Problem};
use super::seen;
use super::station::{Station, StationName};
use crate::transport::{Attempt, Dialable, Failure, HTTPS, Judged, Line, Probe, is_literal};

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
    let verdict = match &one.refusal {
        None => "may be dialled",
        Some(refusal) if refusal.remedy.as_deref() == Some(HTTPS) => "refused over plain http",
        Some(_) if one.class.can_be_listed() => "refused, until `private-addresses` lists it",
        Some(_) => "refused, always",
    };
    format!("{} ({}): {verdict}", one.address, one.class.label())
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
    let dead = dead(&dialled.attempts);
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

/// The addresses that take no connection and might. Where this machine has no way to any address of
/// a family, such as IPv6, that costs nothing.
fn dead(attempts: &[Attempt]) -> Vec<String> {
    let is_wayless = |family: bool| {
        let mut same = attempts
            .iter()
            .filter(|one| one.address.is_ipv6() == family);
        same.all(|one| one.is_wayless)
    };
    let dead = attempts.iter().filter(|one| one.problem.is_some());
    let dead = dead.filter(|one| !is_wayless(one.address.is_ipv6()));
    dead.map(|one| one.address.to_string()).collect()
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

/// The variables of the environment that name a proxy for such a forge, which is not used.
fn ignored_proxies(probe: &Probe) -> Vec<&'static str> {
    let forge = probe.dialled();
    let value = |name: &str| std::env::var(name).unwrap_or_default();
    let exempt = ["no_proxy", "NO_PROXY"].map(value).join(",");
    if probe.proxy().is_some() || is_exempt(&forge.server_name(), &exempt) {
        return Vec::new();
    }
    let variables = match forge.scheme() {
        // In upper case it may come from a request, where something runs as a gateway's script.
        Scheme::Http => ["http_proxy", "all_proxy", "ALL_PROXY"].as_slice(),
        Scheme::Https => &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
    };
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    variables.iter().copied().filter(is_set).collect()
}

/// Whether a list of hosts, as programs take it from the environment, has this one or its domain.
fn is_exempt(host: &str, list: &str) -> bool {
    list.split(',').map(str::trim).any(|one| {
        let domain = one.trim_start_matches("*.").trim_start_matches('.');
        let domain = domain.to_ascii_lowercase();
        let is_below = host
            .strip_suffix(&*domain)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        one == "*" || !domain.is_empty() && is_below
    })
}

/// How long something took, for people.
fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(address: &str, problem: Option<&str>, is_wayless: bool) -> Attempt {
        Attempt {
            address: address.parse().unwrap(),
            duration: Duration::ZERO,
            problem: problem.map(str::to_owned),
            is_wayless,
        }
    }

    #[test]
    fn a_family_that_this_machine_has_no_way_to_is_not_missed() {
        let taken = attempt("10.0.0.1", None, false);
        let wayless = attempt("fd00::1", Some("network unreachable"), true);
        let silent = attempt("fd00::2", Some("no answer"), false);
        assert!(dead(&[taken.clone(), wayless.clone()]).is_empty());
        assert_eq!(dead(&[taken, wayless, silent]), ["fd00::1", "fd00::2"]);
    }

    #[test]
    fn what_the_environment_exempts_from_its_proxy_is_not_sent_there() {
        let list = "localhost, .acme.example,*.corp";
        for host in ["git.acme.example", "acme.example", "localhost", "git.corp"] {
            assert!(is_exempt(host, list), "{host}");
        }
        for host in ["gitacme.example.org", "otheracme.example", "git.example"] {
            assert!(!is_exempt(host, list), "{host}");
        }
        assert!(!is_exempt("git.example", "") && is_exempt("git.example", "*"));
    }
}
