//! `connect` for a connection that is there already: what it changes, and what it must not.

use code_source_stand_in::Change;
use code_source_tests::{Key, Rig, played};

use super::Study;

#[tokio::test(flavor = "multi_thread")]
async fn where_a_new_address_is_refused_nothing_goes_to_the_one_before() {
    let study = Study::new().await;
    study.is_connected();
    let (asked, before) = (study.rig.asked(""), study.read("home/config.toml"));
    let other = study
        .rig
        .token_file("other", "stand-in-00000000000000000000");
    let other = format!("--token-file={}", other.display());
    let arguments = ["connect", "acme", "--url=http://git.acme.example", &other];
    let mut terminal = study.terminal(&arguments, 80);
    terminal.wait_for("is plain http");
    terminal.wait_for("Address of the forge [");
    terminal.press(Key::Escape);
    assert_eq!(terminal.end(), 130, "{}", terminal.text());
    assert_eq!(study.rig.asked(""), asked);
    assert_eq!(study.read("home/config.toml"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_another_address_the_forge_there_says_which_repository_a_path_is() {
    let study = Study::new().await;
    study.is_connected();
    let before = study.read("home/config.toml");
    assert!(
        before.contains("{ id = \"1\", path = \"web/shop\""),
        "{before}"
    );
    let other = Rig::with(played()).await;
    other.forge.project("web/first");
    let shop = other.forge.project("web/shop");
    shop.commit("main", "Begin", &[("a", Change::file("a\n"))]);
    let folder = other.folder().display();
    let way = [
        "connect".to_owned(),
        "acme".to_owned(),
        format!("--url={}", other.forge.url()),
        format!("--ca-file={folder}/ca.pem"),
        format!("--token-file={folder}/token"),
        "--yes".to_owned(),
    ];
    let run = |more: &[&str]| {
        std::fs::write(study.path("home/config.toml"), &before).unwrap();
        let way = way.iter().map(String::as_str);
        let arguments: Vec<&str> = way.chain(more.iter().copied()).collect();
        study.runner().run(&arguments)
    };
    let unknown = run(&["--no-check"]);
    assert_eq!(unknown.status, 2, "{}", unknown.stderr);
    assert!(unknown.stderr.contains("those of another address"));
    assert_eq!(study.read("home/config.toml"), before);
    for more in [&[][..], &["--repository=web/shop,type=frontend"]] {
        run(more).success();
        let now = study.read("home/config.toml");
        let entry = "{ id = \"2\", path = \"web/shop\", type = \"frontend\" }";
        assert!(now.contains(entry), "{now}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_was_made_anew_is_the_one_that_is_connected() {
    let study = Study::new().await;
    let token = study.token_option();
    study
        .connect_alone(&["acme", &token, "--repository=web/empty"])
        .success();
    assert!(study.read("home/config.toml").contains("id = \"3\""));
    study.rig.forge.project("web/empty").rename("web/old");
    let anew = study.rig.forge.project("web/empty").id();
    assert_ne!(anew, 3);
    let arguments = ["connect", "acme", "--repository=web/empty", "--yes"];
    study.runner().run(&arguments).success();
    let now = study.read("home/config.toml");
    assert!(
        now.contains(&format!("id = \"{anew}\", path = \"web/empty\"")),
        "{now}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_token_is_in_place_before_the_old_one_goes_and_repositories_are_kept() {
    let study = Study::new().await;
    study.is_connected();
    let before = study.read("home/config.toml");
    // Somebody else's, which a new token must not replace.
    std::fs::write(study.path("home/config.toml.tokens/acme-2"), "theirs").unwrap();
    let mut terminal = study.terminal(&["connect", "acme"], 80);
    terminal.wait_for("Address of the forge [");
    terminal.press(Key::Enter);
    terminal.wait_for("> Keep it where it is");
    terminal.type_text("type\n");
    terminal.wait_for("Token (not shown)");
    terminal.type_text(&format!("{}\n", study.rig.token));
    terminal.wait_for("> Keep web/shop");
    terminal.press(Key::Enter);
    terminal.wait_for("with the token before, is removed");
    terminal.wait_for("Write this?");
    terminal.type_text("y\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    let now = study.read("home/config.toml");
    assert_eq!(now, before.replace("tokens/acme\"", "tokens/acme-3\""));
    assert_eq!(
        study.read("home/config.toml.tokens/acme-3").trim_end(),
        study.rig.token
    );
    assert_eq!(study.read("home/config.toml.tokens/acme-2"), "theirs");
    assert!(
        !study
            .written()
            .contains(&"config.toml.tokens/acme".to_owned())
    );
    study.runner().run(&["check"]).success();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_option_that_may_be_repeated_adds_to_what_is_there() {
    let study = Study::new().await;
    study.is_connected();
    for access in ["branches", "commits", "branches"] {
        let option = format!("--access={access}");
        let arguments = [
            "connect",
            "acme",
            &option,
            "--private-address=::1/128",
            "--yes",
        ];
        study.runner().run(&arguments).success();
    }
    let now = study.read("home/config.toml");
    assert!(
        now.contains("access = [\"read\", \"branches\", \"commits\"]\n"),
        "{now}"
    );
    assert!(
        now.contains("private-addresses = [\"127.0.0.0/8\", \"::1/128\"]\n"),
        "{now}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_is_what_changes_and_where_nothing_does_nothing_is_asked() {
    let study = Study::new().await;
    let text = format!(
        "[connections.acme]\nurl = \"{}\" # the forge\ntoken = {{ file = \"../token\" }}\n\
         access = [\"read\"] # for now\nsecrets = {{ one = {{ file = \"../token\" }} }}\n",
        study.rig.forge.url()
    );
    std::fs::create_dir(study.path("home")).unwrap();
    std::fs::write(study.path("home/config.toml"), &text).unwrap();
    let secret = format!("--secret=two={}", study.path("token"));
    let url = format!("--url={}", study.rig.forge.url());
    let arguments = [
        "connect",
        "acme",
        "--no-check",
        "--access=branches",
        &url,
        &secret,
    ];
    let mut terminal = study.terminal(&arguments, 80);
    terminal.wait_for("Write this?");
    terminal.type_text("y\n");
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    let shown = terminal.text();
    let now = study.read("home/config.toml");
    let lines = |mark: &str| {
        let marked = shown.lines().filter_map(|line| line.strip_prefix(mark));
        marked.map(str::trim_end).collect::<Vec<_>>().join("\n")
    };
    let gone: Vec<&str> = text.lines().filter(|line| !now.contains(line)).collect();
    let come: Vec<&str> = now.lines().filter(|line| !text.contains(line)).collect();
    assert_eq!(gone.len(), 2, "{now}");
    assert_eq!(lines("- "), gone.join("\n"), "{shown}");
    assert_eq!(lines("+ "), come.join("\n"), "{shown}");
    let mut terminal = study.terminal(&arguments[..4], 80);
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    terminal.wait_for("Nothing was to be changed in `acme`");
    assert_eq!(study.read("home/config.toml"), now);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_has_to_be_quoted_is_changed_like_any_other() {
    let study = Study::new().await;
    let text =
        "[connections.\"new one\"]\nurl = \"git.acme.example\"\ntoken = { env = \"ACME\" }\n";
    std::fs::create_dir(study.path("home")).unwrap();
    std::fs::write(study.path("home/config.toml"), text).unwrap();
    let arguments = [
        "connect",
        "new one",
        "--no-check",
        "--token-env=OTHER",
        "--yes",
    ];
    let printed = study.runner().run(&arguments).success();
    assert!(
        printed
            .text()
            .contains("Changed without a check: `new one`")
    );
    assert_eq!(
        study.read("home/config.toml"),
        text.replace("ACME", "OTHER")
    );
}
