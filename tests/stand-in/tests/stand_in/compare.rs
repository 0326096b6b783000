//! Comparisons: kinds of change, limits, and what versions tell of them.

use code_source_stand_in::{Change, DiffLimits, Feature, Project, StandIn};
use serde_json::Value;

use crate::client::Client;

const PATH: &str = "/projects/1/repository/compare";

fn many(project: &Project, branch: &str, count: usize) {
    let files = (0..count).map(|n| (format!("f{n:05}").into_bytes(), Change::file("x\n")));
    project.commit_as(&project.new_commit(branch, "Many"), files);
}

#[tokio::test]
async fn every_kind_of_change_is_told() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let text = "a line\n".repeat(20);
    let from = project.commit(
        "main",
        "Begin",
        &[
            ("gone", Change::file("1\n")),
            ("changed", Change::file("1\n")),
            ("old name", Change::file(text.clone())),
            ("tool", Change::file("2\n")),
            ("kind", Change::file("3\n")),
            ("picture", Change::file(b"\0\x01".to_vec())),
        ],
    );
    let to = project.commit(
        "main",
        "Change",
        &[
            ("gone", Change::Delete),
            ("changed", Change::file("2\n")),
            ("old name", Change::Delete),
            ("new name", Change::file(text)),
            ("tool", Change::executable("2\n")),
            ("kind", Change::symlink("tool")),
            ("picture", Change::file(b"\0\x02".to_vec())),
            ("new", Change::file("")),
        ],
    );
    let answer = Client::new(&forge)
        .get(&format!("{PATH}?from={from}&to={to}"))
        .await
        .json();
    let shown: Vec<String> = answer["diffs"]
        .as_array()
        .unwrap()
        .iter()
        .map(brief)
        .collect();
    assert_eq!(
        shown,
        [
            "changed changed 100644 100644 @@ -1 +1 @@",
            "gone gone 100644 0 deleted @@ -1 +0,0 @@",
            "kind kind 100644 0 deleted @@ -1 +0,0 @@",
            "kind kind 0 120000 new @@ -0,0 +1 @@",
            "new new 0 100644 new ",
            "old name new name 100644 100644 renamed ",
            "picture picture 100644 100644 Binary files a/picture and b/picture differ",
            "tool tool 100644 100755 ",
        ]
    );
    assert_eq!(answer["compare_timeout"], false);
    assert_eq!(answer["commit"]["id"], to.as_str());
}

#[tokio::test]
async fn a_comparison_starts_at_the_merge_base_unless_it_is_straight() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let base = project.commit("main", "Base", &[("a", Change::file("1\n"))]);
    project.branch("side", &base);
    project.commit("main", "Main", &[("b", Change::file("2\n"))]);
    let side = project.commit("side", "Side", &[("c", Change::file("3\n"))]);
    let client = Client::new(&forge);
    let paths = |answer: Value| -> Vec<String> {
        let diffs = answer["diffs"].as_array().unwrap().clone();
        diffs
            .iter()
            .map(|diff| diff["new_path"].as_str().unwrap().to_owned())
            .collect()
    };
    let answer = client
        .get(&format!("{PATH}?from=main&to=side"))
        .await
        .json();
    assert_eq!(paths(answer), ["c"]);
    let answer = client
        .get(&format!("{PATH}?from=main&to=side&straight=true"))
        .await
        .json();
    assert_eq!(paths(answer), ["b", "c"]);

    let path = "/projects/1/repository/merge_base?refs[]=main&refs[]=side";
    assert_eq!(client.get(path).await.json()["id"], base.as_str());
    let answer = client
        .get("/projects/1/repository/merge_base?refs[]=main&refs[]=gone")
        .await;
    assert_eq!(
        answer.refusal(),
        r#"400 {"message":"Could not find ref: gone"}"#
    );
    let answer = client.get(&format!("{PATH}?from=gone&to={side}")).await;
    assert_eq!(answer.refusal(), r#"404 {"message":"404 Ref Not Found"}"#);
}

#[tokio::test]
async fn emptied_patches_are_marked_from_18_4_on() {
    for (version, marked) in [("17.7.0", false), ("18.6.0", true)] {
        let forge = StandIn::builder().version(version).start().await.unwrap();
        let project = forge.project("web/shop");
        let from = project.commit("main", "Begin", &[("a", Change::file("1"))]);
        many(&project, "main", 101);
        let path = format!("{PATH}?from={from}&to=main");
        let answer = Client::new(&forge).get(&path).await.json();
        let last = &answer["diffs"][100];
        assert_eq!(last["diff"], "");
        assert_eq!(last.get("collapsed").is_some(), marked);
        assert_eq!(answer["compare_timeout"], false);
    }
}

#[tokio::test]
async fn a_comparison_that_is_cut_says_that_it_timed_out() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let from = project.commit("main", "Begin", &[("a", Change::file("1"))]);
    many(&project, "main", 1001);
    let client = Client::new(&forge);
    let path = format!("{PATH}?from={from}&to=main");
    let answer = client.get(&path).await.json();
    assert_eq!(answer["compare_timeout"], true);
    assert_eq!(answer["diffs"].as_array().unwrap().len(), 1000);
    forge.feature(Feature::DiffLimits(DiffLimits::NONE));
    let answer = client.get(&path).await.json();
    assert_eq!(answer["compare_timeout"], false);
    assert_eq!(answer["diffs"].as_array().unwrap().len(), 1001);
}

#[tokio::test]
async fn a_unified_diff_has_its_file_header() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let from = project.commit("main", "Begin", &[("a", Change::file("1"))]);
    project.commit("main", "More", &[("b", Change::file("2\n"))]);
    let path = format!("{PATH}?from={from}&to=main&unidiff=true");
    let answer = Client::new(&forge).get(&path).await.json();
    assert_eq!(
        answer["diffs"][0]["diff"],
        "--- /dev/null\n+++ b/b\n@@ -0,0 +1 @@\n+2\n"
    );
}

fn brief(diff: &Value) -> String {
    let text = |name: &str| diff[name].as_str().unwrap().to_owned();
    let mut words = vec![text("old_path")];
    if text("new_path") != text("old_path") || diff["renamed_file"] == false {
        words.push(text("new_path"));
    }
    words.extend([text("a_mode"), text("b_mode")]);
    for (name, word) in [
        ("new_file", "new"),
        ("renamed_file", "renamed"),
        ("deleted_file", "deleted"),
    ] {
        words.extend((diff[name] == true).then(|| word.to_owned()));
    }
    words.push(text("diff").lines().next().unwrap_or_default().to_owned());
    words.join(" ")
}
