//! Cloning with the real git over HTTPS.

use std::{path::Path, process::Command};

use code_source_stand_in::{Change, StandIn};

/// Clones a project and returns what git said, and whether it succeeded.
fn clone(forge: &StandIn, project: &str, password: &str, folder: &Path) -> (bool, String) {
    let ca = folder.join("ca.pem");
    std::fs::write(&ca, forge.ca_pem()).unwrap();
    let url = forge
        .url()
        .replacen("://", &format!("://any:{password}@"), 1);
    let output = Command::new("git")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_SSL_CAINFO", &ca)
        .env("GIT_TERMINAL_PROMPT", "0")
        .args(["clone", "--quiet", "--depth", "1"])
        .arg(format!("{url}/{project}.git"))
        .arg(folder.join("clone"))
        .output()
        .unwrap();
    (
        output.status.success(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[tokio::test]
async fn git_clones_with_the_token_as_password() {
    let forge = StandIn::builder()
        .path_prefix("/gitlab")
        .start()
        .await
        .unwrap();
    let project = forge.project("web/deep/shop");
    project.commit(
        "main",
        "Begin",
        &[("src/a.rs", Change::file("fn a() {}\n"))],
    );
    let folder = tempfile::tempdir().unwrap();
    let (success, said) = clone(&forge, "web/deep/shop", &forge.admin_token(), folder.path());
    assert!(success, "{said}");
    let content = std::fs::read_to_string(folder.path().join("clone/src/a.rs")).unwrap();
    assert_eq!(content, "fn a() {}\n");
}

#[tokio::test]
async fn git_is_denied_with_a_wrong_token() {
    let forge = StandIn::builder().start().await.unwrap();
    forge
        .project("web/shop")
        .commit("main", "Begin", &[("a", Change::file("1"))]);
    let folder = tempfile::tempdir().unwrap();
    let (success, said) = clone(&forge, "web/shop", "wrong", folder.path());
    assert!(
        !success && said.contains("HTTP Basic: Access denied"),
        "{said}"
    );
}

#[tokio::test]
async fn a_clone_can_be_imported_again() {
    let forge = StandIn::builder().start().await.unwrap();
    let project = forge.project("web/shop");
    let tip = project.commit("main", "Begin", &[("a", Change::file("1"))]);
    project.tag("v1", &tip, None);
    let copy = forge.project("web/copy");
    assert_eq!(copy.import(project.git_dir(), "main"), tip);
    assert_eq!(copy.tip("v1"), tip);
}
