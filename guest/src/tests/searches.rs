//! `search.search-code`.

use super::{
    forge::{Reply, Seen, id, number, run},
    mutate::{Spoilt, spoil},
};
use crate::{
    bindings::{
        git::Revision,
        search::HitsPage,
        types::{Error, ErrorCode, PageEnd, PageRequest, Subject},
    },
    search::search_code,
};

fn ask_at(
    at: &Revision,
    query: &str,
    page: PageRequest,
    answer: impl Fn(&str) -> Reply,
) -> (Result<HitsPage, Error>, Seen) {
    run(
        "search.search-code",
        |line, _| answer(line),
        async |call| {
            let hits = search_code(call, &"42".to_owned(), query, at, &page).await;
            hits.map_err(|failure| failure.into_error())
        },
    )
}

fn ask(query: &str, answer: impl Fn(&str) -> Reply) -> (Result<HitsPage, Error>, Seen) {
    ask_at(&Revision::Commit(id('a')), query, part(None, None), answer)
}

fn part(cursor: Option<String>, limit: Option<u32>) -> PageRequest {
    PageRequest { cursor, limit }
}

/// A forge that finds so many places.
fn finding(total: usize) -> impl Fn(&str) -> Reply {
    move |line| {
        if line.contains("/branches/main") {
            return Reply::json(format!(
                r#"{{"name":"main","commit":{{"id":"{}"}}}}"#,
                id('a')
            ));
        }
        assert!(line.contains(&format!("&ref={}&", id('a'))), "{line}");
        let per_page = number(line, "per_page").expect("it is told");
        let page = number(line, "page").unwrap_or(1);
        let places = (0..total).skip((page - 1) * per_page).take(per_page);
        let hits: Vec<_> = places.map(|n| hit(&format!("a{n}.rs"))).collect();
        let next = match page * per_page < total {
            true => (page + 1).to_string(),
            false => String::new(),
        };
        Reply::json(format!("[{}]", hits.join(","))).field("x-next-page", next)
    }
}

fn hit(path: &str) -> String {
    format!(
        r#"{{"basename":"a","path":"{path}","filename":"{path}","data":"fn a() {{\n","startline":7,
        "ref":"{}","project_id":42,"id":null}}"#,
        id('a')
    )
}

fn paths(page: &HitsPage) -> Vec<&str> {
    page.items.iter().map(|hit| hit.path.as_str()).collect()
}

#[test]
fn the_commit_is_searched_with_git_whatever_else_the_instance_has() {
    let (hits, seen) = ask("fn a", finding(1));
    let hits = hits.expect("it is found");
    assert_eq!((paths(&hits), &hits.commit), (vec!["a0.rs"], &id('a')));
    assert_eq!(
        (hits.items[0].first_line, &*hits.items[0].text),
        (7, "fn a() {\n")
    );
    assert!(matches!(hits.end, PageEnd::Complete));
    let address = "GET /projects/42/search?scope=blobs&search_type=basic";
    let rest = format!("&ref={}&search=fn%20a&per_page=100", id('a'));
    assert_eq!(seen.requests, [format!("{address}{rest}")]);
}

#[test]
fn all_pages_together_have_every_place_once_and_are_of_one_commit() {
    let branch = Revision::Branch("main".to_owned());
    let (mut cursor, mut found, mut branches) = (None, Vec::new(), 0);
    loop {
        let page = part(cursor, Some(30));
        let (hits, seen) = ask_at(&branch, "a", page, finding(100));
        let hits = hits.expect("it is found");
        assert_eq!(hits.commit, id('a'));
        found.extend(hits.items.iter().map(|hit| hit.path.clone()));
        branches += seen
            .requests
            .iter()
            .filter(|line| line.contains("/branches/"))
            .count();
        match hits.end {
            PageEnd::More(next) => cursor = Some(next),
            PageEnd::Complete => break,
        }
    }
    let wanted: Vec<_> = (0..100).map(|n| format!("a{n}.rs")).collect();
    assert_eq!((found, branches), (wanted, 1));
}

#[test]
fn one_place_may_be_found_twice() {
    let same = |_: &str| Reply::json(format!("[{},{}]", hit("a"), hit("a")));
    let (hits, _) = ask("a", same);
    assert_eq!(paths(&hits.expect("it is found")), ["a", "a"]);
}

#[test]
fn a_cursor_of_another_search_is_refused() {
    let at = Revision::Commit(id('a'));
    let (hits, _) = ask_at(&at, "a", part(None, Some(1)), finding(5));
    let PageEnd::More(cursor) = hits.expect("it is found").end else {
        panic!("there is more");
    };
    let cut = cursor[..cursor.len() - 2].to_owned();
    for (query, cursor) in [("b", cursor), ("a", cut), ("a", "x".to_owned())] {
        let page = part(Some(cursor), Some(1));
        let (hits, seen) = ask_at(&at, query, page, |line| panic!("{line}"));
        let code = hits.expect_err("it is another list's").code;
        assert!(matches!(code, ErrorCode::InvalidArgument(_)));
        assert!(seen.requests.is_empty());
    }
}

#[test]
fn an_edition_that_cannot_search_is_unsupported() {
    for body in [
        r#"{"error":"scope does not have a valid value"}"#,
        r#"{"message":{"error":"Scope supported only with advanced search"}}"#,
        r#"{"message":{"error":"Scope not supported without Elasticsearch!"}}"#,
    ] {
        let (hits, _) = ask("a", |_| Reply::status(400, body));
        let code = hits.expect_err("it cannot").code;
        assert!(matches!(code, ErrorCode::Unsupported(_)), "{body}");
    }
    let (hits, _) = ask("a", |_| {
        Reply::status(400, r#"{"message":"Search query is too long"}"#)
    });
    let code = hits.expect_err("it cannot be right").code;
    assert!(matches!(code, ErrorCode::InvalidArgument(why) if why.contains("too long")));
}

#[test]
fn nothing_found_is_told_from_a_missing_commit() {
    let (hits, seen) = ask("a", |line| match line.contains("/commits/") {
        true => Reply::json(format!(r#"{{"id":"{}"}}"#, id('a'))),
        false => Reply::json("[]"),
    });
    assert!(hits.expect("it is there").items.is_empty());
    assert_eq!(seen.requests.len(), 2);
    let (hits, _) = ask("a", |line| match line {
        "GET /projects/42" => Reply::json(r#"{"id":42,"path_with_namespace":"a/b"}"#),
        line if line.contains("/commits/") => Reply::missing("Commit"),
        _ => Reply::json("[]"),
    });
    let code = hits.expect_err("it is missing").code;
    assert!(matches!(code, ErrorCode::NotFound(Subject::Commit)));
}

#[test]
fn an_empty_repository_is_told() {
    let empty = |line: &str| match line {
        "GET /projects/42" => {
            Reply::json(r#"{"id":42,"path_with_namespace":"a/b","empty_repo":true}"#)
        }
        _ => Reply::missing("Commit"),
    };
    let (hits, _) = ask_at(&Revision::DefaultBranch, "a", part(None, None), empty);
    assert!(matches!(
        hits.expect_err("it is empty").code,
        ErrorCode::EmptyRepository
    ));
}

#[test]
fn a_page_for_people_and_a_refusal_are_told() {
    let (hits, _) = ask("a", |_| {
        Reply::content(200, "<html>").field("content-type", "text/html")
    });
    assert!(matches!(
        hits.expect_err("it is a page").code,
        ErrorCode::NotTheApi(_)
    ));
    let (hits, _) = ask("a", |_| {
        Reply::status(403, r#"{"message":"403 Forbidden"}"#)
    });
    assert!(matches!(
        hits.expect_err("it is refused").code,
        ErrorCode::Forbidden(_)
    ));
}

#[test]
fn a_place_without_what_is_needed_is_malformed() {
    for body in [
        "{}",
        r#"[{"data":"x","startline":1}]"#,
        r#"[{"path":null,"filename":null,"data":"x","startline":1}]"#,
        r#"[{"path":"a","startline":1}]"#,
        r#"[{"path":"a","data":null,"startline":1}]"#,
        r#"[{"path":"a","data":"x"}]"#,
        r#"[{"path":"a","data":"x","startline":0}]"#,
        r#"[{"path":"a","data":"x","startline":-1}]"#,
        r#"[{"path":"a","data":"x","startline":"1"}]"#,
    ] {
        let (hits, _) = ask("a", |_| Reply::json(body));
        let code = hits.expect_err("it makes no sense").code;
        assert!(matches!(code, ErrorCode::Malformed(_)), "{body}");
    }
}

#[test]
fn a_spoilt_field_that_is_not_needed_does_no_harm() {
    for (field, spoilt, json) in spoil(&hit("a")) {
        let (hits, _) = ask("a", |_| Reply::json(format!("[{json}]")));
        let is_needed = matches!(&*field, "/data" | "/startline");
        match hits {
            Ok(hits) => assert!(!is_needed && hits.items.len() == 1, "{field} {json}"),
            Err(error) => {
                assert!(matches!(error.code, ErrorCode::Malformed(_)));
                assert!(is_needed || spoilt == Spoilt::OtherType, "{field} {json}");
            }
        }
    }
}

#[test]
fn the_older_name_of_a_path_counts_where_the_newer_is_missing() {
    let older = r#"[{"filename":"a/b","data":"x","startline":1}]"#;
    let (hits, _) = ask("a", |_| Reply::json(older));
    assert_eq!(paths(&hits.expect("it is found")), ["a/b"]);
}
