//! What was renamed, and what nobody may write to any more.

use code_source::contract::types::{ErrorCode, Outcome};
use code_source_stand_in::{Effect, Fault, Feature, Matcher, When};
use code_source_tests::{code, expect, git, played};
use http::Method;

use crate::operations::{Ended, READS, Stock, WRITES};

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_was_renamed_is_read_by_every_operation() {
    let shop = Stock::new(played()).await;
    shop.project.rename("trade/store");
    for operation in READS {
        let (ended, report) = shop.run(&shop.source, operation).await;
        let is_right = matches!(ended, Ended::Right(_));
        assert!(is_right, "{operation}: {ended:#?}\n{report:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_the_forge_refuses_as_moved_names_the_identity() {
    let shop = Stock::new(played()).await;
    let body = r#"{"message":"405 Non GET methods are not allowed for moved projects"}"#;
    let headers = vec![("content-type", "application/json".to_owned())];
    shop.rig.forge.fault(Fault {
        on: Matcher::all().method(Method::POST),
        when: When::Always,
        what: Effect::Status(405, body.to_owned(), headers),
    });
    let refused = code(shop.source.create_branch(&shop.id, "new", &shop.tip).await);
    assert_eq!(refused, format!("Moved({:?})", shop.id));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_repository_takes_no_change_and_says_that_it_is_read_only() {
    let shop = Stock::new(played()).await;
    let mut all = Vec::new();
    let changing = |name: &&str| name.starts_with("changes.") || name.starts_with("pull-requests.");
    for operation in WRITES.into_iter().filter(changing) {
        all.push((operation, shop.prepare_all(operation).await));
    }
    let _archived = shop.project.clone().archived();
    for (operation, prepared) in all {
        let (ended, report) = shop.write(&shop.source, operation, &prepared).await;
        let is_right =
            matches!(&ended, Ended::Refused(error) if matches!(error.code, ErrorCode::ReadOnly(_)));
        assert!(is_right, "{operation}: {ended:#?}\n{report:#?}");
        let effects = shop.effects(operation, &prepared);
        assert!(matches!(effects, None | Some(0)), "{operation}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_was_renamed_is_written_to_by_its_identity() {
    let shop = Stock::new(played()).await;
    shop.project.rename("trade/store");
    let made = expect(shop.source.create_branch(&shop.id, "new", &shop.tip).await);
    assert_eq!(made, Outcome::Applied);
    assert_eq!(git(&shop.project, &["rev-parse", "new"]), shop.tip);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_under_maintenance_takes_no_write_and_none_is_said_to_have_happened() {
    let shop = Stock::new(played()).await;
    let mut all = Vec::new();
    for operation in WRITES {
        all.push((operation, shop.prepare_all(operation).await));
    }
    shop.rig.forge.feature(Feature::Maintenance);
    for (operation, prepared) in all {
        let (ended, report) = shop.write(&shop.source, operation, &prepared).await;
        let is_right = matches!(&ended, Ended::Refused(error) if matches!(error.code,
            ErrorCode::ReadOnly(_) | ErrorCode::Unavailable | ErrorCode::OutcomeUnknown));
        assert!(is_right, "{operation}: {ended:#?}\n{report:#?}");
        let effects = shop.effects(operation, &prepared);
        assert!(
            matches!(effects, None | Some(0)),
            "{operation}: {effects:?}"
        );
    }
}
