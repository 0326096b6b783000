//! Questions of other commands, as somebody answers them: approving a plugin, and writing a text in
//! an editor.

use code_source_stand_in::Change;
use code_source_tests::{Key, Terminal, component};

use super::Study;

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_is_approved_only_by_a_clear_yes() {
    let study = Study::new().await;
    std::fs::create_dir(study.path("home")).unwrap();
    std::fs::write(study.path("home/forge.wasm"), component()).unwrap();
    let text = format!(
        "[connections.acme]\nurl = \"{}\"\ntoken = {{ file = \"../token\" }}\nplugin = {{ path = \"forge.wasm\" }}\n",
        study.rig.forge.url()
    );
    std::fs::write(study.path("home/config.toml"), &text).unwrap();
    for (answer, status) in [("\n", 37), ("no\n", 37), ("y\n", 0)] {
        assert_eq!(study.read("home/config.toml"), text);
        let mut terminal = study.terminal(&["plugin", "approve"], 80);
        terminal.wait_for("Approve this plugin for the connection `acme`? [y/N]");
        terminal.type_text(answer);
        assert_eq!(terminal.end(), status, "{}", terminal.text());
    }
    assert!(study.read("home/config.toml").contains("sha256 = "));
}

/// A terminal on which a comment is to be written, with what stands for an editor there.
fn commenting(study: &Study, editor: &str) -> Terminal {
    let arguments = ["add-comment", "web/talk", "1", "--access=pull-requests"];
    let runner = study.runner().environment("EDITOR", editor);
    Terminal::start(&runner, &arguments, 80, 24)
}

fn comments(study: &Study) -> String {
    let list = ["list-comments", "web/talk", "1"];
    study.runner().run(&list).success().text()
}

async fn discussed() -> Study {
    let study = Study::new().await;
    study.is_connected();
    let project = study.rig.forge.project("web/talk");
    project.commit("main", "Begin", &[("a", Change::file("a\n"))]);
    project.branch("topic", &project.tip("main"));
    project.commit("topic", "Go on", &[("b", Change::file("b\n"))]);
    project.open_merge_request("topic", "main", "Go on");
    study
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_written_in_the_editor_and_an_empty_one_gives_up() {
    let study = discussed().await;
    // It shows what it is given, and takes a line from the terminal.
    let editor = "f() { grep '^#' \"$1\"; read line; echo \"$line\" > \"$1\"; }; f";
    for (typed, status) in [("\n", 130), ("Well done\n", 0)] {
        let mut terminal = commenting(&study, editor);
        terminal.wait_for("An empty text gives up.");
        terminal.type_text(typed);
        assert_eq!(terminal.end(), status, "{}", terminal.text());
    }
    assert!(comments(&study).contains("Well done"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_in_the_editor_is_the_editors() {
    let study = discussed().await;
    let editor = "f() { trap 'echo It stays.' INT; grep '^#' \"$1\"; until read line; do :; done; \
                  echo \"$line\" > \"$1\"; }; f";
    let mut terminal = commenting(&study, editor);
    terminal.wait_for("An empty text gives up.");
    terminal.press(Key::CtrlC);
    terminal.wait_for("It stays.");
    terminal.type_text("Well done\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    assert!(comments(&study).contains("Well done"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_goes_down_takes_the_unsent_text_with_it() {
    let study = discussed().await;
    let seen = study.path("seen");
    let editor = format!("f() {{ echo \"$1\" > {seen}; kill -TERM $PPID; read line; }}; f");
    let mut terminal = commenting(&study, &editor);
    assert_eq!(terminal.end(), 143, "{}", terminal.text());
    let text = terminal.text();
    assert!(
        text.contains("error: terminated: nothing was changed"),
        "{text}"
    );
    let draft = study.read("seen");
    assert!(draft.trim().ends_with(".md"), "{draft}");
    assert!(!std::path::Path::new(draft.trim()).exists(), "{draft}");
    assert_eq!(study.rig.asked("POST"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_undone_is_asked_about_first() {
    let study = Study::new().await;
    study.is_connected();
    let arguments = [
        "delete-branch",
        "web/shop",
        "release/1",
        "--access=branches",
    ];
    let mut terminal = study.terminal(&arguments, 80);
    terminal.wait_for("[y/N]");
    terminal.press(Key::Enter);
    assert_eq!(terminal.end(), 130, "{}", terminal.text());
    assert!(terminal.text().contains("nothing was changed"));
    assert_eq!(study.rig.asked("DELETE"), 0);
    let mut terminal = study.terminal(&arguments, 80);
    terminal.wait_for("[y/N]");
    terminal.type_text("yes\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
}
