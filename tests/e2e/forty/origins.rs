//! Where requests go: to the one forge that is configured, below its path, whatever it is called and
//! whatever it answers.

use code_source_stand_in::{Effect, Fault, LinkLie, Matcher, StandIn, When};
use code_source_tests::{Rig, played};

use crate::operations::{Ended, READS, Stock, operations};

/// A forge whose address does not say what it is, and every operation run there once.
async fn elsewhere() -> Stock {
    let builder = StandIn::builder()
        .version("19.0.0-ee")
        .path_prefix("/code/forge");
    let shop = Stock::new(builder).await;
    for operation in operations() {
        let (ended, report) = shop.undisturbed(operation).await;
        let is_right = matches!(ended, Ended::Right(_));
        assert!(is_right, "{operation}: {ended:#?}\n{report:#?}");
    }
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forge_is_worked_with_whatever_its_address_is_called() {
    let shop = elsewhere().await;
    let url = shop.rig.forge.url();
    assert!(!url.contains("gitlab") && url.ends_with("/code/forge"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_below_the_path_and_names_the_repository_by_its_number() {
    let shop = elsewhere().await;
    let number = format!("/code/forge/api/v4/projects/{}", shop.id);
    let mut named = 0;
    for request in shop.rig.forge.requests() {
        assert!(request.path.starts_with("/code/forge/api/v4/"));
        assert!(!request.target().contains("web%2Fshop"), "{request:?}");
        named += usize::from(request.path.starts_with(&number));
    }
    assert!(named > operations().count(), "{named}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_is_not_asked_whatever_links_and_redirects_say() {
    let (shop, other) = (Stock::new(played()).await, Rig::new().await);
    for what in [
        Effect::LyingLink(LinkLie::OtherOrigin(other.forge.url())),
        Effect::RedirectTo(format!("{}/api/v4/projects/1", other.forge.url())),
    ] {
        shop.rig.forge.clear_faults();
        let fault = shop.rig.forge.fault(Fault {
            on: Matcher::all(),
            when: When::Always,
            what,
        });
        for operation in READS {
            shop.run(&shop.source, operation).await;
        }
        assert!(fault.hits() >= READS.len() as u64);
    }
    assert_eq!(other.asked(""), 0);
}
