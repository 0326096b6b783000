//! Ctrl-C, and being asked to end: whatever a command is doing, it ends soon, says what it left,
//! and leaves nothing half-written.

use std::io::{Read as _, Write as _};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use code_source_stand_in::{Change, Effect, Fault, Matcher, When};
use code_source_tests::{Printed, git};
use rustix::process::{Pid, Signal, kill_process};

use super::Desk;

/// An answer that stops in its middle.
pub(super) const STALL: Effect = Effect::StallBodyAfter(100_000);

/// A command that has made the request whose target holds `part`, and waits for its answer, to
/// which this happens.
pub(super) fn begun(desk: &Desk, part: &str, what: Effect, arguments: &[&str]) -> Child {
    let handle = desk.rig.forge.fault(Fault {
        on: Matcher::target(part),
        when: When::Once,
        what,
    });
    let mut command = desk.runner.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The request is made under the eyes of whoever waits for the signal.
    while handle.hits() == 0 {
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none(), "{part} was not asked for: {ended:?}");
    }
    child
}

/// What the command says to Ctrl-C.
pub(super) fn interrupt(child: Child) -> Printed {
    send(Signal::INT, child)
}

fn send(signal: Signal, child: Child) -> Printed {
    kill_process(Pid::from_child(&child), signal).unwrap();
    let sent = Instant::now();
    let printed = Printed::from(child.wait_with_output().unwrap());
    // A second is promised; what it waits for never comes.
    assert!(sent.elapsed() < LONGEST, "{:?}", sent.elapsed());
    printed
}

/// How long the end may take on a machine that is busy.
const LONGEST: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_hangs_ends_by_either_signal() {
    let desk = Desk::new().await;
    for (signal, status, word) in [
        (Signal::INT, 130, "interrupted"),
        (Signal::TERM, 143, "terminated"),
    ] {
        let resolve = ["resolve", "web/shop", "--branch", "main", "--json"];
        let child = begun(&desk, "/repository/", Effect::NoAnswer, &resolve);
        let printed = send(signal, child);
        assert_eq!(printed.status, status, "{}", printed.stderr);
        let error = format!("error: {word}: nothing was changed\n");
        assert_eq!(printed.stderr, error);
        assert_eq!(printed.json()["error"]["code"], word);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_takes_nothing_keeps_no_command() {
    let desk = Desk::new().await;
    let lines = Change::file("A line of text.\n".repeat(100_000));
    desk.project.commit("main", "Grow", &[("lines", lines)]);
    let (mut pty, pts) = pty_process::blocking::open().unwrap();
    let command = desk.runner.command(&["cat", "web/shop", "lines"]);
    let mut child = pty_process::blocking::Command::from(command)
        .spawn(pts)
        .unwrap();
    // Whoever reads this reads nothing more.
    pty.read_exact(&mut [0]).unwrap();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let sent = Instant::now();
    let mut ended = child.try_wait().unwrap();
    while ended.is_none() && sent.elapsed() < LONGEST {
        std::thread::yield_now();
        ended = child.try_wait().unwrap();
    }
    child.kill().unwrap();
    assert_eq!(ended.and_then(|status| status.code()), Some(143));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_under_way_names_the_command_that_shows_what_became_of_it() {
    let desk = Desk::new().await;
    let made = Effect::NoAnswer.after_work();
    let create = ["create-branch", "web/shop", "soon", "--json"];
    let arguments = [&create[..], &["--access", "branches"]].concat();
    let child = begun(&desk, "/repository/branches", made, &arguments);
    while git(&desk.project, &["branch", "--list", "soon"]).is_empty() {
        tokio::task::yield_now().await;
    }
    let printed = interrupt(child);
    assert_eq!(printed.status, 130, "{}", printed.stderr);
    for part in [
        "error: interrupted: it was to make the branch `soon` of `web/shop`, and nobody knows",
        "\n\nhint: `code-source branches web/shop` shows what is there now",
    ] {
        assert!(printed.stderr.contains(part), "{}", printed.stderr);
    }
    let error = &printed.json()["error"];
    assert!(
        error["hint"]
            .as_str()
            .unwrap()
            .contains("branches web/shop")
    );
    assert!(desk.text(&["branches", "web/shop"]).contains("soon"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_not_half_written() {
    let desk = Desk::new().await;
    let file = desk.path("kept");
    for (part, command) in [
        ("/archive", &["archive", "web/shop"][..]),
        ("/raw", &["cat", "web/shop", "bytes"]),
    ] {
        std::fs::write(&file, "old").unwrap();
        let before = desk.rig.folder().read_dir().unwrap().count();
        let arguments = [command, &["--output", &file]].concat();
        let printed = interrupt(begun(&desk, part, STALL, &arguments));
        assert_eq!(printed.status, 130, "{}", printed.stderr);
        // The answer's head may not have been read yet.
        let left = [
            format!("`{file}` was not written"),
            "nothing was changed".into(),
        ];
        let said = left.map(|left| format!("error: interrupted: {left}\n"));
        assert!(said.contains(&printed.stderr), "{}", printed.stderr);
        assert_eq!(std::fs::read(&file).unwrap(), b"old");
        assert_eq!(desk.rig.folder().read_dir().unwrap().count(), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_in_json_is_closed_and_does_not_look_whole() {
    let desk = Desk::new().await;
    for number in 0..130 {
        desk.project
            .branch(&format!("more-{number:03}"), &desk.first);
    }
    let list = ["branches", "web/shop", "--json"];
    let child = begun(&desk, "page_token=", Effect::NoAnswer, &list);
    let printed = interrupt(child);
    assert_eq!(printed.status, 130, "{}", printed.stderr);
    let list = printed.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 100);
    assert_eq!(list["complete"], false);
    assert_eq!(list["error"]["code"], "interrupted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_waits_for_its_input_ends_too() {
    let desk = Desk::new().await;
    let headers = desk.path("headers");
    std::fs::write(&headers, "").unwrap();
    let arguments = [
        "receive-webhook",
        "--headers",
        &headers,
        "--body",
        "-",
        "--json",
    ];
    let mut command = desk.runner.command(&arguments);
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A pipe holds 64 KiB: once more than that is gone, somebody reads.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&vec![b' '; 100_000]).unwrap();
    let printed = send(Signal::TERM, child);
    assert_eq!(printed.status, 143, "{}", printed.stderr);
    assert_eq!(printed.stderr, "error: terminated: nothing was changed\n");
    assert_eq!(printed.json()["error"]["exit-status"], 143);
    drop(stdin);
}
