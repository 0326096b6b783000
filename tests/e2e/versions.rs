//! Every operation on old and new versions, at the root and below a path: the same answers.

use code_source_stand_in::{Builder, StandIn};

use crate::operations::{Ended, OPERATIONS, Stock};

/// What every operation answers, without the address that the forge believes it has, and without
/// what a version may tell about itself.
async fn answers(builder: Builder, external: Option<&str>) -> Vec<String> {
    let shop = Stock::new(builder).await;
    let url = shop.rig.forge.url();
    let mut all = Vec::new();
    for operation in OPERATIONS
        .into_iter()
        .filter(|name| *name != "connection.check")
    {
        let (ended, report) = shop.run(&shop.source, operation).await;
        let Ended::Right(answer) = ended else {
            panic!("{operation}: {ended:#?}\n{report:#?}")
        };
        let answer = answer.replace(&url, "BASE");
        let answer = external.map_or(answer.clone(), |external| answer.replace(external, "BASE"));
        all.push(format!("{operation}: {answer}"));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_from_16_8_on_gives_the_same_answers() {
    let truth = answers(StandIn::builder().version("18.6.0"), None).await;
    for version in ["16.8.0", "17.0.0", "17.7.0", "19.0.0-ee"] {
        let found = answers(StandIn::builder().version(version), None).await;
        for (found, truth) in found.iter().zip(&truth) {
            assert_eq!(found, truth, "{version}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_below_a_path_that_calls_itself_otherwise_gives_the_same_answers() {
    let truth = answers(StandIn::builder().version("19.0.0"), None).await;
    for prefix in ["/gitlab", "/a/b.c"] {
        let builder = StandIn::builder().version("19.0.0").path_prefix(prefix);
        let builder = builder.external_url("http://git.inside.example:8080");
        let external = format!("http://git.inside.example:8080{prefix}");
        let found = answers(builder, Some(&external)).await;
        for (found, truth) in found.iter().zip(&truth) {
            assert_eq!(found, truth, "{prefix}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_version_is_told_as_it_calls_itself() {
    for (version, edition) in [
        ("16.8.0", "community"),
        ("17.7.2-ee", "enterprise"),
        ("19.0.0", "community"),
    ] {
        let shop = Stock::new(StandIn::builder().version(version)).await;
        let report = code_source_tests::expect(shop.source.check().await);
        assert_eq!(report.version.as_deref(), Some(version));
        assert_eq!(report.edition.as_deref(), Some(edition));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn http_1_gives_the_same_answers_as_http_2() {
    let truth = answers(StandIn::builder(), None).await;
    assert_eq!(answers(StandIn::builder().http1_only(), None).await, truth);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_names_objects_by_sha_256_is_read_by_every_operation() {
    let shop = Stock::sha256(StandIn::builder()).await;
    assert_eq!((shop.tip.len(), shop.blob.len()), (64, 64));
    for operation in OPERATIONS {
        let (ended, report) = shop.run(&shop.source, operation).await;
        assert!(
            matches!(ended, Ended::Right(_)),
            "{operation}: {ended:#?}\n{report:#?}"
        );
    }
}
