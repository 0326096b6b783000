//! Names that lead where no plugin has any business: this machine, this network, a cloud's metadata
//! service, in every way to write their addresses.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use code_source::{Connection, Resolver};
use code_source_tests::{Piece, open};

use super::scene::{Scene, tree};

/// A resolver that knows what a test says.
pub(super) struct Names(BTreeMap<&'static str, IpAddr>);

impl Names {
    pub(super) fn of<const N: usize>(names: [(&'static str, &str); N]) -> Self {
        let names = names.map(|(name, address)| (name, address.parse().unwrap()));
        Self(names.into())
    }
}

#[async_trait::async_trait]
impl Resolver for Names {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let address = self.0.get(name).copied();
        Ok(vec![address.ok_or(io::ErrorKind::NotFound)?])
    }
}

/// A resolver that answers in turn.
#[derive(Default)]
struct Changing {
    answers: Mutex<Vec<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Changing {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parsed = answers
            .iter()
            .rev()
            .map(|all| all.iter().map(|one| one.parse().unwrap()).collect());
        Arc::new(Self {
            answers: Mutex::new(parsed.collect()),
            asked: AtomicUsize::new(0),
        })
    }
}

#[async_trait::async_trait]
impl Resolver for Changing {
    async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let next = self.answers.lock().unwrap().pop();
        Ok(next.unwrap_or_default())
    }
}

/// A connection to the forge by a name that leads there.
fn named(scene: &Scene, resolver: Arc<dyn Resolver>) -> Connection {
    let url = scene.forge.url_as("git.acme.example");
    scene.site.connection(url).resolver(resolver)
}

/// Nothing is dialled for a name that leads there, even if these ranges are listed.
async fn refuses_despite(listed: &[&str], scene: &Scene, address: &str) {
    let names = Names::of([("git.acme.example", address)]);
    let listed = listed.iter().map(|range| range.parse().unwrap());
    let connection = named(scene, Arc::new(names)).private_addresses(listed);
    let source = open(connection, |_| ());
    let came = scene.send_by(&source, tree()).await;
    came.is_failed("destination-IP-prohibited", "address-refused");
    let detail = came.failure.unwrap().detail;
    let address: IpAddr = address.parse().unwrap();
    assert!(detail.contains(&address.to_string()), "{detail}");
    assert_eq!(scene.forge.connections(), 0);
}

async fn refuses(scene: &Scene, address: &str) {
    refuses_despite(&["127.0.0.0/8", "::1/128"], scene, address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_to_this_machine_is_refused_until_it_is_listed() {
    let scene = Scene::open().await;
    for address in ["127.0.0.1", "127.9.9.9", "::1"] {
        let names = Names::of([("git.acme.example", address)]);
        let connection = named(&scene, Arc::new(names)).private_addresses([]);
        let came = scene.send_by(&open(connection, |_| ()), tree()).await;
        came.is_failed("destination-IP-prohibited", "address-refused");
        let remedy = came.failure.unwrap().remedy.unwrap();
        assert!(remedy.starts_with("private-addresses"), "{remedy}");
    }
    assert_eq!(scene.forge.connections(), 0);
    let names = Names::of([("git.acme.example", "127.0.0.1")]);
    let listed = open(named(&scene, Arc::new(names)), |_| ());
    scene.send_by(&listed, tree()).await.is_whole(200, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_to_a_metadata_service_is_refused_even_if_it_is_listed() {
    let scene = Scene::open().await;
    for address in [
        "169.254.169.254",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2:1::254",
        "fd20:ce::254",
    ] {
        let all = ["100.64.0.0/10", "fc00::/7", "127.0.0.0/8"];
        refuses_despite(&all, &scene, address).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_a_metadata_service_is_not_even_looked_up() {
    let scene = Scene::open().await;
    let resolver = Changing::new(&[&["127.0.0.1"]]);
    let url = scene.forge.url_as("metadata.google.internal");
    let connection = scene
        .site
        .connection(url)
        .resolver(Arc::clone(&resolver) as Arc<_>);
    let came = scene.send_by(&open(connection, |_| ()), tree()).await;
    came.is_failed("destination-IP-prohibited", "address-refused");
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 0);
    assert_eq!(scene.forge.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_that_hold_another_address_are_refused() {
    let scene = Scene::open().await;
    for address in [
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::1",
        "2001:0:7f00:1::1",
    ] {
        refuses(&scene, address).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_nobody_and_of_everybody_are_refused() {
    let scene = Scene::open().await;
    for address in [
        "0.0.0.0",
        "::",
        "255.255.255.255",
        "224.0.0.1",
        "ff02::1",
        "fe80::1",
        "169.254.1.1",
    ] {
        refuses(&scene, address).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn private_networks_are_refused_unless_they_are_listed() {
    let scene = Scene::open().await;
    for address in [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "fc00::1",
        "fd12::1",
    ] {
        refuses(&scene, address).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_that_was_checked_is_the_one_that_is_dialled() {
    let answer = [Piece::json("{}"), vec![Piece::Close]].concat();
    let scene = Scene::sending(answer).await;
    let resolver = Changing::new(&[&["127.0.0.1"], &["169.254.169.254"], &["127.0.0.1"]]);
    let source = open(named(&scene, Arc::clone(&resolver) as Arc<_>), |_| ());
    let first = scene.send_by(&source, tree()).await;
    first.is_whole(200, 0);
    assert_eq!(first.ended["address"], "127.0.0.1");
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 1);
    let second = scene.send_by(&source, tree()).await;
    second.is_failed("destination-IP-prohibited", "address-refused");
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 2);
    scene.send_by(&source, tree()).await.is_whole(200, 0);
    assert_eq!(scene.forge.requests().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn among_many_addresses_only_good_ones_are_dialled() {
    let scene = Scene::open().await;
    let many: &[&str] = &[
        "169.254.169.254",
        "::ffff:127.0.0.1",
        "10.0.0.1",
        "127.0.0.1",
    ];
    let source = open(named(&scene, Changing::new(&[many])), |_| ());
    let came = scene.send_by(&source, tree()).await;
    came.is_whole(200, 0);
    assert_eq!(came.ended["address"], "127.0.0.1");
}
