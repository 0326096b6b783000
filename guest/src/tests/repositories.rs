//! `repositories.list-repositories` and `repositories.read-repository`.

use super::forge::{Reply, Seen, number, parameter, run};
use crate::{
    bindings::{
        repositories::{Filter, Page, Repository, RepositoryRef},
        types::{Error, ErrorCode, PageEnd, PageRequest, Subject},
    },
    repositories::{list_repositories, read_repository},
};

fn all() -> Filter {
    Filter {
        search: None,
        owner: None,
        minimum_access: None,
        member_only: false,
        include_archived: true,
    }
}

fn list(
    filter: &Filter,
    page: PageRequest,
    answer: impl Fn(&str) -> Reply,
) -> (Result<Page, Error>, Seen) {
    run(
        "repositories.list-repositories",
        |line, _| answer(line),
        async |call| {
            let listed = list_repositories(call, filter, &page).await;
            listed.map_err(|failure| failure.into_error())
        },
    )
}

fn part(cursor: Option<String>, limit: u32) -> PageRequest {
    PageRequest {
        cursor,
        limit: Some(limit),
    }
}

fn projects(ids: impl IntoIterator<Item = usize>) -> Reply {
    let projects: Vec<_> = ids
        .into_iter()
        .map(|id| format!(r#"{{"id":{id},"path_with_namespace":"web/p{id}","name":"p{id}"}}"#))
        .collect();
    Reply::json(format!("[{}]", projects.join(",")))
}

/// Keyset pages over all numbers up to `count` that `exists` lets through.
fn keyset(count: usize, exists: fn(usize) -> bool) -> impl Fn(&str) -> Reply {
    move |line| {
        let after = number(line, "id_after").unwrap_or(0);
        let before = number(line, "id_before")
            .unwrap_or(usize::MAX)
            .min(count + 1);
        let per_page = number(line, "per_page").expect("it is sent");
        let found: Vec<_> = (after + 1..before)
            .filter(|id| exists(*id))
            .take(per_page + 1)
            .collect();
        let page = projects(found.iter().copied().take(per_page));
        match found.len() > per_page {
            true => page.field(
                "Link",
                format!(
                    r#"<https://h/x?id_after={}>; rel="next""#,
                    found[per_page - 1]
                ),
            ),
            false => page,
        }
    }
}

fn numbered(ids: &[usize], line: &str) -> Reply {
    let page = number(line, "page").unwrap_or(1);
    let per_page = number(line, "per_page").expect("it is sent");
    let from = ids.len().min((page - 1) * per_page);
    let to = ids.len().min(page * per_page);
    let next = if to < ids.len() {
        (page + 1).to_string()
    } else {
        String::new()
    };
    projects(ids[from..to].iter().copied())
        .field("x-next-page", next)
        .field("x-total", ids.len().to_string())
}

fn drain(filter: &Filter, limit: u32, answer: &dyn Fn(&str) -> Reply) -> (Vec<usize>, usize) {
    let (mut ids, mut requests) = (Vec::new(), 0);
    let mut cursor = None;
    loop {
        let (page, seen) = list(filter, part(cursor, limit), answer);
        let page = page.expect("it is there");
        requests += seen.requests.len();
        ids.extend(
            page.items
                .iter()
                .map(|item| item.id.parse::<usize>().expect("is one")),
        );
        match page.end {
            PageEnd::More(next) => cursor = Some(next),
            PageEnd::Complete => return (ids, requests),
        }
    }
}

#[test]
fn a_long_list_is_complete_and_in_order() {
    for limit in [90, 1_000] {
        let (ids, _) = drain(&all(), limit, &keyset(4_321, |id| id % 3 != 0));
        assert!(
            ids.iter().copied().eq((1..=4_321).filter(|id| id % 3 != 0)),
            "{limit}"
        );
    }
}

#[test]
fn a_list_costs_few_requests_more_than_pages() {
    let (ids, requests) = drain(&all(), 1_000, &keyset(20_000, |_| true));
    assert_eq!(ids.len(), 20_000);
    assert!(requests <= 240 + 15, "{requests}");
}

#[test]
fn an_empty_list_is_complete() {
    let (page, seen) = list(&all(), part(None, 100), |_| Reply::json("[]"));
    let page = page.expect("it is empty");
    assert!(page.items.is_empty() && matches!(page.end, PageEnd::Complete));
    assert_eq!((page.total, seen.requests.len()), (None, 1));
}

#[test]
fn a_window_that_fails_fails_the_list() {
    let (page, _) = list(&all(), part(None, 1_000), |line| {
        match number(line, "id_after") {
            Some(400..500) => Reply::status(401, "{}"),
            _ => keyset(5_000, |_| true)(line),
        }
    });
    assert!(matches!(
        page.expect_err("it failed").code,
        ErrorCode::Unauthenticated(_)
    ));
}

#[test]
fn a_page_that_is_too_much_for_the_server_is_made_smaller() {
    let limited = |line: &str| match number(line, "per_page") {
        Some(41..) => Reply::status(500, "{}"),
        _ => keyset(700, |_| true)(line),
    };
    let (ids, _) = drain(&all(), 1_000, &limited);
    assert!(ids.into_iter().eq(1..=700));
}

#[test]
fn a_server_that_passes_over_the_bounds_is_malformed() {
    let (page, _) = list(&all(), part(None, 1_000), |_| {
        projects(1..=100).field("link", r#"<https://h/x?id_after=100>; rel="next""#)
    });
    assert!(matches!(
        page.expect_err("it repeats").code,
        ErrorCode::Malformed(_)
    ));
}

#[test]
fn a_search_leaves_out_what_was_found_by_other_words() {
    let filter = Filter {
        search: Some("P12".to_owned()),
        ..all()
    };
    let (ids, _) = drain(&filter, 100, &|line| {
        assert_eq!(parameter(line, "search_namespaces"), Some("true"));
        keyset(130, |_| true)(line)
    });
    assert_eq!(ids, [12, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129]);
}

fn owned_by(owner: &str) -> Filter {
    Filter {
        owner: Some(owner.to_owned()),
        ..all()
    }
}

#[test]
fn a_groups_repositories_are_complete_and_not_the_shared_ones() {
    let ids: Vec<_> = (1..=437).map(|n| n * 3).collect();
    for limit in [90, 100, 1_000] {
        let (seen, _) = drain(&owned_by("web/teams"), limit, &|line| {
            assert!(line.starts_with("GET /groups/web%2Fteams/projects?"));
            assert_eq!(parameter(line, "with_shared"), Some("false"));
            numbered(&ids, line)
        });
        assert_eq!(seen, ids, "{limit}");
    }
}

#[test]
fn an_owner_that_is_no_group_is_an_account() {
    let (seen, _) = drain(
        &owned_by("ann"),
        2,
        &|line| match line.starts_with("GET /groups/") {
            true => Reply::missing("Group"),
            false => numbered(&[3, 5, 8], line),
        },
    );
    assert_eq!(seen, [3, 5, 8]);
}

#[test]
fn an_unknown_owner_is_not_found() {
    for owner in ["ann", "web/teams"] {
        let (page, _) = list(&owned_by(owner), part(None, 100), |line| {
            Reply::missing(if line.starts_with("GET /groups/") {
                "Group"
            } else {
                "User"
            })
        });
        assert!(matches!(
            page.expect_err("it is unknown").code,
            ErrorCode::NotFound(Subject::Repository)
        ));
    }
}

#[test]
fn the_total_is_that_of_the_whole_list() {
    let (page, _) = list(&owned_by("ann"), part(None, 2), |line| {
        numbered(&[3, 5, 8], line)
    });
    assert_eq!(page.expect("it is there").total, Some(3));
}

#[test]
fn a_cursor_of_another_filter_is_refused() {
    let (page, _) = list(&all(), part(None, 10), keyset(50, |_| true));
    let PageEnd::More(cursor) = page.expect("it is there").end else {
        panic!("there is more");
    };
    let (page, _) = list(
        &owned_by("ann"),
        part(Some(cursor), 10),
        keyset(50, |_| true),
    );
    assert!(matches!(
        page.expect_err("it is foreign").code,
        ErrorCode::InvalidArgument(_)
    ));
}

fn read(by: RepositoryRef, answer: impl Fn(&str) -> Reply) -> (Result<Repository, Error>, Seen) {
    run(
        "repositories.read-repository",
        |line, _| answer(line),
        async |call| {
            let read = read_repository(call, &by).await;
            read.map_err(|failure| failure.into_error())
        },
    )
}

#[test]
fn a_path_is_one_segment() {
    let by = RepositoryRef::Path("web/teams/my.shop".to_owned());
    let (read, seen) = read(by, |_| projects([7]).into_first());
    assert_eq!(read.expect("it is there").id, "7");
    assert_eq!(seen.requests, ["GET /projects/web%2Fteams%2Fmy.shop"]);
}

#[test]
fn an_old_path_gives_the_identity() {
    let (read, seen) = read(RepositoryRef::Path("web/old".to_owned()), |_| {
        Reply::content(301, "This resource has been moved permanently to x")
            .field("Location", "http://forge.example/gitlab/api/v4/projects/42")
    });
    assert!(matches!(read.expect_err("it moved").code, ErrorCode::Moved(id) if id == "42"));
    assert_eq!(seen.requests.len(), 1);
}

#[test]
fn a_hidden_repository_is_not_found() {
    let (read, _) = read(RepositoryRef::Id("42".to_owned()), |_| {
        Reply::missing("Project")
    });
    let error = read.expect_err("it is hidden");
    assert!(matches!(
        error.code,
        ErrorCode::NotFound(Subject::Repository)
    ));
    assert!(error.hint.expect("there is one").contains("Maintainer"));
}

impl Reply {
    /// The one item of a list, alone.
    fn into_first(self) -> Self {
        let Self::Answer {
            fields,
            body,
            status,
        } = self
        else {
            return self;
        };
        let body = body[1..body.len() - 1].to_vec();
        Self::Answer {
            fields,
            body,
            status,
        }
    }
}

#[test]
fn a_list_that_is_not_there_is_of_no_gitlab_unless_it_was_there_before() {
    let missing = |_: &str| Reply::status(404, r#"{"error":"404 Not Found"}"#);
    let (page, _) = list(&all(), part(None, 2), missing);
    let error = page.expect_err("there is none");
    assert!(matches!(error.code, ErrorCode::NotTheApi(_)), "{error:?}");
    let (page, _) = list(&all(), part(None, 2), keyset(9, |_| true));
    let PageEnd::More(cursor) = page.expect("a page").end else {
        panic!("there is more");
    };
    let (page, _) = list(&all(), part(Some(cursor), 2), missing);
    let error = page.expect_err("it is gone");
    assert!(matches!(error.code, ErrorCode::NotFound(_)), "{error:?}");
}
