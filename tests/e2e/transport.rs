//! The way to the forge: names, addresses, certificates, time-outs, and what is said of each.

// Servers and proxies that no forge would have; what a well-made forge is enough for stands here.
mod certificates;
mod client_certificates;
mod dialling;
mod handshakes;
mod proxies;
mod proxy_secrets;
mod rotation;

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use code_source::contract::types::ErrorCode;
use code_source::report::{RequestFailure, Stage};
use code_source::{Connection, Failure, Limits, Outcome, Resolver, Secret, Source, TokenSource};
use code_source_stand_in::{Certificate, Effect, Fault, Matcher, When};
use code_source_tests::{Rig, closed_port, expect, played, plugin};

/// A resolver that answers what a test says.
struct Fixed(Vec<IpAddr>);

#[async_trait::async_trait]
impl Resolver for Fixed {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        if self.0.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                format!("no such name: {name}"),
            ));
        }
        Ok(self.0.clone())
    }
}

fn failure<T: std::fmt::Debug>(outcome: &Outcome<T>) -> RequestFailure {
    let request = outcome
        .report
        .failed_request()
        .unwrap_or_else(|| panic!("{outcome:?}"));
    request.failure().unwrap().clone()
}

fn code<T: std::fmt::Debug>(outcome: &Outcome<T>) -> ErrorCode {
    match &outcome.answer {
        Err(Failure::Answer(error)) => error.code.clone(),
        other => panic!("{other:?}"),
    }
}

fn lone(url: &str) -> Connection {
    Connection::new(
        "test",
        url,
        TokenSource::Value(Secret::new("a-token-of-some-length")),
    )
}

/// Give up soon: a call that cannot succeed is tried again within its budget.
fn impatient() -> Limits {
    let mut limits = Limits::default();
    limits.call = Duration::from_secs(3);
    limits.connect = Duration::from_millis(500);
    limits
}

#[tokio::test(flavor = "multi_thread")]
async fn each_problem_with_a_certificate_has_its_reason() {
    for (certificate, reason) in [
        (Certificate::Expired, "certificate-expired"),
        (Certificate::NotYetValid, "certificate-not-yet-valid"),
        (Certificate::WrongName, "certificate-wrong-name"),
        (Certificate::SelfSigned, "certificate-self-signed"),
    ] {
        let rig = Rig::with(played().certificate(certificate)).await;
        let outcome = rig.source().check().await;
        assert!(
            matches!(code(&outcome), ErrorCode::Untrusted),
            "{outcome:?}"
        );
        let failure = failure(&outcome);
        assert_eq!(failure.stage, Stage::Tls);
        assert_eq!(failure.reason, reason, "{failure:?}");
        assert_eq!(rig.forge.requests().len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_authority_is_refused_with_the_line_that_would_trust_it() {
    let (rig, other) = (Rig::new().await, Rig::new().await);
    let connection = rig.connection().ca_file(other.folder().join("ca.pem"));
    let outcome = Source::open(plugin(), connection).unwrap().check().await;
    let failure = failure(&outcome);
    assert_eq!(failure.reason, "certificate-unknown-issuer");
    assert!(failure.remedy.unwrap().starts_with("ca-file"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loopback_address_is_refused_until_the_connection_lists_it() {
    let rig = Rig::new().await;
    let connection = rig.connection().private_addresses([]);
    let outcome = Source::open(plugin(), connection).unwrap().check().await;
    let failure = failure(&outcome);
    assert_eq!(
        (failure.stage, failure.reason),
        (Stage::Address, "address-refused")
    );
    assert!(failure.remedy.unwrap().contains("private-addresses"));
    assert_eq!(rig.forge.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_to_the_metadata_service_is_refused_even_if_its_range_is_listed() {
    let connection = lone("git.acme.example")
        .resolver(Arc::new(Fixed(vec!["169.254.169.254".parse().unwrap()])))
        .limits(impatient());
    let outcome = Source::open(plugin(), connection).unwrap().check().await;
    assert_eq!(failure(&outcome).reason, "address-refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_resolved_by_the_given_resolver_and_its_address_is_dialled() {
    let rig = Rig::new().await;
    let connection = rig
        .connection()
        .resolver(Arc::new(Fixed(vec![rig.forge.address().ip()])));
    let outcome = Source::open(plugin(), connection).unwrap().check().await;
    assert_eq!(
        outcome.report.requests[0].address,
        Some(rig.forge.address().ip())
    );
    expect(outcome);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_does_not_resolve_is_unreachable_and_named() {
    let connection = lone("git.acme.example")
        .resolver(Arc::new(Fixed(vec![])))
        .limits(impatient());
    let outcome = Source::open(plugin(), connection).unwrap().check().await;
    assert!(
        matches!(code(&outcome), ErrorCode::Unreachable),
        "{outcome:?}"
    );
    let failure = failure(&outcome);
    assert_eq!(
        (failure.stage, failure.reason),
        (Stage::Resolve, "name-not-found")
    );
    assert!(failure.detail.contains("git.acme.example"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_port_is_unreachable_and_named() {
    let (_socket, address) = closed_port();
    let port = address.port();
    let connection = lone(&format!("https://127.0.0.1:{port}"))
        .private_addresses(["127.0.0.0/8".parse().unwrap()])
        .limits(impatient());
    let outcome = Source::open(plugin(), connection).unwrap().check().await;
    assert!(
        matches!(code(&outcome), ErrorCode::Unreachable),
        "{outcome:?}"
    );
    let failure = failure(&outcome);
    assert_eq!(
        (failure.stage, failure.reason),
        (Stage::Connect, "connect-failed")
    );
    assert!(failure.detail.contains(&port.to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_accepts_and_never_answers_is_a_time_out_of_the_handshake() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let connection = lone(&format!("https://{}", listener.local_addr().unwrap()))
        .private_addresses(["127.0.0.0/8".parse().unwrap()])
        .limits(impatient());
    let outcome = Source::open(plugin(), connection).unwrap().check().await;
    assert!(matches!(code(&outcome), ErrorCode::Timeout), "{outcome:?}");
    let failure = failure(&outcome);
    assert_eq!(
        (failure.stage, failure.reason),
        (Stage::Tls, "connect-timeout")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_kept_and_used_again() {
    let rig = Rig::new().await;
    let source = rig.source();
    let (mut requests, mut handshakes) = (0, 0);
    for _ in 0..5 {
        let report = source.check().await.report;
        requests += report.requests.len();
        handshakes += report
            .requests
            .iter()
            .filter(|request| request.timings.tls.is_some())
            .count();
    }
    // A connection that is just being given back may be missed once or twice, not each time.
    assert!(
        handshakes * 2 <= requests,
        "{handshakes} handshakes for {requests} requests"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_call_is_cancelled_and_the_connection_goes_on() {
    let rig = Rig::new().await;
    let source = rig.source();
    let fault = rig.forge.fault(Fault {
        on: Matcher::target("/version"),
        when: When::Always,
        what: Effect::Latency(Duration::from_secs(3600)),
    });
    let is_asked = async {
        while fault.hits() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        outcome = source.check() => panic!("{outcome:?}"),
        () = is_asked => (),
    }
    fault.remove();
    expect(source.check().await);
    assert!(
        rig.audit
            .events("response")
            .iter()
            .any(|line| line["end"] == "cancelled")
    );
}
