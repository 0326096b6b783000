//! Repositories that are connected, and what decides why one is not as it should be.

use code_source_stand_in::{AccessLevel, Change, Feature, Project, TokenSpec, Visibility};
use code_source_tests::{Rig, Runner};

use super::{Examined, arguments, keep_to_owner};

async fn shop() -> (Rig, Project) {
    let rig = Rig::new().await;
    keep_to_owner(&rig);
    let project = rig.forge.project("web/shop");
    project.commit("main", "Begin", &[("a", Change::file("a"))]);
    (rig, project)
}

/// A connection with the token of an account that has this role.
fn as_member(rig: &Rig, project: &Project, level: AccessLevel) -> Runner {
    let user = rig.forge.user("reader");
    let _project = project.clone().members(&user, level);
    let token = rig.forge.token(TokenSpec::new(&user, &["api"]));
    rig.runner_with(arguments(rig, &rig.token_file("readers", &token)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mode_that_the_token_lacks_decides_before_what_it_hides() {
    let (rig, _project) = shop().await;
    rig.forge.feature(Feature::AdminMode);
    let examined = Examined::new(&rig.runner(), &["web/shop"]);
    let expected = ("repositories", "admin-mode-required");
    assert_eq!(examined.cause(), expected, "{}", examined.text);
    let cause = &examined.json["verdict"]["cause"];
    assert_eq!(cause["remedied-by"], "user");
    assert_eq!(examined.json["exit-status"], 6);
    let first = examined.verdict()[0];
    assert!(
        first.starts_with("cause: GitLab does not show `web/shop`: "),
        "{first}"
    );
    assert!(
        !examined.json["verdict"]["also"]
            .to_string()
            .contains("admin-mode")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_without_the_mode_is_held_to_the_role() {
    let (rig, project) = shop().await;
    let root = rig.forge.user("root");
    let _project = project.members(&root, AccessLevel::Developer);
    let examined = Examined::new(&rig.runner(), &["web/shop"]);
    assert!(
        !examined.text.contains("access-too-low"),
        "{}",
        examined.text
    );
    rig.forge.feature(Feature::AdminMode);
    let examined = Examined::new(&rig.runner(), &["web/shop"]);
    assert!(
        examined.text.contains("access-too-low"),
        "{}",
        examined.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_repository_at_an_old_path_is_told_as_that() {
    let (rig, project) = shop().await;
    let config = format!(
        "[connections.acme]\nurl = \"{}\"\ntoken = {{ file = \"token\" }}\nca-file = \"ca.pem\"\n\
         private-addresses = [\"127.0.0.0/8\"]\n\
         repositories = [{{ id = \"{}\", path = \"web/shop\" }}]\n",
        rig.forge.url(),
        project.id(),
    );
    std::fs::write(rig.folder().join("config.toml"), config).unwrap();
    let option = format!("--config={}", rig.folder().join("config.toml").display());
    project.delete();
    let other = rig.forge.project("web/shop");
    let examined = Examined::new(&rig.runner_with([option]), &[]);
    assert_eq!(examined.cause(), ("repositories", "repository-replaced"));
    let first = examined.verdict()[0];
    assert!(first.contains(&format!("number {}", other.id())), "{first}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_reads_what_is_internal() {
    let (rig, project) = shop().await;
    let runner = as_member(&rig, &project, AccessLevel::Guest);
    let examined = Examined::new(&runner, &["web/shop"]);
    assert_eq!(examined.json["status"], "broken", "{}", examined.text);
    let _project = project.visibility(Visibility::Internal);
    let examined = Examined::new(&runner, &["web/shop"]);
    assert_eq!(examined.json["status"], "degraded", "{}", examined.text);
    assert_eq!(examined.cause(), ("repositories", "access-too-low"));
    assert_eq!(examined.json["exit-status"], 0);
}
