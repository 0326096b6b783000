//! What people see: every command once, under each of its names.

use code_source_stand_in::StandIn;
use code_source_tests::{Rig, git};

use super::Desk;

/// The lines of a table, without the blanks between its columns.
fn rows(text: &str) -> Vec<String> {
    let lines = text.lines();
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn check_tells_forge_account_and_token() {
    let rig = Rig::with(StandIn::builder().version("18.6.0-ee")).await;
    let text = Desk::of(rig).text(&["check"]);
    let rows = rows(&text);
    assert_eq!(rows[0], "Forge GitLab 18.6.0-ee enterprise");
    assert_eq!(rows[1], "Account root (Root), administrator");
    assert_eq!(rows[2], "Token stand-in token, scopes api");
    assert!(text.contains("\nhint: "), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn repositories_are_a_table_and_one_is_a_list_of_fields() {
    let desk = Desk::new().await;
    desk.rig.forge.project("web/empty");
    for name in ["list-repositories", "repos"] {
        let rows = rows(&desk.text(&[name]));
        let id = desk.project.id();
        assert_eq!(rows[0], "ID PATH BRANCH ACCESS STATE");
        assert_eq!(rows[1], format!("{id} web/shop main none"));
        assert!(rows[2].ends_with("web/empty (empty) none"), "{rows:?}");
    }
    let page = format!("{}/web/shop", desk.rig.forge.url());
    let id = desk.project.id().to_string();
    for name in ["web/shop", &id, &format!("id:{id}"), &page] {
        let rows = rows(&desk.text(&["read-repository", name]));
        assert_eq!(rows[..2], ["Path web/shop".to_owned(), format!("Id {id}")]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn references_and_commits_are_tables() {
    let desk = Desk::new().await;
    let (short, tip) = (&desk.first[..10], &desk.tip()[..10]);
    for arguments in [&["list-refs", "web/shop"][..], &["branches", "web/shop"]] {
        let rows = rows(&desk.text(arguments));
        assert_eq!(rows[0], "COMMIT NAME");
        assert!(rows.contains(&format!("{short} next")), "{rows:?}");
        assert!(rows.contains(&format!("{tip} main default, protected")));
    }
    for arguments in [
        &["list-refs", "web/shop", "--kind", "tag"][..],
        &["tags", "web/shop"],
    ] {
        assert_eq!(rows(&desk.text(arguments))[1], format!("{short} v1"));
    }
    for name in ["list-commits", "log"] {
        let rows = rows(&desk.text(&[name, "web/shop"]));
        assert_eq!(rows[1], format!("{tip} 2026-01-01 Ada Example Sell"));
        assert_eq!(rows[2], format!("{short} 2026-01-01 Ada Example Begin"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_is_named_by_branch_tag_commit_or_left_out() {
    let desk = Desk::new().await;
    let (first, tip) = (desk.first.clone(), desk.tip());
    for (arguments, commit) in [
        (&[][..], &tip),
        (&["--branch", "next"], &first),
        (&["--tag", "v1"], &first),
        (&["--commit", &first], &first),
    ] {
        let arguments = [&["resolve", "web/shop"], arguments].concat();
        assert_eq!(desk.text(&arguments), format!("{commit}\n"));
    }
    for word in ["next", "tag:v1", "branch:next", &first] {
        let text = desk.text(&["read-commit", "web/shop", word]);
        assert_eq!(rows(&text)[0], format!("Commit {first}"));
        assert!(
            text.ends_with("\n    Begin\n\n    With a shop.\n"),
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trees_and_files_are_shown() {
    let desk = Desk::new().await;
    for name in ["list-tree", "tree"] {
        let rows = rows(&desk.text(&[name, "web/shop"]));
        assert_eq!(rows[0], "KIND ID PATH");
        assert!(
            rows.iter()
                .any(|row| row.starts_with("directory") && row.ends_with(" src/"))
        );
        let text = desk.text(&[name, "web/shop", "src", "--recursive"]);
        assert!(text.contains("src/main.rs") && !text.contains("README"));
    }
    let rows = rows(&desk.text(&["stat-file", "web/shop", "bin/run"]));
    assert_eq!(
        rows[..3],
        ["Path bin/run", "Kind executable", "Size 10 bytes"]
    );
    for name in ["read-file", "cat"] {
        assert_eq!(desk.text(&[name, "web/shop", "README.md"]), "# Shop\n");
    }
    let blob = git(&desk.project, &["rev-parse", "main:README.md"]);
    assert_eq!(desk.text(&["read-blob", "web/shop", &blob]), "# Shop\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn differences_are_a_table_or_patches() {
    let desk = Desk::new().await;
    for name in ["compare", "diff"] {
        let rows = rows(&desk.text(&[name, "web/shop", "next", "main"]));
        assert_eq!(rows, ["CHANGE PATH", "modified src/main.rs"]);
    }
    let text = desk.text(&["diff", "web/shop", "tag:v1", "main", "--patches"]);
    assert_eq!(
        text,
        "modified src/main.rs\n@@ -1 +1,3 @@\n-fn main() {}\n+fn main() {\n+    shop();\n+}\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_to_the_lines_at_the_commit() {
    let desk = Desk::new().await;
    let (url, tip) = (desk.rig.forge.url(), desk.tip());
    let text = desk.text(&["link", "web/shop", "src/main.rs", "--lines", "1-2"]);
    assert_eq!(
        text,
        format!("{url}/web/shop/-/blob/{tip}/src/main.rs#L1-2\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_forge_says_cannot_reach_the_terminal_as_a_command() {
    let desk = Desk::new().await;
    let name = "evil\u{1b}]0;owned\u{7}\u{202e}txt";
    let change = [(name, code_source_stand_in::Change::file("a"))];
    desk.project.commit("main", "Look\u{1b}[2J here", &change);
    for arguments in [&["tree", "web/shop"][..], &["log", "web/shop"]] {
        for json in [&[][..], &["--json"]] {
            let printed = desk.runner.run(&[arguments, json].concat()).success();
            let is_harmless = |text: &str| !text.contains(['\u{1b}', '\u{7}', '\u{202e}']);
            assert!(is_harmless(&printed.text()), "{printed:?}");
        }
    }
    let listed = desk.json(&["tree", "web/shop"]);
    let mut items = listed["items"].as_array().unwrap().iter();
    assert!(items.any(|item| item["path"] == name), "{listed}");
}
