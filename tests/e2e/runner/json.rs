//! What programs see: one object for each command, with the keys that are documented.

use code_source_tests::git;
use serde_json::{Value, json};

use super::Desk;

/// The keys of an object, sorted.
fn keys(value: &Value) -> String {
    let object = value.as_object().unwrap_or_else(|| panic!("{value}"));
    let mut keys: Vec<&str> = object.keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys.join(" ")
}

const REPOSITORY: &str = "access clone-url default-branch description empty id last-activity-at \
    name path state topics visibility web-url";
const FILE: &str = "blob commit kind last-commit lfs path sha256 size";
const COMMIT: &str = "author committer id message parents web-url";

#[tokio::test(flavor = "multi_thread")]
async fn lists_say_whether_they_are_whole_and_have_the_documented_items() {
    let desk = Desk::new().await;
    let shop = "web/shop";
    for (arguments, about, item) in [
        (&["list-repositories"][..], "", REPOSITORY),
        (
            &["list-refs", shop],
            "",
            "commit default kind name protected",
        ),
        (
            &["branches", shop],
            "",
            "commit default kind name protected",
        ),
        (&["tags", shop], "", "commit default kind name protected"),
        (&["list-commits", shop], "", COMMIT),
        (&["list-tree", shop], "commit ", "id kind path"),
        (
            &["compare", shop, "next", "main"],
            "base ",
            "change new-kind new-path old-kind old-path",
        ),
        (
            &["compare", shop, "next", "main", "--patches"],
            "base ",
            "change new-kind new-path old-kind old-path patch",
        ),
    ] {
        let answer = desk.json(arguments);
        let expected = match about {
            "base " => "base complete head items merge-base".to_owned(),
            about => format!("{about}complete items"),
        };
        assert_eq!(keys(&answer), expected, "{arguments:?}");
        assert_eq!(answer["complete"], true, "{arguments:?}");
        let items = answer["items"].as_array().unwrap();
        assert!(!items.is_empty());
        for one in items {
            assert_eq!(keys(one), item, "{arguments:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn single_answers_have_the_documented_keys() {
    let desk = Desk::new().await;
    let (shop, blob) = (
        "web/shop",
        git(&desk.project, &["rev-parse", "main:README.md"]),
    );
    let archive = desk.path("shop.tar.gz");
    let copy = desk.path("copy");
    for (arguments, expected) in [
        (
            &["check"][..],
            "account edition findings product rate-limit token version works",
        ),
        (&["why", shop], "listed reasons repository"),
        (&["read-repository", shop], REPOSITORY),
        (&["resolve", shop], "commit repository"),
        (&["read-commit", shop, "main"], COMMIT),
        (&["stat-file", shop, "README.md"], FILE),
        (&["read-file", shop, "README.md"], "content encoding file"),
        (&["read-blob", shop, &blob], "blob content encoding"),
        (
            &["read-archive", shop, "--output", &archive],
            "bytes commit output",
        ),
        (&["link", shop, "README.md"], "commit url"),
        (
            &["sync", shop, &copy],
            "because bytes commit corrected lfs-pointers mode outside-symlinks previous removed \
             requests submodules unchanged unverifiable verified written",
        ),
        (&["exit-codes"], "complete items"),
    ] {
        assert_eq!(keys(&desk.json(arguments)), expected, "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_those_of_the_forge() {
    let desk = Desk::new().await;
    let (shop, tip) = ("web/shop", desk.tip());
    let id = desk.project.id().to_string();
    assert_eq!(
        desk.json(&["resolve", shop]),
        json!({"repository": id, "commit": tip})
    );
    let file = desk.json(&["cat", shop, "src/main.rs", "--tag", "v1"]);
    assert_eq!(file["content"], "fn main() {}\n");
    assert_eq!(file["encoding"], "utf-8");
    assert_eq!(file["file"]["commit"], desk.first);
    let stat = desk.json(&["stat-file", shop, "media/photo.png"]);
    assert_eq!(stat["lfs"]["size"], 100_000);
    let commit = desk.json(&["read-commit", shop, &tip]);
    assert_eq!(commit["parents"], json!([desk.first]));
    assert_eq!(commit["author"]["email"], "ada@example.com");
    let check = desk.json(&["check"]);
    assert_eq!(
        (&check["works"], &check["product"]),
        (&true.into(), &"GitLab".into())
    );
    assert_eq!(check["token"]["scopes"], json!(["api"]));
    assert_eq!(check["account"]["administrator"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_text_are_base64() {
    use base64::Engine as _;
    let desk = Desk::new().await;
    let file = desk.json(&["cat", "web/shop", "bytes"]);
    assert_eq!(file["encoding"], "base64");
    let text = file["content"].as_str().unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(text);
    assert!(bytes.unwrap() == code_source_stand_in::noise(1, 300_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_in_json_needs_a_file() {
    let printed = Desk::new()
        .await
        .runner
        .run(&["archive", "web/shop", "--json"]);
    assert_eq!(printed.status, 2);
    assert_eq!(printed.json()["error"]["code"], "usage");
}
