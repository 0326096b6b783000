//! Directories, and how their paging changed between versions.

use code_source_stand_in::{Change, Project, StandIn};

use crate::client::Client;

fn fill(project: &Project) {
    let submodule = Change::Submodule("1".repeat(40));
    project.commit(
        "main",
        "Begin",
        &[
            ("zoo/a.txt", Change::file("a")),
            ("zoo/deep/b.txt", Change::file("b")),
            ("bin", Change::executable("#!")),
            ("link", Change::symlink("bin")),
            ("a-module", submodule),
            ("with \"quotes\"\n.txt", Change::file("c")),
        ],
    );
}

#[tokio::test]
async fn directories_come_before_files_and_submodules_last() {
    let forge = StandIn::builder().start().await.unwrap();
    fill(&forge.project("web/shop"));
    let tree = Client::new(&forge)
        .all("/projects/1/repository/tree?per_page=2")
        .await;
    let shown: Vec<String> = tree
        .iter()
        .map(|entry| {
            format!("{} {} {}", entry["mode"], entry["type"], entry["path"]).replace('"', "")
        })
        .collect();
    assert_eq!(
        shown,
        [
            "040000 tree zoo",
            "100755 blob bin",
            "120000 blob link",
            "100644 blob with \\quotes\\\\n.txt",
            "160000 commit a-module",
        ]
    );
}

#[tokio::test]
async fn keyset_is_ignored_up_to_17_0_and_honoured_later() {
    for (version, honoured) in [("16.8.0", false), ("17.0.0", false), ("17.7.0", true)] {
        let forge = StandIn::builder().version(version).start().await.unwrap();
        fill(&forge.project("web/shop"));
        let client = Client::new(&forge);
        let path = "/projects/1/repository/tree?pagination=keyset&per_page=2&recursive=true";
        let first = client.get(path).await;
        assert_eq!(first.header("x-page").is_none(), honoured, "{version}");
        assert_eq!(first.next().unwrap().contains("page_token="), honoured);
        assert_eq!(client.all(path).await.len(), 8);
    }
}

#[tokio::test]
async fn a_missing_path_is_an_empty_list_up_to_17_6() {
    for (version, refusal) in [
        ("17.6.0", "200 []"),
        (
            "17.7.0",
            r#"404 {"message":"404 invalid revision or path Not Found"}"#,
        ),
    ] {
        let forge = StandIn::builder().version(version).start().await.unwrap();
        fill(&forge.project("web/shop"));
        let client = Client::new(&forge);
        for path in ["gone", "bin", "zoo/a.txt"] {
            let path = format!("/projects/1/repository/tree?path={path}");
            assert_eq!(client.get(&path).await.refusal(), refusal, "{version}");
        }
    }
}

#[tokio::test]
async fn a_missing_reference_and_an_empty_repository_have_no_tree() {
    let forge = StandIn::builder().start().await.unwrap();
    fill(&forge.project("web/shop"));
    forge.project("web/empty");
    let client = Client::new(&forge);
    for path in [
        "/projects/1/repository/tree?ref=gone",
        "/projects/2/repository/tree",
    ] {
        let answer = client.get(path).await;
        assert_eq!(answer.refusal(), r#"404 {"message":"404 Tree Not Found"}"#);
    }
}

#[tokio::test]
async fn everything_comes_at_once_where_there_is_no_paging() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let files = (0..300).map(|n| (format!("d{}/f{n}", n % 7).into_bytes(), Change::file("x")));
    project.commit_as(&project.new_commit("main", "Many"), files);
    let client = Client::new(&forge);
    let path = "/projects/1/repository/tree?pagination=none";
    let answer = client.get(&format!("{path}&recursive=true")).await;
    assert_eq!(answer.json().as_array().unwrap().len(), 307);
    assert_eq!(client.get(path).await.status, 400);
}

#[tokio::test]
async fn a_path_below_a_directory_keeps_its_beginning() {
    let forge = StandIn::builder().start().await.unwrap();
    fill(&forge.project("web/shop"));
    let client = Client::new(&forge);
    let tree = client
        .get("/projects/1/repository/tree?path=zoo%2F&recursive=true")
        .await
        .json();
    let paths: Vec<&str> = tree
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["zoo/deep", "zoo/a.txt", "zoo/deep/b.txt"]);
}

#[tokio::test]
async fn a_repository_may_name_its_objects_by_sha256() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop").sha256();
    let id = project.commit("main", "Begin", &[("a/b", Change::file("1"))]);
    assert_eq!(id.len(), 64);
    let path = format!("/projects/1/repository/tree?recursive=true&ref={id}");
    let tree = Client::new(&forge).get(&path).await.json();
    assert_eq!(tree[1]["path"], "a/b");
    assert_eq!(tree[1]["id"].as_str().unwrap().len(), 64);
}

#[tokio::test]
async fn a_project_without_a_repository_refuses_its_code() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.project("web/shop").repository_disabled();
    let client = Client::new(&forge);
    let answer = client.get("/projects/1/repository/tree").await;
    assert_eq!(answer.refusal(), r#"403 {"message":"403 Forbidden"}"#);
    let project = client.get("/projects/1").await.json();
    assert_eq!(project["repository_access_level"], "disabled");
}
