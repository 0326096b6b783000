//! Archives: what is in them, and why there is none.

use std::collections::BTreeMap;

use code_source_stand_in::{Change, Feature, StandIn};

use crate::client::{Answer, Client};

fn entries(answer: &Answer) -> BTreeMap<String, Vec<u8>> {
    use std::io::Read as _;
    let mut archive = tar::Archive::new(&answer.body[..]);
    let mut entries = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().display().to_string();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        entries.insert(path, content);
    }
    entries
}

#[tokio::test]
async fn an_archive_has_one_top_folder_and_honours_attributes() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let tip = project.commit(
        "feature/x",
        "Begin",
        &[
            (
                ".gitattributes",
                Change::file("secret export-ignore\nid export-subst\n"),
            ),
            ("secret", Change::file("1")),
            ("id", Change::file("$Format:%H$")),
            ("src/a.rs", Change::file("2")),
        ],
    );
    let client = Client::new(&forge);
    let path = "/projects/1/repository/archive.tar?sha=feature%2Fx";
    let answer = client.get(path).await;
    let top = format!("shop-feature-x-{tip}");
    let found = entries(&answer);
    assert_eq!(found[&format!("{top}/id")], tip.as_bytes());
    assert_eq!(found[&format!("{top}/src/a.rs")], b"2");
    assert!(!found.contains_key(&format!("{top}/secret")));
    assert_eq!(
        answer.header("content-disposition"),
        Some(format!("attachment; filename=\"{top}.tar\"").as_str())
    );
    let again = client.get(path).await;
    assert_eq!(again.body, answer.body);

    let part = client.get(&format!("{path}&path=src")).await;
    assert!(entries(&part).contains_key(&format!("{top}-src/src/a.rs")));
}

#[tokio::test]
async fn every_format_is_what_it_says() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    project.commit("main", "Begin", &[("a", Change::file("1"))]);
    let client = Client::new(&forge);
    for (format, magic) in [
        (".tar.gz", "\x1f\u{8b}"),
        ("", "\x1f\u{8b}"),
        (".zip", "PK"),
    ] {
        let answer = client
            .get(&format!("/projects/1/repository/archive{format}"))
            .await;
        let magic: Vec<u8> = magic.chars().map(|byte| byte as u8).collect();
        assert!(
            answer.complete && answer.body.starts_with(&magic),
            "{format}"
        );
    }
}

#[tokio::test]
async fn no_archive_is_always_no_file() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    project.commit("main", "Begin", &[("a", Change::file("1"))]);
    let client = Client::new(&forge);
    for query in ["sha=gone", "path=gone"] {
        let answer = client
            .get(&format!("/projects/1/repository/archive.zip?{query}"))
            .await;
        assert_eq!(answer.refusal(), r#"404 {"message":"404 File Not Found"}"#);
    }
    let client = client.header("sec-fetch-mode", "cors");
    assert_eq!(
        client
            .get("/projects/1/repository/archive.zip")
            .await
            .status,
        406
    );
}

#[tokio::test]
async fn too_many_archives_are_refused_in_json() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.feature(Feature::ArchivesPerMinute(2));
    let project = forge.project("web/shop");
    project.commit("main", "Begin", &[("a", Change::file("1"))]);
    let client = Client::new(&forge);
    let path = "/projects/1/repository/archive.tar.gz";
    assert_eq!(client.get(path).await.status, 200);
    assert_eq!(client.get(path).await.status, 200);
    let answer = client.get(path).await;
    assert_eq!(answer.status, 429);
    let text = "This archive has been requested too many times. Try again later.";
    assert_eq!(answer.json()["message"]["error"], text);
    assert!(answer.header("retry-after").is_none());
}
