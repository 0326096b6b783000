//! The troubles that people have with a connection, in each of their causes: every one is produced,
//! and `doctor` has to name it first, say what to do and who can, and look at everything else.

mod accounts;
mod cause;
mod certificates;
mod credentials;
mod examined;
mod handshakes;
mod monotonous;
mod network;
mod page;
mod proxies;
mod repositories;
mod scene;
mod strangers;
mod tokens;

use futures_util::StreamExt as _;
use futures_util::stream;

use self::cause::Cause;

/// Every cause, in the order of the page.
fn all() -> impl Iterator<Item = &'static Cause> {
    [
        tokens::CAUSES,
        credentials::CAUSES,
        accounts::CAUSES,
        strangers::CAUSES,
        monotonous::CAUSES,
        repositories::CAUSES,
        certificates::CAUSES,
        handshakes::CAUSES,
        network::CAUSES,
        proxies::CAUSES,
    ]
    .into_iter()
    .flatten()
}

/// Produce each of these causes, and go on only if `doctor` finds it.
async fn find(causes: &'static [Cause]) {
    let looking = stream::iter(causes).map(examined::complaints);
    let complaints: Vec<String> = looking.buffer_unordered(AT_ONCE).concat().await;
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

const AT_ONCE: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_certificate_is_the_first_cause() {
    find(certificates::CAUSES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn why_no_handshake_comes_to_its_end_is_the_first_cause() {
    find(handshakes::CAUSES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_forge_is_not_reached_is_the_first_cause() {
    find(network::CAUSES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_proxy_does_instead_of_leading_on_is_the_first_cause() {
    find(proxies::CAUSES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_token_never_leaves_is_the_first_cause() {
    find(tokens::CAUSES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_forge_has_against_a_token_is_the_first_cause() {
    find(credentials::CAUSES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn why_an_account_cannot_be_used_is_the_first_cause() {
    find(accounts::CAUSES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_instead_of_a_forge_is_the_first_cause() {
    find(strangers::CAUSES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_one_answer_to_everything_is_the_first_cause() {
    find(monotonous::CAUSES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_repository_cannot_be_read_is_the_first_cause() {
    find(repositories::CAUSES).await;
}
