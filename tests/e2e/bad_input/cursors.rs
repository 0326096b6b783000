//! Cursors that are cut, changed, or of another list, given to every list.

use code_source::contract::git::{CompareMode, RefKind, Revision};
use code_source::contract::pull_requests::Filter;
use code_source::contract::types::{ErrorCode, PageEnd, PageRequest};
use code_source_tests::{expect, page_of, played};

use crate::operations::{Ended, Stock, everything, shown};

const LISTS: [&str; 12] = [
    "list-repositories",
    "list-refs",
    "list-commits",
    "list-tree",
    "compare",
    "search-code",
    "list-pull-requests",
    "list-changes",
    "list-comments",
    "list-statuses",
    "list-webhooks",
    "list-tags",
];

impl Stock {
    /// Call a list with this page of it wanted.
    async fn listed(&self, list: &str, page: &PageRequest) -> Ended {
        let (source, id, main) = (&self.source, self.id.as_str(), Revision::DefaultBranch);
        let (ended, _) = match list {
            "list-repositories" => shown(source.list_repositories(&everything(), page).await),
            "list-refs" => shown(source.list_refs(id, RefKind::Branch, None, page).await),
            "list-tags" => shown(source.list_refs(id, RefKind::Tag, None, page).await),
            "list-commits" => shown(source.list_commits(id, &main, None, page).await),
            "list-tree" => shown(source.list_tree(id, &main, "", true, page).await),
            "compare" => {
                let mode = CompareMode::Exact;
                shown(
                    source
                        .compare(id, &self.base, &self.tip, mode, true, page)
                        .await,
                )
            }
            "search-code" => shown(source.search_code(id, "x", &main, page).await),
            "list-pull-requests" => {
                let filter = Filter {
                    state: None,
                    source_branch: None,
                    target_branch: None,
                    author: None,
                    updated_after: None,
                };
                shown(source.list_pull_requests(id, &filter, page).await)
            }
            "list-changes" => shown(source.list_changes(id, self.number, page).await),
            "list-comments" => shown(source.list_comments(id, self.number, page).await),
            "list-statuses" => shown(source.list_statuses(id, &self.tip, page).await),
            "list-webhooks" => shown(source.list_webhooks(id, page).await),
            _ => panic!("no list is called `{list}`"),
        };
        ended
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_is_not_this_lists_own_is_refused_without_a_request_by_every_list() {
    let shop = Stock::new(played()).await;
    let (source, at) = (&shop.source, Revision::DefaultBranch);
    let page = expect(
        source
            .list_tree(&shop.id, &at, "src", false, &page_of(10))
            .await,
    );
    let PageEnd::More(cursor) = page.end else {
        panic!("there are more")
    };
    shop.rig.forge.clear_requests();
    let cut = cursor[..cursor.len() / 2].to_owned();
    let mut changed = cursor.clone().into_bytes();
    let middle = changed.len() / 2;
    changed[middle] = if changed[middle] == b'a' { b'b' } else { b'a' };
    let changed = String::from_utf8(changed).unwrap();
    let wrong = [
        String::new(),
        "2".to_owned(),
        "a\0b".to_owned(),
        "../../user".to_owned(),
        "ä".to_owned(),
        "x".repeat(1 << 20),
        cursor,
        cut,
        changed,
    ];
    for list in LISTS {
        for cursor in &wrong {
            let page = PageRequest {
                cursor: Some(cursor.clone()),
                limit: Some(10),
            };
            let ended = shop.listed(list, &page).await;
            let is_right = matches!(&ended, Ended::Refused(error) if matches!(error.code, ErrorCode::InvalidArgument(_)));
            assert!(is_right, "{list} {cursor:.60}: {ended:?}");
            assert_eq!(shop.rig.asked(""), 0, "{list} {cursor:.60}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_no_items_or_of_too_many_is_refused_without_a_request_by_every_list() {
    let shop = Stock::new(played()).await;
    for list in LISTS {
        for limit in [0, 1_001, u32::MAX] {
            let ended = shop.listed(list, &page_of(limit)).await;
            let is_right = matches!(&ended, Ended::Refused(error) if matches!(error.code, ErrorCode::InvalidArgument(_)));
            assert!(
                is_right && shop.rig.asked("") == 0,
                "{list} {limit}: {ended:?}"
            );
        }
    }
}
