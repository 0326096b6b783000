//! What `doctor` looks like on a terminal, and when somebody ends it.

use code_source_stand_in::{Certificate, Effect, Fault, Matcher, When};
use code_source_tests::{Key, Rig, Terminal, played};

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_examination_says_what_is_known() {
    let rig = Rig::new().await;
    rig.forge.fault(Fault {
        on: Matcher::target("/api/v4"),
        when: When::Always,
        what: Effect::NoAnswer,
    });
    let mut terminal = Terminal::start(&rig.runner(), &["doctor", "--color=never"], 80, 24);
    terminal.wait_for("TLS 1.3");
    terminal.press(Key::CtrlC);
    assert_eq!(terminal.end(), 130, "{}", terminal.text());
    let text = terminal.text();
    for line in [
        "interrupted: nothing was broken up to there",
        "not looked at: http, version, token, account,",
        "status: unknown (exit status 130)",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains("because of that"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_fits_into_forty_columns() {
    let rig = Rig::with(played().certificate(Certificate::SelfSigned)).await;
    let mut terminal = Terminal::start(&rig.runner(), &["doctor"], 40, 24);
    assert_eq!(terminal.end(), 25, "{}", terminal.text());
    let text = terminal.text();
    // Below the tree, a word that is longer than a line stands in one by itself.
    for line in text.lines().filter(|line| line.chars().count() > 40) {
        assert!(!line.contains(' '), "{line}");
        assert!(!line.starts_with('│'), "{line}");
    }
    assert!(text.contains("├─ ✗ tls"), "{text}");
}
