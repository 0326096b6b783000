//! Merging where the forge insists on the head.

use code_source::contract::pull_requests::Merging;
use code_source::contract::types::Outcome;
use code_source_stand_in::{Change, StandIn};
use code_source_tests::expect;

use crate::operations::Stock;

#[tokio::test(flavor = "multi_thread")]
async fn every_merge_names_the_head_that_it_means() {
    for version in ["16.8.0", "19.2.0-ee"] {
        let shop = Stock::new(StandIn::builder().version(version)).await;
        let head = shop
            .project
            .commit("topic", "More", &[("more", Change::file("more\n"))]);
        let merging = Merging {
            expected_head: head.clone(),
            squash: false,
            message: None,
            remove_source_branch: false,
        };
        let merged = shop
            .source
            .merge_pull_request(&shop.id, shop.number, &merging)
            .await;
        assert_eq!(expect(merged).outcome, Outcome::Applied, "{version}");
        let requests = shop.rig.forge.requests();
        let sent = requests.iter().find(|one| one.path.ends_with("/merge"));
        let body: serde_json::Value = serde_json::from_slice(&sent.unwrap().body).unwrap();
        assert_eq!(body["sha"], head, "{version}");
    }
}
