//! Endpoints that no plugin may reach, this one least of all: those that hand out credentials, those
//! that act beyond a repository's code, and those of another function.

use code_source::contract::repositories::Filter;
use code_source_test_plugins::{Instruction, Request};
use code_source_tests::{first_page, tell};

use super::scene::{MARK, Scene, api, last, tree};

const BY_NAME: (&str, &str) = ("ceiling", "endpoint-refused-by-name");
const UNKNOWN: (&str, &str) = ("ceiling", "endpoint-not-in-profile");
const METHOD: (&str, &str) = ("ceiling", "method-refused");

/// Where GitLab mints tokens and keys, and shows them.
const CREDENTIALS: [&str; 11] = [
    "/access_tokens",
    "/access_tokens/1/rotate",
    "/access_tokens/self/rotate",
    "/deploy_tokens",
    "/deploy_keys",
    "/keys",
    "/triggers",
    "/variables",
    "/variables/KEY",
    "/runners",
    "/remote_mirrors",
];

/// The same below other things than a repository.
const CREDENTIALS_ELSEWHERE: [&str; 12] = [
    "/api/v4/personal_access_tokens",
    "/api/v4/personal_access_tokens/1",
    "/api/v4/personal_access_tokens/self/rotate",
    "/api/v4/user/personal_access_tokens",
    "/api/v4/users/1/impersonation_tokens",
    "/api/v4/groups/1/access_tokens",
    "/api/v4/groups/1/variables",
    "/api/v4/admin/ci/variables",
    "/api/v4/runners",
    "/api/v4/applications",
    "/api/v4/application/settings",
    "/api/v4/keys",
];

/// With every method that a request may have.
fn all_methods(target: &str) -> Vec<Request> {
    let writing = ["POST", "PUT", "PATCH", "DELETE"];
    let writing = writing.map(|method| Request::post(target, "{}").method(method));
    let reading = ["GET", "HEAD"].map(|method| Request::get(target).method(method));
    writing.into_iter().chain(reading).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_of_a_repository_are_refused_by_name() {
    let scene = Scene::open().await;
    let requests = CREDENTIALS.iter().flat_map(|path| all_methods(&api(path)));
    scene.refuses(BY_NAME, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_of_an_instance_are_refused_by_name() {
    let scene = Scene::open().await;
    let requests = CREDENTIALS_ELSEWHERE
        .iter()
        .flat_map(|path| all_methods(path));
    scene.refuses(BY_NAME, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_in_another_spelling_is_no_endpoint() {
    let scene = Scene::open().await;
    let paths = [
        "/Variables",
        "/VARIABLES",
        "/variables%20",
        "/variables%3Bx",
        "/variables%2Fx",
        "/variables%3Fx",
        "/variables%23",
    ];
    let requests = paths.map(|path| Request::get(api(path)));
    scene.refuses(UNKNOWN, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_format_suffix_makes_no_other_endpoint() {
    let scene = Scene::open().await;
    let paths = [".json", "/repository/tree.json", "/repository/tree.xml"];
    for path in paths {
        let came = scene.send(Request::get(api(path))).await;
        assert_eq!(came.answer.error(), Some("HTTP-request-denied"), "{path}");
        assert_eq!(came.asked["decision"], "deny");
    }
    assert_eq!(scene.forge.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_acts_beyond_the_code_is_refused_by_name() {
    let scene = Scene::open().await;
    let paths = [
        "/members",
        "/share",
        "/fork",
        "/protected_branches",
        "/integrations",
        "/export",
        "/snapshot",
        "/pipeline",
    ];
    let posts = paths.map(|path| Request::post(api(path), format!("{{\"{MARK}\":1}}")));
    let project = ["PUT", "DELETE"].map(|method| Request::get(api("")).method(method));
    let requests = posts.into_iter().chain(project);
    scene
        .refuses(BY_NAME, requests.chain([Request::get("/api/graphql")]))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_outside_the_api_is_refused() {
    let scene = Scene::open().await;
    let paths = ["/users/sign_in", "/-/health", "/api/v3/projects"];
    let requests = paths.map(Request::get);
    scene
        .refuses(("ceiling", "outside-the-api"), requests)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_reaches_its_own_endpoints_only() {
    let scene = Scene::open().await;
    let others = [
        Request::get(api(
            "/repository/blobs/0000000000000000000000000000000000000001/raw",
        )),
        Request::get(api("/repository/archive.tar.gz")),
        Request::get("/api/v4/projects"),
        Request::get("/api/v4/version"),
    ];
    scene
        .refuses(("operation", "endpoint-of-another-operation"), others)
        .await;
    let undeclared = [
        Request::get(api("/repository/commits")),
        Request::post(api("/repository/branches"), "{}"),
        Request::get("/api/v4/user"),
    ];
    scene
        .refuses(("manifest", "endpoint-not-declared"), undeclared)
        .await;
    let unknown = [
        Request::get(api("/issues")),
        Request::post(api("/repository/tree"), "{}"),
    ];
    scene.refuses(UNKNOWN, unknown).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_names_no_repository_writes_to_none() {
    let scene = Scene::open().await;
    let request = Request::post(api("/repository/commits"), "{}");
    let filter = Filter {
        search: Some(Instruction::send(request).to_string()),
        owner: None,
        minimum_access: None,
        member_only: false,
        include_archived: false,
    };
    let outcome = scene
        .source()
        .list_repositories(&filter, &first_page())
        .await;
    assert!(format!("{:?}", outcome.answer).contains("HTTP-request-denied"));
    let line = last(&scene.site.audit, "request");
    assert_eq!(line["layer"], "operation");
    assert_eq!(line["reason"], "endpoint-of-another-operation");
    assert_eq!(scene.forge.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_has_another_method() {
    let scene = Scene::open().await;
    let methods = ["CONNECT", "TRACE", "OPTIONS", "PROPFIND", "PRI", "get"];
    let requests = methods.map(|method| tree().method(method));
    scene.refuses(METHOD, requests).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_granted_is_not_done_even_if_it_is_declared() {
    let scene = Scene::open().await;
    let source = code_source_tests::open(
        scene
            .connection()
            .access([code_source::egress::Access::Read]),
        |_| (),
    );
    let request = Request::post(api("/repository/commits"), "{}");
    let came = scene.send_by(&source, request.clone()).await;
    came.is_refused(("access", "access-not-granted"), &request);
    let remedy = came.failure.and_then(|failure| failure.remedy);
    assert_eq!(remedy.as_deref(), Some("access = [\"read\", \"commits\"]"));
    assert_eq!(scene.forge.connections(), 0);
    let again = tell(&source, Instruction::send(tree())).await;
    scene.came(again).is_whole(200, 0);
}
