//! The three commands of the README from nothing to a synced directory, as they stand there.

use std::path::Path;
use std::process::Command;

use code_source_stand_in::ProjectSpec;
use code_source_tests::{Printed, Terminal, binary};

use super::Study;

/// The commands of ours in the blocks below a heading of the README, without what they are for.
fn commands(heading: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join("README.md")).unwrap();
    let (_, rest) = text
        .split_once(heading)
        .expect("the heading is in the README");
    let lines = rest.lines().filter_map(|line| line.strip_prefix("$ "));
    let ours = lines.filter(|line| line.starts_with("code-source "));
    let bare = ours.map(|line| line.split("  #").next().unwrap_or(line).trim());
    bare.map(str::to_owned).collect()
}

/// A command as a shell runs it, in a home of its own, with nobody at a terminal.
fn run(study: &Study, command: &str) -> Printed {
    let path = binary().parent().unwrap().display().to_string();
    let path = format!("{path}:{}", std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell
        .args(["-c", command])
        .current_dir(study.rig.folder())
        .env_clear()
        .env("PATH", &path)
        .env("HOME", study.path("home"))
        .stdin(std::process::Stdio::null());
    Printed::from(shell.output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_readme_lead_from_nothing_to_a_synced_directory() {
    let study = Study::new().await;
    // More than one page of them.
    study.rig.forge.many_projects(150, None, |index| {
        ProjectSpec::new(format!("crowd/project-{index:03}"))
    });
    let commands = commands("## Connect your GitLab");
    assert_eq!(commands[0], "code-source connect");
    let home = study.path("home");
    let runner = study.rig.runner_with([]).environment("HOME", &home);
    let mut terminal = Terminal::start(&runner, &["connect"], 80, 24);
    for (question, answer) in [
        ("Address of the forge", study.rig.forge.url()),
        ("Type or paste it", String::new()),
        ("Token (not shown)", study.rig.token.clone()),
        ("Is the forge meant to be at", "y".to_owned()),
        ("Trust an authority", String::new()),
        ("in PEM form", study.path("ca.pem")),
        ("153; type to search", "shop".to_owned()),
        ("What does it hold?", "mono".to_owned()),
        ("> main", String::new()),
        ("Name of the connection", String::new()),
        ("Write this?", "y".to_owned()),
    ] {
        terminal.wait_for(question);
        terminal.type_text(&format!("{answer}\n"));
    }
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    for command in &commands[1..3] {
        run(&study, command).success();
    }
    assert!(commands[2].starts_with("code-source sync "), "{commands:?}");
    assert_eq!(study.read("shop/README.md"), "# Begin\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_readme_connect_by_options_as_well() {
    let study = Study::new().await;
    let commands = commands("everything can be said by flags:");
    let command = commands[0].replace("gitlab.example.com", &study.rig.forge.url());
    std::fs::create_dir(study.path("home")).unwrap();
    std::fs::copy(study.path("token"), study.path("home/.gitlab-token")).unwrap();
    // As the README says for an authority of one's own, and for an address of one's own.
    run(
        &study,
        &format!("{command} --ca-file ca.pem --private-address 127.0.0.0/8"),
    )
    .success();
    run(&study, "code-source tree web/shop").success();
}
