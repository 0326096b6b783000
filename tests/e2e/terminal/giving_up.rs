//! Giving up at each question: nothing is written, and that is said.

use code_source_stand_in::{Effect, Fault, Matcher, When};
use code_source_tests::{Key, Terminal};

use super::Study;

/// What is waited for and then typed, question by question.
fn questions(study: &Study) -> Vec<(&'static str, String)> {
    vec![
        (
            "Address of the forge",
            format!("{}\n", study.rig.forge.url()),
        ),
        ("Type or paste it", "\n".to_owned()),
        ("Token (not shown)", format!("{}\n", study.rig.token)),
        ("api/cart", "cart\n".to_owned()),
        ("What does it hold?", "back\n".to_owned()),
        ("> main", "\n".to_owned()),
        ("Connect a second one? [y/N]", "n\n".to_owned()),
        ("Name of the connection", "acme\n".to_owned()),
        ("Write this? [Y/n]", "n\n".to_owned()),
        ("What should be different?", "give up\n".to_owned()),
    ]
}

fn answer(terminal: &Terminal, questions: &[(&str, String)]) {
    for (question, answer) in questions {
        terminal.wait_for(question);
        terminal.type_text(answer);
    }
}

#[track_caller]
fn is_given_up(study: &Study, terminal: &mut Terminal) {
    assert_eq!(terminal.end(), 130, "{}", terminal.text());
    let text = terminal.text();
    assert!(
        text.contains("error: interrupted: nothing was written"),
        "{text}"
    );
    assert_eq!(study.written(), Vec::<String>::new());
}

/// Answer questions, and give up at the next one, with each key that does.
fn give_up_at_each(study: &Study, arguments: &[&str], questions: &[(&str, String)]) {
    for (number, (question, _)) in questions.iter().enumerate() {
        for key in [Key::Escape, Key::CtrlC] {
            let mut terminal = study.terminal(arguments, 80);
            answer(&terminal, &questions[..number]);
            terminal.wait_for(question);
            terminal.press(key);
            // What was answered is not lost by one key that is easily pressed.
            if key == Key::Escape && number > 0 {
                terminal.wait_for("Give up? [y/N]");
                terminal.type_text("y\n");
            }
            is_given_up(study, &mut terminal);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_every_question_nothing_is_written() {
    let study = Study::new().await;
    let options = [
        format!("--ca-file={}", study.path("ca.pem")),
        "--private-address=127.0.0.0/8".to_owned(),
    ];
    let arguments = ["connect", &options[0], &options[1]];
    let all = questions(&study);
    give_up_at_each(&study, &arguments, &all);
    let mut terminal = study.terminal(&arguments, 80);
    answer(&terminal, &all);
    assert_eq!(terminal.end(), 130, "{}", terminal.text());
    terminal.wait_for("error: nothing was written");
    assert_eq!(study.written(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_questions_of_what_does_not_work_nothing_is_written() {
    let study = Study::new().await;
    let url = format!("--url={}", study.rig.forge.url());
    let token = study.token_option();
    let arguments = ["connect", &url, &token];
    let all = [
        ("Is the forge meant to be at", "y\n".to_owned()),
        ("> Trust an authority", "\n".to_owned()),
        ("in PEM form", String::new()),
    ];
    give_up_at_each(&study, &arguments, &all);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_list_is_loaded_and_where_that_fails_nothing_is_written() {
    let study = Study::new().await;
    let list = |what| Fault {
        on: Matcher::target("/projects?"),
        when: When::Always,
        what,
    };
    let token = study.token_option();
    let refused = Effect::Status(403, "{}".to_owned(), Vec::new());
    for (effect, seen, key) in [
        (Effect::NoAnswer, "Loading repositories ...", Key::CtrlC),
        (refused, "> Try again", Key::Escape),
    ] {
        let fault = study.rig.forge.fault(list(effect));
        let mut terminal = study.connect(&["acme", &token], 80);
        terminal.wait_for(seen);
        terminal.press(key);
        is_given_up(&study, &mut terminal);
        fault.remove();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_agreed_to_for_one_address_is_not_for_the_next() {
    let study = Study::new().await;
    let token = study.token_option();
    let url = format!("--url={}/elsewhere", study.rig.forge.url());
    let mut terminal = study.terminal(&["connect", &url, &token], 80);
    terminal.wait_for("Is the forge meant to be at");
    terminal.type_text("y\n");
    terminal.wait_for("> Trust an authority");
    terminal.type_text("address\n");
    terminal.wait_for("Address of the forge");
    // The default is the address before, which is still there to be changed.
    terminal.type_text(&format!("{}\n", study.rig.forge.url()));
    terminal.wait_for_times("Is the forge meant to be at", 2);
    terminal.press(Key::CtrlC);
    is_given_up(&study, &mut terminal);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_written_nothing_is_asked() {
    let study = Study::new().await;
    std::os::unix::fs::symlink("nowhere", study.path("home")).unwrap();
    let mut terminal = study.terminal(&["connect"], 80);
    assert_eq!(terminal.end(), 1, "{}", terminal.text());
    terminal.wait_for("cannot create");
    assert!(!terminal.text().contains("Address of the forge"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_give_up_is_asked_the_same_again_and_no_key_shows_the_token() {
    let study = Study::new().await;
    let mut terminal = study.connect(&["acme", "--repository=web/shop,type=frontend"], 40);
    terminal.wait_for("Type or paste it");
    terminal.press(Key::Enter);
    terminal.wait_for("Token (not shown)");
    // Ctrl-Z and Ctrl-\ would leave the terminal to a shell, or the token in a file.
    terminal.type_text("\u{1a}\u{1c}");
    let half = study.rig.token.len() / 2;
    terminal.type_text(&study.rig.token[..half]);
    terminal.press(Key::Escape);
    terminal.wait_for("Give up? [y/N]");
    terminal.type_text("n\n");
    terminal.wait_until("the question again", |all| {
        all.trim_end().ends_with("Token (not shown)\n>")
    });
    terminal.type_text(&format!("{}\n", &study.rig.token[half..]));
    terminal.wait_for("Write this? [Y/n]");
    terminal.type_text("y\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    assert_eq!(
        study.read("home/config.toml.tokens/acme").trim_end(),
        study.rig.token
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_not_given_up_is_there_once() {
    let study = Study::new().await;
    let token = study.token_option();
    let mut terminal = study.connect(&["acme", &token], 40);
    terminal.wait_for("api/cart");
    terminal.type_text("shop\n");
    terminal.wait_for("What does it hold?");
    terminal.press(Key::Escape);
    terminal.wait_for("Give up? [y/N]");
    terminal.type_text("n\n");
    terminal.wait_until("the list again and once", |all| {
        !all.contains("Give up?") && all.contains("Enter takes")
    });
    let text = terminal.text();
    for part in ["What does it hold?", "Search:", "> "] {
        assert_eq!(text.matches(part).count(), 1, "{text}");
    }
    terminal.press(Key::CtrlC);
    is_given_up(&study, &mut terminal);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_cannot_be_drawn_on_is_called_that() {
    let study = Study::new().await;
    let runner = study.runner().environment("TERM", "dumb");
    let mut terminal = Terminal::start(&runner, &["connect"], 80, 24);
    assert_eq!(terminal.end(), 2, "{}", terminal.text());
    terminal.wait_for("this terminal cannot be drawn on");
    terminal.wait_for("give it with `--url URL`");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_forge_is_asked_control_c_ends_it_and_the_terminal_is_as_before() {
    let study = Study::new().await;
    // The system takes connections for it, and nothing answers them.
    let hole = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", hole.local_addr().unwrap());
    let token = study.token_option();
    let arguments = [
        "connect",
        "--url",
        &url,
        &token,
        "--private-address=127.0.0.0/8",
    ];
    let mut terminal = study.terminal(&arguments, 80);
    terminal.wait_for("Asking https://");
    terminal.press(Key::CtrlC);
    is_given_up(&study, &mut terminal);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_something_else_to_be_written_keeps_the_other_answers() {
    let study = Study::new().await;
    let token = study.token_option();
    for (word, status) in [("give up", 130), ("name", 0)] {
        let mut terminal = study.connect(&[&token, "--repository=web/shop,type=frontend"], 80);
        terminal.wait_for("Name of the connection");
        terminal.type_text("first\n");
        terminal.wait_for("Write this? [Y/n]");
        terminal.type_text("n\n");
        terminal.wait_for("What should be different?");
        assert_eq!(study.written(), Vec::<String>::new());
        terminal.type_text(&format!("{word}\n"));
        if status == 0 {
            terminal.wait_for("Name of the connection [first]");
            terminal.type_text("second\n");
            terminal.wait_for("[connections.second]");
            terminal.wait_for_times("Write this? [Y/n]", 2);
            terminal.type_text("\n");
        }
        assert_eq!(terminal.end(), status, "{}", terminal.text());
        let is_said = terminal.text().contains("error: nothing was written");
        assert_eq!(is_said, status != 0, "{}", terminal.text());
    }
    let text = study.read("home/config.toml");
    assert!(text.contains("[connections.second]"), "{text}");
    assert!(text.contains("web/shop"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_token_takes_neither_the_name_nor_the_repositories_away() {
    let study = Study::new().await;
    let token = study.token_option();
    let mut terminal = study.connect(&[&token], 80);
    for (question, answer) in [
        ("api/cart", "cart\n"),
        ("What does it hold?", "back\n"),
        ("> main", "\n"),
        ("Connect a second one? [y/N]", "n\n"),
        ("Name of the connection", "first\n"),
        ("Write this? [Y/n]", "n\n"),
        ("What should be different?", "token\n"),
        ("It is in a file", "variable\n"),
        ("Name of the variable", "no-variable\n"),
        ("not the name of an environment variable", "file\n"),
        (
            "File with the token",
            &format!("{}\n", study.rig.folder().display()),
        ),
        ("is a directory", "file\n"),
    ] {
        terminal.wait_for(question);
        terminal.type_text(answer);
    }
    terminal.wait_for_times("File with the token", 2);
    terminal.type_text(&format!("{}\n", study.path("token")));
    terminal.wait_for_times("Write this? [Y/n]", 2);
    terminal.press(Key::Enter);
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    let text = study.read("home/config.toml");
    for part in [
        "[connections.first]",
        "path = \"api/cart\"",
        "type = \"backend\"",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains(&study.rig.token), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_enter_behind_a_no_to_giving_up_answers_nothing_else() {
    let study = Study::new().await;
    let token = study.token_option();
    let mut terminal = study.connect(&["acme", &token, "--repository=web/shop"], 80);
    terminal.wait_for("What does web/shop hold?");
    terminal.type_text("front\n");
    terminal.wait_for("Write this? [Y/n]");
    terminal.press(Key::Escape);
    terminal.wait_for("Give up? [y/N]");
    terminal.type_text("n\n");
    terminal.wait_until("the question again", |all| {
        all.trim_end().ends_with("Write this? [Y/n]\n>")
    });
    terminal.press(Key::CtrlC);
    is_given_up(&study, &mut terminal);
}
