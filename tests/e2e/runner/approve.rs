//! A plugin that is exchanged: nothing of the new one runs before somebody has looked at it.

use std::path::PathBuf;

use code_source_tests::{Printed, Rig, component, with_manifest};

/// A connection with a plugin of its own, and what it is pinned to.
struct Shelf {
    rig: Rig,
    pinned: String,
}

impl Shelf {
    async fn new() -> Self {
        let shelf = Self {
            rig: Rig::new().await,
            pinned: String::new(),
        };
        std::fs::write(shelf.path("forge.wasm"), component()).unwrap();
        shelf.configure("plugin = { path = \"forge.wasm\" } # ours")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.rig.folder().join(name)
    }

    fn configure(mut self, plugin: &str) -> Self {
        self.pinned = format!(
            "# Connections.\n[connections.acme]\nurl = \"{}\"   # the forge\n\
             token = {{ file = \"token\" }}\n{plugin}\nca-file = \"ca.pem\"\n\
             private-addresses = [\"127.0.0.0/8\"]\n",
            self.rig.forge.url()
        );
        std::fs::write(self.path("config.toml"), &self.pinned).unwrap();
        self
    }

    fn run(&self, arguments: &[&str]) -> Printed {
        let file = self.path("config.toml").display().to_string();
        let runner = self.rig.runner_with([format!("--config={file}")]);
        runner.run(arguments)
    }

    /// Put the same plugin there with another manifest.
    fn exchange(&self, change: impl FnOnce(&mut serde_json::Value)) {
        let plugin = code_source::PluginDescription::of(component()).unwrap();
        let operations = plugin.manifest.operations().map(|(name, all)| {
            let all = all.iter().map(|one| {
                serde_json::json!({ "endpoint": one.endpoint().to_string(), "why": one.why() })
            });
            (name.to_owned(), all.collect())
        });
        let operations: serde_json::Map<_, _> = operations.collect();
        let mut manifest = serde_json::json!({
            "name": plugin.manifest.name(),
            "version": "99.0.0",
            "provider": plugin.manifest.provider(),
            "contract": plugin.manifest.contract(),
            "operations": operations,
        });
        change(&mut manifest["operations"]);
        let bytes = with_manifest(component(), manifest.to_string().as_bytes());
        std::fs::write(self.path("forge.wasm"), bytes).unwrap();
    }

    fn ask_for_more(&self) {
        self.exchange(|operations| {
            operations["git.link"] =
                serde_json::json!([{ "endpoint": "GET /user", "why": "out of \u{202e}curiosity" }]);
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_plugin_is_pinned_and_everything_else_in_the_file_stays() {
    let shelf = Shelf::new().await;
    let printed = shelf.run(&["check"]).success();
    assert!(
        printed
            .stderr
            .contains("note: the plugin of the connection `acme` is not pinned")
    );
    let printed = shelf.run(&["plugin", "approve", "--yes"]).success();
    assert!(
        printed.text().contains("git.list-tree"),
        "{}",
        printed.text()
    );
    assert!(
        printed
            .text()
            .ends_with("\nApproved for the connection `acme`\n")
    );
    let digest = code_source_tests::plugin().digest();
    let line = format!("plugin = {{ path = \"forge.wasm\", sha256 = \"{digest}\" }} # ours");
    let expected = shelf
        .pinned
        .replace("plugin = { path = \"forge.wasm\" } # ours", &line);
    assert_eq!(
        std::fs::read_to_string(shelf.path("config.toml")).unwrap(),
        expected
    );
    let record = std::fs::read(shelf.path("config.toml.approved/acme.json")).unwrap();
    let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
    assert_eq!(record["sha256"], digest);
    assert_eq!(shelf.run(&["check"]).success().stderr, "");
    let again = shelf.run(&["plugin", "approve"]).success();
    assert!(
        again.text().contains("It asks for the same as before"),
        "{}",
        again.text()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchanged_plugin_does_not_run_and_what_it_asks_for_beyond_is_told() {
    let shelf = Shelf::new().await;
    shelf.run(&["plugin", "approve", "--yes"]).success();
    shelf.exchange(|operations| operations["git.list-tree"] = serde_json::json!([]));
    assert_eq!(shelf.run(&["check"]).status, 37);
    shelf.ask_for_more();
    let printed = shelf.run(&["check", "--json"]);
    assert_eq!(printed.status, 37, "{}", printed.stderr);
    let error = &printed.json()["error"];
    assert_eq!(error["code"], "not-approved");
    let digest = code_source_tests::plugin().digest();
    let causes = error["causes"].to_string();
    assert!(
        causes.contains(digest) && causes.contains("is pinned"),
        "{causes}"
    );
    assert!(causes.contains("`GET /user` for `git.link`"), "{causes}");
    assert!(!printed.stderr.contains('\u{202e}'), "{}", printed.stderr);
    assert!(
        printed
            .stderr
            .contains("hint: `code-source plugin approve --connection acme`")
    );
    assert_eq!(shelf.rig.asked(""), 0);
    let explain = ["policy", "explain", "GET", "https://localhost/"];
    assert_eq!(shelf.run(&explain).status, 37);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_difference_is_shown_and_nothing_written_until_somebody_says_so() {
    let shelf = Shelf::new().await;
    shelf.run(&["plugin", "approve", "--yes"]).success();
    let before = std::fs::read(shelf.path("config.toml")).unwrap();
    shelf.exchange(|operations| {
        operations["git.list-tree"] = serde_json::json!([]);
        operations["git.link"] = serde_json::json!([{ "endpoint": "GET /user", "why": "to see" }]);
    });
    let printed = shelf.run(&["plugin", "approve"]);
    assert_eq!(printed.status, 37, "{}", printed.stderr);
    for words in [
        "+  git.link",
        "GET /user",
        "to see",
        "-  git.list-tree",
        "99.0.0",
    ] {
        assert!(
            printed.text().contains(words),
            "{words}\n{}",
            printed.text()
        );
    }
    assert!(
        printed.stderr.contains("hint: `--yes`"),
        "{}",
        printed.stderr
    );
    let printed = shelf.run(&["plugin", "approve", "--json"]);
    assert_eq!(printed.status, 37);
    let json = printed.json();
    assert_eq!(json["approved"], false);
    assert_eq!(json["added"][0]["access"], "read");
    assert!(!json["removed"].as_array().unwrap().is_empty());
    assert_eq!(json["changed"][0]["key"], "version");
    assert_eq!(std::fs::read(shelf.path("config.toml")).unwrap(), before);
    shelf.run(&["plugin", "approve", "--yes"]).success();
    shelf.run(&["check"]).success();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_pin_what_was_approved_is_the_pin() {
    let shelf = Shelf::new().await;
    shelf.run(&["plugin", "approve", "--yes"]).success();
    let shelf = shelf.configure("plugin = { path = \"forge.wasm\" }");
    assert_eq!(shelf.run(&["check"]).success().stderr, "");
    // Another file that asks for less, or for the same, is another file.
    for change in [true, false] {
        shelf.exchange(|operations| {
            if change {
                operations["git.list-tree"] = serde_json::json!([]);
            }
        });
        let printed = shelf.run(&["check"]);
        assert_eq!(printed.status, 37, "{}", printed.stderr);
        let digest = code_source_tests::plugin().digest();
        assert!(printed.stderr.contains(digest), "{}", printed.stderr);
    }
    shelf.ask_for_more();
    let printed = shelf.run(&["check"]);
    assert_eq!(printed.status, 37, "{}", printed.stderr);
    assert!(
        printed.stderr.contains("it asks for more"),
        "{}",
        printed.stderr
    );
    // Pinned by hand it is the one that somebody meant, and still asks for more than was shown.
    let bytes = std::fs::read(shelf.path("forge.wasm")).unwrap();
    let digest = code_source::PluginDescription::of(&bytes).unwrap().digest;
    let pinned = format!("plugin = {{ path = \"forge.wasm\", sha256 = \"{digest}\" }}");
    let shelf = shelf.configure(&pinned);
    assert_eq!(shelf.run(&["check"]).status, 37);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_is_shown_whether_it_is_approved_or_not() {
    let shelf = Shelf::new().await;
    shelf.run(&["plugin", "approve", "--yes"]).success();
    shelf.ask_for_more();
    let json = shelf.run(&["plugin", "show", "--json"]).success().json();
    assert_ne!(json["sha256"], json["pinned"]);
    assert_eq!(json["pinned"], json["approved"]);
    let imports = json["imports"].as_array().unwrap();
    assert!(
        imports
            .iter()
            .any(|one| one.as_str().unwrap().starts_with("wasi:http/"))
    );
    let text = shelf.run(&["plugin", "show"]).success().text();
    assert!(
        text.contains("GET /user") && text.contains("no: that is "),
        "{text}"
    );
    let bare = shelf.rig.runner_with([]).environment("HOME", "/nowhere");
    let text = bare.run(&["plugin", "show"]).success().text();
    assert!(text.contains("the one that is built in"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_a_plugin_of_its_own_has_nothing_to_approve() {
    let rig = Rig::new().await;
    let printed = rig.runner().run(&["plugin", "approve", "--yes"]);
    assert_eq!(printed.status, 2, "{}", printed.stderr);
    assert!(
        printed.stderr.contains("no plugin of its own"),
        "{}",
        printed.stderr
    );
}
