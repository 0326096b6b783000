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
    assert!(
        text.contains("vouched") || text.contains("TLS 1.3"),
        "{text}"
    );
    assert!(text.contains("interrupted: "), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_fits_into_forty_columns() {
    let rig = Rig::with(played().certificate(Certificate::SelfSigned)).await;
    let mut terminal = Terminal::start(&rig.runner(), &["doctor"], 40, 24);
    assert_eq!(terminal.end(), 25, "{}", terminal.text());
    let text = terminal.text();
    // A line that is longer than the terminal counts as one.
    let long = text.lines().filter(|line| line.chars().count() > 40);
    let long: Vec<_> = long.filter(|line| line.contains(' ')).collect();
    println!("{text}");
    assert!(
        long.iter().all(|line| line.contains("/tmp")
            || line.contains("SHA-256")
            || line.split(' ').any(|word| word.len() > 30)),
        "{long:?}"
    );
    assert!(text.contains("├─ ✗ tls"), "{text}");
}
