//! Every operation that writes while its answer gets lost: one request, no duplicate, and an answer
//! that says what is so.

use std::time::Duration;

use code_source::contract::types::ErrorCode;
use code_source::{Limits, Source};
use code_source_stand_in::{Effect, Fault, Matcher, When};
use code_source_tests::{played, plugin, writes};
use futures_util::future::join_all;
use http::Method;

use crate::operations::{Ended, Prepared, Stock, WRITES};

/// What became of one operation.
struct Run {
    operation: &'static str,
    prepared: Prepared,
    ended: Ended,
}

/// Let this happen to every request that is to change something.
fn disturb(shop: &Stock, what: &Effect) {
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        shop.rig.forge.fault(Fault {
            on: Matcher::all().method(method),
            when: When::Always,
            what: what.clone(),
        });
    }
}

/// Run every operation at once while this happens to what it writes.
async fn disturbed(shop: &Stock, source: &Source, what: Effect) -> Vec<Run> {
    let mut all = Vec::new();
    for operation in WRITES {
        all.push((operation, shop.prepare_all(operation).await));
    }
    shop.rig.forge.clear_requests();
    disturb(shop, &what);
    let runs = all.into_iter().map(|(operation, prepared)| async move {
        let (ended, _) = shop.write(source, operation, &prepared).await;
        Run {
            operation,
            prepared,
            ended,
        }
    });
    let runs = join_all(runs).await;
    assert_eq!(writes(&shop.rig), WRITES.len(), "{what:?}: {}", sent(shop));
    shop.rig.forge.clear_faults();
    runs
}

/// The requests that were to change something, for people.
fn sent(shop: &Stock) -> String {
    let requests = shop.rig.forge.requests();
    let writes = requests
        .iter()
        .filter(|request| ![Method::GET, Method::HEAD].contains(&request.method));
    writes
        .map(|request| format!("{} {}\n", request.method, request.path))
        .collect()
}

fn is_unknown(ended: &Ended) -> bool {
    matches!(ended, Ended::Refused(error) if matches!(error.code, ErrorCode::OutcomeUnknown))
}

/// The oldest version knows no trial deliveries.
fn is_unsupported(ended: &Ended) -> bool {
    matches!(ended, Ended::Refused(error) if matches!(error.code, ErrorCode::Unsupported(_)))
}

/// The write took effect once, and that is what is answered. Only of a trial delivery the forge
/// tells nobody that it was sent.
async fn hold_after(shop: &Stock, source: &Source, what: Effect) {
    for run in disturbed(shop, source, what.clone().after_work()).await {
        let Run {
            operation,
            prepared,
            ended,
        } = run;
        let effects = shop.effects(operation, &prepared);
        assert!(
            matches!(effects, None | Some(1)),
            "{what:?} {operation}: {effects:?}"
        );
        let is_applied = matches!(&ended, Ended::Right(answer) if !answer.contains("Already"));
        let is_right = match operation {
            "webhooks.test-webhook" => is_unknown(&ended) || is_applied || is_unsupported(&ended),
            _ => is_applied,
        };
        assert!(is_right, "{what:?} {operation}: {ended:#?}");
    }
}

/// Nothing happened, and nobody says that it did.
async fn hold_before(shop: &Stock, what: Effect) {
    for run in disturbed(shop, &shop.source, what.clone()).await {
        let Run {
            operation,
            prepared,
            ended,
        } = run;
        let effects = shop.effects(operation, &prepared);
        assert!(
            matches!(effects, None | Some(0)),
            "{what:?} {operation}: {effects:?}"
        );
        assert!(is_unknown(&ended), "{what:?} {operation}: {ended:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_fails_after_a_write_makes_no_second_one() {
    let shop = Stock::new(played()).await;
    hold_after(&shop, &shop.source, Effect::BadGateway).await;
    hold_after(&shop, &shop.source, Effect::status(504)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_closes_after_a_write_makes_no_second_one() {
    let shop = Stock::new(played()).await;
    hold_after(&shop, &shop.source, Effect::CloseAfterWork).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_for_people_after_a_write_makes_no_second_one() {
    let shop = Stock::new(played()).await;
    hold_after(&shop, &shop.source, Effect::Html).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_cut_after_a_write_makes_no_second_one() {
    let shop = Stock::new(played()).await;
    hold_after(&shop, &shop.source, Effect::CutBodyAfter(3)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_after_a_write_makes_no_second_one() {
    let shop = Stock::new(played()).await;
    let mut limits = Limits::default();
    limits.first_byte = Duration::from_secs(4);
    let connection = shop.connection(&shop.rig.token).limits(limits);
    let source = Source::open(plugin(), connection).unwrap();
    hold_after(&shop, &source, Effect::NoAnswer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_fails_before_a_write_leaves_its_outcome_unknown() {
    let shop = Stock::new(played()).await;
    hold_before(&shop, Effect::BadGateway).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_dropped_after_its_write_was_sent_writes_once() {
    let shop = Stock::new(played()).await;
    // The oldest version knows no trial deliveries.
    let known = WRITES
        .into_iter()
        .filter(|name| *name != "webhooks.test-webhook");
    for operation in known {
        let prepared = shop.prepare_all(operation).await;
        shop.rig.forge.clear_requests();
        disturb(&shop, &Effect::NoAnswer.after_work());
        let took_effect = async {
            while writes(&shop.rig) == 0 || !shop.is_done(operation, &prepared) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            (ended, _) = shop.write(&shop.source, operation, &prepared) => panic!("{operation}: {ended:#?}"),
            () = took_effect => {}
        }
        shop.rig.forge.clear_faults();
        // Whoever asks the forge next comes after all that was dropped.
        shop.run(&shop.source, "connection.check").await;
        assert_eq!(writes(&shop.rig), 1, "{operation}: {}", sent(&shop));
        let effects = shop.effects(operation, &prepared);
        assert!(
            matches!(effects, None | Some(1)),
            "{operation}: {effects:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_made_again_after_an_unknown_outcome_finds_what_is_there() {
    let shop = Stock::new(played()).await;
    let runs = disturbed(&shop, &shop.source, Effect::BadGateway.after_work()).await;
    for Run {
        operation,
        prepared,
        ..
    } in runs
    {
        // A trial is sent as often as it is asked for.
        if operation == "webhooks.test-webhook" {
            continue;
        }
        let (ended, report) = shop.write(&shop.source, operation, &prepared).await;
        let is_found = matches!(&ended, Ended::Right(answer) if answer.contains("Already"));
        assert!(is_found, "{operation}: {ended:#?}\n{report:#?}");
        let effects = shop.effects(operation, &prepared);
        assert!(
            matches!(effects, None | Some(1)),
            "{operation}: {effects:?}"
        );
    }
}
