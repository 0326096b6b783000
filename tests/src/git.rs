//! What git itself says of a project's repository: the truth that answers are held against.

use std::fs::File;
use std::io::Write as _;
use std::process::{Command, Stdio};

use code_source_stand_in::{Project, git_program};

/// What `git` prints about a project's repository, without the last line's end.
///
/// # Panics
///
/// If git fails.
#[track_caller]
pub fn git(project: &Project, arguments: &[&str]) -> String {
    let output = git_bytes(project, arguments);
    String::from_utf8(output)
        .expect("git prints text")
        .trim_end_matches('\n')
        .to_owned()
}

/// The same as lines.
#[track_caller]
pub fn git_lines(project: &Project, arguments: &[&str]) -> Vec<String> {
    git(project, arguments).lines().map(str::to_owned).collect()
}

/// The same where it is not text.
///
/// # Panics
///
/// If git fails.
#[track_caller]
pub fn git_bytes(project: &Project, arguments: &[&str]) -> Vec<u8> {
    let output = command(project)
        .args(arguments)
        .output()
        .expect("git starts");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// Hand `input` to git: history of any length in one process.
///
/// # Panics
///
/// If git fails.
#[track_caller]
pub fn git_input(project: &Project, arguments: &[&str], input: &str) {
    let mut command = command(project);
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    let mut child = command.spawn().expect("git starts");
    let mut stdin = child.stdin.take().expect("it was piped");
    stdin.write_all(input.as_bytes()).expect("git reads");
    drop(stdin);
    assert!(child.wait().expect("git ends").success(), "{arguments:?}");
}

/// What git prints, as lines, when its input is a file of any length.
///
/// # Panics
///
/// If git fails.
#[track_caller]
pub(crate) fn git_lines_of(project: &Project, arguments: &[&str], input: File) -> Vec<String> {
    let output = command(project)
        .args(arguments)
        .stdin(input)
        .output()
        .expect("git starts");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("git prints text");
    text.lines().map(str::to_owned).collect()
}

/// Git as nobody configured it.
fn command(project: &Project) -> Command {
    let mut command = Command::new(git_program());
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    for person in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{person}_NAME"), "Ada Example");
        command.env(format!("GIT_{person}_EMAIL"), "ada@example.com");
    }
    command
        .args(["-c", "core.quotePath=false", "-C"])
        .arg(project.git_dir());
    command
}
