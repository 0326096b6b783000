//! Pull requests from the command: opened, talked about, and decided, with the question that comes
//! before what cannot be undone.

use code_source_stand_in::Change;
use serde_json::{Value, json};

use super::Desk;
use super::errors::fails;

const SHOP: &str = "web/shop";
const ACCESS: &str = "--access=pull-requests";

/// A desk with the branch `fast`, which changes a file, and one pull request for it.
async fn opened() -> (Desk, String) {
    let desk = Desk::new().await;
    desk.project.branch("fast", &desk.tip());
    let faster = [("src/main.rs", Change::file("fn main() {\n    fast();\n}\n"))];
    let head = desk.project.commit("fast", "Faster", &faster);
    std::fs::write(desk.path("why.md"), "# Why\n\nIt was slow.\n").unwrap();
    let printed = desk
        .runner
        .run(&open(&desk).iter().map(String::as_str).collect::<Vec<_>>());
    let text = printed.success().text();
    assert!(
        text.starts_with("Opened the pull request 1 of web/shop\nhttp"),
        "{text}"
    );
    (desk, head)
}

fn open(desk: &Desk) -> Vec<String> {
    let body = desk.path("why.md");
    let arguments = [
        "open-pull-request",
        SHOP,
        "fast",
        "main",
        "--title",
        "Faster cart",
        "--body-file",
        &body,
        "--label",
        "speed",
        ACCESS,
    ];
    arguments.map(str::to_owned).to_vec()
}

fn read(desk: &Desk) -> Value {
    desk.json(&["read-pull-request", SHOP, "1"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_is_opened_once_and_shown_and_listed() {
    let (desk, head) = opened().await;
    let arguments = open(&desk);
    let again: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = desk.json(&again);
    assert_eq!(answer["outcome"], "already");
    assert_eq!(answer["pull-request"]["number"], 1);
    let text = desk.text(&["pull", SHOP, "1"]);
    for line in [
        "Title         Faster cart\n",
        "State         open\n",
        "Branches      fast -> main\n",
        "Labels        speed\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(
        text.ends_with("\n    # Why\n\n    It was slow.\n"),
        "{text}"
    );
    assert_eq!(read(&desk)["head"], head);
    let list = desk.text(&["pulls", SHOP, "--state", "open", "--target-branch", "main"]);
    assert!(
        list.contains("1       open   root    fast -> main  Faster cart\n"),
        "{list}"
    );
    let none = desk.json(&["list-pull-requests", SHOP, "--state", "merged"]);
    assert_eq!(none, json!({"items": [], "complete": true}));
    fails(&desk, &["pull", SHOP, "7"], 12, "not-found");
    let nowhere = [
        "open-pull-request",
        SHOP,
        "nowhere",
        "main",
        "--title",
        "t",
        ACCESS,
    ];
    let printed = fails(&desk, &nowhere, 2, "usage");
    assert!(
        printed.stderr.contains("`--body-file FILE`"),
        "{}",
        printed.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_is_changed_closed_and_taken_up_again() {
    let (desk, _) = opened().await;
    let edit = [
        "edit-pull-request",
        SHOP,
        "1",
        "--draft",
        "--remove-label",
        "speed",
        ACCESS,
    ];
    assert!(
        desk.text(&edit)
            .starts_with("Changed the pull request 1 of web/shop\n")
    );
    let answer = desk.json(&edit);
    assert_eq!(answer["outcome"], "already");
    let pull = &answer["pull-request"];
    assert_eq!(
        (&pull["draft"], &pull["labels"]),
        (&json!(true), &json!([]))
    );
    fails(&desk, &["edit-pull-request", SHOP, "1", ACCESS], 2, "usage");
    let close = ["close-pull-request", SHOP, "1", ACCESS];
    fails(&desk, &close, 2, "usage");
    assert_eq!(read(&desk)["state"], "open");
    let close = [&close[..], &["--yes"]].concat();
    assert!(
        desk.text(&close)
            .starts_with("Closed the pull request 1 of web/shop\n")
    );
    assert_eq!(desk.json(&close)["outcome"], "already");
    let reopen = ["reopen-pull-request", SHOP, "1", ACCESS];
    assert!(
        desk.text(&reopen)
            .starts_with("Reopened the pull request 1 of web/shop\n")
    );
    let again = desk.text(&reopen);
    let already = "Already so, nothing changed: the pull request 1 of web/shop is open\n";
    assert!(again.starts_with(already), "{again}");
    fails(
        &desk,
        &["reopen-pull-request", SHOP, "7", ACCESS],
        12,
        "not-found",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn merge_needs_a_yes_and_the_head_that_was_looked_at() {
    let (desk, head) = opened().await;
    let merge = ["merge-pull-request", SHOP, "1", ACCESS];
    fails(&desk, &merge, 2, "usage");
    let printed = fails(&desk, &[&merge[..], &["--yes"]].concat(), 2, "usage");
    assert!(
        printed.stderr.contains("`--expected-head ID`"),
        "{}",
        printed.stderr
    );
    let other = format!("--expected-head={}", desk.first);
    fails(
        &desk,
        &[&merge[..], &["--yes", &other]].concat(),
        16,
        "conflict",
    );
    assert_eq!(read(&desk)["state"], "open");
    let expected = format!("--expected-head={head}");
    let merge = [&merge[..], &["--yes", &expected, "-m", "Merge it"]].concat();
    assert!(
        desk.text(&merge)
            .starts_with("Merged the pull request 1 of web/shop\n")
    );
    let answer = desk.json(&merge);
    assert_eq!(answer["outcome"], "already");
    assert_eq!(answer["pull-request"]["state"], "merged");
    assert_eq!(answer["pull-request"]["merged-as"], desk.tip());
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_listed_with_the_two_commits_that_they_are_between() {
    let (desk, head) = opened().await;
    let list = desk.text(&["list-changes", SHOP, "1"]);
    assert_eq!(list, "CHANGE    PATH\nmodified  src/main.rs\n");
    let patches = desk.text(&["list-changes", SHOP, "1", "--patches"]);
    assert!(patches.contains("\n+    fast();\n"), "{patches}");
    let answer = desk.json(&["list-changes", SHOP, "1"]);
    assert_eq!(
        (&answer["head"], &answer["complete"]),
        (&json!(head), &json!(true))
    );
    assert!(
        answer["items"][0]["patch"]
            .as_str()
            .unwrap()
            .contains("+    fast();")
    );
    fails(&desk, &["list-changes", SHOP, "7"], 12, "not-found");
}

/// Write a comment at a line, and tell its identity and its thread.
fn comment(desk: &Desk) -> (Value, String, String) {
    let review = desk.path("review.md");
    std::fs::write(&review, "Why fast?\n").unwrap();
    let comment = [
        "add-comment",
        SHOP,
        "1",
        "--body-file",
        &review,
        "--file",
        "src/main.rs",
        "--lines",
        "2",
        "--marker",
        "review-1",
        ACCESS,
    ];
    let text = desk.text(&comment);
    assert!(text.starts_with("Wrote the comment "), "{text}");
    assert!(text.ends_with(", at the lines\n"), "{text}");
    let found = desk.json(&comment);
    let part = |key: &str| found["comment"][key].as_str().unwrap().to_owned();
    let (id, thread) = (part("id"), part("thread"));
    (found, id, thread)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_is_written_once_where_it_was_meant_and_changed() {
    let (desk, head) = opened().await;
    let (found, id, _) = comment(&desk);
    assert_eq!(
        (&found["outcome"], &found["placement"]),
        (&json!("already"), &json!("lines"))
    );
    let at = &found["comment"]["at"];
    assert_eq!((&at["head"], &at["first"]), (&json!(head), &json!(2)));
    assert_eq!(at["side"], "new");
    let better = desk.path("better.md");
    std::fs::write(&better, "Why so fast?\n").unwrap();
    let edit = [
        "edit-comment",
        SHOP,
        "1",
        &id,
        "--body-file",
        &better,
        ACCESS,
    ];
    let text = desk.text(&edit);
    assert!(
        text.starts_with(&format!("Changed the comment {id} on ")),
        "{text}"
    );
    let again = json!({"number": 1, "comment": id, "outcome": "already"});
    assert_eq!(desk.json(&edit), again);
    let list = desk.text(&["list-comments", SHOP, "1"]);
    assert!(list.contains("at src/main.rs:2, thread "), "{list}");
    assert!(list.contains("\n\n    Why so fast?\n\n"), "{list}");
    let missing = [
        "edit-comment",
        SHOP,
        "1",
        "999999",
        "--body-file",
        &better,
        ACCESS,
    ];
    fails(&desk, &missing, 12, "not-found");
    fails(&desk, &["list-comments", SHOP, "7"], 12, "not-found");
    fails(&desk, &["add-comment", SHOP, "1", ACCESS], 2, "usage");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_is_answered_resolved_and_opened_again() {
    let (desk, _) = opened().await;
    let (_, _, thread) = comment(&desk);
    let resolve = ["resolve-thread", SHOP, "1", &thread, ACCESS];
    assert!(desk.text(&resolve).ends_with(" as resolved\n"));
    let open = desk.json(&[&resolve[..], &["--open"]].concat());
    assert_eq!(
        (&open["resolved"], &open["outcome"]),
        (&json!(false), &json!("applied"))
    );
    let answer = desk.path("answer.md");
    std::fs::write(&answer, "It was slow.\n").unwrap();
    let reply = [
        "add-comment",
        SHOP,
        "1",
        "--body-file",
        &answer,
        "--reply-to",
        &thread,
        ACCESS,
    ];
    assert!(desk.text(&reply).ends_with(", in the thread\n"));
    let listed = desk.json(&["list-comments", SHOP, "1"]);
    let items = listed["items"].as_array().unwrap().iter();
    let answered = items.filter(|item| item["thread"] == *thread);
    let bodies: Vec<_> = answered.filter_map(|item| item["body"].as_str()).collect();
    let bodies: Vec<_> = bodies.iter().map(|body| body.trim_end()).collect();
    assert_eq!(bodies, ["Why fast?", "It was slow."]);
    fails(
        &desk,
        &["resolve-thread", SHOP, "1", "nothing", ACCESS],
        12,
        "not-found",
    );
}
