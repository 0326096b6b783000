//! Which of a name's addresses is dialled: only those that may be, several of them at once, and
//! never one that was not looked at.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use code_source::report::Stage;
use code_source::{Connection, Limits, Resolver};
use code_source_tests::{BlackHole, Site, TlsServer, ask, failed_request, has_ipv6, status};

const NAME: &str = "git.acme.example";

/// A resolver that answers one list after the other, and notes what it was asked.
#[derive(Default)]
struct Listed {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl Listed {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |list: &&[&str]| list.iter().map(|text| text.parse().unwrap()).collect();
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(parse).collect()),
            asked: Mutex::default(),
        })
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait::async_trait]
impl Resolver for Listed {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.lock().unwrap().push(name.to_owned());
        let next = self.answers.lock().unwrap().pop_front();
        next.ok_or_else(|| io::Error::other("asked once too often"))
    }
}

/// A server that is called by a name, and closes each connection after one answer.
async fn forge(site: &Site) -> TlsServer {
    TlsServer::start_closing(site.authority.server(&[NAME]).server_config()).await
}

fn connection(site: &Site, server: &TlsServer, resolver: &Arc<Listed>) -> Connection {
    site.connection(server.url_as(NAME))
        .resolver(Arc::clone(resolver) as Arc<_>)
}

fn within(connect: Duration) -> Limits {
    let mut limits = Limits::default();
    limits.connect = connect;
    limits
}

fn beside(server: &TlsServer, ip: &str) -> SocketAddr {
    SocketAddr::new(ip.parse().unwrap(), server.address().port())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_refuses_makes_room_for_the_next_one() {
    let site = Site::new();
    let server = forge(&site).await;
    // Nobody listens at the first and at the second one.
    let resolver = Listed::new(&[&["127.0.0.3", "::1", "127.0.0.1"]]);
    let outcome = ask(&site.open(connection(&site, &server, &resolver))).await;
    let request = &outcome.report.requests[0];
    assert_eq!(request.address, Some(server.address().ip()));
    assert_eq!(status(outcome), Some(200));
    assert_eq!(resolver.asked(), [NAME]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_swallows_packets_does_not_hold_up_the_next_one() {
    let site = Site::new();
    let server = forge(&site).await;
    let _hole = BlackHole::at(beside(&server, "127.0.0.2")).await;
    let resolver = Listed::new(&[&["127.0.0.2", "127.0.0.1"]]);
    let connection = connection(&site, &server, &resolver).limits(within(Duration::from_secs(60)));
    let outcome = ask(&site.open(connection)).await;
    let request = &outcome.report.requests[0];
    assert_eq!(request.address, Some(server.address().ip()));
    assert!(request.timings.connect.unwrap() < Duration::from_secs(30));
    assert_eq!(status(outcome), Some(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_to_an_ipv6_address_is_followed() {
    if !has_ipv6() {
        eprintln!("not run: this machine has no IPv6");
        return;
    }
    let site = Site::new();
    let config = site.authority.server(&[NAME]).server_config();
    let server = TlsServer::start_at("[::1]:0".parse().unwrap(), config, true).await;
    // The first one is refused: nobody listens there.
    let resolver = Listed::new(&[&["127.0.0.3", "::1"]]);
    let outcome = ask(&site.open(connection(&site, &server, &resolver))).await;
    let request = &outcome.report.requests[0];
    assert_eq!(request.address, Some(server.address().ip()));
    assert_eq!(status(outcome), Some(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_may_not_be_dialled_is_not_although_others_may() {
    let site = Site::new();
    let server = forge(&site).await;
    let config = site.authority.server(&[NAME]).server_config();
    let refused = TlsServer::start_at(beside(&server, "127.0.0.4"), config, false).await;
    let resolver = Listed::new(&[&["127.0.0.4", "169.254.169.254", "127.0.0.1"]]);
    let connection =
        connection(&site, &server, &resolver).private_addresses(["127.0.0.1/32".parse().unwrap()]);
    let outcome = ask(&site.open(connection)).await;
    let request = &outcome.report.requests[0];
    assert_eq!(request.address, Some(server.address().ip()));
    assert_eq!(status(outcome), Some(200));
    assert_eq!((server.connections(), refused.connections()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_that_failed_is_told_with_its_cause() {
    let site = Site::new();
    let server = forge(&site).await;
    let resolver = Listed::new(&[&["127.0.0.3", "::1", "127.0.0.5", "127.0.0.3"]]);
    let failure = site.failure(connection(&site, &server, &resolver)).await;
    assert_eq!(
        (failure.stage, failure.reason),
        (Stage::Connect, "connect-failed")
    );
    for told in ["127.0.0.3: Connection refused", "::1: ", "127.0.0.5: Conn"] {
        assert!(failure.detail.contains(told), "{failure:?}");
    }
    assert_eq!(failure.detail.matches("127.0.0.3").count(), 1);
    assert_eq!(server.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_time_is_up_the_addresses_that_gave_no_answer_are_told() {
    let site = Site::new();
    let server = forge(&site).await;
    let _hole = BlackHole::at(beside(&server, "127.0.0.2")).await;
    let resolver = Listed::new(&[&["127.0.0.3", "127.0.0.2"]]);
    let connection =
        connection(&site, &server, &resolver).limits(within(Duration::from_millis(500)));
    let failure = site.failure(connection).await;
    assert_eq!(
        (failure.stage, failure.reason),
        (Stage::Connect, "connect-timeout")
    );
    for told in ["127.0.0.3: Connection refused", "127.0.0.2: no answer"] {
        assert!(failure.detail.contains(told), "{failure:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_changes_between_look_ups_leads_nowhere_else() {
    let site = Site::new();
    let server = forge(&site).await;
    for elsewhere in ["169.254.169.254", "10.0.0.1", "::ffff:127.0.0.1", "fe80::1"] {
        let before = server.connections();
        let resolver = Listed::new(&[&["127.0.0.1"], &[elsewhere], &["127.0.0.1"]]);
        let source = site.open(connection(&site, &server, &resolver));
        assert_eq!(status(ask(&source).await), Some(200));
        let failure = failed_request(&ask(&source).await);
        assert_eq!(failure.reason, "address-refused", "{failure:?}");
        assert_eq!(status(ask(&source).await), Some(200));
        // One look-up for one connection: what was checked is what was dialled.
        assert_eq!(resolver.asked().len(), 3);
        assert_eq!(server.connections(), before + 2);
    }
}
