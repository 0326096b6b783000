//! Lists of projects: paging in both ways, filters, and who sees what.

use code_source_stand_in::{
    AccessLevel, Change, Feature, ProjectSpec, StandIn, TokenSpec, Visibility,
};
use serde_json::Value;

use crate::client::Client;

#[tokio::test]
async fn paging_by_number_ends_at_fifty_thousand_and_paging_by_key_does_not() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.many_projects(50_001, None, |index| {
        ProjectSpec::new(format!("crowd/p{index}"))
    });
    let client = Client::new(&forge);

    let last = client
        .get("/projects?per_page=100&page=500&simple=true")
        .await;
    assert_eq!(last.json().as_array().unwrap().len(), 100);
    assert!(last.header("x-total").is_none());
    assert_eq!(last.header("x-next-page"), Some("501"));
    assert!(!last.header("link").unwrap().contains("rel=\"last\""));

    let over = client
        .get("/projects?per_page=100&page=501&simple=true")
        .await;
    assert_eq!(over.status, 405);
    let text = over.json()["error"].to_string();
    assert!(text.contains("maximum allowed offset of 50000"), "{text}");

    let keyset = "/projects?pagination=keyset&order_by=id&sort=asc&per_page=100&simple=true";
    let rest = client.get(&format!("{keyset}&id_after=50000")).await;
    assert_eq!(rest.json()[0]["id"], 50_001);
    assert!(rest.header("x-page").is_none());
    let beyond = client.next(&rest).await.unwrap();
    assert_eq!(beyond.json(), Value::Array(Vec::new()));
    assert!(beyond.next().is_none());
}

#[tokio::test]
async fn keyset_paging_returns_every_project_once_in_either_direction() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.many_projects(30, None, |index| ProjectSpec::new(format!("a/p{index}")));
    forge.skip_project_ids(1000);
    forge.many_projects(15, None, |index| ProjectSpec::new(format!("b/p{index}")));
    let client = Client::new(&forge);
    for sort in ["asc", "desc"] {
        let path = format!("/projects?pagination=keyset&order_by=id&sort={sort}&per_page=10");
        let mut ids: Vec<u64> = client
            .all(&path)
            .await
            .iter()
            .map(|project| project["id"].as_u64().unwrap())
            .collect();
        if sort == "desc" {
            ids.reverse();
        }
        assert_eq!(ids, (1..=30).chain(1031..=1045).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn keyset_paging_wants_to_be_ordered_by_id() {
    let forge = StandIn::builder().start().await.unwrap();
    let answer = Client::new(&forge).get("/projects?pagination=keyset").await;
    let text =
        "405 {\"error\":\"Keyset pagination is not yet available for this type of request\"}";
    assert_eq!(answer.refusal(), text);
}

#[tokio::test]
async fn a_short_list_tells_its_length() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.many_projects(45, None, |index| ProjectSpec::new(format!("a/p{index}")));
    let client = Client::new(&forge);
    let answer = client.get("/projects?page=2").await;
    assert_eq!(answer.header("x-total"), Some("45"));
    assert_eq!(answer.header("x-total-pages"), Some("3"));
    assert_eq!(answer.header("x-prev-page"), Some("1"));
    assert_eq!(client.all("/projects").await.len(), 45);
    forge.feature(Feature::CountLimit(40));
    assert_eq!(client.get("/projects").await.header("x-total"), None);
}

#[tokio::test]
async fn filters_leave_out_what_does_not_match() {
    let forge = StandIn::builder().start().await.unwrap();
    let ada = forge.user("ada");
    forge.group("web").members(&ada, AccessLevel::Maintainer);
    forge.project("web/shop").topics(&["rust", "api"]);
    forge.project("web/deep/shopping").archived();
    forge
        .project("other/till")
        .visibility(Visibility::Public)
        .description("A shop's till");
    forge.project("ada/notes");
    forge.project("other/secret");
    let client = Client::with_token(&forge, &forge.token(TokenSpec::new(&ada, &["api"])));

    for (filter, expected) in [
        (
            "",
            vec!["web/shop", "web/deep/shopping", "other/till", "ada/notes"],
        ),
        (
            "archived=false",
            vec!["web/shop", "other/till", "ada/notes"],
        ),
        (
            "membership=true",
            vec!["web/shop", "web/deep/shopping", "ada/notes"],
        ),
        ("owned=true", vec!["ada/notes"]),
        (
            "min_access_level=40",
            vec!["web/shop", "web/deep/shopping", "ada/notes"],
        ),
        ("min_access_level=50", vec!["ada/notes"]),
        (
            "search=SHOP",
            vec!["web/shop", "web/deep/shopping", "other/till"],
        ),
        ("search=sh", vec![]),
        ("search=deep", vec![]),
        (
            "search=deep&search_namespaces=true",
            vec!["web/deep/shopping"],
        ),
        ("visibility=public", vec!["other/till"]),
        ("topic=rust,api", vec!["web/shop"]),
        (
            "id_after=1&id_before=4",
            vec!["web/deep/shopping", "other/till"],
        ),
    ] {
        let path = format!("/projects?order_by=id&sort=asc&{filter}");
        let found = client.all(&path).await;
        assert_eq!(paths(&found), expected, "{filter}");
    }
}

#[tokio::test]
async fn a_group_lists_what_is_below_it_only_when_asked() {
    let forge = StandIn::builder().start().await.unwrap();
    for path in ["web/shop", "web/deep/one", "other/two", "ada/notes"] {
        if path.starts_with("ada") {
            forge.user("ada");
        }
        forge.project(path);
    }
    let client = Client::new(&forge);
    let direct = client.all("/groups/web/projects").await;
    assert_eq!(paths(&direct), ["web/shop"]);
    let all = client
        .all("/groups/web/projects?include_subgroups=true&sort=asc")
        .await;
    assert_eq!(paths(&all), ["web/shop", "web/deep/one"]);
    let deep = client.all("/groups/web%2Fdeep/projects").await;
    assert_eq!(paths(&deep), ["web/deep/one"]);
    let own = client.all("/users/ada/projects").await;
    assert_eq!(paths(&own), ["ada/notes"]);
    let answer = client.get("/groups/nowhere/projects").await;
    assert_eq!(answer.refusal(), r#"404 {"message":"404 Group Not Found"}"#);
}

#[tokio::test]
async fn an_administrator_sees_everything_and_is_a_member_of_nothing() {
    let forge = StandIn::builder().start().await.unwrap();
    forge.project("web/shop");
    let project = Client::new(&forge).get("/projects/web%2Fshop").await.json();
    assert!(project["permissions"]["project_access"].is_null());
    assert!(project["permissions"]["group_access"].is_null());
    assert!(project["runners_token"].is_string());
    assert!(project["default_branch"].is_null());
    assert_eq!(project["empty_repo"], true);
}

#[tokio::test]
async fn only_maintainers_see_a_projects_secrets() {
    let forge = StandIn::builder().start().await.unwrap();
    let ada = forge.user("ada");
    let project = forge
        .project("web/shop")
        .members(&ada, AccessLevel::Developer);
    project.commit("main", "Begin", &[("a", Change::file("1"))]);
    let token = forge.token(TokenSpec::new(&ada, &["read_api"]));
    let client = Client::with_token(&forge, &token);
    let before = client.get("/projects/1").await.json();
    assert!(before.get("runners_token").is_none());
    assert_eq!(before["permissions"]["project_access"]["access_level"], 30);
    assert_eq!(before["default_branch"], "main");
    project.members(&ada, AccessLevel::Maintainer);
    let after = client.get("/projects/1").await.json();
    assert!(after["runners_token"].is_string());
}

#[tokio::test]
async fn an_invalid_parameter_is_named() {
    let forge = StandIn::builder().start().await.unwrap();
    let client = Client::new(&forge);
    for (query, text) in [
        ("order_by=size", "order_by does not have a valid value"),
        ("per_page=0", "per_page has a value not allowed"),
        ("page=first", "page is invalid"),
        ("archived=perhaps", "archived is invalid"),
    ] {
        let answer = client.get(&format!("/projects?{query}")).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json()["error"], text);
    }
}

fn paths(projects: &[Value]) -> Vec<&str> {
    projects
        .iter()
        .map(|project| project["path_with_namespace"].as_str().unwrap())
        .collect()
}
