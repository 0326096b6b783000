//! `pull-requests.add-comment`, `list-comments`, `edit-comment` and `resolve-thread`: at the lines that
//! were meant, once.

use code_source::Source;
use code_source::contract::git::LineRange;
use code_source::contract::pull_requests::{
    Comment, NewComment, Placement, Position, Proposal, Side,
};
use code_source::contract::types::Outcome;
use code_source_stand_in::{Change, Effect, Fault, Feature, Matcher, Project, When};
use code_source_tests::{Rig, code, expect, following, page_of, writes};
use http::Method;

struct Shop {
    rig: Rig,
    project: Project,
    source: Source,
    id: String,
    head: String,
    number: u64,
}

impl Shop {
    /// `src/a.rs` has 40 lines of which the 10th changes, the 20th goes and one comes after the
    /// 30th; `src/old.rs` moves and changes.
    async fn open() -> Self {
        let rig = Rig::new().await;
        let project = rig.forge.project("web/shop");
        let lines: Vec<String> = (1..=40).map(|number| format!("line {number}\n")).collect();
        let moved: String = (1..=30).map(|number| format!("moved {number}\n")).collect();
        let base = project.commit(
            "main",
            "Begin",
            &[
                ("src/a.rs", Change::file(lines.concat())),
                ("src/old.rs", Change::file(moved.clone())),
                ("same", Change::file("same\n")),
            ],
        );
        project.branch("topic", &base);
        let mut changed = lines.clone();
        changed[9] = "tenth\n".to_owned();
        changed[29].push_str("inserted\n");
        changed.remove(19);
        let head = project.commit(
            "topic",
            "Change",
            &[
                ("src/a.rs", Change::file(changed.concat())),
                ("src/old.rs", Change::Delete),
                (
                    "src/new.rs",
                    Change::file(moved.replace("moved 5\n", "fifth\n")),
                ),
            ],
        );
        let (source, id) = (rig.writer_of(&project), project.id().to_string());
        let proposal = Proposal {
            source_branch: "topic".into(),
            target_branch: "main".into(),
            title: "Change".into(),
            body: String::new(),
            draft: false,
            labels: Vec::new(),
            remove_source_branch: false,
        };
        let number = expect(source.open_pull_request(&id, &proposal).await)
            .pull_request
            .number;
        rig.forge.clear_requests();
        Self {
            rig,
            project,
            source,
            id,
            head,
            number,
        }
    }

    fn at(&self, path: &str, side: Side, first: u32, last: u32) -> NewComment {
        NewComment {
            at: Some(Position {
                head: self.head.clone(),
                path: path.into(),
                side,
                lines: Some(LineRange { first, last }),
            }),
            ..general("Why?")
        }
    }

    async fn listed(&self, limit: u32) -> Vec<Comment> {
        let mut items = Vec::new();
        let mut request = Some(page_of(limit));
        while let Some(asked) = request {
            let page = expect(
                self.source
                    .list_comments(&self.id, self.number, &asked)
                    .await,
            );
            assert!(page.items.len() <= limit as usize);
            items.extend(page.items);
            request = following(page.end, limit);
        }
        items
    }

    async fn add(
        &self,
        comment: &NewComment,
    ) -> code_source::Outcome<code_source::contract::pull_requests::Commented> {
        self.source
            .add_comment(&self.id, self.number, comment)
            .await
    }
}

fn general(body: &str) -> NewComment {
    NewComment {
        body: body.into(),
        at: None,
        reply_to: None,
        marker: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_stands_at_added_removed_unchanged_and_renamed_lines_and_ranges() {
    let shop = Shop::open().await;
    for (path, side, first, last) in [
        ("src/a.rs", Side::New, 10, 10),
        ("src/a.rs", Side::Old, 10, 10),
        ("src/a.rs", Side::Old, 20, 20),
        ("src/a.rs", Side::New, 30, 30),
        ("src/a.rs", Side::New, 9, 9),
        ("src/a.rs", Side::New, 12, 12),
        ("src/a.rs", Side::Old, 22, 22),
        ("src/a.rs", Side::New, 2, 2),
        ("src/a.rs", Side::New, 40, 40),
        ("src/a.rs", Side::New, 8, 11),
        ("src/a.rs", Side::Old, 18, 21),
        ("src/new.rs", Side::New, 5, 5),
        ("src/old.rs", Side::Old, 5, 5),
        ("src/new.rs", Side::New, 4, 4),
        ("src/new.rs", Side::New, 3, 6),
    ] {
        let wanted = shop.at(path, side, first, last);
        let added = expect(shop.add(&wanted).await);
        let place = format!("{path} {side:?} {first}-{last}");
        assert!(
            matches!(added.placement, Placement::Lines),
            "{place}: {:?}",
            added.placement
        );
        let found = added.comment.at.expect("it has a place");
        let lines = found.lines.expect("it has lines");
        // Lines that both sides have are told by their new numbers.
        let told = match (side, first, last) {
            (Side::Old, 22, 22) => (21, 21),
            (Side::Old, 18, 21) => (18, 20),
            _ => (first, last),
        };
        assert_eq!(
            (&*found.path, (lines.first, lines.last)),
            (path, told),
            "{place}"
        );
        assert_eq!(found.head, shop.head);
        assert_eq!(added.comment.body, "Why?");
    }
    assert_eq!(
        shop.listed(4)
            .await
            .iter()
            .filter(|one| !one.automatic)
            .count(),
        15
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_stands_at_a_file_as_a_whole() {
    let shop = Shop::open().await;
    let mut wanted = shop.at("src/a.rs", Side::New, 1, 1);
    if let Some(place) = &mut wanted.at {
        place.lines = None;
    }
    let added = expect(shop.add(&wanted).await);
    assert!(
        matches!(added.placement, Placement::File),
        "{:?}",
        added.placement
    );
    let found = added.comment.at.expect("it has a place");
    assert_eq!((&*found.path, found.lines.is_none()), ("src/a.rs", true));
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_the_forge_refuses_make_a_comment_that_names_them() {
    let shop = Shop::open().await;
    shop.rig.forge.fault(Fault {
        on: Matcher::target("/discussions").method(Method::POST),
        when: When::Always,
        what: Effect::Status(
            400,
            r#"{"message":"400 Bad request - Note {:line_code=>[\"can't be blank\", \"must be a valid line code\"]}"}"#.into(),
            vec![("content-type", "application/json".into())],
        ),
    });
    let added = expect(shop.add(&shop.at("src/a.rs", Side::New, 8, 11)).await);
    assert!(
        matches!(added.placement, Placement::General),
        "{:?}",
        added.placement
    );
    assert!(added.comment.body.contains("src/a.rs") && added.comment.body.contains('8'));
    assert!(
        added.comment.body.ends_with("Why?"),
        "{}",
        added.comment.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_is_not_there_is_told_apart() {
    let shop = Shop::open().await;
    let unchanged = code(shop.add(&shop.at("same", Side::New, 1, 1)).await);
    assert_eq!(unchanged, "NotFound(Path)");
    for (first, last) in [(0, 1), (5, 4)] {
        let refused = code(shop.add(&shop.at("src/a.rs", Side::New, first, last)).await);
        assert!(
            refused.starts_with("InvalidArgument"),
            "{first}-{last}: {refused}"
        );
    }
    let wanted = shop.at("src/a.rs", Side::New, 10, 10);
    let pushed = shop
        .project
        .commit("topic", "More", &[("more", Change::file("more\n"))]);
    assert_eq!(
        code(shop.add(&wanted).await),
        format!("Conflict(HeadMoved({pushed:?}))")
    );
    assert!(shop.listed(100).await.iter().all(|one| one.automatic));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_stand_in_their_thread_and_a_thread_is_resolved_and_opened() {
    let shop = Shop::open().await;
    let first = expect(shop.add(&shop.at("src/a.rs", Side::New, 10, 10)).await).comment;
    let thread = first.thread.clone().expect("one can answer");
    let mut answer = general("Because.");
    answer.reply_to = Some(thread.clone());
    let added = expect(shop.add(&answer).await);
    assert!(matches!(added.placement, Placement::Thread));
    expect(shop.add(&general("In general.")).await);
    let bodies: Vec<_> = shop
        .listed(1)
        .await
        .into_iter()
        .filter(|one| !one.automatic)
        .map(|one| (one.body, one.thread == Some(thread.clone()), one.resolved))
        .collect();
    assert_eq!(
        bodies,
        [
            ("Why?".to_owned(), true, Some(false)),
            ("Because.".to_owned(), true, Some(false)),
            ("In general.".to_owned(), false, None),
        ]
    );
    for (resolved, expected) in [
        (true, Outcome::Applied),
        (true, Outcome::Already),
        (false, Outcome::Applied),
        (false, Outcome::Already),
    ] {
        let done = shop
            .source
            .resolve_thread(&shop.id, shop.number, &thread, resolved)
            .await;
        assert_eq!(expect(done), expected);
        assert_eq!(shop.listed(100).await[0].resolved, Some(resolved));
    }
    answer.reply_to = Some("0".repeat(40));
    assert_eq!(code(shop.add(&answer).await), "NotFound(Comment)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_marked_comment_is_written_once_and_its_mark_is_not_in_its_text() {
    let shop = Shop::open().await;
    let mut wanted = shop.at("src/a.rs", Side::New, 10, 10);
    wanted.marker = Some("review-1".into());
    let first = expect(shop.add(&wanted).await);
    assert_eq!(first.outcome, Outcome::Applied);
    assert_eq!(
        (&*first.comment.body, first.comment.marker.as_deref()),
        ("Why?", Some("review-1"))
    );
    let again = expect(shop.add(&wanted).await);
    assert_eq!(again.outcome, Outcome::Already);
    assert_eq!(again.comment.id, first.comment.id);
    let edited = shop
        .source
        .edit_comment(&shop.id, shop.number, &first.comment.id, "Really why?")
        .await;
    assert_eq!(expect(edited), Outcome::Applied);
    let edited = shop
        .source
        .edit_comment(&shop.id, shop.number, &first.comment.id, "Really why?")
        .await;
    assert_eq!(expect(edited), Outcome::Already);
    let all = shop.listed(100).await;
    let ours: Vec<_> = all.iter().filter(|one| !one.automatic).collect();
    assert_eq!(ours.len(), 1);
    assert_eq!(
        (&*ours[0].body, ours[0].marker.as_deref()),
        ("Really why?", Some("review-1"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_fails_after_a_comment_makes_no_second_one() {
    let shop = Shop::open().await;
    let fault = shop.rig.forge.fault(Fault {
        on: Matcher::target("/merge_requests/").method(Method::POST),
        when: When::Always,
        what: Effect::AfterWork(Box::new(Effect::BadGateway)),
    });
    let mut marked = general("Marked");
    marked.marker = Some("m".into());
    for (comment, written) in [
        (general("Plain"), 1),
        (marked, 2),
        (shop.at("src/a.rs", Side::New, 10, 10), 3),
    ] {
        let added = expect(shop.add(&comment).await);
        assert_eq!(added.outcome, Outcome::Applied, "{comment:?}");
        assert_eq!(writes(&shop.rig), written, "{comment:?}");
    }
    fault.remove();
    assert_eq!(
        shop.listed(100)
            .await
            .iter()
            .filter(|one| !one.automatic)
            .count(),
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_that_is_still_made_is_waited_for() {
    let shop = Shop::open().await;
    shop.rig.forge.feature(Feature::DiffsReadyAfter(2));
    let head = shop
        .project
        .commit("topic", "More", &[("more", Change::file("more\n"))]);
    let mut wanted = shop.at("more", Side::New, 1, 1);
    if let Some(place) = &mut wanted.at {
        place.head = head;
    }
    let added = expect(shop.add(&wanted).await);
    assert!(matches!(added.placement, Placement::Lines));
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_the_forge_would_take_for_commands_never_leaves() {
    let shop = Shop::open().await;
    let refused = code(shop.add(&general("Fine.\n/approve\n")).await);
    let kind = refused.split('(').next().unwrap_or_default();
    assert!(["Rejected", "InvalidArgument"].contains(&kind), "{refused}");
    assert_eq!(writes(&shop.rig), 0);
}
