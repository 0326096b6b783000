//! Other places than the forge: hosts, ports, schemes, and the many ways to write one.

use code_source_test_plugins::Request;
use code_source_tests::{Piece, WireServer};

use super::scene::{MARK, Scene, TOKEN, tree};

const OTHER: (&str, &str) = ("authority", "other-origin");
const MALFORMED: (&str, &str) = ("authority", "authority-malformed");

/// A request for the forge's port at another host.
fn at(scene: &Scene, host: &str) -> Request {
    tree().authority(format!("{host}:{}", scene.forge.port()))
}

#[tokio::test(flavor = "multi_thread")]
async fn another_host_is_not_asked() {
    let scene = Scene::open().await;
    let other = WireServer::start(&scene.site, |_| Piece::json("{}")).await;
    let hosts = [
        "localhost.example",
        "example",
        "127.0.0.1",
        "xn--lcalhost-x2a",
    ];
    let mut requests: Vec<_> = hosts.map(|host| at(&scene, host)).into();
    requests.push(tree().authority("other.example"));
    requests.push(tree().authority(format!("127.0.0.1:{}", other.port())));
    scene.refuses(OTHER, requests).await;
    assert_eq!(other.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_port_is_not_asked() {
    let scene = Scene::open().await;
    let other = WireServer::start(&scene.site, |_| Piece::json("{}")).await;
    let ports = [
        "localhost".to_owned(),
        "localhost:443".to_owned(),
        format!("localhost:{}", other.port()),
    ];
    scene
        .refuses(OTHER, ports.map(|host| tree().authority(host)))
        .await;
    assert_eq!(other.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_is_not_spoken() {
    let scene = Scene::open().await;
    scene.refuses(OTHER, [tree().scheme("http")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn user_information_is_refused_and_not_recorded() {
    let scene = Scene::open().await;
    let users = [MARK.to_owned(), format!("{MARK}:x"), format!("{MARK}:")];
    let requests = users.map(|user| at(&scene, &format!("{user}@localhost")));
    scene.refuses(MALFORMED, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_forms_of_an_address_are_no_host() {
    let scene = Scene::open().await;
    let hosts = ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "0x7f000001"];
    let mut requests: Vec<_> = hosts.map(|host| at(&scene, host)).into();
    requests.push(tree().authority("localhost:"));
    scene.refuses(MALFORMED, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn literals_are_another_host_than_a_name_that_leads_there() {
    let scene = Scene::open().await;
    let hosts = [
        "127.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
    ];
    scene
        .refuses(OTHER, hosts.map(|host| at(&scene, host)))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_spellings_of_the_forge_leave_in_the_one_that_was_checked() {
    let scene = Scene::open().await;
    for host in ["LOCALHOST", "localhost.", "LocalHost."] {
        scene.send(at(&scene, host)).await.is_whole(200, 0);
    }
    let own = format!("localhost:{}", scene.forge.port());
    let requests = scene.forge.requests();
    assert_eq!(requests.len(), 3);
    for request in requests {
        assert_eq!(request.header("host"), Some(&*own));
        assert_eq!(request.header("private-token"), Some(TOKEN));
    }
}
