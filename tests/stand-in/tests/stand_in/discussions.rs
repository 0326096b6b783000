//! Notes and discussions: what is said, where in a difference, and whether it is settled.

use code_source_stand_in::{AccessLevel, Change, Project, StandIn, TokenSpec};
use http::Method;
use serde_json::{Value, json};

use crate::client::{Answer, Client};

const PATH: &str = "/projects/1/merge_requests/1";

const NO_SUCH_LINE: &str = r#"400 {"message":"400 Bad request - Note {:line_code=>[\"can't be blank\", \"must be a valid line code\"]}"}"#;

/// A merge request that changes the fifth of ten lines, adds one after it and moves a file.
fn change_a_line(forge: &StandIn) -> Project {
    let project = forge.project("web/shop");
    let numbers = |from: u32, to: u32| -> String {
        (from..=to).map(|number| format!("{number}\n")).collect()
    };
    let begin = [
        ("a", Change::file(numbers(1, 10))),
        ("old", Change::file(numbers(1, 10))),
    ];
    let base = project.commit("main", "Begin", &begin);
    project.branch("side", &base);
    let changed = format!("{}five\nmore\n{}", numbers(1, 4), numbers(6, 10));
    let change = [
        ("a", Change::file(changed)),
        ("old", Change::Delete),
        ("new", Change::file(numbers(1, 10))),
    ];
    project.commit("side", "Side", &change);
    project.open_merge_request("side", "main", "A");
    project
}

async fn put(client: &Client<'_>, path: &str, body: Value) -> Answer {
    client.send_json(Method::PUT, path, &body).await.unwrap()
}

/// Begins a discussion at a position of the merge request's own difference.
async fn discuss(client: &Client<'_>, place: Value) -> Answer {
    let read = client.get(PATH).await.json();
    let mut position = read["diff_refs"].clone();
    position["position_type"] = "text".into();
    for (name, value) in place.as_object().unwrap() {
        position[name] = value.clone();
    }
    let body = json!({"body": "Look", "position": position});
    client.post(&format!("{PATH}/discussions"), &body).await
}

#[tokio::test]
async fn notes_are_written_changed_and_deleted() {
    let forge = StandIn::builder().start().await.unwrap();
    change_a_line(&forge);
    let client = Client::new(&forge);
    let path = format!("{PATH}/notes");
    let made = client.post(&path, &json!({"body": "Hello"})).await;
    assert_eq!(made.status, 201, "{}", made.refusal());
    let made = made.json();
    assert_eq!(made["body"], "Hello");
    assert_eq!(made["type"], Value::Null);
    assert_eq!(made["noteable_type"], "MergeRequest");
    assert_eq!(made["resolvable"], false);
    let note = format!("{path}/{}", made["id"]);
    assert_eq!(client.get(&note).await.json(), made);
    let changed = put(&client, &note, json!({"body": "Bye"})).await.json();
    assert_eq!(changed["body"], "Bye");
    let discussions = client.get(&format!("{PATH}/discussions")).await.json();
    assert_eq!(discussions[0]["individual_note"], true);
    assert_eq!(discussions[0]["id"].as_str().unwrap().len(), 40);
    assert_eq!(client.delete(&note).await.status, 204);
    let gone = client.get(&note).await;
    assert_eq!(gone.refusal(), r#"404 {"message":"404 Not found"}"#);
    assert_eq!(client.get(&path).await.json(), json!([]));
}

#[tokio::test]
async fn a_note_must_say_something() {
    let forge = StandIn::builder().start().await.unwrap();
    change_a_line(&forge);
    let client = Client::new(&forge);
    for path in ["notes", "discussions"] {
        let path = format!("{PATH}/{path}");
        let blank = client.post(&path, &json!({"body": " "})).await;
        assert_eq!(
            blank.refusal(),
            r#"400 {"message":"400 Bad request - Note {:note=>[\"can't be blank\"]}"}"#
        );
        let missing = client.post(&path, &json!({})).await;
        assert_eq!(missing.refusal(), r#"400 {"error":"body is missing"}"#);
    }
}

#[tokio::test]
async fn notes_of_others_are_changed_by_maintainers_only() {
    let forge = StandIn::builder().start().await.unwrap();
    let reporter = forge.user("reporter");
    change_a_line(&forge).members(&reporter, AccessLevel::Reporter);
    let token = forge.token(TokenSpec::new(&reporter, &["api"]));
    let reporter = Client::with_token(&forge, &token);
    let root = Client::new(&forge);
    let path = format!("{PATH}/notes");
    let of_root = root.post(&path, &json!({"body": "1"})).await.json();
    let own = reporter.post(&path, &json!({"body": "2"})).await.json();
    let of_root = format!("{path}/{}", of_root["id"]);
    let own = format!("{path}/{}", own["id"]);
    let body = json!({"body": "3"});
    assert_eq!(put(&reporter, &of_root, body.clone()).await.status, 403);
    assert_eq!(put(&reporter, &own, body.clone()).await.status, 200);
    assert_eq!(put(&root, &own, body).await.status, 200);
}

#[tokio::test]
async fn a_line_is_found_by_just_the_numbers_that_it_has() {
    let forge = StandIn::builder().start().await.unwrap();
    change_a_line(&forge);
    let client = Client::new(&forge);
    let paths = json!({"old_path": "a", "new_path": "a"});
    let at = |old: Option<u32>, new: Option<u32>| {
        let mut place = paths.clone();
        if let Some(line) = old {
            place["old_line"] = line.into();
        }
        if let Some(line) = new {
            place["new_line"] = line.into();
        }
        place
    };
    // The SHA-1 of the path `a`.
    let hash = "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8";
    for (old, new, code) in [
        (None, Some(5), "6_5"),
        (None, Some(6), "6_6"),
        (Some(5), None, "5_5"),
        (Some(4), Some(4), "4_4"),
        (Some(6), Some(7), "6_7"),
        (Some(1), Some(1), "1_1"),
        (Some(10), Some(11), "10_11"),
    ] {
        let answer = discuss(&client, at(old, new)).await;
        assert_eq!(answer.status, 201, "{old:?} {new:?}: {}", answer.refusal());
        let note = &answer.json()["notes"][0];
        assert_eq!(note["type"], "DiffNote");
        assert_eq!(note["line_code"], format!("{hash}_{code}"));
        assert_eq!(note["position"]["new_line"], json!(new));
        assert_eq!(note["position"]["old_line"], json!(old));
    }
    for (old, new) in [
        (None, Some(4)),
        (Some(4), None),
        (Some(5), Some(5)),
        (Some(6), Some(6)),
        (Some(10), Some(10)),
        (Some(11), Some(12)),
        (None, None),
    ] {
        let answer = discuss(&client, at(old, new)).await;
        assert_eq!(answer.refusal(), NO_SUCH_LINE, "{old:?} {new:?}");
    }
}

#[tokio::test]
async fn a_position_names_a_changed_file_of_a_known_version() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = change_a_line(&forge);
    let client = Client::new(&forge);
    let renamed = json!({"old_path": "old", "new_path": "new", "old_line": 2, "new_line": 2});
    assert_eq!(discuss(&client, renamed).await.status, 201);
    for place in [
        json!({"new_path": "new", "old_line": 2, "new_line": 2}),
        json!({"old_path": "b", "new_path": "b", "new_line": 1}),
        json!({"new_path": "a", "new_line": 5, "head_sha": project.tip("main")}),
    ] {
        let answer = discuss(&client, place.clone()).await;
        assert_eq!(answer.refusal(), NO_SUCH_LINE, "{place}");
    }
    let file = json!({"old_path": "a", "new_path": "a", "position_type": "file"});
    let answer = discuss(&client, file).await;
    assert_eq!(answer.status, 201, "{}", answer.refusal());
    let position = &answer.json()["notes"][0]["position"];
    assert_eq!(position["position_type"], "file");
    // What an older version showed may still be spoken of.
    let before = client.get(PATH).await.json()["diff_refs"].clone();
    project.commit("side", "More", &[("a", Change::file("1\n"))]);
    client.get(PATH).await;
    let mut place = json!({"old_path": "a", "new_path": "a", "new_line": 5});
    place["head_sha"] = before["head_sha"].clone();
    assert_eq!(discuss(&client, place).await.status, 201);
}

#[tokio::test]
async fn a_range_of_lines_is_named_by_line_codes() {
    let forge = StandIn::builder().start().await.unwrap();
    change_a_line(&forge);
    let client = Client::new(&forge);
    let hash = "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8";
    let place = |start: &str| {
        json!({
            "old_path": "a",
            "new_path": "a",
            "new_line": 6,
            "line_range": {
                "start": {"line_code": format!("{hash}_{start}"), "type": "new"},
                "end": {"line_code": format!("{hash}_6_6"), "type": "new"},
            },
        })
    };
    let made = discuss(&client, place("6_5")).await.json();
    let range = &made["notes"][0]["position"]["line_range"];
    assert_eq!(range["start"]["new_line"], 5);
    assert_eq!(range["start"]["type"], "new");
    assert_eq!(range["end"]["line_code"], format!("{hash}_6_6"));
    let refused = discuss(&client, place("5_99")).await;
    assert_eq!(refused.refusal(), NO_SUCH_LINE);
}

#[tokio::test]
async fn a_discussion_is_answered_resolved_and_opened_again() {
    let forge = StandIn::builder().start().await.unwrap();
    change_a_line(&forge);
    let client = Client::new(&forge);
    let place = json!({"old_path": "a", "new_path": "a", "new_line": 5});
    let made = discuss(&client, place).await.json();
    let path = format!("{PATH}/discussions/{}", made["id"].as_str().unwrap());
    let reply = client
        .post(&format!("{path}/notes"), &json!({"body": "Why?"}))
        .await;
    assert_eq!(reply.status, 201, "{}", reply.refusal());
    assert_eq!(reply.json()["position"], made["notes"][0]["position"]);
    let read = client.get(PATH).await.json();
    assert_eq!(read["blocking_discussions_resolved"], false);
    assert_eq!(read["user_notes_count"], 2);
    let resolved = put(&client, &path, json!({"resolved": true})).await.json();
    let notes = resolved["notes"].as_array().unwrap();
    assert_eq!(notes.len(), 2);
    for note in notes {
        assert_eq!(note["resolved"], true);
        assert_eq!(note["resolved_by"]["username"], "root");
        assert!(note["resolved_at"].is_string());
    }
    let read = client.get(PATH).await.json();
    assert_eq!(read["blocking_discussions_resolved"], true);
    let opened = put(&client, &path, json!({"resolved": false})).await.json();
    assert_eq!(opened["notes"][0]["resolved"], false);
    assert_eq!(opened["notes"][0]["resolved_by"], Value::Null);
    let unsaid = put(&client, &path, json!({})).await;
    assert_eq!(unsaid.refusal(), r#"400 {"error":"resolved is missing"}"#);
}

#[tokio::test]
async fn activity_is_told_from_comments() {
    let forge = StandIn::builder().start().await.unwrap();
    change_a_line(&forge);
    let client = Client::new(&forge);
    let path = format!("{PATH}/notes");
    client.post(&path, &json!({"body": "1"})).await;
    put(&client, PATH, json!({"state_event": "close"})).await;
    client.post(&path, &json!({"body": "2"})).await;
    for (query, expected) in [
        ("", vec!["2", "closed", "1"]),
        ("?sort=asc", vec!["1", "closed", "2"]),
        ("?activity_filter=only_comments", vec!["2", "1"]),
        ("?activity_filter=only_activity", vec!["closed"]),
    ] {
        let notes = client.get(&format!("{path}{query}")).await.json();
        let notes = notes.as_array().unwrap().iter();
        let said: Vec<_> = notes
            .map(|note| note["body"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(said, expected, "{query}");
    }
}
