//! Ways through the operations that look at more than a plain call does: refused, lost, and with
//! what is not there.

use code_source::Source;
use code_source::contract::changes::{ChangedFile, CommitRequest, FileAction};
use code_source::contract::git::{LineRange, Revision};
use code_source::contract::pull_requests::{Edit, NewComment, Position, Side};
use code_source::contract::repositories::{Filter, RepositoryRef};
use code_source::contract::webhooks::{Topic, Wanted};
use code_source_stand_in::{
    AccessLevel, Change, DiffLimits, Effect, Fault, Feature, Matcher, StandIn, TokenSpec, When,
};
use code_source_tests::{first_page, played, plugin};
use http::Method;

use super::Used;
use crate::operations::{Stock, WRITES, everything, operations};

/// All of them.
pub(super) async fn all(used: &mut Used) {
    refused(used).await;
    archived(used).await;
    nothing(used).await;
    lost(used).await;
    let shop = Stock::new(played()).await;
    files(&shop, used).await;
    comments(&shop, used).await;
    around(&shop, used).await;
    omitted(used).await;
    decoded(used).await;
    absences(used).await;
}

/// Of what is shown and of what is not, as an administrator whose token admin mode may stop.
async fn absences(used: &mut Used) {
    let shop = Stock::new(played()).await;
    let filter = Filter {
        owner: Some("elsewhere".to_owned()),
        ..everything()
    };
    for path in ["web/shop", "ann/notes"] {
        let named = RepositoryRef::Path(path.to_owned());
        used.take(shop.source.explain_absence(&named, &filter).await);
    }
}

/// As somebody whose role is too low.
async fn refused(used: &mut Used) {
    // A version that has every endpoint: where one is missing, nobody is refused.
    let shop = Stock::new(StandIn::builder()).await;
    let guest = shop.rig.forge.user("guest");
    let _project = shop.project.clone().members(&guest, AccessLevel::Guest);
    let token = shop.rig.forge.token(TokenSpec::new(&guest, &["api"]));
    let source = Source::open(plugin(), shop.connection(&token)).unwrap();
    for operation in operations() {
        let prepared = shop.prepare_all(operation).await;
        if WRITES.contains(&operation) {
            used.note(&shop.write(&source, operation, &prepared).await.1);
        } else {
            used.note(&shop.run(&source, operation).await.1);
        }
    }
}

/// Where nobody may write.
async fn archived(used: &mut Used) {
    let shop = Stock::new(played()).await;
    let mut all = Vec::new();
    for operation in WRITES {
        all.push((operation, shop.prepare_all(operation).await));
    }
    let _project = shop.project.clone().archived();
    for (operation, prepared) in all {
        used.note(&shop.write(&shop.source, operation, &prepared).await.1);
    }
}

/// Where what is asked for is not there: all of it, or all but the repository.
async fn nothing(used: &mut Used) {
    let shop = Stock::new(played()).await;
    let mut all = Vec::new();
    for operation in operations() {
        all.push((operation, shop.prepare_all(operation).await));
    }
    for below in [
        "",
        "/repository/",
        "/merge_requests/",
        "/hooks",
        "/statuses",
    ] {
        let target = match below {
            "" => String::new(),
            below => format!("/projects/{}{below}", shop.id),
        };
        shop.rig.forge.fault(Fault {
            on: Matcher::target(&target),
            when: When::Always,
            what: Effect::status(404),
        });
        for (operation, prepared) in &all {
            if WRITES.contains(operation) {
                used.note(&shop.write(&shop.source, operation, prepared).await.1);
            } else {
                used.note(&shop.run(&shop.source, operation).await.1);
            }
        }
        shop.rig.forge.clear_faults();
    }
}

/// Where the answer to each write is lost.
async fn lost(used: &mut Used) {
    let shop = Stock::new(played()).await;
    for operation in WRITES {
        let prepared = shop.prepare_all(operation).await;
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            shop.rig.forge.fault(Fault {
                on: Matcher::all().method(method),
                when: When::Always,
                what: Effect::BadGateway.after_work(),
            });
        }
        used.note(&shop.write(&shop.source, operation, &prepared).await.1);
        shop.rig.forge.clear_faults();
        // What is there already.
        used.note(&shop.write(&shop.source, operation, &prepared).await.1);
    }
}

/// With files as they are expected, as they are not, and missing.
async fn files(shop: &Stock, used: &mut Used) {
    let (source, id, tip) = (&shop.source, shop.id.as_str(), shop.tip.as_str());
    for path in ["README.md", "gone", "src"] {
        for expected_blob in [None, Some(shop.blob.clone())] {
            let changed = ChangedFile {
                path: path.to_owned(),
                bytes: b"other\n".to_vec(),
                expected_blob,
            };
            let request = CommitRequest {
                branch: "side".to_owned(),
                start: None,
                expected_head: Some(shop.base.clone()),
                message: "Change".to_owned(),
                author: None,
                actions: vec![FileAction::Update(changed)],
            };
            used.take(source.create_commit(id, &request).await);
            let started = CommitRequest {
                branch: "started".to_owned(),
                start: Some("0".repeat(40)),
                expected_head: None,
                ..request
            };
            used.take(source.create_commit(id, &started).await);
        }
        let lines = |first| {
            Some(LineRange {
                first,
                last: first + 1,
            })
        };
        for lines in [None, lines(1), lines(1_000)] {
            used.take(source.blame(id, tip, path, lines).await);
        }
        used.take(
            source
                .diff_file(id, &shop.base, tip, Some(path), None)
                .await,
        );
        used.take(
            source
                .read_files(id, tip, &[path.to_owned()], 10, true)
                .await,
        );
    }
    let nothing = "0".repeat(40);
    used.take(
        source
            .diff_file(id, &nothing, tip, Some("README.md"), None)
            .await,
    );
    used.take(source.blame(id, &nothing, "README.md", None).await);
    used.take(source.list_statuses(id, &nothing, &first_page()).await);
    for at in super::revisions() {
        used.take(source.search_code(id, "x", &at, &first_page()).await);
    }
    used.take(
        source
            .search_code(id, "x", &Revision::Branch("gone".to_owned()), &first_page())
            .await,
    );
    used.take(
        source
            .search_code(id, "x", &Revision::Tag("gone".to_owned()), &first_page())
            .await,
    );
}

/// At every kind of place, and as an answer.
async fn comments(shop: &Stock, used: &mut Used) {
    let (source, id, head) = (&shop.source, shop.id.as_str(), shop.project.tip("topic"));
    let comment = |at, reply_to| NewComment {
        body: "Why?".to_owned(),
        at,
        reply_to,
        marker: None,
    };
    for path in ["README.md", "src/001", "gone"] {
        for lines in [None, Some((1, 1)), Some((90, 91))] {
            let at = Position {
                head: head.clone(),
                path: path.to_owned(),
                side: Side::New,
                lines: lines.map(|(first, last)| LineRange { first, last }),
            };
            used.take(
                source
                    .add_comment(id, shop.number, &comment(Some(at), None))
                    .await,
            );
        }
    }
    for thread in [shop.comment.1.clone(), "0".repeat(40)] {
        used.take(
            source
                .add_comment(id, shop.number, &comment(None, Some(thread)))
                .await,
        );
    }
    for (number, id_of_comment) in [(shop.number, "9999"), (9_999, "1")] {
        used.take(
            source
                .edit_comment(id, number, id_of_comment, "What?")
                .await,
        );
        used.take(
            source
                .resolve_thread(id, number, &"0".repeat(40), true)
                .await,
        );
    }
}

/// With pull requests and webhooks that are there, and that are not yet what they will be.
async fn around(shop: &Stock, used: &mut Used) {
    let (source, id) = (&shop.source, shop.id.as_str());
    for target in ["side", "gone"] {
        let edit = Edit {
            title: None,
            body: None,
            draft: None,
            target_branch: Some(target.to_owned()),
            add_labels: Vec::new(),
            remove_labels: Vec::new(),
        };
        used.take(source.edit_pull_request(id, shop.number, &edit).await);
    }
    let wanted = Wanted {
        url: format!("{}/run-0", shop.receiver.url()),
        topics: vec![Topic::Comment],
        renew_secrets: true,
    };
    used.take(source.ensure_webhook(id, &wanted).await);
    used.take(source.read_webhook(id, "9999").await);
    used.take(source.remove_webhook(id, "9999").await);
    used.take(source.test_webhook(id, "9999", &Topic::Push).await);
    shop.rig.forge.feature(Feature::DiffsReadyAfter(2));
    let number = shop.project.open_merge_request("topic", "main", "Early");
    used.take(source.list_changes(id, number, &first_page()).await);
}

/// With differences that are empty, and that the forge leaves out.
async fn omitted(used: &mut Used) {
    let shop = Stock::new(played()).await;
    let (source, id) = (&shop.source, shop.id.as_str());
    let comment = |head: &str| NewComment {
        body: "Why?".to_owned(),
        at: Some(Position {
            head: head.to_owned(),
            path: "README.md".to_owned(),
            side: Side::New,
            lines: Some(LineRange { first: 1, last: 1 }),
        }),
        reply_to: None,
        marker: None,
    };
    shop.project.branch("same", &shop.tip);
    shop.project
        .commit("same", "Add", &[("passing", Change::file("x"))]);
    let back = shop
        .project
        .commit("same", "Remove", &[("passing", Change::Delete)]);
    let number = shop.project.open_merge_request("same", "main", "Nothing");
    // The forge does not tell how many files change, and its difference has two ends.
    let uncounted = format!(
        r#"{{"iid":{number},"title":"x","state":"opened","source_branch":"same","target_branch":"main",
            "author":{{"username":"root"}},"created_at":"2026-01-01T00:00:00Z","sha":"{back}","changes_count":null,
            "diff_refs":{{"base_sha":"{tip}","start_sha":"{tip}","head_sha":"{back}"}}}}"#,
        tip = shop.tip
    );
    let json = || vec![("content-type", "application/json".to_owned())];
    shop.rig.forge.fault(Fault {
        on: Matcher::target(&format!("/merge_requests/{number}")),
        when: When::Always,
        what: Effect::Status(200, uncounted, json()),
    });
    used.take(source.list_changes(id, number, &first_page()).await);
    used.take(source.add_comment(id, number, &comment(&back)).await);
    shop.rig.forge.clear_faults();
    shop.rig.forge.feature(Feature::DiffLimits(DiffLimits {
        safe_patch_bytes: 1,
        ..DiffLimits::default()
    }));
    let head = shop.project.tip("topic");
    used.take(source.add_comment(id, shop.number, &comment(&head)).await);
    shop.rig.forge.fault(Fault {
        on: Matcher::target("/raw?"),
        when: When::Always,
        what: Effect::status(404),
    });
    used.take(source.add_comment(id, shop.number, &comment(&head)).await);
    shop.rig.forge.clear_faults();
    // All that is read, and one moment that is none.
    let short = r#"{"iid":1,"title":"x","state":"opened","source_branch":"topic","target_branch":"main",
        "author":{"username":"root"},"web_url":"https://localhost/","created_at":"soon"}"#;
    let short = short.to_owned();
    let prepared = shop.prepare("pull-requests.open-pull-request");
    shop.rig.forge.fault(Fault {
        on: Matcher::target("/merge_requests").method(Method::POST),
        when: When::Always,
        what: Effect::Status(201, short, json()).after_work(),
    });
    let opened = shop
        .write(source, "pull-requests.open-pull-request", &prepared)
        .await;
    used.note(&opened.1);
}

/// Behind a proxy that takes paths apart, and where a file is missing to `HEAD` alone.
async fn decoded(used: &mut Used) {
    let shop = Stock::new(played()).await;
    shop.rig.forge.feature(Feature::DecodePercent2f);
    files_below(&shop, used).await;
    let shop = Stock::new(played()).await;
    shop.rig.forge.fault(Fault {
        on: Matcher::target("/repository/files/").method(Method::HEAD),
        when: When::Always,
        what: Effect::status(404),
    });
    files_below(&shop, used).await;
}

async fn files_below(shop: &Stock, used: &mut Used) {
    let (source, id) = (&shop.source, shop.id.as_str());
    for path in ["src/001", "src/gone"] {
        let lines = Some(LineRange {
            first: 1_000,
            last: 1_001,
        });
        used.take(source.blame(id, &shop.tip, path, lines).await);
        let changed = ChangedFile {
            path: path.to_owned(),
            bytes: b"other\n".to_vec(),
            expected_blob: Some(shop.blob.clone()),
        };
        let request = CommitRequest {
            branch: "side".to_owned(),
            start: None,
            expected_head: Some(shop.base.clone()),
            message: "Change".to_owned(),
            author: None,
            actions: vec![FileAction::Update(changed)],
        };
        used.take(source.create_commit(id, &request).await);
    }
}
