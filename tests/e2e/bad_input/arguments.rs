//! Every argument of every operation, malformed.

use code_source::contract::changes::{Author, CommitRequest, FileAction, RemovedFile};
use code_source::contract::git::{ArchiveFormat, CompareMode, LineRange, Revision};
use code_source::contract::pull_requests::{Edit, NewComment, Position, Side};
use code_source::contract::statuses::{NewStatus, State};
use code_source::contract::types::ErrorCode;
use code_source::contract::webhooks::{Topic, Wanted};
use code_source_tests::{first_page, played};

use super::kind::Kind;
use super::samples::{comment, create, proposal, request, status};
use crate::operations::{Ended, Stock, shown};

const ARGUMENTS: [(&str, Kind); 38] = [
    ("resolve branch", Kind::Name),
    ("resolve tag", Kind::Name),
    ("resolve commit", Kind::Object),
    ("list-commits path", Kind::Path),
    ("read-commit id", Kind::Object),
    ("list-tree path", Kind::Path),
    ("stat-file path", Kind::Path),
    ("read-file path", Kind::Path),
    ("read-files at", Kind::Object),
    ("read-files path", Kind::Path),
    ("read-blob blob", Kind::Object),
    ("read-archive at", Kind::Object),
    ("read-archive path", Kind::Path),
    ("compare base", Kind::Object),
    ("compare head", Kind::Object),
    ("diff-file base", Kind::Object),
    ("diff-file old-path", Kind::Path),
    ("blame at", Kind::Object),
    ("blame path", Kind::Path),
    ("link at", Kind::Object),
    ("link path", Kind::Path),
    ("search-code query", Kind::Line),
    ("create-branch name", Kind::Name),
    ("create-branch at", Kind::Object),
    ("delete-branch name", Kind::Name),
    ("delete-branch expected-head", Kind::Object),
    ("create-tag name", Kind::Name),
    ("create-tag at", Kind::Object),
    ("create-commit branch", Kind::Name),
    ("create-commit path", Kind::Path),
    ("create-commit expected-head", Kind::Object),
    ("open-pull-request source-branch", Kind::Name),
    ("open-pull-request title", Kind::Line),
    ("edit-pull-request title", Kind::Line),
    ("add-comment marker", Kind::Mark),
    ("set-status name", Kind::Line),
    ("read-webhook id", Kind::Identity),
    ("remove-webhook id", Kind::Identity),
];

impl Stock {
    /// Call the operation with this for the argument, and with nothing wrong beside it.
    async fn said(&self, argument: &str, text: &str) -> Ended {
        let (id, source, tip, page) = (self.id.as_str(), &self.source, &*self.tip, first_page());
        let main = Revision::DefaultBranch;
        let owned = text.to_owned();
        let (ended, _) = match argument {
            "resolve branch" => shown(source.resolve(id, &Revision::Branch(owned)).await),
            "resolve tag" => shown(source.resolve(id, &Revision::Tag(owned)).await),
            "resolve commit" => shown(source.resolve(id, &Revision::Commit(owned)).await),
            "list-commits path" => shown(source.list_commits(id, &main, Some(text), &page).await),
            "read-commit id" => shown(source.read_commit(id, text).await),
            "list-tree path" => shown(source.list_tree(id, &main, text, false, &page).await),
            "stat-file path" => shown(source.stat_file(id, &main, text).await),
            "read-file path" => {
                let read = source.read_file(id, &main, text, None, false).await;
                crate::operations::file(read).await
            }
            "read-files at" => shown(source.read_files(id, text, &["a".into()], 9, false).await),
            "read-files path" => shown(source.read_files(id, tip, &[owned], 9, false).await),
            "read-blob blob" => crate::operations::content(source.read_blob(id, text).await).await,
            "read-archive at" => {
                let read = source
                    .read_archive(id, text, None, ArchiveFormat::Tar)
                    .await;
                crate::operations::content(read).await
            }
            "read-archive path" => {
                let read = source
                    .read_archive(id, tip, Some(text), ArchiveFormat::Tar)
                    .await;
                crate::operations::content(read).await
            }
            "compare base" => shown(
                source
                    .compare(id, text, tip, CompareMode::Exact, true, &page)
                    .await,
            ),
            "compare head" => shown(
                source
                    .compare(id, tip, text, CompareMode::Exact, true, &page)
                    .await,
            ),
            "diff-file base" => shown(source.diff_file(id, text, tip, Some("a"), None).await),
            "diff-file old-path" => shown(source.diff_file(id, tip, tip, Some(text), None).await),
            "blame at" => shown(source.blame(id, text, "README.md", None).await),
            "blame path" => shown(source.blame(id, tip, text, None).await),
            "link at" => shown(source.link(id, text, "README.md", None).await),
            "link path" => shown(source.link(id, tip, text, None).await),
            "search-code query" => shown(source.search_code(id, text, &main, &page).await),
            "read-webhook id" => shown(source.read_webhook(id, text).await),
            _ => return self.written(argument, text).await,
        };
        ended
    }

    /// The same for operations that write.
    async fn written(&self, argument: &str, text: &str) -> Ended {
        let (id, source, tip) = (self.id.as_str(), &self.source, &*self.tip);
        let (ended, _) = match argument {
            "create-branch name" => shown(source.create_branch(id, text, tip).await),
            "create-branch at" => shown(source.create_branch(id, "new", text).await),
            "delete-branch name" => shown(source.delete_branch(id, text, None).await),
            "delete-branch expected-head" => {
                shown(source.delete_branch(id, "side", Some(text)).await)
            }
            "create-tag name" => shown(source.create_tag(id, text, tip, None).await),
            "create-tag at" => shown(source.create_tag(id, "new", text, None).await),
            "create-commit branch" => {
                let request = CommitRequest {
                    branch: text.to_owned(),
                    ..request(vec![create("a")])
                };
                shown(source.create_commit(id, &request).await)
            }
            "create-commit path" => {
                shown(source.create_commit(id, &request(vec![create(text)])).await)
            }
            "create-commit expected-head" => {
                let expected_head = Some(text.to_owned());
                let request = CommitRequest {
                    expected_head,
                    ..request(vec![create("a")])
                };
                shown(source.create_commit(id, &request).await)
            }
            "open-pull-request source-branch" => {
                shown(source.open_pull_request(id, &proposal(text, "Title")).await)
            }
            "open-pull-request title" => {
                shown(source.open_pull_request(id, &proposal("topic", text)).await)
            }
            "edit-pull-request title" => {
                let edit = Edit {
                    title: Some(text.to_owned()),
                    body: None,
                    draft: None,
                    target_branch: None,
                    add_labels: Vec::new(),
                    remove_labels: Vec::new(),
                };
                shown(source.edit_pull_request(id, self.number, &edit).await)
            }
            "add-comment marker" => {
                let comment = NewComment {
                    marker: Some(text.to_owned()),
                    ..comment("Why?")
                };
                shown(source.add_comment(id, self.number, &comment).await)
            }
            "set-status name" => shown(source.set_status(id, tip, &status(text)).await),
            "remove-webhook id" => shown(source.remove_webhook(id, text).await),
            _ => panic!("no argument is called `{argument}`"),
        };
        ended
    }

    /// Go on only if that is an invalid argument, and nothing was asked of the forge.
    #[track_caller]
    fn refused(&self, what: &str, ended: &Ended) {
        let is_right = matches!(ended, Ended::Refused(error) if matches!(error.code, ErrorCode::InvalidArgument(_)));
        assert!(is_right, "{what}: {ended:?}");
        assert_eq!(self.rig.asked(""), 0, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_cannot_be_what_it_should_be_is_refused_without_a_request() {
    let shop = Stock::new(played()).await;
    let mut wrong = Vec::new();
    for (argument, kind) in ARGUMENTS {
        for text in kind.wrong() {
            // The root is a directory, and no archive has to be of less than everything.
            if text.is_empty()
                && ["list-tree path", "read-archive path", "list-commits path"].contains(&argument)
            {
                continue;
            }
            let ended = shop.said(argument, &text).await;
            let is_right = matches!(&ended, Ended::Refused(error) if matches!(error.code, ErrorCode::InvalidArgument(_)));
            let asked = shop.rig.asked("");
            if !is_right || asked != 0 {
                let short: String = text.chars().take(20).collect();
                wrong.push(format!(
                    "{argument} {short:?}: {asked} requests, {:.300}",
                    format!("{ended:?}")
                ));
            }
            shop.rig.forge.clear_requests();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_contradicts_itself_is_refused_without_a_request() {
    let shop = Stock::new(played()).await;
    let remove = |path: &str| {
        FileAction::Delete(RemovedFile {
            path: path.to_owned(),
            expected_blob: None,
        })
    };
    let author = |name: &str, email: &str| {
        Some(Author {
            name: name.to_owned(),
            email: email.to_owned(),
        })
    };
    let fine = || request(vec![create("a")]);
    let many = (0..1_001)
        .map(|number| create(&format!("f{number}")))
        .collect();
    for (what, request) in [
        ("no action", request(Vec::new())),
        ("too many", request(many)),
        ("one path twice", request(vec![create("a"), remove("a")])),
        (
            "a path in a file",
            request(vec![create("a"), create("a/b")]),
        ),
        ("outside", request(vec![create("../a")])),
        ("git's own", request(vec![create(".git/config")])),
        (
            "no message",
            CommitRequest {
                message: String::new(),
                ..fine()
            },
        ),
        (
            "a large message",
            CommitRequest {
                message: "x".repeat(65_537),
                ..fine()
            },
        ),
        (
            "a start and a head",
            CommitRequest {
                start: Some(shop.tip.clone()),
                expected_head: Some(shop.tip.clone()),
                ..fine()
            },
        ),
        (
            "no address",
            CommitRequest {
                author: author("Ada", ""),
                ..fine()
            },
        ),
        (
            "a line break",
            CommitRequest {
                author: author("A\nb", "ada@example.com"),
                ..fine()
            },
        ),
    ] {
        let (ended, _) = shown(shop.source.create_commit(&shop.id, &request).await);
        shop.refused(what, &ended);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_ranges_and_choices_that_cannot_be_right_are_refused_without_a_request() {
    let shop = Stock::new(played()).await;
    let (id, source, tip) = (shop.id.as_str(), &shop.source, &*shop.tip);
    for (first, last) in [(0, 1), (2, 1)] {
        let lines = Some(LineRange { first, last });
        shop.refused(
            "blame",
            &shown(source.blame(id, tip, "README.md", lines).await).0,
        );
        shop.refused(
            "link",
            &shown(source.link(id, tip, "README.md", lines).await).0,
        );
        let at = Some(Position {
            head: tip.to_owned(),
            path: "README.md".to_owned(),
            side: Side::New,
            lines,
        });
        let comment = NewComment {
            at,
            ..comment("Why?")
        };
        shop.refused(
            "comment",
            &shown(source.add_comment(id, shop.number, &comment).await).0,
        );
    }
    let both = NewComment {
        at: Some(Position {
            head: tip.to_owned(),
            path: "README.md".to_owned(),
            side: Side::New,
            lines: None,
        }),
        reply_to: Some("0".repeat(40)),
        ..comment("Why?")
    };
    shop.refused(
        "a place and a thread",
        &shown(source.add_comment(id, 1, &both).await).0,
    );
    shop.refused(
        "no text",
        &shown(source.add_comment(id, 1, &comment("")).await).0,
    );
    let large = comment(&"x".repeat(1_000_001));
    shop.refused(
        "a large text",
        &shown(source.add_comment(id, 1, &large).await).0,
    );
    let nothing = Wanted {
        url: format!("{}/run-1", shop.receiver.url()),
        topics: Vec::new(),
        renew_secrets: false,
    };
    shop.refused(
        "no topic",
        &shown(source.ensure_webhook(id, &nothing).await).0,
    );
    let other = Wanted {
        topics: vec![Topic::Other("wiki".to_owned())],
        ..nothing
    };
    shop.refused(
        "an unknown topic",
        &shown(source.ensure_webhook(id, &other).await).0,
    );
    let unknown = NewStatus {
        state: State::Other("odd".to_owned()),
        ..status("lint")
    };
    shop.refused(
        "an unknown state",
        &shown(source.set_status(id, tip, &unknown).await).0,
    );
    for target in ["ftp://example.com/", "javascript:alert(1)", "x"] {
        let status = NewStatus {
            target_url: Some(target.to_owned()),
            ..status("lint")
        };
        shop.refused(target, &shown(source.set_status(id, tip, &status).await).0);
    }
    shop.refused(
        "neither path",
        &shown(source.diff_file(id, tip, tip, None, None).await).0,
    );
    shop.refused(
        "no paths",
        &shown(source.read_files(id, tip, &[], 9, false).await).0,
    );
    let twice = ["a", "a"].map(String::from);
    shop.refused(
        "a path twice",
        &shown(source.read_files(id, tip, &twice, 9, false).await).0,
    );
}
