//! What checks say of a commit, set and listed by the command.

use serde_json::json;

use super::Desk;
use super::errors::fails;

const SHOP: &str = "web/shop";
const ACCESS: &str = "--access=statuses";

#[tokio::test(flavor = "multi_thread")]
async fn a_status_is_set_once_and_listed() {
    let desk = Desk::new().await;
    let (tip, page) = (desk.tip(), "--target-url=https://ci.acme.example/7");
    let set = [
        "set-status",
        SHOP,
        "main",
        "build",
        "success",
        "--description",
        "passed",
        page,
        ACCESS,
    ];
    let done = format!("Set build of {} of web/shop to success\n", &tip[..10]);
    assert_eq!(desk.text(&set), done);
    let expected =
        json!({"commit": tip, "name": "build", "state": "success", "outcome": "already"});
    assert_eq!(desk.json(&set), expected);
    let list = desk.text(&["list-statuses", SHOP, "main"]);
    let row = "success  build  passed       https://ci.acme.example/7\n";
    assert!(list.ends_with(row), "{list}");
    let answer = desk.json(&["list-statuses", SHOP, &tip]);
    assert_eq!(
        (&answer["commit"], &answer["complete"]),
        (&json!(tip), &json!(true))
    );
    assert_eq!(answer["items"][0]["name"], "build");
    assert_eq!(answer["items"][0]["description"], "passed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_of_no_commit_is_not_found_and_one_that_nobody_granted_is_denied() {
    let desk = Desk::new().await;
    let nothing = "0".repeat(40);
    fails(
        &desk,
        &["set-status", SHOP, &nothing, "build", "success", ACCESS],
        12,
        "not-found",
    );
    fails(&desk, &["list-statuses", SHOP, &nothing], 12, "not-found");
    fails(&desk, &["list-statuses", SHOP, "nowhere"], 12, "not-found");
    let printed = fails(
        &desk,
        &["set-status", SHOP, "main", "build", "success"],
        26,
        "denied",
    );
    assert!(
        printed.stderr.contains("`--access statuses`"),
        "{}",
        printed.stderr
    );
}
