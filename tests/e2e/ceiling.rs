//! What a plugin declares and an operator grants: calls that go beyond it do not begin.

use code_source::contract::git::Revision;
use code_source::{Error, Failure};
use code_source_test_plugins::{Instruction, Request};
use code_source_tests::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_call_about_a_repository_that_is_not_connected_does_not_begin() {
    let shop = Shop::open().await;
    let other = shop.rig.forge.project("web/other");
    let outcome = shop
        .source()
        .link(&other.id().to_string(), "", "", None)
        .await;
    let Err(Failure::Host(error @ Error::Refused(_))) = &outcome.answer else {
        panic!("{outcome:?}")
    };
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.contains("repositories")),
        "{error:?}"
    );
    assert_eq!(shop.rig.forge.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_the_manifest_does_not_name_is_not_called() {
    let shop = Shop::open().await;
    let instruction = Instruction::send(Request::get(shop.api(""))).to_string();
    let repository = shop.project.id().to_string();
    let outcome = shop
        .source()
        .stat_file(&repository, &Revision::DefaultBranch, &instruction)
        .await;
    let Err(Failure::Host(Error::Refused(denial))) = &outcome.answer else {
        panic!("{outcome:?}")
    };
    assert_eq!(denial.reason().label(), "operation-not-declared");
    assert_eq!(shop.rig.forge.requests().len(), 0);
}
