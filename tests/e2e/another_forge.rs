//! The plugin that the page about other forges walks through, with a forge of its own: that so
//! little is enough, and that the sandbox holds it as it holds any other.

use std::sync::Arc;

use code_source::contract::git::{ByteRange, EntryKind, Revision};
use code_source::contract::repositories::{Filter, RepositoryRef};
use code_source::contract::types::PageRequest;
use code_source::{Error, OptionalInterface, Plugin, Source};
use code_source_tests::{
    AuditLines, RawForge, Runner, bytes, code, engine, expect, failed_request, first_page,
    following, minimal_component, page_of, with_manifest,
};

/// A shelf with two repositories: `web/shop`, which has a commit, and `web/empty`, which has none.
async fn shelf() -> RawForge {
    RawForge::start(|head| async move { answer(&head) }).await
}

fn answer(head: &str) -> Vec<u8> {
    let target = head.split(' ').nth(1).unwrap_or_default();
    let shop = format!(
        r#"{{"id":1,"path_with_namespace":"web/shop","branch":"main","commit":"{COMMIT}"}}"#
    );
    let empty = r#"{"id":2,"path_with_namespace":"web/empty","branch":"main","commit":null}"#;
    let tree = format!("/api/v4/projects/1/repository/tree?ref={COMMIT}");
    let file = format!("/api/v4/projects/1/repository/files/src%2Fcart.rs/raw?ref={COMMIT}");
    let (status, body) = match target {
        _ if !head.contains(TOKEN) => ("401 Unauthorized", String::new()),
        "/api/v4/version" => ("200 OK", r#"{"version":"1.0"}"#.to_owned()),
        "/api/v4/projects" => ("200 OK", format!("[{empty},{shop}]")),
        "/api/v4/projects/1" | "/api/v4/projects/web%2Fshop" => ("200 OK", shop),
        "/api/v4/projects/2" => ("200 OK", empty.to_owned()),
        _ if target == tree => ("200 OK", TREE.to_owned()),
        _ if target == file => ("200 OK", "hello\n".to_owned()),
        _ => ("404 Not Found", "{}".to_owned()),
    };
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

fn plugin() -> Plugin {
    Plugin::from_bytes(engine(), minimal_component(), None).unwrap()
}

fn source(forge: &RawForge) -> Source {
    Source::open(&plugin(), forge.connection()).unwrap()
}

fn everything() -> Filter {
    Filter {
        search: None,
        owner: None,
        minimum_access: None,
        member_only: false,
        include_archived: true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_least_plugin_checks_lists_connects_and_reads() {
    let forge = shelf().await;
    let (plugin, source) = (plugin(), source(&forge));
    assert!(
        OptionalInterface::ALL
            .iter()
            .all(|one| !plugin.offers(*one))
    );
    assert_eq!(expect(source.check().await).product, "Shelf");
    let listed = expect(source.list_repositories(&everything(), &first_page()).await);
    let paths: Vec<_> = listed
        .items
        .iter()
        .map(|one| (&*one.path, one.empty))
        .collect();
    assert_eq!(paths, [("web/shop", false), ("web/empty", true)]);
    let named = RepositoryRef::Path("web/shop".into());
    let (source, shop) = expect(source.connect_repository(&named).await);
    assert_eq!(shop.id, "1");
    let at = Revision::Branch("main".into());
    let tree = expect(source.list_tree("1", &at, "", true, &first_page()).await);
    let tree: Vec<_> = tree
        .items
        .iter()
        .map(|one| (&*one.path, &one.kind))
        .collect();
    assert!(
        matches!(
            &tree[..],
            [
                ("src", EntryKind::Directory),
                ("src/cart.rs", EntryKind::File)
            ]
        ),
        "{tree:?}"
    );
    let file = expect(source.read_file("1", &at, "src/cart.rs", None, false).await);
    assert_eq!((&*file.info.blob, &*file.info.commit), (HELLO, COMMIT));
    assert_eq!(bytes(file.body).await.unwrap(), b"hello\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_of_a_forge_that_begins_at_the_first_byte_is_cut_by_the_host() {
    let forge = shelf().await;
    let range = ByteRange {
        first: 1,
        last: Some(3),
    };
    let at = Revision::DefaultBranch;
    let source = source(&forge);
    let file = source.read_file("1", &at, "src/cart.rs", Some(range), false);
    assert_eq!(bytes(expect(file.await).body).await.unwrap(), b"ell");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_go_on_behind_the_item_that_a_cursor_names() {
    let forge = shelf().await;
    let source = source(&forge);
    let (mut paths, mut wanted) = (Vec::new(), Some(page_of(1)));
    while let Some(page) = wanted {
        let found = source.list_tree("1", &Revision::DefaultBranch, "", true, &page);
        let found = expect(found.await);
        assert_eq!(found.commit, COMMIT);
        paths.extend(found.items.into_iter().map(|entry| entry.path));
        wanted = following(found.end, 1);
    }
    assert_eq!(paths, ["src", "src/cart.rs"]);
    let nowhere = PageRequest {
        cursor: Some("3".to_owned()),
        limit: None,
    };
    let outcome = source.list_repositories(&everything(), &nowhere).await;
    assert_eq!(code(outcome), "InvalidArgument(\"cursor\")");
    let outcome = source.list_tree("1", &Revision::DefaultBranch, "", true, &nowhere);
    assert_eq!(code(outcome.await), "InvalidArgument(\"cursor\")");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_nothing_or_of_too_much_is_refused() {
    let forge = shelf().await;
    let source = source(&forge);
    for limit in [0, 1_001] {
        let outcome = source
            .list_repositories(&everything(), &page_of(limit))
            .await;
        let refused = code(outcome);
        assert!(
            refused.starts_with("InvalidArgument("),
            "{limit}: {refused}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_for_people_is_not_the_api_whatever_its_status() {
    let forge = RawForge::start(|_| async {
        b"HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: 6\r\n\r\n<html>"
            .to_vec()
    })
    .await;
    let refused = code(source(&forge).check().await);
    assert!(refused.starts_with("NotTheApi("), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_has_its_own_error() {
    let forge = shelf().await;
    let source = source(&forge);
    let at = Revision::DefaultBranch;
    let gone = source.stat_file("1", &at, "src/gone.rs").await;
    assert_eq!(code(gone), "NotFound(Path)");
    let branch = Revision::Branch("other".into());
    assert_eq!(
        code(source.resolve("1", &branch).await),
        "NotFound(Reference)"
    );
    let list = source
        .list_tree("1", &at, "docs", false, &first_page())
        .await;
    assert_eq!(code(list), "NotFound(Path)");
    let named = RepositoryRef::Id("2".into());
    let (source, _) = expect(source.connect_repository(&named).await);
    assert_eq!(code(source.resolve("2", &at).await), "EmptyRepository");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_finds_out_why_a_repository_is_not_listed() {
    let forge = shelf().await;
    let source = source(&forge);
    let named = RepositoryRef::Path("web/shop".into());
    let listed = expect(source.explain_absence(&named, &everything()).await);
    assert!(listed.reasons.is_empty(), "{listed:?}");
    let filter = Filter {
        search: Some("cart".to_owned()),
        ..everything()
    };
    let other = expect(source.explain_absence(&named, &filter).await);
    let codes: Vec<_> = other.reasons.iter().map(|one| &*one.code).collect();
    assert_eq!(codes, ["search-differs"]);
    let hidden = RepositoryRef::Path("web/hidden".into());
    let hidden = expect(source.explain_absence(&hidden, &filter).await);
    assert_eq!(hidden.reasons[0].code, "hidden");
    let mut reasons = hidden.reasons.iter().chain(&other.reasons);
    assert!(
        reasons.all(|one| one.hint.is_some()),
        "{hidden:?} {other:?}"
    );
    assert!(hidden.repository.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_leaves_out_is_unsupported_whether_it_says_so_or_the_host() {
    let forge = shelf().await;
    let source = source(&forge);
    let (at, page) = (Revision::DefaultBranch, first_page());
    let own = Filter {
        member_only: true,
        ..everything()
    };
    let own = source.list_repositories(&own, &page).await;
    assert_eq!(
        code(own),
        "Unsupported(\"members, which a shelf does not have\")"
    );
    let search = source.search_code("1", "cart", &at, &page).await;
    assert!(code(search).starts_with("Unsupported("));
    let history = source.list_commits("1", &at, None, &page).await;
    assert_eq!(code(history), "Unsupported(\"history\")");
    assert_eq!(forge.heads(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_beyond_the_profile_is_refused_when_the_connection_is_opened() {
    let forge = shelf().await;
    let beyond = MANIFEST.replace("GET /version", "GET /users");
    let component = with_manifest(minimal_component(), beyond.as_bytes());
    let plugin = Plugin::from_bytes(engine(), &component, None).unwrap();
    let error = Source::open(&plugin, forge.connection()).unwrap_err();
    assert!(matches!(error, Error::Policy(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_reaches_no_address_that_its_manifest_does_not_name() {
    let forge = shelf().await;
    let mut manifest: serde_json::Value = serde_json::from_str(MANIFEST).unwrap();
    let declared = manifest["operations"]["git.read-file"].as_array_mut();
    let content = declared.unwrap().pop().unwrap();
    assert_eq!(content["why"], "the bytes");
    let without = manifest.to_string();
    let component = with_manifest(minimal_component(), without.as_bytes());
    let plugin = Plugin::from_bytes(engine(), &component, None).unwrap();
    let audit = Arc::<AuditLines>::default();
    let connection = forge.connection().audit(Arc::clone(&audit) as Arc<_>);
    let source = Source::open(&plugin, connection).unwrap();
    let at = Revision::DefaultBranch;
    let outcome = source.read_file("1", &at, "src/cart.rs", None, false).await;
    let refused = failed_request(&outcome);
    assert_eq!(
        (refused.layer, refused.reason),
        (Some("manifest"), "endpoint-not-declared")
    );
    assert_eq!(code(outcome), "Denied");
    assert!(forge.heads().iter().all(|head| !head.contains("/raw")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_whose_profile_nobody_has_built_in_is_named() {
    let own = MANIFEST.replace("\"gitlab\"", "\"shelf\"");
    let component = with_manifest(minimal_component(), own.as_bytes());
    let error = Plugin::from_bytes(engine(), &component, None).unwrap_err();
    assert_eq!(error.to_string(), "no provider `shelf` is known");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_runs_it_from_its_file() {
    let forge = shelf().await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("token"), TOKEN).unwrap();
    std::fs::write(path("shelf.wasm"), minimal_component()).unwrap();
    let runner = Runner::new([
        format!("--plugin={}", path("shelf.wasm")),
        format!("--url={}", forge.url()),
        format!("--token-file={}", path("token")),
        format!("--cache-directory={}", path("cache")),
        "--allow-plain-http".to_owned(),
        "--private-address=127.0.0.0/8".to_owned(),
    ]);
    let printed = tokio::task::spawn_blocking(move || {
        let listed = runner.run(&["repos"]).success().text();
        assert!(listed.contains("web/shop"), "{listed}");
        runner.run(&["cat", "web/shop", "src/cart.rs"]).success()
    });
    assert_eq!(printed.await.unwrap().text(), "hello\n");
}

const MANIFEST: &str = include_str!("../plugins/minimal/src/manifest.json");

/// What [`RawForge::connection`] sends.
const TOKEN: &str = "a-token-of-some-length";

const COMMIT: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// What git calls a blob of `hello` and a line break.
const HELLO: &str = "ce013625030ba8dba906f756967f9e9ca394464a";

const TREE: &str = r#"[
  {"path":"src","id":"4b825dc642cb6eb9a060e54bf8d69288fbee4904","mode":"040000"},
  {"path":"src/cart.rs","id":"ce013625030ba8dba906f756967f9e9ca394464a","mode":"100644","size":6}
]"#;
