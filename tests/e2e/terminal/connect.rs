//! `connect` as a person goes through it for the first time.

use code_source_stand_in::Certificate;
use code_source_tests::{Key, Rig, Terminal, in_one_line, played};

use super::Study;

/// Answers as far as the list of repositories, where everything is as it should be.
fn to_repositories(study: &Study, terminal: &Terminal) {
    terminal.wait_for("Address of the forge");
    terminal.type_text(&format!("{}\n", study.rig.forge.url()));
    terminal.wait_for("Type or paste it");
    terminal.press(Key::Enter);
    terminal.wait_for("Token (not shown)");
    terminal.type_text(&format!("{}\n", study.rig.token));
    terminal.wait_for("Is the forge meant to be at");
    terminal.type_text("y\n");
    terminal.wait_for("an authority that is not trusted");
    terminal.wait_for("Trust an authority");
    terminal.press(Key::Enter);
    terminal.wait_for("in PEM form");
    terminal.type_text(&format!("{}\n", study.path("ca.pem")));
    terminal.wait_for("root (Root), administrator");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_knows_an_address_and_a_token_is_connected() {
    for columns in [80, 40] {
        let study = Study::new().await;
        let mut terminal = study.terminal(&["connect"], columns);
        to_repositories(&study, &terminal);
        terminal.wait_for("api/cart");
        terminal.type_text("shop");
        terminal.wait_for("1 of 3");
        terminal.press(Key::Enter);
        terminal.wait_for("What does it hold?");
        terminal.type_text("front");
        terminal.press(Key::Enter);
        terminal.wait_for("release/1");
        terminal.press(Key::Enter);
        terminal.wait_for("Connect a second one? [y/N]");
        terminal.type_text("y\n");
        terminal.wait_for("Second repository");
        terminal.type_text("cart\n");
        terminal.wait_for_times("What does it hold?", 2);
        terminal.type_text("back\n");
        terminal.wait_for("release/1");
        terminal.type_text("rel\n");
        terminal.wait_for("Name of the connection");
        terminal.type_text("acme\n");
        terminal.wait_for("Write this? [Y/n]");
        assert_eq!(study.written(), Vec::<String>::new());
        terminal.type_text("y\n");
        assert_eq!(terminal.end(), 0, "{}", terminal.text());
        let text = terminal.text();
        let next = text.split("Try next:").nth(1).unwrap();
        for command in ["doctor", "tree web/shop", "sync web/shop ./shop"] {
            assert!(next.contains(&format!("  code-source {command}")), "{next}");
        }
        let everything = String::from_utf8_lossy(&terminal.everything()).into_owned();
        assert!(!everything.contains(&study.rig.token));
        let entry =
            "{ id = \"2\", path = \"api/cart\", branch = \"release/1\", type = \"backend\" }";
        assert!(study.read("home/config.toml").contains(entry));
        assert_eq!(
            study.written(),
            [
                "config.toml",
                "config.toml.tokens",
                "config.toml.tokens/acme"
            ]
        );
        assert_eq!(
            study.read("home/config.toml.tokens/acme").trim_end(),
            study.rig.token
        );
        study.runner().run(&["check"]).success();
        let branch = study
            .runner()
            .run(&["resolve", "api/cart", "--json"])
            .success()
            .json();
        assert!(branch["commit"].is_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_cannot_be_is_refused_at_once_and_asked_for_again() {
    let study = Study::new().await;
    let mut terminal = study.terminal(&["connect"], 80);
    for (address, words) in [
        ("gitlab.com", "gitlab.com is not supported"),
        ("http://git.acme.example", "is plain http"),
        (
            "https://me:secret@git.acme.example",
            "a user name or a password",
        ),
    ] {
        terminal.wait_until("a new question", |all| {
            all.trim_end().ends_with("Address of the forge\n>")
        });
        terminal.type_text(&format!("{address}\n"));
        terminal.wait_for(words);
    }
    terminal.press(Key::Escape);
    terminal.wait_for("Give up? [y/N]");
    terminal.type_text("y\n");
    assert_eq!(terminal.end(), 130);
    assert_eq!(study.rig.asked(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_taken_and_not_shown_wherever_its_place_is_asked_for() {
    let study = Study::new().await;
    let mut terminal = study.connect(&["acme", "--repository=web/shop,type=frontend"], 80);
    terminal.wait_for("Type or paste it");
    terminal.type_text("variable\n");
    terminal.wait_for("Name of the variable");
    terminal.type_text(&format!("{}\n", study.rig.token));
    terminal.wait_for("that is not the name of an environment variable");
    terminal.wait_for("can be typed or pasted");
    terminal.wait_until("the places", |all| {
        all.contains("not the name") && all.contains("> Type or paste it")
    });
    terminal.type_text(&format!("{}\n", study.rig.token));
    terminal.wait_for("Token: (not shown)");
    terminal.wait_for("Write this?");
    terminal.type_text("y\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    let kept = study.read("home/config.toml.tokens/acme");
    assert_eq!(kept.trim_end(), study.rig.token);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_wrong_is_exchanged_for_the_right_one() {
    let study = Study::new().await;
    let mut terminal = study.connect(&["acme", "--repository=web/shop,type=frontend"], 40);
    terminal.wait_for("Type or paste it");
    terminal.press(Key::Enter);
    for (token, words) in [
        ("", "it is empty"),
        ("tiny", "it is shorter than 16 characters"),
        (" stand-in-00000000000000000000 ", "there is white space"),
    ] {
        terminal.wait_until("the question", |all| {
            all.trim_end().ends_with("Token (not shown)\n>")
        });
        terminal.type_text(&format!("{token}\n"));
        terminal.wait_for(words);
        terminal.wait_for("give all of it and nothing else");
        // It may be easier to give in another way.
        terminal.wait_until("where it is", |all| {
            let after = all.split(words).last().unwrap_or_default();
            after.contains("> Type or paste it") && after.contains("It is in a file")
        });
        terminal.press(Key::Enter);
    }
    assert_eq!(study.rig.asked(""), 0);
    terminal.wait_until("the question", |all| {
        all.trim_end().ends_with("Token (not shown)\n>")
    });
    terminal.type_text("stand-in-00000000000000000000\n");
    terminal.wait_for("the forge does not know the token");
    terminal.wait_for("What now?");
    // What comes first is what helps.
    terminal.wait_for("> Another token");
    terminal.press(Key::Enter);
    terminal.wait_until("a new question", |all| {
        all.trim_end().contains("> Type or paste it")
    });
    terminal.press(Key::Enter);
    terminal.wait_for("Token (not shown)");
    terminal.type_text(&format!("{}\n", study.rig.token));
    terminal.wait_for("Write this?");
    terminal.type_text("y\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    assert_eq!(
        study.read("home/config.toml.tokens/acme").trim_end(),
        study.rig.token
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_an_authority_that_cannot_be_used_is_asked_for_again() {
    let study = Study::new().await;
    let token = study.token_option();
    let url = format!("--url={}", study.rig.forge.url());
    let private = "--private-address=127.0.0.0/8";
    let others = ["acme", "--repository=web/shop,type=frontend"];
    let arguments = [&["connect", &url, private, &token], &others[..]].concat();
    let mut terminal = study.terminal(&arguments, 80);
    let offered = |all: &str, times: usize| {
        let last = all.split("What now?").last().unwrap_or_default();
        let is_first = last.contains("> Trust an authority") && last.contains("Try again");
        all.matches("What now?").count() == times && is_first
    };
    let wrong = [("nope.pem", "No such file"), ("token", "PEM form")];
    for (number, (name, words)) in wrong.into_iter().enumerate() {
        terminal.wait_until("the offer", |all| offered(all, number + 1));
        terminal.press(Key::Enter);
        terminal.wait_until("the question", |all| {
            all.trim_end().ends_with("in PEM form\n>")
        });
        terminal.type_text(&format!("{}\n", study.path(name)));
        terminal.wait_for("cannot use the certificates in");
        terminal.wait_for(words);
    }
    terminal.wait_until("the offer", |all| offered(all, 3));
    terminal.press(Key::Enter);
    terminal.type_text(&format!("{}\n", study.path("ca.pem")));
    terminal.wait_for("Write this?");
    terminal.type_text("y\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    assert!(study.read("home/config.toml").contains("/ca.pem\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_it_does_not_work_the_cause_can_be_found_before_anything_is_changed() {
    let rig = Rig::with(played().certificate(Certificate::Expired)).await;
    let study = Study { rig };
    let token = study.token_option();
    let terminal = study.connect(&["acme", &token], 80);
    terminal.wait_for("> Another address");
    terminal.type_text("cause\n");
    terminal.wait_for("cause: ");
    terminal.wait_for("who: the forge's administrator");
    terminal.wait_until("the question again, without that offer", |all| {
        let after = all.split("who: the forge").last().unwrap_or_default();
        after.contains("> Another address") && !after.contains("Find the cause")
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn options_on_a_terminal_change_what_is_there_and_show_how() {
    let study = Study::new().await;
    study.is_connected();
    let before = study.read("home/config.toml");
    for (answer, status) in [("n\n", 130), ("y\n", 0)] {
        assert_eq!(study.read("home/config.toml"), before);
        let arguments = ["connect", "acme", "--access=branches"];
        let mut terminal = study.terminal(&arguments, 40);
        terminal.wait_for("+ access = [\"read\", \"branches\"]");
        terminal.wait_for("Write this?");
        terminal.type_text(answer);
        if status != 0 {
            terminal.wait_for("What should be different?");
            terminal.type_text("give up\n");
        }
        assert_eq!(terminal.end(), status, "{}", terminal.text());
    }
    let now = study.read("home/config.toml");
    assert_eq!(now, format!("{before}access = [\"read\", \"branches\"]\n"));
    assert_eq!(
        study.read("home/config.toml.tokens/acme").trim_end(),
        study.rig.token
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_a_file_or_a_variable_stays_where_it_is() {
    let study = Study::new().await;
    for (word, question, answer, written) in [
        (
            "is in a file",
            "File with the token",
            study.path("token"),
            "token\" }",
        ),
        (
            "variable",
            "Name of the variable",
            "ACME_TOKEN".to_owned(),
            "{ env = \"ACME_TOKEN\" }",
        ),
    ] {
        let runner = study.runner().environment("ACME_TOKEN", &study.rig.token);
        let way = study.way();
        let mut arguments: Vec<&str> = way.iter().map(String::as_str).collect();
        arguments.splice(0..0, ["connect", "--repository=web/shop,type=frontend"]);
        let mut terminal = Terminal::start(&runner, &arguments, 80, 24);
        terminal.wait_for("Type or paste it");
        terminal.type_text(&format!("{word}\n"));
        terminal.wait_for(question);
        terminal.type_text(&format!("{answer}\n"));
        terminal.wait_for("Name of the connection");
        terminal.press(Key::Enter);
        terminal.wait_for("Write this?");
        terminal.type_text("y\n");
        assert_eq!(terminal.end(), 0, "{}", terminal.text());
        assert!(
            study.read("home/config.toml").contains(written),
            "{}",
            study.read("home/config.toml")
        );
    }
    assert_eq!(study.written(), ["config.toml"]);
    let names = study.runner().run(&["connections"]).success().text();
    assert!(
        names.contains("localhost-2") || names.contains("127-0-0-1-2"),
        "{names}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_colours_and_utf_8_everything_is_plain_ascii() {
    let study = Study::new().await;
    study.rig.forge.project("web/caf\u{e9}");
    let runner = study
        .runner()
        .environment("LC_ALL", "C")
        .environment("NO_COLOR", "1");
    let way = study.way();
    let token = study.token_option();
    let mut arguments: Vec<&str> = way.iter().map(String::as_str).collect();
    arguments.splice(0..0, ["connect", &token]);
    let mut terminal = Terminal::start(&runner, &arguments, 80, 24);
    terminal.wait_for("web/caf\\u{e9}");
    terminal.type_text("shop\n");
    terminal.wait_for("What does it hold?");
    terminal.type_text("mono\n");
    terminal.wait_for("> main");
    terminal.press(Key::Enter);
    terminal.wait_for("Name of the connection");
    terminal.press(Key::Enter);
    terminal.wait_for("Write this?");
    terminal.type_text("y\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    terminal.wait_for("Try next:");
    let everything = terminal.everything();
    assert!(everything.is_ascii());
    let text = String::from_utf8(everything).unwrap();
    let styles = text.split("\u{1b}[").skip(1).filter(|rest| {
        rest.trim_start_matches(|character: char| character.is_ascii_digit() || character == ';')
            .starts_with('m')
    });
    assert_eq!(styles.count(), 0, "{text:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_writes_meanwhile_is_not_lost() {
    let study = Study::new().await;
    let mut terminal = study.connect(&["acme", "--repository=web/shop,type=frontend"], 80);
    terminal.wait_for("Type or paste it");
    terminal.press(Key::Enter);
    terminal.wait_for("Token (not shown)");
    terminal.type_text(&format!("{}\n", study.rig.token));
    terminal.wait_for("Write this?");
    std::fs::create_dir(study.path("home")).unwrap();
    std::fs::write(study.path("home/config.toml"), "# mine\n").unwrap();
    terminal.type_text("y\n");
    assert_eq!(terminal.end(), 3, "{}", terminal.text());
    assert!(in_one_line(&terminal.text()).contains("was changed meanwhile: nothing was written"));
    assert_eq!(study.read("home/config.toml"), "# mine\n");
    assert_eq!(study.written(), ["config.toml"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_there_is_gone_through_with_its_own_answers() {
    let study = Study::new().await;
    study.is_connected();
    let mut terminal = study.terminal(&["connect", "acme"], 80);
    terminal.wait_for(&format!("Address of the forge [{}]", study.rig.forge.url()));
    terminal.press(Key::Enter);
    terminal.wait_for("> Keep it where it is");
    terminal.press(Key::Enter);
    terminal.wait_for("> Keep web/shop");
    terminal.type_text("others\n");
    terminal.wait_for("api/cart");
    terminal.type_text("cart\n");
    terminal.wait_for("What does it hold?");
    terminal.type_text("mono\n");
    terminal.wait_for("> main");
    terminal.press(Key::Enter);
    terminal.wait_for("This changes in");
    terminal.wait_for("Write this?");
    let text = terminal.text();
    assert!(text.contains("\n- repositories = [{ id = \"1\""), "{text}");
    assert!(text.contains("\n+ repositories = [{ id = \"2\""), "{text}");
    terminal.type_text("y\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    let now = study.read("home/config.toml");
    assert!(
        now.contains("private-addresses = [\"127.0.0.0/8\"]"),
        "{now}"
    );
    assert!(
        now.contains("path = \"api/cart\", branch = \"main\", type = \"monorepo\""),
        "{now}"
    );
    study.runner().run(&["check"]).success();
}
