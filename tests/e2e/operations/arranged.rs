//! What the forge holds before an operation runs.

use std::sync::atomic::AtomicU64;

use code_source::Source;
use code_source::contract::git::LineRange;
use code_source::contract::pull_requests::{NewComment, Position, Side};
use code_source::contract::statuses::{NewStatus, State};
use code_source::contract::webhooks::{Topic, Wanted};
use code_source_stand_in::{Change, Feature, Project, noise};
use code_source_tests::{Piece, Rig, Site, WireRequest, WireServer, expect, git, plugin};

use super::{Stock, connection};

impl Stock {
    pub(super) async fn filled(rig: Rig, project: Project) -> Self {
        let site = Site::new();
        let thanks = |_: &WireRequest| Piece::answer("200 OK", &[], "");
        let receiver = WireServer::start(&site, thanks).await;
        rig.forge.feature(Feature::Ranges);
        rig.forge
            .feature(Feature::HookAuthority(site.authority.pem()));
        let [base, tip] = history(&project);
        let head = project.tip("topic");
        let number = project.open_merge_request("topic", "trunk", "Call it a store");
        let connection = connection(&rig, &project, &rig.token, &receiver);
        let source = Source::open(plugin(), connection).expect("the connection opens");
        let id = project.id().to_string();
        let comment = comment(&source, &id, (number, &head), "Why?").await;
        let wanted = wanted(format!("{}/run-0", receiver.url()));
        let hook = expect(source.ensure_webhook(&id, &wanted).await).webhook.id;
        let said = status("lint", State::Success);
        expect(source.set_status(&id, &tip, &said).await);
        rig.forge.clear_requests();
        let blob = git(&project, &["rev-parse", "main:noise"]);
        Self {
            rig,
            project,
            source,
            id,
            base,
            tip,
            blob,
            number,
            comment,
            hook,
            receiver,
            count: AtomicU64::new(1),
        }
    }
}

/// Commits on `main`, and what stands beside it: their first and their last.
fn history(project: &Project) -> [String; 2] {
    let mut files = vec![
        ("README.md".to_owned(), Change::file("# Shop\n")),
        ("noise".to_owned(), Change::file(noise(1, 100_000))),
        ("bin/run".to_owned(), Change::executable("#!/bin/sh\n")),
    ];
    files.extend((0..220).map(|number| (format!("src/{number:03}"), Change::file("x\n"))));
    let base = project.commit("main", "Begin", &files);
    let store = ("README.md", Change::file("# Store\n"));
    project.commit("main", "Change", std::slice::from_ref(&store));
    let run = Change::executable("#!/bin/sh\n");
    let moved = [("bin/run", Change::Delete), ("run", run)];
    let tip = project.commit("main", "Move", &moved);
    for branch in ["side", "trunk", "topic"] {
        project.branch(branch, &base);
    }
    project.commit("topic", "Call it a store", &[store]);
    project.tag("v1.0", &base, Some("Notes"));
    [base, tip]
}

/// Write a comment at a line, whose thread can be resolved, and tell its identity and that of its thread.
pub(super) async fn comment(
    source: &Source,
    id: &str,
    (number, head): (u64, &str),
    body: &str,
) -> (String, String) {
    let comment = NewComment {
        body: body.to_owned(),
        at: Some(Position {
            head: head.to_owned(),
            path: "README.md".to_owned(),
            side: Side::New,
            lines: Some(LineRange { first: 1, last: 1 }),
        }),
        reply_to: None,
        marker: None,
    };
    let written = expect(source.add_comment(id, number, &comment).await).comment;
    (written.id, written.thread.unwrap_or_default())
}

/// A webhook that leads there.
pub(super) fn wanted(url: String) -> Wanted {
    Wanted {
        url,
        topics: vec![Topic::Push, Topic::PullRequest],
        renew_secrets: false,
    }
}

/// What a check of that name says.
pub(super) fn status(name: &str, state: State) -> NewStatus {
    NewStatus {
        name: name.to_owned(),
        state,
        description: Some("All is well".to_owned()),
        target_url: None,
    }
}
