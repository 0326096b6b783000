//! Colours, notes, help, and the one argument that is refused before all others.

use code_source_tests::{Rig, Runner};

use super::Desk;

const COLOR: char = '\u{1b}';

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_gets_no_colours_unless_they_are_asked_for() {
    let desk = Desk::new().await;
    let plain = desk.runner.run(&["branches", "web/shop"]).success();
    assert!(!plain.text().contains(COLOR));
    let colored = ["branches", "web/shop", "--color", "always"];
    let printed = desk.runner.run(&colored).success();
    assert!(printed.text().contains(COLOR));
    let without: String = plain.text();
    assert!(without.lines().count() == printed.text().lines().count());
    // Whoever says it for this command means it more than who said it for all.
    let quiet = desk.rig.runner().environment("NO_COLOR", "1");
    assert!(!quiet.run(&["branches", "web/shop"]).text().contains(COLOR));
    assert!(quiet.run(&colored).text().contains(COLOR));
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_have_colours_only_where_they_are_asked_for() {
    let desk = Desk::new().await;
    let printed = desk.runner.run(&["cat", "web/shop", "gone"]);
    assert!(printed.stderr.starts_with("error: "), "{}", printed.stderr);
    let arguments = ["cat", "web/shop", "gone", "--color", "always"];
    let printed = desk.runner.run(&arguments);
    assert!(printed.stderr.starts_with(COLOR), "{}", printed.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_told_where_that_is_wanted() {
    let desk = Desk::new().await;
    let command = ["stat-file", "web/shop", "README.md"];
    let quiet = desk.runner.run(&command).success();
    assert_eq!(quiet.stderr, "");
    let url = desk.rig.forge.url();
    // The path that a forge may live below is not told with every request.
    let origin = url.trim_end_matches("/gitlab");
    let once = desk.runner.run(&[&command[..], &["-v"]].concat());
    let once = once.success();
    for part in [
        "note: no audit file: requests are not recorded\n".to_owned(),
        "git.stat-file in ".to_owned(),
        format!("  GET /projects/{{project}} at {origin}: 200, "),
        "/repository/files/{path}".to_owned(),
    ] {
        assert!(once.stderr.contains(&part), "{part}: {}", once.stderr);
    }
    assert!(!once.stderr.contains("first byte"));
    let twice = desk.runner.run(&[&command[..], &["-vv"]].concat());
    let twice = twice.success();
    for part in [
        "resolve ",
        "connect ",
        "tls ",
        "first byte ",
        "at 127.0.0.1",
    ] {
        assert!(twice.stderr.contains(part), "{part}: {}", twice.stderr);
    }
    assert_eq!(
        (&quiet.stdout, &once.stdout),
        (&twice.stdout, &twice.stdout)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_on_the_command_line_is_refused_and_not_repeated() {
    let rig = Rig::new().await;
    let runner = rig.runner();
    for arguments in [
        &["check", "--token", &rig.token][..],
        &["check", &format!("--token={}", rig.token)],
        &["--token", &rig.token, "check"],
    ] {
        for json in [&[][..], &["--json"]] {
            let printed = runner.run(&[arguments, json].concat());
            assert_eq!(printed.status, 2);
            assert!(printed.stderr.contains("hint: put it into a file"));
        }
    }
    assert_eq!(rig.asked(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_on_the_command_line_is_told_before_anything_is_asked() {
    let desk = Desk::new().await;
    for arguments in [
        &["nonsense"][..],
        &["cat", "web/shop"],
        &["resolve", "web/shop", "--tag", "a", "--branch", "b"],
        &["resolve", "web/shop", "--commit", "main"],
        &["repos", "--limit", "0"],
        &["cat", "web/shop", "a", "--range", "9-1"],
        &["link", "web/shop", "a", "--lines", "0"],
        &["read-blob", "web/shop", "main"],
        &["resolve", "https://elsewhere.example/web/shop"],
        &["check", "--timeout", "0"],
        &["check", "--plugin-sha256", "abc"],
    ] {
        let printed = desk.runner.run(&[arguments, &["--json"]].concat());
        assert_eq!(printed.status, 2, "{arguments:?}: {}", printed.stderr);
        assert_eq!(printed.json()["error"]["code"], "usage");
        assert!(printed.stderr.starts_with("error: "), "{arguments:?}");
    }
    assert_eq!(desk.rig.asked(""), 0);
}

#[test]
fn a_shell_takes_its_completions_and_the_manual_has_its_pages() {
    let folder = tempfile::tempdir().unwrap();
    let runner = Runner::new([]);
    let script = folder.path().join("code-source");
    let printed = runner.run(&["completions", "bash"]).success();
    std::fs::write(&script, printed.stdout).unwrap();
    let source = "source \"$0\" && declare -F _code__source && complete -p code-source";
    let bash = std::process::Command::new("bash")
        .args(["--norc", "-c", source])
        .arg(&script)
        .output()
        .unwrap();
    assert!(bash.status.success(), "{bash:?}");
    for (shell, part) in [
        ("zsh", "#compdef code-source"),
        ("fish", "complete -c code-source"),
    ] {
        let script = runner.run(&["completions", shell]).success().text();
        assert!(script.contains(part), "{shell}");
    }
    let pages = folder.path().join("man1").display().to_string();
    runner.run(&["man", "--directory", &pages]).success();
    let page = std::fs::read_to_string(format!("{pages}/code-source-sync.1")).unwrap();
    assert!(
        page.contains(".SH EXAMPLES") || page.contains("Examples:"),
        "{page}"
    );
    let main = runner.run(&["man"]).success().text();
    assert!(main.contains(".SH FILES"), "{main}");
}

#[test]
fn bash_completes_what_stands_after_the_name_of_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("code-source");
    let printed = Runner::new([]).run(&["completions", "bash"]).success();
    std::fs::write(&script, printed.stdout).unwrap();
    for (words, offered) in [
        (&["conn"][..], &["connect", "connections"][..]),
        (
            &["connect", "--tok"],
            &["--token-env", "--token-file", "--token-stdin"],
        ),
        (&["policy", ""], &["check", "explain", "network"]),
        (&["policy", "explain", "--js"], &["--json"]),
        (&["why", "--minimum-access", "ma"], &["maintainer"]),
        (&["completions", ""], &["bash", "fish", "zsh"]),
        (&["help", "list-r"], &["list-refs", "list-repositories"]),
        (&["log", "--pa"], &["--path"]),
    ] {
        let found = completed(&script, words);
        for one in offered {
            assert!(found.iter().any(|word| word == one), "{words:?}: {found:?}");
        }
        let typed = words.last().unwrap();
        assert!(
            found.iter().all(|word| word.starts_with(typed)),
            "{found:?}"
        );
    }
}

/// What bash offers for the last of the words, in the way in which it asks the script.
fn completed(script: &std::path::Path, words: &[&str]) -> Vec<String> {
    let ask = "source \"$0\"
        COMP_WORDS=(code-source \"$@\"); COMP_CWORD=$#
        [[ $(complete -p code-source) =~ -F\\ ([^ ]+) ]] || exit 3
        \"${BASH_REMATCH[1]}\" code-source \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"
        printf '%s\\n' \"${COMPREPLY[@]}\"";
    let bash = std::process::Command::new("bash")
        .args(["--norc", "-c", ask])
        .arg(script)
        .args(words)
        .output()
        .unwrap();
    assert!(bash.status.success(), "{bash:?}");
    let offered = String::from_utf8(bash.stdout).unwrap();
    offered.lines().map(str::to_owned).collect()
}

#[test]
fn the_pages_of_the_manual_are_for_everybody() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("code-source-sync.1");
    for (mask, mode) in [("022", 0o644), ("077", 0o600), ("002", 0o664)] {
        let line = format!("umask {mask}; exec \"$0\" man --directory \"$1\"");
        let mut command = std::process::Command::new("sh");
        command.arg("-c").arg(line).arg(code_source_tests::binary());
        let output = command.arg(folder.path()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let found = page.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "umask {mask}");
    }
}

#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    for line in ["--help", "--version", "help sync", "exit-codes"] {
        let mut command = std::process::Command::new("sh");
        let text = format!("exec \"$0\" {line} >/dev/full");
        command.arg("-c").arg(text).arg(code_source_tests::binary());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}: {output:?}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            stderr.contains("cannot write to standard output"),
            "{stderr}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn output_that_is_closed_is_no_crash() {
    let desk = Desk::new().await;
    let binary = desk.runner.command(&[]).get_program().to_owned();
    for closed in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        let line = format!("exec \"$0\" \"$@\" {closed}");
        let mut command = std::process::Command::new("sh");
        command.arg("-c").arg(line).arg(&binary);
        command.args(desk.runner.command(&["branches", "web/shop"]).get_args());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{closed}: {output:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn help_and_the_version_need_no_connection() {
    let rig = Rig::new().await;
    let runner = rig.runner_with([]);
    for arguments in [&["--help"][..], &["--version"], &["sync", "--help"]] {
        let printed = runner.run(arguments).success();
        assert!(printed.text().contains("code-source"), "{printed:?}");
    }
    let codes = runner.run(&["exit-codes"]).success().text();
    // What stands behind `help` is the name of a command: no option may follow.
    let help = Runner::new([]).run(&["help", "exit-codes"]);
    let help = help.success().text();
    for row in ["12      not-found", "130     interrupted"] {
        assert!(codes.contains(row) && help.contains(row), "{codes}\n{help}");
    }
}
