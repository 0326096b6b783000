//! What the profile of GitLab grants at most: a plugin that declares all of it, an operator who
//! allows all of it, and what is refused all the same.
//!
//! It is apart because it is about data, and about one provider's.

use std::{fs, path::Path};

use code_source_egress::{
    Access, BaseUrl, CheckedBody, ConnectedRepository, Denial, Layer, Manifest, Operator, Policy,
    Profile, Reason, RepositoryArgument, RequestHead,
};

fn profile() -> Profile {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../providers/gitlab.toml");
    Profile::parse(&fs::read_to_string(file).unwrap()).unwrap()
}

/// A manifest that asks for everything in one function.
fn manifest(profile: &Profile) -> Manifest {
    let declared: Vec<_> = profile
        .rules()
        .iter()
        .map(|rule| format!(r#"{{"endpoint":"{}","why":"all of it"}}"#, rule.endpoint()))
        .collect();
    let text = format!(
        r#"{{"name":"all","version":"1.0.0","provider":"gitlab","contract":"x:y@0.1.0","operations":{{"git.all":[{}]}}}}"#,
        declared.join(",")
    );
    Manifest::parse(text.as_bytes()).unwrap()
}

fn policy() -> Policy {
    let profile = profile();
    let connected = ConnectedRepository {
        id: "42".into(),
        path: "web/shop".into(),
    };
    let operator = Operator {
        access: Access::ALL.to_vec(),
        repositories: vec![connected],
        allow: vec!["* /**".parse().unwrap()],
        webhook_urls: vec!["https://hooks.example/in".into()],
        secrets: vec!["webhook".into()],
        ..Operator::default()
    };
    let base = BaseUrl::parse("https://forge.example").unwrap();
    Policy::new(&profile, &manifest(&profile), &base, operator).unwrap()
}

/// A request about the connected project: `METHOD /path?query`, with a body.
fn ask(request: &str, body: &str) -> Result<CheckedBody, Denial> {
    let (method, target) = request.split_once(' ').unwrap();
    let target = format!("/api/v4/projects/42{target}");
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (&*target, None),
    };
    let call = policy().call("git.all", Some(RepositoryArgument::Id("42")))?;
    let head = RequestHead {
        method,
        scheme: "https",
        authority: "forge.example",
        path,
        query,
    };
    let permit = call.decide(&head)?;
    call.check_body(&permit, body.as_bytes())
}

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

#[test]
fn what_a_coding_agent_needs_is_within_the_ceiling() {
    let status = format!("POST /statuses/{COMMIT}");
    for (request, body) in [
        (
            "GET /repository/files/src%2Fa.rs/blame?ref=main&range[start]=1&range%5Bend%5D=9",
            "",
        ),
        (
            "GET /search?scope=blobs&search=main&ref=main&per_page=100",
            "",
        ),
        ("GET /repository/commits/main/diff?unidiff=true&page=2", ""),
        (
            "POST /repository/branches",
            r#"{"branch":"a/b","ref":"main"}"#,
        ),
        ("DELETE /repository/branches/a%2Fb", ""),
        (
            "POST /repository/tags",
            r#"{"tag_name":"v1","ref":"main","message":"x"}"#,
        ),
        (
            "POST /repository/commits",
            r#"{"branch":"a","start_branch":"main","commit_message":"x","force":false,"stats":false,
                "author_name":"A","author_email":"a@b.example","actions":[
                {"action":"create","file_path":"a","content":"eA==","encoding":"base64"},
                {"action":"update","file_path":"b","content":"x","encoding":"text","last_commit_id":"1"},
                {"action":"move","file_path":"c","previous_path":"d"},{"action":"delete","file_path":"e"},
                {"action":"chmod","file_path":"f","execute_filemode":true}]}"#,
        ),
        (
            "GET /merge_requests?state=opened&source_branch=a&order_by=updated_at&sort=asc",
            "",
        ),
        (
            "POST /merge_requests",
            r#"{"source_branch":"a","target_branch":"main","title":"Draft: x","description":"y",
                "labels":["a"],"reviewer_ids":[1],"assignee_ids":[],"squash":true,"remove_source_branch":true}"#,
        ),
        (
            "PUT /merge_requests/3",
            r#"{"state_event":"close","target_branch":"next"}"#,
        ),
        (
            "PUT /merge_requests/3/merge",
            r#"{"sha":"0123","auto_merge":true}"#,
        ),
        ("GET /merge_requests/3/versions/7", ""),
        ("GET /merge_requests/3/raw_diffs", ""),
        ("POST /merge_requests/3/notes", r#"{"body":"x"}"#),
        (
            "POST /merge_requests/3/discussions",
            r#"{"body":"x","position":{"position_type":"text","base_sha":"1","start_sha":"2","head_sha":"3",
                "old_path":"a","new_path":"a","new_line":4,"line_range":{"start":{"line_code":"c","type":"new"},
                "end":{"line_code":"d","type":"new","new_line":4}}}}"#,
        ),
        (
            "POST /merge_requests/3/discussions/abc/notes",
            r#"{"body":"x"}"#,
        ),
        (
            "PUT /merge_requests/3/discussions/abc",
            r#"{"resolved":true}"#,
        ),
        (
            &status,
            r#"{"state":"success","name":"review","coverage":99.5,"pipeline_id":3,"target_url":"https://x.example"}"#,
        ),
        (
            "PUT /hooks/5",
            r#"{"url":"https://hooks.example/in","token":"{secret:webhook}","enable_ssl_verification":true,
                "push_events":false}"#,
        ),
        ("POST /hooks/5/test/push_events", ""),
        ("DELETE /hooks/5", ""),
        ("GET /hooks/5", ""),
    ] {
        assert!(
            ask(request, body).is_ok(),
            "{request}: {:?}",
            ask(request, body).err()
        );
    }
    let hook = r#"{"url":"https://hooks.example/in","token":"{secret:webhook}","enable_ssl_verification":true,"push_events":true}"#;
    let checked = ask("POST /hooks", hook).unwrap();
    assert_eq!(checked.placeholders().collect::<Vec<_>>(), ["webhook"]);
}

#[test]
fn bodies_that_reach_further_are_refused() {
    let commit =
        |rest: &str| format!(r#"{{"branch":"a","commit_message":"x","actions":[]{rest}}}"#);
    let merge =
        |rest: &str| format!(r#"{{"source_branch":"a","target_branch":"b","title":"x"{rest}}}"#);
    let hook = |rest: &str| {
        format!(
            r#"{{"url":"https://hooks.example/in","token":"{{secret:webhook}}","enable_ssl_verification":true{rest}}}"#
        )
    };
    let without = |key: &str| hook("").replace(key, "push_events");
    for (request, body) in [
        (
            "POST /repository/commits",
            commit(r#","start_project":"43""#),
        ),
        ("POST /repository/commits", commit(r#","force":true"#)),
        ("POST /repository/commits", commit(r#","id":"43""#)),
        ("POST /repository/commits", commit(r#","_method":"DELETE""#)),
        (
            "POST /repository/commits",
            commit(r#","private_token":"x""#),
        ),
        (
            "POST /repository/commits",
            commit("").replace("[]", r#"[{"action":"run"}]"#),
        ),
        ("POST /merge_requests", merge(r#","target_project_id":43"#)),
        (
            "POST /merge_requests",
            merge(r#","allow_collaboration":true"#),
        ),
        ("PUT /merge_requests/3", merge(r#","target_project_id":43"#)),
        ("PUT /merge_requests/3", r#"{"state_event":"merge"}"#.into()),
        ("PUT /merge_requests/3/merge", r#"{"squash":true}"#.into()),
        (
            "POST /merge_requests/3/discussions",
            r#"{"body":"x","position":{"x":1}}"#.into(),
        ),
        ("POST /hooks", hook(r#","custom_headers":[]"#)),
        ("POST /hooks", hook(r#","custom_webhook_template":"x""#)),
        ("POST /hooks", hook(r#","url_variables":[]"#)),
        ("POST /hooks", hook("").replace(":true", ":false")),
        (
            "POST /hooks",
            hook("").replace("{secret:webhook}", "0123456789abcdef"),
        ),
        ("POST /hooks", without("enable_ssl_verification")),
        ("POST /hooks", without("token")),
        ("POST /hooks", without("url")),
        ("PUT /hooks/5", without("enable_ssl_verification")),
        ("PUT /hooks/5", without("token")),
        ("PUT /hooks/5", without("url")),
        ("POST /hooks", hook("").replace("/in", "/out")),
        ("PUT /hooks/5", hook(r#","custom_headers":[]"#)),
        ("PUT /hooks/5", r#"{"push_events":true}"#.into()),
        ("POST /repository/branches", "branch=a&ref=main".into()),
    ] {
        let denial = ask(request, &body).unwrap_err();
        let found = (denial.layer(), denial.reason());
        assert_eq!(
            found,
            (Layer::Body, Reason::BodyRefused),
            "{request} {body}: {denial}"
        );
    }
    let signed = ask(
        "POST /hooks",
        &hook(r#","signing_token":"{secret:webhook-signing}""#),
    );
    assert_eq!(signed.unwrap_err().reason(), Reason::SecretNotConfigured);
}

#[test]
fn comments_and_descriptions_hold_no_quick_actions() {
    let merge = |text: &str| {
        format!(r#"{{"source_branch":"a","target_branch":"b","title":"x","description":"{text}"}}"#)
    };
    let note = |text: &str| format!(r#"{{"body":"{text}"}}"#);
    let update = |text: &str| format!(r#"{{"description":"{text}"}}"#);
    let bodies = |text: &str| {
        [
            ("POST /merge_requests", merge(text)),
            ("PUT /merge_requests/3", update(text)),
            ("POST /merge_requests/3/notes", note(text)),
            ("PUT /merge_requests/3/notes/4", note(text)),
            ("POST /merge_requests/3/discussions", note(text)),
            ("POST /merge_requests/3/discussions/abc/notes", note(text)),
        ]
    };
    for (request, body) in bodies(r"Fine.\n\n/approve\n/merge") {
        let denial = ask(request, &body).unwrap_err();
        assert_eq!(denial.reason(), Reason::BodyRefused, "{request}");
        assert!(denial.detail().contains("command"), "{request}: {denial}");
    }
    for (request, body) in bodies(r"It is in\n/usr/bin/env, and not in /approve.") {
        assert!(ask(request, &body).is_ok(), "{request}");
    }
}

#[test]
fn every_text_that_is_read_for_quick_actions_is_marked() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../providers/gitlab.toml");
    let table: toml::Table = toml::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let mut marked = 0;
    for rule in table["rules"].as_array().unwrap() {
        let endpoint = rule["endpoint"].as_str().unwrap();
        if !endpoint.contains("/merge_requests") || rule.get("body").is_none() {
            continue;
        }
        for key in ["body", "description"] {
            let Some(value) = rule["body"]["keys"].get(key) else {
                continue;
            };
            assert_eq!(value["no-commands"].as_bool(), Some(true), "{endpoint}");
            marked += 1;
        }
    }
    assert_eq!(marked, 6);
}

#[test]
fn a_search_stays_in_code_and_merge_requests() {
    for scope in ["blobs", "commits", "merge_requests"] {
        assert!(ask(&format!("GET /search?scope={scope}&search=x"), "").is_ok());
    }
    for scope in [
        "issues",
        "users",
        "wiki_blobs",
        "notes",
        "",
        "%62lobs",
        "blobs%00",
    ] {
        let denial = ask(&format!("GET /search?scope={scope}&search=x"), "").unwrap_err();
        let found = (denial.layer(), denial.reason());
        assert_eq!(found, (Layer::Query, Reason::QueryValueRefused), "{scope}");
    }
}

#[test]
fn webhooks_are_not_read_with_the_access_to_read() {
    let profile = profile();
    let hooks = profile.rules().iter();
    let hooks = hooks.filter(|rule| rule.endpoint().to_string().contains("/hooks"));
    let accesses: Vec<_> = hooks.map(|rule| rule.access()).collect();
    assert_eq!(accesses, [Access::Webhooks; 6]);
}

#[test]
fn what_goes_beyond_the_code_of_a_repository_is_refused_by_name() {
    for request in [
        "GET /variables",
        "POST /access_tokens",
        "POST /access_tokens/1/rotate",
        "POST /deploy_tokens",
        "POST /deploy_keys",
        "GET /triggers",
        "POST /pipeline",
        "POST /trigger/pipeline",
        "GET /members",
        "POST /share",
        "POST /fork",
        "POST /protected_branches",
        "POST /remote_mirrors",
        "PUT /integrations/slack",
        "POST /export",
        "GET /snapshot",
        "PUT /hooks/5/custom_headers/x",
        "PUT /hooks/5/url_variables/x",
        "PUT ",
        "DELETE ",
    ] {
        let denial = ask(request, "").unwrap_err();
        assert_eq!(
            denial.reason(),
            Reason::EndpointRefusedByName,
            "{request}: {denial}"
        );
    }
}

#[test]
fn placeholders_hold_what_they_say() {
    let short = "POST /statuses/0123456";
    for request in [
        "GET /merge_requests/all",
        "GET /merge_requests/3%2Fmerge",
        "POST /hooks/5/test/job_events",
        "DELETE /hooks/all",
        short,
    ] {
        let denial = ask(request, "").unwrap_err();
        assert_eq!(
            denial.reason(),
            Reason::EndpointNotInProfile,
            "{request}: {denial}"
        );
    }
}

#[test]
fn the_question_about_slashes_names_no_repository_and_holds_one_path_alone() {
    let call = policy().call("git.all", None).unwrap();
    let decide = |path: &'static str| {
        let head = RequestHead {
            method: "GET",
            scheme: "https",
            authority: "forge.example",
            path,
            query: None,
        };
        call.decide(&head)
            .map(|permit| permit.template().to_owned())
    };
    let asked = decide("/api/v4/projects/-%2Fencoded-slash").unwrap();
    assert_eq!(asked, "/projects/{nobody}");
    for path in [
        "/api/v4/projects/-%2Fencoded-slashes",
        "/api/v4/projects/web%2Fshop",
        "/api/v4/projects/42",
    ] {
        let denial = decide(path).unwrap_err();
        assert_eq!(denial.reason(), Reason::RepositoryNotNamed, "{path}");
    }
}
