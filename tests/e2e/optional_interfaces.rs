//! Interfaces that a plugin may leave out: the host answers in its place.

use std::time::Duration;

use code_source::contract::git::Revision;
use code_source::contract::types::ErrorCode;
use code_source::{Engine, Error, Failure, OptionalInterface, Outcome, Report, Source};
use code_source_test_plugins::{Instruction, Ruin};
use code_source_tests::{Site, first_page, hostile_in, tell};

/// The report of a call that the host answered with `unsupported` by itself.
fn unsupported<T: std::fmt::Debug>(outcome: Outcome<T>) -> Report {
    let Err(Failure::Answer(error)) = &outcome.answer else {
        panic!("{outcome:?}")
    };
    assert!(matches!(error.code, ErrorCode::Unsupported(_)), "{error:?}");
    assert!(error.hint.is_some());
    outcome.report
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plugin_leaves_out_is_unsupported_and_no_plugin_is_made_for_it() {
    let engine = Engine::builder().instances(1).build().unwrap();
    let plugin = hostile_in(&engine).unwrap();
    let offered = OptionalInterface::ALL.map(|interface| plugin.offers(interface));
    assert_eq!(offered, [true, true, false, false, true]);
    let site = Site::new();
    let source = Source::open(&plugin, site.connection("git.acme.example")).unwrap();
    // There is no room for another plugin.
    let mut endless = std::pin::pin!(tell(&source, Instruction::Ruin(Ruin::Loop)));
    let soon = Duration::from_millis(200);
    assert!(tokio::time::timeout(soon, &mut endless).await.is_err());
    let (id, commit, page) = ("1", "0".repeat(40), first_page());
    let at = Revision::DefaultBranch;
    let report = unsupported(source.search_code(id, "text", &at, &page).await);
    assert_eq!(report.operation, "search.search-code");
    let report = unsupported(source.list_statuses(id, &commit, &page).await);
    assert_eq!(report.operation, "statuses.list-statuses");
    let another = source.list_webhooks(id, &page).await.answer;
    assert!(
        matches!(another, Err(Failure::Host(Error::Exhausted))),
        "{another:?}"
    );
    assert_eq!(site.audit.text(), "");
}
