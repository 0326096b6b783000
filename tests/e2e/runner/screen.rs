//! What a person sees on a terminal: how far long work is, questions that are broken off, narrow
//! tables, and nothing but ASCII where the locale has no more.

use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use code_source_stand_in::{Effect, Fault, Matcher, When};
use code_source_tests::{Key, Terminal, in_one_line};

use super::Desk;
use super::interrupted::STALL;

/// An archive that comes to its middle and stays there.
fn stalled(desk: &Desk, environment: &[(&str, &str)], columns: u16) -> Terminal {
    desk.disturb("/archive", STALL);
    let runner = environment
        .iter()
        .fold(desk.rig.runner(), |runner, (name, value)| {
            runner.environment(name, value)
        });
    let archive = ["archive", "web/shop", "--output", &desk.path("shop.tar.gz")];
    Terminal::start(&runner, &archive, columns, 24)
}

fn shown(terminal: &Terminal) -> String {
    String::from_utf8_lossy(&terminal.everything()).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn long_work_shows_how_far_it_is_and_takes_that_away_again() {
    let desk = Desk::new().await;
    for columns in [80, 40] {
        let mut terminal = stalled(&desk, &[], columns);
        // The first line may come when hardly anything has.
        terminal.wait_for("KiB");
        let screen = terminal.screen();
        let row = screen.iter().position(|row| row.contains("downloading: "));
        let row = row.unwrap_or_else(|| panic!("{screen:?}"));
        assert!(screen[row].contains("KiB"), "{screen:?}");
        // One line of the terminal, however narrow it is.
        assert_eq!(screen[row + 1].trim(), "", "{screen:?}");
        terminal.press(Key::CtrlC);
        assert_eq!(terminal.end(), 130);
        let text = in_one_line(&terminal.text());
        assert!(text.contains("error: interrupted: `"), "{text}");
        assert!(!text.contains("downloading"), "{text}");
    }
    assert!(!desk.rig.folder().join("shop.tar.gz").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locale_without_utf_8_gets_ascii_and_no_terminal_no_codes() {
    let desk = Desk::new().await;
    let mut terminal = stalled(&desk, &[("LC_ALL", "C")], 80);
    terminal.wait_for("downloading: ");
    terminal.press(Key::CtrlC);
    assert_eq!(terminal.end(), 130);
    assert!(shown(&terminal).is_ascii(), "{}", terminal.text());
    let before = desk.rig.asked("/archive");
    let mut dumb = stalled(&desk, &[("TERM", "dumb")], 80);
    // Nothing on its screen says how far it is.
    let begun = Instant::now();
    while desk.rig.asked("/archive") == before {
        assert!(begun.elapsed() < PATIENCE, "{}", dumb.text());
        std::thread::yield_now();
    }
    dumb.press(Key::CtrlC);
    dumb.end();
    assert!(!shown(&dumb).contains('\u{1b}'), "{:?}", shown(&dumb));
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_go_where_somebody_does_not_want_them() {
    let desk = Desk::new().await;
    let shows_colours = |name: &str, value: &str| {
        let runner = desk.rig.runner().environment(name, value);
        let mut terminal = Terminal::start(&runner, &["branches", "web/shop"], 80, 24);
        assert_eq!(terminal.end(), 0, "{}", terminal.text());
        shown(&terminal).contains("\u{1b}[36m")
    };
    assert!(shows_colours("LANG", "C.UTF-8"));
    assert!(!shows_colours("NO_COLOR", "1"));
    assert!(!shows_colours("TERM", "dumb"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_broken_off_changes_nothing() {
    let desk = Desk::new().await;
    let delete = ["delete-branch", "web/shop", "next", "--access", "branches"];
    let mut terminal = Terminal::start(&desk.runner, &delete, 80, 24);
    terminal.wait_for("[y/N]");
    terminal.press(Key::CtrlC);
    assert_eq!(terminal.end(), 130);
    terminal.wait_for("error: interrupted: nothing was changed");
    assert!(desk.text(&["branches", "web/shop"]).contains("next"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_on_a_narrow_terminal_loses_nothing() {
    let desk = Desk::new().await;
    let name = "a-branch-with-a-name-of-36-characters";
    desk.project.branch(name, &desk.first);
    let mut terminal = Terminal::start(&desk.runner, &["branches", "web/shop"], 40, 24);
    assert_eq!(terminal.end(), 0);
    let screen = terminal.screen();
    let row = screen.iter().position(|row| row.trim() == name);
    let row = row.unwrap_or_else(|| panic!("{screen:?}"));
    assert_eq!(screen[row - 1].trim(), &desk.first[..10]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sentences_break_between_words_and_commands_nowhere() {
    let desk = Desk::new().await;
    let token = desk.rig.folder().join("token");
    std::fs::set_permissions(token, std::fs::Permissions::from_mode(0o600)).unwrap();
    // A request has another number each time.
    let said = |text: &str| {
        in_one_line(text)
            .trim()
            .replace(|one: char| one.is_ascii_digit(), "")
    };
    let arguments = ["cat", "web/shop", "no/such/file"];
    let whole = desk.runner.run(&arguments).stderr;
    for columns in [80, 40] {
        let mut terminal = Terminal::start(&desk.runner, &arguments, columns, 24);
        assert_ne!(terminal.end(), 0);
        let text = terminal.text();
        assert_eq!(said(&text), said(&whole));
        for line in text.lines().map(str::trim_end) {
            assert!(line.chars().count() <= columns.into(), "{columns}: {text}");
            assert_eq!(line.matches('`').count() % 2, 0, "{columns}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_waits_for_an_answer_says_so() {
    let desk = Desk::new().await;
    let output = format!("--output={}", desk.path("shop.tar.gz"));
    for (part, arguments, shown) in [
        (
            "/archive",
            &["archive", "web/shop", &output][..],
            "asking for the archive, ",
        ),
        ("/api/v4", &["check"], "checking, "),
        ("/api/v4", &["why", "web/shop"], "asking why, "),
        (
            "/api/v4",
            &["read-repository", "web/shop"],
            "asking for the repository, ",
        ),
        (
            "/blame",
            &["blame", "web/shop", "README.md"],
            "asking who wrote it, ",
        ),
        (
            "/repository/branches",
            &["create-branch", "web/shop", "soon", "--access=branches"],
            "waiting for the answer, ",
        ),
    ] {
        let fault = desk.rig.forge.fault(Fault {
            on: Matcher::target(part),
            when: When::Always,
            what: Effect::NoAnswer,
        });
        let mut terminal = Terminal::start(&desk.rig.runner(), arguments, 80, 24);
        terminal.wait_for(shown);
        terminal.press(Key::CtrlC);
        assert_eq!(terminal.end(), 130, "{}", terminal.text());
        assert!(!terminal.text().contains(shown), "{}", terminal.text());
        fault.remove();
    }
}

/// How long a request may take to arrive, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);
