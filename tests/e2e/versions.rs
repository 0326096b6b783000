//! Every operation on old and new versions, at the root and below a path: the same answers.

use code_source_stand_in::{Builder, StandIn};

use crate::operations::{Ended, READS, Stock, operations};

/// What every operation answers, without the address that the forge believes it has, and without
/// what a version may tell about itself.
async fn answers(builder: Builder, external: Option<&str>) -> Vec<String> {
    let shop = Stock::new(builder).await;
    let url = shop.rig.forge.url();
    let mut all = Vec::new();
    // What a webhook's deliveries carry is told from 19.0 on, and a place differs each time.
    let others = ["connection.", "webhooks."];
    let same = READS
        .into_iter()
        .filter(|name| !others.iter().any(|part| name.starts_with(part)));
    for operation in same {
        let (ended, report) = shop.run(&shop.source, operation).await;
        let Ended::Right(answer) = ended else {
            panic!("{operation}: {ended:#?}\n{report:#?}")
        };
        let answer = timeless(&answer).replace(&url, "BASE");
        let answer = external.map_or(answer.clone(), |external| answer.replace(external, "BASE"));
        all.push(format!("{operation}: {answer}"));
    }
    all
}

/// An answer without the moments at which the test itself wrote something.
fn timeless(answer: &str) -> String {
    // Nothing that a forge holds from the beginning is as new as that; only these tests are.
    let is_recent = |line: &&str| {
        let number = line
            .rsplit(' ')
            .next()
            .unwrap_or_default()
            .trim_end_matches(',');
        number
            .parse::<u64>()
            .is_ok_and(|number| number > 1_770_000_000)
    };
    let lines = answer.lines().filter(|line| !is_recent(line));
    lines.map(|line| format!("{line}\n")).collect()
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
async fn a_forge_without_http_2_gives_the_same_answers() {
    let truth = answers(StandIn::builder().version("18.6.0"), None).await;
    assert_eq!(
        answers(StandIn::builder().version("18.6.0").http1_only(), None).await,
        truth
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_names_objects_by_sha_256_is_read_by_every_operation() {
    let shop = Stock::sha256(StandIn::builder().version("19.0.0-ee")).await;
    assert_eq!((shop.tip.len(), shop.blob.len()), (64, 64));
    for operation in operations() {
        let (ended, report) = shop.undisturbed(operation).await;
        assert!(
            matches!(ended, Ended::Right(_)),
            "{operation}: {ended:#?}\n{report:#?}"
        );
    }
}
