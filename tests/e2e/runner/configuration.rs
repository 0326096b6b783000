//! A connection out of a configuration file: what it names needs no option and no request.

use code_source_tests::{Printed, Runner};

use super::Desk;

/// A configuration with one connection, and what a test adds to it.
fn configuration(desk: &Desk, more: &str) -> String {
    format!(
        "[connections.acme]\nurl = \"{}\"\ntoken = {{ file = \"token\" }}\nca-file = \"ca.pem\"\n\
         private-addresses = [\"127.0.0.0/8\"]\n{more}",
        desk.rig.forge.url()
    )
}

fn with_file(desk: &Desk, text: &str) -> Runner {
    std::fs::write(desk.path("config.toml"), text).unwrap();
    let option = format!("--config={}", desk.path("config.toml"));
    desk.rig.runner_with([option])
}

fn shop(desk: &Desk) -> String {
    let id = desk.project.id();
    format!(
        "repositories = [{{ id = \"{id}\", path = \"web/shop\", branch = \"next\", \
         type = \"monorepo\" }}]\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configured_repository_costs_no_request_and_has_its_branch() {
    let desk = Desk::new().await;
    let runner = with_file(&desk, &configuration(&desk, &shop(&desk)));
    let id = desk.project.id().to_string();
    for name in ["web/shop", &id] {
        desk.rig.forge.clear_requests();
        let printed = runner.run(&["resolve", name]).success();
        assert_eq!(printed.text(), format!("{}\n", desk.first));
        assert_eq!(desk.rig.asked(""), 1);
        assert_eq!(desk.rig.asked("/branches/next"), 1);
    }
    let printed = runner.run(&["resolve", "web/shop", "--branch", "main"]);
    assert_eq!(printed.success().text(), format!("{}\n", desk.tip()));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_repository_is_asked_for_first() {
    let desk = Desk::new().await;
    let other = desk.rig.forge.project("web/other");
    let change = [("a", code_source_stand_in::Change::file("a"))];
    other.commit("main", "Begin", &change);
    let runner = with_file(&desk, &configuration(&desk, &shop(&desk)));
    let printed = runner.run(&["cat", "web/other", "a"]).success();
    assert_eq!(printed.text(), "a");
    assert_eq!(desk.rig.asked("/projects/web%2Fother"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_connections_one_is_named() {
    let desk = Desk::new().await;
    let other = "[connections.other]\nurl = \"other.example\"\ntoken = { env = \"NONE\" }\n";
    let runner = with_file(&desk, &configuration(&desk, other));
    let printed = runner.run(&["check"]);
    assert_eq!(printed.status, 2);
    assert!(
        printed
            .stderr
            .contains("hint: choose with `--connection`: `acme`, `other`")
    );
    runner.run(&["check", "--connection", "acme"]).success();
    let named = runner.clone().environment("CODE_SOURCE_CONNECTION", "acme");
    named.run(&["check"]).success();
    let printed = runner.run(&["check", "--connection", "gone"]);
    assert_eq!(printed.status, 3);
    assert!(printed.stderr.contains("no connection `gone`"));
    let printed = runner.run(&["check", "--connection", "other"]);
    assert_eq!(printed.status, 9, "{}", printed.stderr);
    assert!(printed.stderr.contains("`NONE`"), "{}", printed.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_usual_place_is_looked_at_and_the_environment_may_name_another() {
    let desk = Desk::new().await;
    with_file(&desk, &configuration(&desk, ""));
    let bare = desk.rig.runner_with([]);
    let file = desk.path("config.toml");
    let named = bare.clone().environment("CODE_SOURCE_CONFIG", &file);
    named.run(&["check"]).success();
    let usual = desk.rig.folder().join("code-source");
    std::fs::create_dir(&usual).unwrap();
    for name in ["config.toml", "token", "ca.pem"] {
        std::fs::copy(desk.path(name), usual.join(name)).unwrap();
    }
    let home = desk.rig.folder().display().to_string();
    let placed = bare.clone().environment("XDG_CONFIG_HOME", &home);
    placed.run(&["check"]).success();
    let printed = bare.environment("HOME", "/nowhere").run(&["check"]);
    assert_eq!(printed.status, 2);
    assert!(printed.stderr.contains("no connection is configured"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_be_in_the_environment() {
    let desk = Desk::new().await;
    let options = [
        format!("--url={}", desk.rig.forge.url()),
        format!("--ca-file={}", desk.path("ca.pem")),
        "--private-address=127.0.0.0/8".to_owned(),
        "--token-env=FORGE_TOKEN".to_owned(),
    ];
    let runner = desk.rig.runner_with(options);
    assert_eq!(runner.run(&["check"]).status, 9);
    let runner = runner.environment("FORGE_TOKEN", &desk.rig.token);
    runner.run(&["check"]).success();
}

/// What is said of a file that is wrong, which is shown where that can be done.
fn complaint(desk: &Desk, text: &str) -> Printed {
    let printed = with_file(desk, text).run(&["check", "--json"]);
    assert_eq!(printed.status, 3, "{text}\n{}", printed.stderr);
    assert_eq!(printed.json()["error"]["code"], "configuration");
    printed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_the_file_is_shown_with_its_line() {
    let desk = Desk::new().await;
    let file = desk.path("config.toml");
    for (more, line) in [
        ("concurrency = 0.5\n", "6 | concurrency = 0.5"),
        (
            "access = [\"everything\"]\n",
            "6 | access = [\"everything\"]",
        ),
        ("private-address = []\n", "6 | private-address"),
        (
            "limits = { call = \"soon\" }\n",
            "6 | limits = { call = \"soon\" }",
        ),
        (
            "deny = [\"/projects\"]\n",
            "6 | deny = [\"/projects\"]\n  |         ^^^^^^^^^^^",
        ),
    ] {
        let printed = complaint(&desk, &configuration(&desk, more));
        let place = format!("`{file}` is not understood: line 6, column ");
        for part in [place.as_str(), line, "\n  | "] {
            assert!(printed.stderr.contains(part), "{part}: {}", printed.stderr);
        }
    }
    let twice = shop(&desk).replace("}]", "}, { id = \"9\", path = \"web/shop\" }]");
    let printed = complaint(&desk, &configuration(&desk, &twice));
    assert!(printed.stderr.contains("twice"), "{}", printed.stderr);
    assert_eq!(desk.rig.asked(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_that_only_the_plugins_forge_shows_is_shown_with_its_line_too() {
    let desk = Desk::new().await;
    let file = desk.path("config.toml");
    for (more, status, place, drawn) in [
        (
            "allow = [\n  \"GET /version\",\n  \"GET /projekts/**\",\n]\n",
            3,
            "8:3",
            "\n8 |   \"GET /projekts/**\",\n  |   ^^^^^^^^^^^^^^^^^^\n",
        ),
        (
            "allow = [\"POST /projects/*/access_tokens/**\"]\n",
            3,
            "6:10",
            "\n6 | allow = [\"POST /projects/*/access_tokens/**\"]\n  |          ^^^^^",
        ),
        (
            "secrets = { webhook-sign = { file = \"token\" } }\n",
            3,
            "6:28",
            "\n6 | secrets = ...\n",
        ),
        (
            "[connections.b]\ntoken = { env = \"T\" }\nurl = \"http://git.acme.example\"\n",
            8,
            "8:7",
            "\n8 | url = \"http://git.acme.example\"\n  |       ^^^^^",
        ),
        (
            "[connections.b]\ntoken = { env = \"T\" }\nurl = \"https://gitlab.com\"\n",
            8,
            "8:7",
            "\n8 | url = \"https://gitlab.com\"\n  |       ^^^^^",
        ),
    ] {
        let name = if more.contains("connections.b") {
            "b"
        } else {
            "acme"
        };
        let runner =
            with_file(&desk, &configuration(&desk, more)).environment("T", "x-16-characters-long");
        let printed = runner.run(&["check", "--json", "--connection", name]);
        assert_eq!(printed.status, status, "{}", printed.stderr);
        for part in [&format!("  in {file}:{place}\n"), drawn] {
            assert!(printed.stderr.contains(part), "{part}: {}", printed.stderr);
        }
        let at = &printed.json()["error"]["at"];
        let found = format!("{}:{}", at["line"], at["column"]);
        assert_eq!(
            (found.as_str(), at["file"].as_str()),
            (place, Some(file.as_str()))
        );
    }
    assert_eq!(desk.rig.asked(""), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_file_denies_is_refused_with_the_line_to_change() {
    let desk = Desk::new().await;
    let deny = "deny = [\"GET /projects/*/repository/tree\"]\n";
    let runner = with_file(
        &desk,
        &configuration(&desk, &format!("{deny}{}", shop(&desk))),
    );
    let printed = runner.run(&["tree", "web/shop", "-v"]);
    assert_eq!(printed.status, 26, "{}", printed.stderr);
    for part in [
        "note: `git.list-tree` does not get `GET /projects/{project}/repository/tree`: `deny` has",
        "caused by: refused by the policy (operator): ",
        "(operator, endpoint-denied): ",
        "\nhint: deny = []",
    ] {
        assert!(printed.stderr.contains(part), "{part}: {}", printed.stderr);
    }
    assert_eq!(desk.rig.asked("/repository/tree"), 0);
    let printed = runner.run(&["tree", "web/shop", "--json"]);
    let refused = &printed.json()["error"]["refused-by"];
    assert_eq!(refused["layer"], "operator");
    assert_eq!(refused["reason"], "endpoint-denied");
    let narrow = "allow = [\"GET /projects/*\", \"GET /projects/*/repository/commits/*\"]\n";
    let runner = with_file(
        &desk,
        &configuration(&desk, &format!("{narrow}{}", shop(&desk))),
    );
    let printed = runner.run(&["tree", "web/shop"]);
    assert_eq!(printed.status, 26, "{}", printed.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_of_a_proxy_is_neither_taken_nor_repeated() {
    let desk = Desk::new().await;
    let proxy = "proxy = \"http://me:hunter2@proxy.acme.example:3128\"\n";
    let printed = complaint(&desk, &configuration(&desk, proxy));
    assert!(
        printed.stderr.contains("6 | proxy = ..."),
        "{}",
        printed.stderr
    );
    assert!(!printed.stderr.contains("hunter2") && !printed.text().contains("hunter2"));
    let runner = with_file(&desk, &configuration(&desk, ""));
    let printed = runner.run(&["check", "--proxy=http://me:hunter2@proxy.acme.example:3128"]);
    assert_eq!(printed.status, 2, "{}", printed.stderr);
    assert!(
        printed.stderr.contains("--proxy-credentials-file"),
        "{}",
        printed.stderr
    );
    assert!(!printed.stderr.contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_the_file_is_refused_and_not_shown() {
    let desk = Desk::new().await;
    let token = &desk.rig.token;
    for line in [
        format!("token = \"{token}\""),
        format!("tokne = \"{token}\""),
        format!("token = {{ value = \"{token}\" }}"),
    ] {
        let text = configuration(&desk, "").replace("token = { file = \"token\" }", &line);
        complaint(&desk, &text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_narrows_what_may_be_done_and_records_it() {
    let desk = Desk::new().await;
    let more = "audit-file = \"audit\"\nconcurrency = 1\n";
    let runner = with_file(&desk, &configuration(&desk, more));
    let printed = runner.run(&["check", "-v"]).success();
    assert!(!printed.stderr.contains("audit"), "{}", printed.stderr);
    let audit = std::fs::read(desk.path("audit")).unwrap();
    desk.rig.search("the audit's file", &audit);
    assert!(!audit.is_empty());
    let slow = code_source_stand_in::Effect::Latency(std::time::Duration::from_secs(3_600));
    desk.disturb("", slow);
    let brief = with_file(&desk, &configuration(&desk, "limits = { call = \"1s\" }\n"));
    assert_eq!(brief.run(&["check"]).status, 23);
}
