//! Pushing with the real git over HTTPS.

use std::{path::Path, process::Command};

use code_source_stand_in::{AccessLevel, Change, Feature, StandIn, TokenSpec};
use serde_json::json;

use crate::client::Client;

/// A clone on disk.
pub(crate) struct Work<'a> {
    pub(crate) forge: &'a StandIn,
    pub(crate) folder: &'a Path,
}

impl Work<'_> {
    /// Runs git there and returns what it said, and whether it succeeded.
    fn git(&self, arguments: &[&str]) -> (bool, String) {
        let ca = self.folder.join("ca.pem");
        std::fs::write(&ca, self.forge.ca_pem()).unwrap();
        let output = Command::new("git")
            .current_dir(self.folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_SSL_CAINFO", &ca)
            .env("GIT_TERMINAL_PROMPT", "0")
            .args(["-c", "user.name=Eve", "-c", "user.email=eve@example.com"])
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said)
    }

    /// Begins a repository with one commit.
    pub(crate) fn begin(&self) {
        for arguments in [
            &["init", "--quiet", "--initial-branch", "main"][..],
            &["commit", "--quiet", "--allow-empty", "-m", "Begin"],
        ] {
            let (success, said) = self.git(arguments);
            assert!(success, "{said}");
        }
    }

    pub(crate) fn push(&self, password: &str, references: &[&str]) -> (bool, String) {
        let url = self
            .forge
            .url()
            .replacen("://", &format!("://any:{password}@"), 1);
        let url = format!("{url}/web/shop.git");
        let mut arguments = vec!["push", "--force", &url];
        arguments.extend(references);
        self.git(&arguments)
    }
}

#[tokio::test]
async fn what_is_pushed_is_there() {
    let forge = StandIn::builder()
        .path_prefix("/gitlab")
        .start()
        .await
        .unwrap();
    let project = forge.project("web/shop");
    let folder = tempfile::tempdir().unwrap();
    let work = Work {
        forge: &forge,
        folder: folder.path(),
    };
    work.begin();
    let token = forge.admin_token();
    let (success, said) = work.push(
        &token,
        &["main", "main:refs/heads/a/b", "main:refs/tags/v1"],
    );
    assert!(success, "{said}");
    let client = Client::new(&forge);
    let json = client.get("/projects/1").await.json();
    assert_eq!(
        (&json["default_branch"], &json["empty_repo"]),
        (&json!("main"), &json!(false))
    );
    let branches = client.all("/projects/1/repository/branches").await;
    assert_eq!(branches.len(), 2);
    assert_eq!(branches[0]["commit"]["author_name"], "Eve");
    assert_eq!(project.tip("v1"), project.tip("main"));

    let (success, said) = work.push(&token, &[":refs/heads/a/b"]);
    assert!(success, "{said}");
    assert_eq!(client.all("/projects/1/repository/branches").await.len(), 1);
}

#[tokio::test]
async fn a_protected_branch_declines_a_push_as_a_whole() {
    let forge = StandIn::builder().start().await.unwrap();
    let dev = forge.user("dev");
    let project = forge
        .project("web/shop")
        .members(&dev, AccessLevel::Developer);
    let tip = project.commit("main", "Begin", &[("a", Change::file("1"))]);
    let folder = tempfile::tempdir().unwrap();
    let work = Work {
        forge: &forge,
        folder: folder.path(),
    };
    work.begin();
    let token = forge.token(TokenSpec::new(&dev, &["write_repository"]));
    let (success, said) = work.push(&token, &["main", "main:other"]);
    assert!(!success);
    let reason = "GitLab: You are not allowed to push code to protected branches on this project.";
    assert!(said.contains(reason), "{said}");
    assert!(said.contains("(pre-receive hook declined)"), "{said}");
    assert_eq!(project.tip("main"), tip);
    let branches = Client::new(&forge)
        .all("/projects/1/repository/branches")
        .await;
    assert_eq!(branches.len(), 1);
    let (success, said) = work.push(&token, &["main:other"]);
    assert!(success, "{said}");

    let (success, said) = work.push(&forge.admin_token(), &[":main"]);
    assert!(!success && said.contains("default branch"), "{said}");
}

#[tokio::test]
async fn who_may_not_push_is_told_why() {
    let forge = StandIn::builder().start().await.unwrap();
    let reader = forge.user("reader");
    let project = forge
        .project("web/shop")
        .members(&reader, AccessLevel::Reporter);
    project.commit("main", "Begin", &[("a", Change::file("1"))]);
    let folder = tempfile::tempdir().unwrap();
    let work = Work {
        forge: &forge,
        folder: folder.path(),
    };
    work.begin();
    let reading = forge.token(TokenSpec::new(&reader, &["read_repository"]));
    let writing = forge.token(TokenSpec::new(&reader, &["api"]));
    for (token, reason) in [
        ("wrong", "HTTP Basic: Access denied"),
        (&reading, "HTTP Basic: Access denied"),
        (
            &writing,
            "You are not allowed to push code to this project.",
        ),
    ] {
        let (success, said) = work.push(token, &["main:x"]);
        assert!(!success && said.contains(reason), "{said}");
    }
    forge.feature(Feature::Maintenance);
    let (success, said) = work.push(&forge.admin_token(), &["main:x"]);
    assert!(!success && said.contains("maintenance mode"), "{said}");
}
