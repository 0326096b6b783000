//! `cargo demo`: everything at once, on this machine and nowhere else.
//!
//! It starts a stand-in forge with the history of this very repository, and runs the real
//! `code-source` against it as a person would, step by step. It ends with one line, and with a
//! status other than 0 if anything differed from what was expected.

mod history;
mod step;

use std::path::Path;
use std::process::ExitCode;

use code_source_stand_in::{Change, Project, StandIn};

use self::step::Steps;

#[tokio::main]
async fn main() -> ExitCode {
    match demonstrate().await {
        Ok(steps) => steps.verdict(),
        Err(problem) => {
            eprintln!("demo: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn demonstrate() -> Result<Steps, String> {
    println!("Building the runner…");
    let binary = tokio::task::spawn_blocking(|| code_source_tests::binary().to_owned())
        .await
        .map_err(|error| error.to_string())?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let forge = StandIn::builder()
        .start()
        .await
        .map_err(|error| error.to_string())?;
    let project = forge.project("demo/code-source");
    history::fill(&project)?;
    forge.project("demo/another");
    write(&folder.path().join("token"), &forge.admin_token())?;
    write(&folder.path().join("ca.pem"), forge.ca_pem())?;
    println!(
        "A stand-in GitLab answers at {}, with a certificate of its own CA.\n",
        forge.url()
    );
    let mut steps = Steps::new(&binary, folder.path(), &forge.url());
    tokio::task::block_in_place(|| read(&mut steps));
    tokio::task::block_in_place(|| follow(&mut steps, &project, folder.path()));
    tokio::task::block_in_place(|| refuse(&mut steps));
    Ok(steps)
}

/// What an agent does first: look around and read.
fn read(steps: &mut Steps) {
    steps.say("Does the connection work, and what should one know about the token?");
    steps.expect(&["check"], 0, "GitLab");
    steps.say("Which repositories are there?");
    steps.expect(&["list-repositories"], 0, "demo/code-source");
    steps.say("What is in one of them?");
    steps.expect(&["list-tree", REPOSITORY], 0, "README.md");
    steps.say("Read a file of it.");
    steps.expect(&["read-file", REPOSITORY, "LICENSE"], 0, "Permission");
}

/// A synced copy, and what a new commit changes in it.
fn follow(steps: &mut Steps, project: &Project, folder: &Path) {
    let copy = folder.join("copy");
    steps.say("Bring its whole tree into a directory.");
    steps.expect(
        &["sync", REPOSITORY, &copy.display().to_string()],
        0,
        "full: nothing was there",
    );
    steps.compare(project, &copy);
    steps.say("Nothing changed: a second run asks once and writes nothing.");
    steps.expect(
        &["sync", REPOSITORY, &copy.display().to_string()],
        0,
        "Requests  1",
    );
    let commit = project.commit(
        history::BRANCH,
        "Say hello",
        &[
            ("hello.txt", Change::file("hello\n")),
            ("LICENSE", Change::Delete),
        ],
    );
    steps.say(&format!(
        "Somebody pushes commit {}: one file more, one less.",
        &commit[..8]
    ));
    steps.expect(
        &["sync", REPOSITORY, &copy.display().to_string()],
        0,
        "incremental",
    );
    steps.compare(project, &copy);
}

/// What the firewall is for.
fn refuse(steps: &mut Steps) {
    steps.say("The firewall: the forge is at a loopback address, and nobody has allowed that.");
    steps.expect_without_private_address(&["check"], "private-addresses");
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

const REPOSITORY: &str = "demo/code-source";
