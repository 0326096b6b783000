//! What `git.compare` says where the forge leaves something out.

use code_source::contract::git::{CompareMode, Patch};
use code_source_stand_in::{Change, DiffLimits, Feature};
use code_source_tests::{expect, first_page};

use super::{VERSIONS, of, shop};

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_that_was_left_out_says_so_on_every_version() {
    for version in VERSIONS {
        let (_rig, project, source, id) = shop(version).await;
        let base = project.tip("main");
        let large: String = (0..30_000)
            .map(|number| format!("line {number}\n"))
            .collect();
        let medium: String = (0..3_000)
            .map(|number| format!("line {number}\n"))
            .collect();
        let changes = [
            ("large", Change::file(large)),
            ("medium", Change::file(medium)),
            ("small", Change::file("s\n")),
        ];
        let head = project.commit("main", "Add", &changes);
        let found = expect(
            source
                .compare(&id, &base, &head, CompareMode::Exact, true, &first_page())
                .await,
        );
        assert!(
            matches!(of(&found, "large").patch, Patch::Omitted(_)),
            "{version}"
        );
        assert!(
            matches!(of(&found, "medium").patch, Patch::Omitted(_)),
            "{version}"
        );
        assert!(
            matches!(of(&found, "small").patch, Patch::Text(_)),
            "{version}"
        );
        assert!(found.complete, "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_that_was_cut_short_is_not_complete() {
    for version in VERSIONS {
        let (rig, project, source, id) = shop(version).await;
        let base = project.tip("main");
        let changes: Vec<_> = (0..1_050)
            .map(|number| (format!("f/{number:04}"), Change::file("x\n")))
            .collect();
        let head = project.commit("main", "Add", &changes);
        let found = expect(
            source
                .compare(&id, &base, &head, CompareMode::Exact, false, &first_page())
                .await,
        );
        assert!(!found.complete, "{version}");
        rig.forge.feature(Feature::DiffLimits(DiffLimits::NONE));
        let found = expect(
            source
                .compare(&id, &base, &head, CompareMode::Exact, false, &first_page())
                .await,
        );
        assert!(found.complete && found.changes.len() == 1_000, "{version}");
    }
}
