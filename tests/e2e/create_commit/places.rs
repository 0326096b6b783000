//! What stands where a commit is to change something.

use code_source::contract::changes::{CommitRequest, FileAction, FileMode, MovedFile};
use code_source_stand_in::Change;
use code_source_tests::{code, expect, writes};

use super::{Shop, create, delete, update};

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_is_never_replaced_nor_changed_as_a_file() {
    let shop = Shop::open().await;
    let to_directory = FileAction::Move(MovedFile {
        old_path: "old".into(),
        new_path: "src".into(),
        expected_blob: None,
    });
    for (action, expected) in [
        (create("src", "x"), "Conflict(AlreadyExists)"),
        (to_directory, "Conflict(AlreadyExists)"),
        (update("src", "x", None), "NotFound(Path)"),
        (delete("src"), "NotFound(Path)"),
        (
            FileAction::SetMode(FileMode {
                path: "src".into(),
                executable: true,
            }),
            "NotFound(Path)",
        ),
    ] {
        let on_head = shop.request(vec![action]);
        let anywhere = CommitRequest {
            expected_head: None,
            ..on_head.clone()
        };
        let on_start = CommitRequest {
            branch: "topic".into(),
            start: Some(shop.tip.clone()),
            ..anywhere.clone()
        };
        for request in [on_head, anywhere, on_start] {
            let refused = code(shop.source.create_commit(&shop.id, &request).await);
            assert_eq!(refused, expected, "{request:?}");
        }
    }
    assert_eq!(writes(&shop.rig), 0);
    assert_eq!(shop.project.tip("main"), shop.tip);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_symbolic_link_is_changed_as_a_file_but_has_no_executable_bit() {
    let shop = Shop::open().await;
    let tip = shop
        .project
        .commit("main", "Link", &[("link", Change::symlink("old"))]);
    let request = |action, head: &str| CommitRequest {
        expected_head: Some(head.to_owned()),
        ..shop.request(vec![action])
    };
    let mode = FileAction::SetMode(FileMode {
        path: "link".into(),
        executable: true,
    });
    let refused = code(
        shop.source
            .create_commit(&shop.id, &request(mode, &tip))
            .await,
    );
    assert!(refused.starts_with("InvalidArgument"), "{refused}");
    let removal = request(delete("link"), &tip);
    expect(shop.source.create_commit(&shop.id, &removal).await);
}
