//! Commands on a terminal, as somebody sits at it: apart from those that nobody looks at, because
//! here there are questions, and what is typed must not be seen everywhere.

mod changing;
mod choosing;
mod connect;
mod disconnect;
mod giving_up;
mod options;
mod questions;
mod three_commands;

use code_source_stand_in::Change;
use code_source_tests::{Key, Printed, Rig, Runner, Terminal};

/// A forge with two repositories that can be connected, and a home for a configuration.
struct Study {
    rig: Rig,
}

impl Study {
    async fn new() -> Self {
        let study = Self {
            rig: Rig::new().await,
        };
        for path in ["web/shop", "api/cart"] {
            let project = study.rig.forge.project(path);
            let first =
                project.commit("main", "Begin", &[("README.md", Change::file("# Begin\n"))]);
            project.branch("release/1", &first);
        }
        study.rig.forge.project("web/empty");
        study
    }

    fn path(&self, name: &str) -> String {
        self.rig.folder().join(name).display().to_string()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.rig.folder().join(name)).unwrap_or_default()
    }

    /// What is there of a configuration: files and directories below `home`.
    fn written(&self) -> Vec<String> {
        let below = self.rig.folder().join("home");
        let mut all = Vec::new();
        list(&below, &below, &mut all);
        all.sort();
        all
    }

    /// The command, with a configuration of its own.
    fn runner(&self) -> Runner {
        let options = [format!("--config={}", self.path("home/config.toml"))];
        self.rig.runner_with(options)
    }

    fn terminal(&self, arguments: &[&str], columns: u16) -> Terminal {
        Terminal::start(&self.runner(), arguments, columns, 24)
    }

    /// The options that lead to the forge, without the token.
    fn way(&self) -> Vec<String> {
        vec![
            format!("--url={}", self.rig.forge.url()),
            format!("--ca-file={}", self.path("ca.pem")),
            "--private-address=127.0.0.0/8".to_owned(),
        ]
    }

    /// `connect` with those options and others.
    fn connect(&self, others: &[&str], columns: u16) -> Terminal {
        let way = self.way();
        let way = way.iter().map(String::as_str);
        let arguments: Vec<&str> = ["connect"]
            .into_iter()
            .chain(way)
            .chain(others.iter().copied())
            .collect();
        self.terminal(&arguments, columns)
    }

    /// The same with nobody at a terminal.
    fn connect_alone(&self, others: &[&str]) -> Printed {
        let way = self.way();
        let way = way.iter().map(String::as_str);
        let arguments: Vec<&str> = ["connect"]
            .into_iter()
            .chain(way)
            .chain(others.iter().copied())
            .collect();
        self.runner().run(&arguments)
    }

    /// The option that says where the token is.
    fn token_option(&self) -> String {
        format!("--token-file={}", self.path("token"))
    }

    /// A configuration with a connection `acme`, whose token `connect` keeps.
    fn is_connected(&self) {
        let mut terminal = self.connect(&["acme", "--repository=web/shop,type=frontend"], 80);
        terminal.wait_for("Type or paste it");
        terminal.press(Key::Enter);
        terminal.wait_for("Token (not shown)");
        terminal.type_text(&format!("{}\n", self.rig.token));
        terminal.wait_for("Write this? [Y/n]");
        terminal.type_text("y\n");
        assert_eq!(terminal.end(), 0, "{}", terminal.text());
    }
}

fn list(folder: &std::path::Path, root: &std::path::Path, all: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        all.push(path.strip_prefix(root).unwrap().display().to_string());
        list(&path, root, all);
    }
}
