//! Every operation that reads while something goes wrong with one request in a few: its answer is complete
//! and right, or it is an error.

mod writes;

use code_source::contract::types::ErrorCode;
use code_source_stand_in::{Effect, Fault, Matcher, RetryAfter, When};
use code_source_tests::played;

use crate::operations::{Ended, READS, Stock};

/// What an operation must come to.
#[derive(Clone, Copy)]
enum Expected {
    /// The answer that it has without a fault.
    Right,
    /// That, or an error: one that the second argument knows.
    RightOr(fn(&Ended) -> bool),
}

/// Run every operation that reads while one request in `row` is hit.
async fn hold(row: u64, what: Effect, expected: Expected) {
    hold_those(&READS, row, what, expected).await;
}

async fn hold_those(operations: &[&str], row: u64, what: Effect, expected: Expected) {
    let shop = Stock::new(played()).await;
    let mut hits = 0;
    for operation in operations {
        let (Ended::Right(truth), _) = shop.run(&shop.source, operation).await else {
            panic!("{operation} fails without a fault");
        };
        let fault = Fault {
            on: Matcher::all(),
            when: When::Every(row),
            what: what.clone(),
        };
        let handle = shop.rig.forge.fault(fault);
        for _ in 0..2 {
            let (ended, report) = shop.run(&shop.source, operation).await;
            let is_fine = match (&ended, expected) {
                (Ended::Right(answer), _) if *answer == truth => true,
                (other, Expected::RightOr(knows)) => knows(other),
                _ => false,
            };
            assert!(is_fine, "{operation}: {ended:#?}\n{report:#?}");
        }
        hits += handle.hits();
        shop.rig.forge.clear_faults();
    }
    assert!(
        hits >= operations.len() as u64 / 2,
        "only {hits} requests were hit"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_for_haste_in_json_are_waited_for() {
    let what = Effect::TooManyRequests {
        json: true,
        retry_after: RetryAfter::Seconds(0),
    };
    hold(2, what, Expected::Right).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_for_haste_in_plain_text_are_waited_for() {
    let what = Effect::TooManyRequests {
        json: false,
        retry_after: RetryAfter::Date(0),
    };
    hold(3, what, Expected::Right).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_without_its_server_is_asked_again() {
    hold(3, Effect::BadGateway, Expected::Right).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_closes_without_an_answer_is_made_again() {
    hold(3, Effect::CloseBeforeAnswer, Expected::Right).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_cut_is_read_again_or_breaks_the_content() {
    for after in [0, 7] {
        hold(3, Effect::CutBodyAfter(after), Expected::RightOr(is_broken)).await;
    }
}

fn is_broken(ended: &Ended) -> bool {
    matches!(ended, Ended::Broken(error) if ["cut", "reset", "size-differs"].contains(&error.reason()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_for_people_is_never_taken_for_an_answer() {
    hold(2, Effect::Html, Expected::RightOr(is_not_the_api)).await;
    hold(3, Effect::SignInRedirect, Expected::RightOr(is_not_the_api)).await;
}

/// Where only the question was hit whether `%2F` arrives, a finding says that something refuses it.
fn is_not_the_api(ended: &Ended) -> bool {
    match ended {
        Ended::Refused(error) => matches!(error.code, ErrorCode::NotTheApi(_)),
        Ended::Right(answer) => answer.contains("encoded-slash-refused"),
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn json_of_another_form_is_malformed() {
    // Nothing tells what a blob or an archive should have been, other than its own bytes.
    let others = ["git.read-blob", "git.read-archive"];
    let those: Vec<_> = READS
        .into_iter()
        .filter(|name| !others.contains(name))
        .collect();
    for body in [
        "null",
        "42",
        "[1]",
        r#"[{"id":null}]"#,
        r#"{"a":1}"#,
        "{",
        "",
    ] {
        let headers = vec![("content-type", "application/json".to_owned())];
        let what = Effect::Status(200, body.to_owned(), headers);
        hold_those(&those, 2, what, Expected::RightOr(is_error_or_gap)).await;
    }
}

/// As an instance behaves on a bad day: now and then a limit, now and then a gateway, one body that
/// is cut, and one page for people.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_bad_day_every_answer_is_complete_and_right_or_an_error_and_none_is_a_part() {
    let shop = Stock::new(played()).await;
    let mut truths = Vec::new();
    for operation in READS {
        let (Ended::Right(truth), _) = shop.run(&shop.source, operation).await else {
            panic!("{operation} fails without a fault");
        };
        truths.push(truth);
    }
    let haste = Effect::TooManyRequests {
        json: false,
        retry_after: RetryAfter::Seconds(0),
    };
    let handles = [
        (When::Every(100), haste),
        (When::Every(101), Effect::BadGateway),
        (When::Nth(57), Effect::CutBodyAfter(9)),
        (When::Nth(133), Effect::Html),
    ]
    .map(|(when, what)| {
        let on = Matcher::all();
        shop.rig.forge.fault(Fault { on, when, what })
    });
    shop.rig.forge.clear_requests();
    let mut errors = 0;
    while shop.rig.forge.requests().len() < 500 {
        for (operation, truth) in READS.iter().zip(&truths) {
            match shop.run(&shop.source, operation).await {
                (Ended::Right(answer), _) => assert_eq!(answer, *truth, "{operation}"),
                _ => errors += 1,
            }
        }
    }
    let hits = handles.map(|handle| handle.hits());
    assert!(hits.iter().all(|hits| *hits > 0), "{hits:?}");
    // What passes is asked for again: only the cut body and the page may have come through.
    assert!(errors <= 2, "{errors} of {hits:?}");
}

/// Whose version is not told is in a report, where an account and a token are told.
fn is_error_or_gap(ended: &Ended) -> bool {
    match ended {
        Ended::Right(answer) => answer.contains("version-unknown"),
        _ => true,
    }
}
