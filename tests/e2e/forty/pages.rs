//! Pages that are shorter than was asked for; apart because the stand-in fills its pages.

use code_source::Source;
use code_source::contract::git::{RefKind, Revision};
use code_source::contract::types::PageEnd;
use code_source_tests::{Piece, Site, WireRequest, WireServer, expect, first_page, plugin};

use crate::operations::everything;

/// A parameter of a request that is a number.
fn number(target: &str, name: &str) -> Option<u32> {
    let mut pairs = target
        .split(['?', '&'])
        .filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    value.parse().ok()
}

/// A file, a branch and a repository, each under its number.
fn item(number: u32, path: &str) -> String {
    let hash = number.to_string().repeat(40);
    match path.rsplit('/').next() {
        Some("tree") => format!(
            r#"{{"id":"{hash}","name":"f{number}","type":"blob","path":"f{number}","mode":"100644"}}"#
        ),
        Some("branches") => format!(r#"{{"name":"f{number}","commit":{{"id":"{hash}"}}}}"#),
        _ => format!(r#"{{"id":{number},"path_with_namespace":"web/f{number}"}}"#),
    }
}

/// Five items in pages of two, however many were asked for. Trees go on by token, branches by number,
/// and repositories by identity, where every page that holds something has a next one.
fn short_pages(request: &WireRequest) -> Vec<Piece> {
    let target = request.head.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default();
    let by_number = number(target, "page").map(|page| (page - 1) * 2);
    let by_key = ["page_token", "id_after"]
        .iter()
        .find_map(|name| number(target, name));
    let behind = by_number.or(by_key).unwrap_or(0);
    let before = number(target, "id_before").unwrap_or(6).min(6);
    let numbers: Vec<_> = (behind + 1..before).take(2).collect();
    let last = numbers.last().copied().unwrap_or(behind);
    let next = match path.rsplit('/').next() {
        Some("tree") => (last < 5).then(|| format!("page_token={last}")),
        Some("branches") => (last < 5).then(|| format!("page={}", last / 2 + 1)),
        _ => (last > behind).then(|| format!("id_after={last}")),
    };
    let items: Vec<_> = numbers.iter().map(|number| item(*number, path)).collect();
    let link = next.map(|query| format!("<https://localhost{path}?{query}>; rel=\"next\""));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(link.as_ref().map(|link| ("link", link.as_str())));
    Piece::answer("200 OK", &headers, format!("[{}]", items.join(",")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_page_is_not_taken_for_the_last_one() {
    let site = Site::new();
    let forge = WireServer::start(&site, short_pages).await;
    let source = Source::open(plugin(), site.connection(forge.url())).unwrap();
    let (at, page) = (Revision::Commit("a".repeat(40)), first_page());
    let names = ["f1", "f2", "f3", "f4", "f5"];
    let tree = expect(source.list_tree("1", &at, "", false, &page).await);
    assert!(tree.items.iter().map(|one| one.path.as_str()).eq(names));
    assert!(matches!(tree.end, PageEnd::Complete));
    let refs = expect(source.list_refs("1", RefKind::Branch, None, &page).await);
    assert!(refs.items.iter().map(|one| one.name.as_str()).eq(names));
    assert!(matches!(refs.end, PageEnd::Complete));
    let all = expect(source.list_repositories(&everything(), &page).await);
    let paths = all.items.iter().map(|one| one.path.as_str());
    assert!(paths.eq(names.map(|name| format!("web/{name}"))));
    assert!(matches!(all.end, PageEnd::Complete));
}
