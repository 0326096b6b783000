//! Answers of the forge in which one value is not what it should be.

use code_source_stand_in::{Effect, Fault, Matcher, When};
use code_source_tests::played;
use futures_util::future::join_all;

use crate::operations::{Ended, READS, Stock, WRITES};

/// How many answers each operation is given, one after the other. Every one is odd in another
/// place, or in another way.
const READ_ROUNDS: u64 = 30;
const WRITE_ROUNDS: u64 = 4;

fn disturb(shop: &Stock, number: u64) {
    shop.rig.forge.fault(Fault {
        on: Matcher::all(),
        when: When::Always,
        what: Effect::OddJson(number),
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_is_missing_null_unknown_or_of_another_type_never_ends_a_plugin() {
    let shop = Stock::new(played()).await;
    let (mut right, mut refused) = (0, 0);
    for round in 0..READ_ROUNDS {
        disturb(&shop, round * 7 + 1);
        // A trap, or an error of the host, fails the test where the answer is shown.
        let runs = READS
            .into_iter()
            .map(|operation| shop.run(&shop.source, operation));
        for (ended, _) in join_all(runs).await {
            match ended {
                Ended::Right(_) => right += 1,
                Ended::Refused(_) | Ended::Broken(_) | Ended::Disbelieved => refused += 1,
            }
        }
        shop.rig.forge.clear_faults();
    }
    assert!(right > 0 && refused > 0, "{right} {refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_answer_makes_no_sense_happened_once_and_is_never_told_as_a_failure() {
    let shop = Stock::new(played()).await;
    for round in 0..WRITE_ROUNDS {
        let mut all = Vec::new();
        for operation in WRITES {
            all.push((operation, shop.prepare_all(operation).await));
        }
        disturb(&shop, round * 5 + 2);
        let runs = all
            .iter()
            .map(|(operation, prepared)| shop.write(&shop.source, operation, prepared));
        let runs = join_all(runs).await;
        shop.rig.forge.clear_faults();
        for ((operation, prepared), (ended, report)) in all.iter().zip(runs) {
            let effects = shop.effects(operation, prepared);
            let sent = report
                .requests
                .iter()
                .filter(|request| !["GET", "HEAD"].contains(&&*request.method));
            let sent = sent.filter(|request| request.failure().is_none()).count();
            assert!(sent <= 1, "{operation}: {report:#?}");
            match effects {
                // Nobody is told that what happened did not, nor the other way round.
                Some(1) if sent == 1 => assert!(is_honest(&ended), "{operation}: {ended:#?}"),
                Some(0) => assert!(!matches!(ended, Ended::Right(_)), "{operation}: {ended:#?}"),
                Some(1) | None => {}
                Some(more) => panic!("{operation} took effect {more} times"),
            }
        }
    }
}

/// Whether that may be said of a write that took effect.
fn is_honest(ended: &Ended) -> bool {
    use code_source::contract::types::ErrorCode;
    match ended {
        Ended::Right(_) => true,
        Ended::Refused(error) => matches!(error.code, ErrorCode::OutcomeUnknown),
        Ended::Broken(_) | Ended::Disbelieved => false,
    }
}
