//! `git.read-commit`: one commit as git has it.

use code_source::Source;
use code_source::contract::git::{Commit, Signature};
use code_source_stand_in::{Change, Project};
use code_source_tests::{Rig, code, expect, git};

async fn shop() -> (Rig, Project, Source, String) {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/shop");
    project.commit("main", "Begin", &[("README.md", Change::file("# Shop\n"))]);
    let source = rig.source_of(&project);
    let id = project.id().to_string();
    (rig, project, source, id)
}

fn person(signature: &Signature) -> String {
    format!("{} <{}> {}", signature.name, signature.email, signature.at)
}

/// A commit in the form that `git log` prints below.
fn shown(commit: &Commit) -> String {
    let people = [person(&commit.author), person(&commit.committer)];
    format!(
        "{}|{}|{}|{}",
        commit.id,
        commit.parents.join(" "),
        people.join("|"),
        commit.message
    )
}

fn truth(project: &Project, id: &str) -> String {
    git(
        project,
        &[
            "log",
            "-1",
            "--format=format:%H|%P|%an <%ae> %at|%cn <%ce> %ct|%B",
            id,
        ],
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_is_as_git_has_it() {
    let (_rig, project, source, id) = shop().await;
    let mut commit =
        project.new_commit("main", "Grüße\n\nMit Text: \"a\" & <b>\n\nSigned-off-by: x");
    commit.author = ("Ä. Author".to_owned(), "author@example.com".to_owned());
    commit.committer = ("C O'Mitter".to_owned(), "no address".to_owned());
    commit.zone = "-0930".to_owned();
    let tip = project.commit_as(&commit, [(b"a".to_vec(), Change::file("a"))]);
    let found = expect(source.read_commit(&id, &tip).await);
    assert_eq!(shown(&found), truth(&project, &tip));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_has_its_parents_in_order_and_a_first_commit_none() {
    let (_rig, project, source, id) = shop().await;
    let first = project.tip("main");
    project.branch("side", &first);
    let side = project.commit("side", "Aside", &[("s", Change::file("s"))]);
    let main = project.commit("main", "Go on", &[("m", Change::file("m"))]);
    let merge = project.merge("main", "side", "Merge side");
    assert_eq!(
        expect(source.read_commit(&id, &merge).await).parents,
        [main, side]
    );
    assert!(
        expect(source.read_commit(&id, &first).await)
            .parents
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_message_is_whole() {
    let (_rig, project, source, id) = shop().await;
    let message = format!("Subject\n\n{}\n", "A line of the body.\n".repeat(5_000));
    let tip = project.commit("main", &message, &[("a", Change::file("a"))]);
    let found = expect(source.read_commit(&id, &tip).await);
    assert_eq!(found.message.trim_end(), message.trim_end());
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_not_text_do_not_keep_a_commit_from_being_read() {
    let (_rig, project, source, id) = shop().await;
    let mut commit = project.new_commit("main", "");
    commit.message = b"Gr\xfc\xdfe\n".to_vec();
    let tip = project.commit_as(&commit, [(b"a".to_vec(), Change::file("a"))]);
    let found = expect(source.read_commit(&id, &tip).await);
    assert!(found.message.starts_with("Gr") && found.message.trim_end().ends_with('e'));
}

#[tokio::test(flavor = "multi_thread")]
async fn its_page_is_where_people_find_it() {
    let (rig, project, source, id) = shop().await;
    let tip = project.tip("main");
    let found = expect(source.read_commit(&id, &tip).await);
    assert_eq!(
        found.web_url,
        format!("{}/web/shop/-/commit/{tip}", rig.forge.external_url())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_commit_is_not_found() {
    let (_rig, project, source, id) = shop().await;
    project.tag("v1", &project.tip("main"), Some("Notes"));
    let object = |name: &str| git(&project, &["rev-parse", name]);
    for other in [
        object("main^{tree}"),
        object("main:README.md"),
        object("refs/tags/v1"),
        "0".repeat(40),
    ] {
        assert_eq!(
            code(source.read_commit(&id, &other).await),
            "NotFound(Commit)",
            "{other}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_of_an_empty_repository_is_not_looked_for_in_vain() {
    let rig = Rig::new().await;
    let project = rig.forge.project("web/empty").empty();
    let source = rig.source_of(&project);
    let outcome = source
        .read_commit(&project.id().to_string(), &"0".repeat(40))
        .await;
    assert_eq!(code(outcome), "EmptyRepository");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_not_a_commits_costs_no_request() {
    let (rig, project, source, id) = shop().await;
    let short = project.tip("main")[..12].to_owned();
    for name in ["main", "HEAD", "", &short, "../../../version"] {
        assert!(
            code(source.read_commit(&id, name).await).starts_with("InvalidArgument"),
            "{name}"
        );
    }
    assert_eq!(rig.asked(""), 0);
}
