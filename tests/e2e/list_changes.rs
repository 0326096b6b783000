//! `pull-requests.list-changes`: every file that a pull request changes, whatever GitLab leaves out.

use code_source::Source;
use code_source::contract::git::{ChangeKind, Patch};
use code_source::contract::pull_requests::Proposal;
use code_source_stand_in::{Change, DiffLimits, Feature, Project};
use code_source_tests::{Rig, code, expect, first_page, following, page_of};

struct Shop {
    rig: Rig,
    project: Project,
    source: Source,
    id: String,
    base: String,
    head: String,
    number: u64,
}

impl Shop {
    async fn with(begin: &[(String, Change)], change: &[(String, Change)]) -> Self {
        let rig = Rig::new().await;
        let project = rig.forge.project("web/shop");
        let base = project.commit("main", "Begin", begin);
        project.branch("topic", &base);
        let head = project.commit("topic", "Change", change);
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
        Self {
            rig,
            project,
            source,
            id,
            base,
            head,
            number,
        }
    }
}

fn files(all: &[(&str, &str)]) -> Vec<(String, Change)> {
    all.iter()
        .map(|(path, text)| ((*path).to_owned(), Change::file(*text)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_to_each_file_is_told() {
    let moved: String = (1..30).map(|number| format!("line {number}\n")).collect();
    let begin = files(&[
        ("gone", "x\n"),
        ("changed", "a\nb\n"),
        ("old name", &moved),
        ("binary", "a\0b"),
    ]);
    let mut change = files(&[
        ("changed", "a\nc\n"),
        ("new ä#1", "y\n"),
        ("new name", &moved),
        ("binary", "a\0c"),
    ]);
    change.extend([
        ("gone".to_owned(), Change::Delete),
        ("old name".to_owned(), Change::Delete),
    ]);
    let shop = Shop::with(&begin, &change).await;
    let page = expect(
        shop.source
            .list_changes(&shop.id, shop.number, &first_page())
            .await,
    );
    assert_eq!(
        (page.base, page.head),
        (shop.base.clone(), shop.head.clone())
    );
    assert!(page.complete);
    let mut lines: Vec<_> = page
        .items
        .iter()
        .map(|one| format!("{:?} {} {}", one.kind, one.old_path, one.new_path))
        .collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            "ChangeKind::Added new ä#1 new ä#1",
            "ChangeKind::Deleted gone gone",
            "ChangeKind::Modified binary binary",
            "ChangeKind::Modified changed changed",
            "ChangeKind::Renamed old name new name",
        ]
    );
    let changed = page
        .items
        .iter()
        .find(|one| one.new_path == "changed")
        .expect("it changed");
    let Patch::Text(text) = &changed.patch else {
        panic!("{changed:?}")
    };
    assert!(text.contains("-b\n+c"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_that_was_left_out_is_marked_and_can_be_made() {
    let long: String = (0..2_000)
        .map(|number| format!("line {number}\n"))
        .collect();
    let shop = Shop::with(
        &files(&[("a", "a\n")]),
        &files(&[("a", &long), ("b", "b\n")]),
    )
    .await;
    shop.rig.forge.feature(Feature::DiffLimits(DiffLimits {
        max_patch_bytes: 1_000,
        ..DiffLimits::default()
    }));
    let page = expect(
        shop.source
            .list_changes(&shop.id, shop.number, &first_page())
            .await,
    );
    let left_out = page
        .items
        .iter()
        .find(|one| one.new_path == "a")
        .expect("it is listed");
    assert!(matches!(left_out.patch, Patch::Omitted(_)), "{left_out:?}");
    assert!(matches!(left_out.kind, ChangeKind::Modified));
    let made = shop
        .source
        .diff_file(&shop.id, &page.base, &page.head, Some("a"), Some("a"))
        .await;
    let Patch::Text(text) = expect(made) else {
        panic!("it is text")
    };
    assert_eq!(
        text.lines().filter(|line| line.starts_with('+')).count(),
        2_000
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_complete_and_stays_at_its_commits() {
    let many: Vec<_> = (0..250)
        .map(|number| (format!("f{number:03}"), Change::file("x\n")))
        .collect();
    let shop = Shop::with(&files(&[("a", "a\n")]), &many).await;
    let mut names = Vec::new();
    let mut request = Some(page_of(33));
    while let Some(asked) = request {
        let page = expect(
            shop.source
                .list_changes(&shop.id, shop.number, &asked)
                .await,
        );
        assert!(page.complete);
        names.extend(page.items.into_iter().map(|one| one.new_path));
        request = following(page.end, 33);
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 250);
    let first = expect(
        shop.source
            .list_changes(&shop.id, shop.number, &page_of(33))
            .await,
    );
    let next = following(first.end, 33).expect("there is more");
    let pushed = shop
        .project
        .commit("topic", "More", &[("more", Change::file("more\n"))]);
    let refused = code(shop.source.list_changes(&shop.id, shop.number, &next).await);
    assert_eq!(refused, format!("Conflict(HeadMoved({pushed:?}))"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_that_is_not_ready_is_waited_for_and_never_told_as_none() {
    let shop = Shop::with(&files(&[("a", "a\n")]), &files(&[("a", "b\n")])).await;
    shop.rig.forge.feature(Feature::DiffsReadyAfter(3));
    let head = shop
        .project
        .commit("topic", "More", &[("more", Change::file("more\n"))]);
    let page = expect(
        shop.source
            .list_changes(&shop.id, shop.number, &first_page())
            .await,
    );
    assert_eq!((page.head, page.items.len()), (head, 2));
}
