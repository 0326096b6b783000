//! Repositories that are not the call's: other ids, other spellings, and lies about whose it is.

use std::time::Duration;

use code_source::contract::repositories::RepositoryRef;
use code_source::egress::ConnectedRepository;
use code_source::{Error, Failure};
use code_source_stand_in::Effect;
use code_source_test_plugins::{Instruction, Request};
use code_source_tests::{Shop, expect, open, tell};

use super::scene::{Scene, last};

const OTHER: (&str, &str) = ("repository", "other-repository");

fn tree(project: &str) -> Request {
    Request::get(format!("/api/v4/projects/{project}/repository/tree"))
}

#[tokio::test(flavor = "multi_thread")]
async fn another_repository_is_not_reached_by_any_name() {
    let scene = Scene::open().await;
    let names = [
        "2",
        "web%2Fother",
        "web%2Fshop",
        "Web%2FShop",
        "web%252Fshop",
        "01",
        "1%20",
        "1.json",
        "1.0",
        "%2B1",
        "1%2F",
        "-1",
    ];
    let requests = names.map(tree).into_iter().chain([
        Request::get("/api/v4/projects/2"),
        Request::post("/api/v4/projects/2/repository/commits", "{}"),
    ]);
    let (fine, malformed): (Vec<_>, Vec<_>) =
        requests.partition(|request| !request.path_with_query.contains("1%2F/"));
    scene.refuses(OTHER, fine).await;
    scene.refuses(("path", "path-malformed"), malformed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_with_a_line_break_or_dots_in_it_is_refused() {
    let scene = Scene::open().await;
    let names = [
        "1%0A2",
        "1%0D%0Ax",
        "2%2F..%2F1",
        "..%2F1",
        "1%00",
        "%31",
        ".",
    ];
    scene
        .refuses(("path", "path-malformed"), names.map(tree))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_connected_repository_is_not_reached_either() {
    let scene = Scene::open().await;
    let connected = |id: &str, path: &str| ConnectedRepository {
        id: id.to_owned(),
        path: path.to_owned(),
    };
    let both = [connected("1", "web/shop"), connected("2", "web/other")];
    let source = open(scene.connection().repositories(both), |_| ());
    for request in [tree("2"), tree("web%2Fother")] {
        let came = scene.send_by(&source, request.clone()).await;
        came.is_refused(OTHER, &request);
    }
    assert_eq!(scene.forge.connections(), 0);
    scene.send_by(&source, tree("1")).await.is_whole(200, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn lies_about_which_repository_it_is_are_refused() {
    let shop = Shop::open().await;
    let source = shop.source();
    for lie in LIES {
        shop.rig.forge.project(lie);
        let named = RepositoryRef::Path(lie.to_owned());
        let answer = source.connect_repository(&named).await.answer;
        let refused = matches!(answer, Err(Failure::Host(Error::UnconfirmedIdentity)));
        assert!(refused, "{lie}: {answer:?}");
    }
    // What did leave was the question for the one that the call named, each time.
    let requests = shop.rig.forge.requests();
    assert!(!requests.is_empty());
    let is_named = |path: &str| path.contains("/projects/liars%2F");
    assert!(requests.iter().all(|request| is_named(&request.path)));
    let lines = shop.rig.audit.events("request");
    assert!(lines.iter().all(|line| line["decision"] == "allow"));
}

/// What the hostile plugin lies about, by the name of the repository.
const LIES: [&str; 4] = [
    "liars/another-id",
    "liars/another-path",
    "liars/never-asked-for",
    "liars/moved-elsewhere",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_truth_about_which_repository_it_is_connects_it() {
    let shop = Shop::open().await;
    let other = shop.rig.forge.project("web/other");
    let named = RepositoryRef::Path("web/other".to_owned());
    let honest = shop.source().connect_repository(&named).await;
    assert_eq!(expect(honest).1.id, other.id().to_string());
    assert_eq!(last(&shop.rig.audit, "response")["end"], "complete");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_about_a_repository_that_come_at_the_same_time_do_not_mix() {
    let shop = Shop::open().await;
    let pieces = Effect::SlowBody(200, Duration::from_millis(1));
    shop.always(pieces);
    let request = Request::get(shop.api(""));
    let outcome = tell(
        &shop.source(),
        Instruction::Repeat {
            request,
            times: 8,
            at_once: true,
        },
    )
    .await;
    assert_eq!(expect(outcome), r#"{"200":8}"#);
}
