//! `connect` as a person goes through it for the first time.

use code_source_tests::{Key, Terminal};

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
        terminal.wait_for("  2; type to search");
        terminal.type_text("rel\n");
        terminal.wait_for("Name of the connection");
        terminal.type_text("acme\n");
        terminal.wait_for("Write this? [y/N]");
        assert_eq!(study.written(), Vec::<String>::new());
        terminal.type_text("y\n");
        assert_eq!(terminal.end(), 0, "{}", terminal.text());
        println!("{}", terminal.text());
        println!("{}", study.read("home/config.toml"));
        assert!(terminal.text().contains("Try next:"));
        let everything = String::from_utf8_lossy(&terminal.everything()).into_owned();
        assert!(!everything.contains(&study.rig.token));
        assert_eq!(study.written(), ["config.toml", "tokens", "tokens/acme"]);
        assert_eq!(study.read("home/tokens/acme").trim_end(), study.rig.token);
        study.runner().run(&["check"]).success();
        let branch = study
            .runner()
            .run(&["resolve", "api/cart", "--json"])
            .success()
            .json();
        assert!(branch["commit"].is_string());
    }
}
