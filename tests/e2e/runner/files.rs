//! What is in files, and where: several at once, differences, blame and search, as the command prints
//! them.

use serde_json::json;

use super::Desk;
use super::errors::fails;

const SHOP: &str = "web/shop";

#[tokio::test(flavor = "multi_thread")]
async fn read_files_shows_each_below_its_path_and_goes_on_where_one_fails() {
    let desk = Desk::new().await;
    let text = desk.text(&[
        "read-files",
        SHOP,
        "README.md",
        "src/main.rs",
        "--at",
        "tag:v1",
    ]);
    let expected = "==> README.md <==\n# Shop\n\n==> src/main.rs <==\nfn main() {}\n";
    assert_eq!(text, expected);
    let printed = desk
        .runner
        .run(&["read-files", SHOP, "nowhere", "README.md", "src"]);
    assert_eq!(printed.status, 12, "{}", printed.stderr);
    assert!(printed.text().contains("==> README.md <==\n# Shop\n"));
    let said = &printed.stderr;
    assert!(said.contains("warning: `src` is a directory\n"), "{said}");
    let end = "error: failed to read `nowhere` of `web/shop`: there is no such path";
    assert!(said.contains(end), "{said}");
    // What is to be typed next is whole.
    let hint = "hint: `code-source tree web/shop` lists what is there";
    assert!(said.contains(hint), "{said}");
    let printed = desk.runner.run(&["cat", SHOP, "nowhere"]);
    assert!(printed.stderr.contains(hint), "{}", printed.stderr);
    assert!(!printed.stderr.contains("directory"), "{}", printed.stderr);
    for command in ["cat", "stat-file"] {
        let printed = desk.runner.run(&[command, SHOP, "src"]);
        assert_eq!(printed.status, 12, "{}", printed.stderr);
        let note = "note: `src` is a directory: `code-source tree web/shop src` lists what";
        assert!(printed.stderr.contains(note), "{}", printed.stderr);
        let printed = desk.runner.run(&[command, SHOP, "src", "--tag", "v1"]);
        let note = "`code-source tree web/shop src --tag v1` lists what";
        assert!(printed.stderr.contains(note), "{}", printed.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn read_files_answers_for_every_path_in_json() {
    let desk = Desk::new().await;
    let paths = desk.path("paths");
    std::fs::write(&paths, "latest\n\nsrc\nnowhere\n").unwrap();
    let arguments = ["read-files", SHOP, "bytes", "--paths-from", &paths];
    let printed = desk.runner.run(&[&arguments[..], &["--json"]].concat());
    assert_eq!(printed.status, 12, "{}", printed.stderr);
    let answer = printed.json();
    assert_eq!(answer["commit"], desk.tip());
    let items = answer["items"].as_array().unwrap();
    let found: Vec<_> = items.iter().map(|item| &item["path"]).collect();
    assert_eq!(found, ["bytes", "latest", "src", "nowhere"]);
    assert_eq!(items[0]["encoding"], "base64");
    assert_eq!(items[0]["file"]["size"], 300_000);
    assert_eq!(items[1]["content"], "src/main.rs");
    assert_eq!(items[1]["file"]["kind"], "symlink");
    assert_eq!(items[2]["kind"], "directory");
    assert_eq!(items[3]["error"]["code"], "not-found");
    assert_eq!(answer["complete"], true);
    assert_eq!(answer["error"]["exit-status"], 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn diff_file_makes_the_difference_of_one_file() {
    let desk = Desk::new().await;
    let arguments = ["diff-file", SHOP, "tag:v1", "main", "src/main.rs"];
    let patch = desk.text(&arguments);
    assert!(
        patch.starts_with("@@ -1 +1,3 @@\n-fn main() {}\n+fn main() {\n"),
        "{patch}"
    );
    let answer = desk.json(&arguments);
    assert_eq!(answer["patch"], patch);
    assert_eq!(answer["base"], desk.first);
    let added = desk.json(&[&arguments[..], &["--added"]].concat());
    assert!(added.get("old-path").is_none() && added["new-path"] == "src/main.rs");
    let binary = desk.json(&["diff-file", SHOP, "next", "main", "bytes", "--deleted"]);
    assert_eq!(binary["no-patch"], "binary");
    fails(
        &desk,
        &["diff-file", SHOP, "next", "main", "nowhere"],
        12,
        "not-found",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn blame_tells_the_commit_of_each_line() {
    let desk = Desk::new().await;
    let text = desk.text(&["blame", SHOP, "src/main.rs"]);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("LINES  COMMIT"), "{text}");
    assert!(lines[1].starts_with("1-3    "), "{text}");
    assert!(lines[1].ends_with("Sell"), "{text}");
    let answer = desk.json(&["blame", SHOP, "src/main.rs", "--lines", "2-9"]);
    assert_eq!(answer["commit"], desk.tip());
    let range = &answer["ranges"][0];
    assert_eq!((&range["first"], &range["last"]), (&json!(2), &json!(3)));
    assert_eq!(range["summary"], "Sell");
    assert_eq!(range["author"]["email"], "ada@example.com");
    let behind = ["blame", SHOP, "src/main.rs", "--lines", "8-9"];
    fails(&desk, &behind, 17, "invalid-argument");
}

#[tokio::test(flavor = "multi_thread")]
async fn search_code_shows_lines_as_grep_does() {
    let desk = Desk::new().await;
    let text = desk.text(&["search", SHOP, "shop()"]);
    assert!(text.contains("src/main.rs:2:    shop();\n"), "{text}");
    let answer = desk.json(&["search-code", SHOP, "# shop", "--at", "tag:v1"]);
    assert_eq!(answer["commit"], desk.first);
    assert_eq!(answer["complete"], true);
    let item = &answer["items"][0];
    assert_eq!(item["path"], "README.md");
    assert_eq!(item["first-line"], 1);
    fails(&desk, &["search", SHOP, "a\nb"], 17, "invalid-argument");
}
