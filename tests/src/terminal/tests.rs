//! A shell on the terminal that the tests look at: apart from it because the terminal is the harness.

use super::*;

/// A shell's script on a terminal, as the command would be.
fn script(text: &str, columns: u16, rows: u16) -> Terminal {
    let mut command = std::process::Command::new("sh");
    command.args(["-c", text]);
    Terminal::of(command, columns, rows)
}

#[test]
fn a_question_is_seen_and_answered_and_the_end_is_told() {
    let mut terminal = script(
        "printf 'Name? '; read name; echo \"It is $name\"; exit 3",
        80,
        24,
    );
    terminal.wait_for("Name? ");
    terminal.type_text("acme\n");
    terminal.wait_for("It is acme");
    assert_eq!(terminal.end(), 3);
    assert_eq!(terminal.screen()[..2], ["Name? acme", "It is acme"]);
    assert!(terminal.everything().starts_with(b"Name? "));
}

#[test]
fn the_command_is_told_the_size_and_a_long_line_counts_as_one() {
    let text = "stty size; printf 'a%.0s' 1 2 3 4 5 6 7 8; echo; seq 30; printf x; read x";
    let terminal = script(text, 5, 3);
    terminal.wait_for("3 5\naaaaaaaa\n1\n2\n");
    terminal.wait_for("29\n30\nx");
    assert_eq!(terminal.screen(), ["29", "30", "x"]);
}

#[test]
fn keys_arrive_as_terminals_send_them_and_control_c_is_a_signal() {
    let mut terminal = script("trap 'exit 7' INT; stty -echo; echo go; cat -v", 80, 24);
    terminal.wait_for("go");
    terminal.press(Key::Down);
    terminal.press(Key::Enter);
    terminal.wait_for("^[[B");
    terminal.press(Key::CtrlC);
    assert_eq!(terminal.end(), 7);
}

#[test]
#[should_panic(expected = "ended without `Name? `:\nsomething else")]
fn a_text_that_does_not_come_is_a_failure_that_shows_what_came() {
    script("echo something else", 80, 24).wait_for("Name? ");
}

#[test]
fn what_was_shown_is_searched_for_tokens() {
    let token = "terminal-token-that-nobody-else-has-0000";
    SEARCH.watch(token);
    let mut terminal = script(&format!("echo {token}"), 20, 5);
    assert_eq!(terminal.end(), 0);
    drop(terminal);
    let found = SEARCH.found();
    assert!(found.iter().any(|one| one.ends_with("what a terminal got")));
    assert!(
        found
            .iter()
            .any(|one| one.ends_with("what a terminal showed"))
    );
}
