//! Committing many changes at once.

use code_source_stand_in::{AccessLevel, Change, Feature, Project, StandIn, TokenSpec};
use serde_json::{Value, json};

use crate::client::{Answer, Client};

const COMMITS: &str = "/projects/1/repository/commits";

fn shop(forge: &StandIn) -> (Project, String) {
    let project = forge.project("web/shop");
    let changes = [
        ("a", Change::file("1")),
        ("dir/b", Change::executable("2")),
        ("dir/c", Change::file("3")),
    ];
    let tip = project.commit("main", "Begin", &changes);
    (project, tip)
}

async fn commit(client: &Client<'_>, branch: &str, actions: Value) -> Answer {
    let body = json!({"branch": branch, "commit_message": "Change", "actions": actions});
    client.post(COMMITS, &body).await
}

/// Every path of a branch with its mode.
async fn tree(client: &Client<'_>, branch: &str) -> Vec<String> {
    let path = format!("/projects/1/repository/tree?recursive=true&ref={branch}");
    let entries = client.all(&path).await;
    let blobs = entries.iter().filter(|entry| entry["type"] == "blob");
    blobs
        .map(|entry| format!("{} {}", entry["mode"], entry["path"]).replace('"', ""))
        .collect()
}

#[tokio::test]
async fn all_actions_are_one_commit() {
    for sha256 in [false, true] {
        let forge = StandIn::builder().start().await.unwrap();
        if sha256 {
            forge.project("web/shop").sha256();
        }
        let (_, tip) = shop(&forge);
        let client = Client::new(&forge);
        let actions = json!([
            {"action": "create", "file_path": "new/d", "content": "NA==", "encoding": "base64"},
            {"action": "update", "file_path": "dir/b", "content": "two\n"},
            {"action": "move", "file_path": "moved", "previous_path": "a"},
            {"action": "chmod", "file_path": "dir/c", "execute_filemode": true},
            {"action": "create", "file_path": "gone", "content": "x"},
            {"action": "delete", "file_path": "gone"},
        ]);
        let answer = commit(&client, "main", actions).await;
        assert_eq!(answer.status, 201, "{}", answer.refusal());
        let json = answer.json();
        assert_eq!(json["parent_ids"], json!([tip]));
        assert_eq!(
            json["stats"],
            json!({"additions": 3, "deletions": 2, "total": 5})
        );
        assert_eq!(json["author_name"], "Root");
        assert_eq!(json["committer_email"], "root@example.com");
        assert_eq!(
            tree(&client, "main").await,
            [
                "100755 dir/b",
                "100755 dir/c",
                "100644 moved",
                "100644 new/d"
            ]
        );
        let raw = "/projects/1/repository/files/new%2Fd/raw?ref=main";
        assert_eq!(&client.get(raw).await.body[..], b"4");
        let id = json["id"].as_str().unwrap();
        let read = client.get(&format!("{COMMITS}/{id}")).await;
        assert_eq!(read.json(), json);
    }
}

#[tokio::test]
async fn an_author_may_be_another_than_the_committer() {
    let forge = StandIn::builder().start().await.unwrap();
    shop(&forge);
    let body = json!({
        "branch": "main", "commit_message": "Ünï\n\nbody", "stats": false,
        "author_name": "Eve", "author_email": "eve@example.com",
        "actions": [{"action": "delete", "file_path": "a"}],
    });
    let json = Client::new(&forge).post(COMMITS, &body).await.json();
    assert_eq!(json["author_name"], "Eve");
    assert_eq!(json["author_email"], "eve@example.com");
    assert_eq!(json["committer_name"], "Root");
    assert_eq!(json["message"], "Ünï\n\nbody");
    assert_eq!(json.get("stats"), None);
}

#[tokio::test]
async fn a_refused_action_leaves_the_branch_alone() {
    let forge = StandIn::builder().start().await.unwrap();
    let (project, tip) = shop(&forge);
    let client = Client::new(&forge);
    let exists = "A file with this name already exists";
    let missing = "A file with this name doesn't exist";
    let traversal = "Path cannot include directory traversal";
    for (action, text) in [
        (
            json!({"action": "create", "file_path": "a", "content": ""}),
            exists,
        ),
        (
            json!({"action": "create", "file_path": "a/b", "content": ""}),
            exists,
        ),
        (
            json!({"action": "update", "file_path": "x", "content": ""}),
            missing,
        ),
        (
            json!({"action": "move", "file_path": "y", "previous_path": "x"}),
            missing,
        ),
        (
            json!({"action": "move", "file_path": "dir/b", "previous_path": "a"}),
            exists,
        ),
        (
            json!({"action": "chmod", "file_path": "x", "execute_filemode": true}),
            missing,
        ),
        (
            json!({"action": "create", "file_path": "../x", "content": ""}),
            traversal,
        ),
        (
            json!({"action": "create", "file_path": "", "content": ""}),
            "400 Bad request - actions[1][file_path] is required",
        ),
        (
            json!({"action": "create", "file_path": ".git/x", "content": ""}),
            "invalid path: '.git/x'",
        ),
    ] {
        let first = json!({"action": "create", "file_path": "first", "content": "1"});
        let answer = commit(&client, "main", json!([first, action])).await;
        let refusal = format!("400 {}", json!({ "message": text }));
        assert_eq!(answer.refusal(), refusal, "{action}");
        assert_eq!(project.tip("main"), tip);
    }
}

#[tokio::test]
async fn a_directory_goes_with_all_that_is_in_it() {
    for (action, left) in [
        (
            json!({"action": "create", "file_path": "dir", "content": "1"}),
            &["100644 a", "100644 dir"][..],
        ),
        (
            json!({"action": "move", "file_path": "dir", "previous_path": "a"}),
            &["100644 dir"],
        ),
        (
            json!({"action": "delete", "file_path": "dir"}),
            &["100644 a"],
        ),
    ] {
        let forge = StandIn::builder().start().await.unwrap();
        shop(&forge);
        let client = Client::new(&forge);
        let answer = commit(&client, "main", json!([action])).await;
        assert_eq!(answer.status, 201, "{}", answer.refusal());
        assert_eq!(tree(&client, "main").await, left, "{action}");
    }
}

#[tokio::test]
async fn a_directory_may_take_a_files_place_in_one_commit() {
    let forge = StandIn::builder().start().await.unwrap();
    shop(&forge);
    let client = Client::new(&forge);
    let actions = json!([
        {"action": "delete", "file_path": "a"},
        {"action": "create", "file_path": "a/b", "content": "1"},
        {"action": "delete", "file_path": "dir/b"},
        {"action": "delete", "file_path": "dir/c"},
        {"action": "create", "file_path": "dir", "content": "1"},
    ]);
    let answer = commit(&client, "main", actions).await;
    assert_eq!(answer.status, 201, "{}", answer.refusal());
    assert_eq!(tree(&client, "main").await, ["100644 a/b", "100644 dir"]);
}

#[tokio::test]
async fn a_parameter_that_makes_no_sense_is_named_by_whoever_reads_it() {
    for (version, own) in [("18.2.0", false), ("18.3.0", true)] {
        let forge = StandIn::builder().version(version).start().await.unwrap();
        shop(&forge);
        let client = Client::new(&forge);
        let refusal = |grape: &str, reason: &str| match own {
            false => format!("400 {}", json!({ "error": grape })),
            true => {
                let text = format!("400 Bad request - {reason}");
                format!("400 {}", json!({ "message": text }))
            }
        };
        for (actions, grape, reason) in [
            (json!([]), "actions is empty", "actions is required"),
            (
                json!([{"file_path": "a"}]),
                "actions[0][action] is missing",
                "actions[0][action] is required",
            ),
            (
                json!([{"action": "touch", "file_path": "a"}]),
                "actions[0][action] does not have a valid value",
                "actions[0][action] must be one of: create, update, move, delete, chmod",
            ),
            (
                json!([{"action": "delete"}]),
                "actions[0][file_path] is missing",
                "actions[0][file_path] is required",
            ),
            (
                json!([{"action": "move", "file_path": "x"}]),
                "actions[0][previous_path] is missing",
                "actions[0][previous_path] is required for move action",
            ),
        ] {
            let answer = commit(&client, "main", actions).await;
            assert_eq!(answer.refusal(), refusal(grape, reason));
        }
        let answer = client.post(COMMITS, &json!({})).await;
        let grape = "branch is missing, commit_message is missing, actions is missing";
        assert_eq!(answer.refusal(), refusal(grape, "branch is required"));
        let kind = "application/json";
        let answer = client.send_body(http::Method::POST, COMMITS, kind, "{");
        let answer = answer.await.unwrap();
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json().get("message").is_some(), own);
    }
}

#[tokio::test]
async fn a_commit_starts_a_branch_only_where_it_is_told_to() {
    let forge = StandIn::builder().start().await.unwrap();
    let (project, first) = shop(&forge);
    project.commit("main", "Second", &[("z", Change::file("1"))]);
    let client = Client::new(&forge);
    let actions = json!([{"action": "create", "file_path": "n", "content": "1"}]);
    let answer = commit(&client, "topic", actions.clone()).await;
    assert_eq!(
        answer.refusal(),
        r#"400 {"message":"You can only create or edit files when you are on a branch"}"#
    );
    let mut body = json!({
        "branch": "topic", "start_sha": first, "commit_message": "Topic", "actions": actions,
    });
    let answer = client.post(COMMITS, &body).await;
    assert_eq!(
        answer.json()["parent_ids"],
        json!([first]),
        "{}",
        answer.refusal()
    );
    let again = client.post(COMMITS, &body).await;
    assert_eq!(
        again.refusal(),
        r#"400 {"message":"A branch called 'topic' already exists. Switch to that branch in order to make changes"}"#
    );
    body["force"] = true.into();
    body["start_branch"] = "main".into();
    assert_eq!(
        client.post(COMMITS, &body).await.refusal(),
        r#"400 {"message":"400 Bad request - start_branch, start_sha are mutually exclusive"}"#
    );
    body["start_sha"] = Value::Null;
    let forced = client.post(COMMITS, &body).await.json();
    assert_eq!(forced["parent_ids"], json!([project.tip("main")]));
    assert_eq!(project.tip("topic"), forced["id"].as_str().unwrap());
    for (sha, text) in [
        ("zz", "Invalid start_sha 'zz'"),
        ("1234567890", "Cannot find start_sha '1234567890'"),
    ] {
        let body = json!({
            "branch": "other", "start_sha": sha, "commit_message": "m", "actions": actions,
        });
        let refusal = format!("400 {}", json!({ "message": text }));
        assert_eq!(client.post(COMMITS, &body).await.refusal(), refusal);
    }
}

#[tokio::test]
async fn a_file_that_changed_in_the_meantime_is_not_overwritten() {
    let forge = StandIn::builder().start().await.unwrap();
    let (project, first) = shop(&forge);
    let second = project.commit("main", "Second", &[("a", Change::file("2"))]);
    let client = Client::new(&forge);
    let update = |last: &str| json!([{"action": "update", "file_path": "a", "content": "3", "last_commit_id": last}]);
    assert_eq!(
        commit(&client, "main", update(&first)).await.refusal(),
        r#"400 {"message":"The file has changed since you started editing it: a"}"#
    );
    assert_eq!(commit(&client, "main", update(&second)).await.status, 201);
}

#[tokio::test]
async fn an_empty_project_begins_with_its_first_commit() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.project("web/empty");
    let client = Client::new(&forge);
    let actions = json!([{"action": "create", "file_path": "n", "content": "1"}]);
    let answer = commit(&client, "trunk", actions).await;
    assert_eq!(
        answer.json()["parent_ids"],
        json!([]),
        "{}",
        answer.refusal()
    );
    let project = client.get("/projects/1").await.json();
    assert_eq!(project["default_branch"], "trunk");
    assert_eq!(project["empty_repo"], false);
}

#[tokio::test]
async fn a_developer_does_not_commit_to_the_default_branch() {
    let forge = StandIn::builder().start().await.unwrap();
    let (project, _) = shop(&forge);
    let dev = forge.user("dev");
    let project = project.members(&dev, AccessLevel::Developer);
    let token = forge.token(TokenSpec::new(&dev, &["api"]));
    let client = Client::with_token(&forge, &token);
    let actions = json!([{"action": "create", "file_path": "n", "content": "1"}]);
    let answer = commit(&client, "main", actions.clone()).await;
    assert_eq!(
        answer.refusal(),
        r#"403 {"message":"403 Forbidden - You are not allowed to push into this branch"}"#
    );
    project.unprotected_branch("main");
    assert_eq!(commit(&client, "main", actions).await.status, 201);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_too_large() {
    let forge = StandIn::builder().start().await.unwrap();
    let (project, tip) = shop(&forge);
    forge.feature(Feature::LargestRequest(1000));
    let content = "x".repeat(2000);
    let actions = json!([{"action": "create", "file_path": "n", "content": content}]);
    let answer = commit(&Client::new(&forge), "main", actions).await;
    assert_eq!(
        answer.refusal(),
        r#"413 {"message":"413 Request Entity Too Large"}"#
    );
    assert_eq!(project.tip("main"), tip);
}

#[tokio::test]
async fn of_commits_that_race_each_is_there_or_refused() {
    let forge = StandIn::builder().start().await.unwrap();
    shop(&forge);
    let client = Client::new(&forge);
    let actions: Vec<Value> = (0..6)
        .map(|number| {
            let path = format!("file-{number}");
            json!([{"action": "create", "file_path": path, "content": "1"}])
        })
        .collect();
    let answers = futures_util::future::join_all(
        actions
            .into_iter()
            .map(|actions| commit(&client, "main", actions)),
    )
    .await;
    let refused =
        r#"400 {"message":"Could not update refs/heads/main. Please refresh and try again."}"#;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert!(made >= 1);
    for answer in &answers {
        assert!(answer.status == 201 || answer.refusal() == refused);
    }
    assert_eq!(client.all(COMMITS).await.len(), 1 + made);
    assert_eq!(tree(&client, "main").await.len(), 3 + made);
}
