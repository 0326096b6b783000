//! What a cause is produced with: a configuration as a person writes it, and whatever it leads to.

use std::any::Any;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;

use code_source_stand_in::{Effect, Fault, Matcher, Project, When};
use code_source_tests::{Rig, Runner, TokenSearch};
use tempfile::TempDir;

/// A connection in a configuration file, and everything that has to live while it is examined.
pub(super) struct Scene {
    folder: TempDir,
    settings: Vec<(&'static str, String)>,
    environment: Vec<(&'static str, String)>,
    arguments: Vec<&'static str>,
    secrets: TokenSearch,
    held: Vec<Box<dyn Any>>,
}

impl Scene {
    /// A connection to this address, which may be of this machine, with a token that looks like one.
    pub(super) fn at(url: impl Into<String>) -> Self {
        let scene = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            settings: Vec::new(),
            environment: Vec::new(),
            arguments: Vec::new(),
            secrets: TokenSearch::default(),
            held: Vec::new(),
        };
        scene
            .text("url", url)
            .token(TOKEN)
            .set("private-addresses", "[\"127.0.0.0/8\"]")
    }

    /// A connection to a forge, with the token of an administrator.
    pub(super) fn of(rig: Rig) -> Self {
        Self::at(rig.forge.url())
            .token(&rig.token)
            .trusting(rig.forge.ca_pem())
            .holding(rig)
    }

    /// Let this happen to every request of the forge.
    pub(super) fn always(self, what: Effect) -> Self {
        self.on("", what)
    }

    /// Let this happen to every request of the forge with this in its path.
    pub(super) fn on(self, part: &str, what: Effect) -> Self {
        let rigs = self
            .held
            .iter()
            .filter_map(|held| held.downcast_ref::<Rig>());
        for rig in rigs {
            rig.forge.fault(Fault {
                on: Matcher::target(part),
                when: When::Always,
                what: what.clone(),
            });
        }
        self
    }

    /// Connect a repository, and perhaps one of its branches.
    pub(super) fn connected(self, project: &Project, branch: Option<&str>) -> Self {
        let branch = branch.map_or_else(String::new, |name| format!(", branch = {name:?}"));
        let (id, path) = (project.id(), project.path());
        let entry = format!("[{{ id = \"{id}\", path = {path:?}{branch} }}]");
        self.set("repositories", entry)
    }

    /// Look at this repository instead of those that are connected.
    pub(super) fn examining(mut self, repository: &'static str) -> Self {
        self.arguments.push(repository);
        self
    }

    /// Keep something alive while the connection is examined.
    pub(super) fn holding(mut self, thing: impl Any) -> Self {
        self.held.push(Box::new(thing));
        self
    }

    /// A file in the folder of the configuration that only its owner can read.
    pub(super) fn file(self, name: &str, content: &str) -> Self {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let path = self.folder.path().join(name);
        let mut file = options.open(path).expect("a file");
        file.write_all(content.as_bytes()).expect("a file");
        self
    }

    /// The token, in a file of its own. It may be printed nowhere.
    pub(super) fn token(self, token: &str) -> Self {
        // What is no token as a whole has one in it.
        for word in token.split_whitespace().filter(|word| word.len() > 8) {
            self.secrets.watch(word.trim_matches('"'));
        }
        self.file("token", token)
            .set("token", "{ file = \"token\" }")
    }

    /// Another text that may be printed nowhere.
    pub(super) fn secret(self, secret: &str) -> Self {
        self.secrets.watch(secret);
        self
    }

    /// Trust this authority.
    pub(super) fn trusting(self, pem: &str) -> Self {
        self.file("ca.pem", pem).text("ca-file", "ca.pem")
    }

    /// Wait no longer for anything than a test can.
    pub(super) fn impatient(self) -> Self {
        let limits = r#"{ connect = "4s", first-byte = "1s", between-bytes = "1s", call = "9s" }"#;
        self.set("limits", limits)
    }

    /// A setting of the connection, as it stands in the file.
    pub(super) fn set(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self = self.without(key);
        self.settings.push((key, value.into()));
        self
    }

    /// A setting that is a text.
    pub(super) fn text(self, key: &'static str, value: impl Into<String>) -> Self {
        self.set(key, format!("{:?}", value.into()))
    }

    /// The connection without a setting.
    pub(super) fn without(mut self, key: &str) -> Self {
        self.settings.retain(|(own, _)| *own != key);
        self
    }

    /// A variable of the command's environment.
    pub(super) fn environment(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }

    /// The command, led to this connection.
    pub(super) fn runner(&self) -> Runner {
        let lines = self.settings.iter();
        let lines = lines.map(|(key, value)| format!("{key} = {value}\n"));
        let file = self.folder.path().join("config.toml");
        let text = format!("[connections.work]\n{}", lines.collect::<String>());
        // Runs of one scene read it at the same time, and must meet all of it.
        let whole = tempfile::NamedTempFile::new_in(self.folder.path()).expect("a file");
        std::fs::write(whole.path(), text).expect("a file");
        whole.persist(&file).expect("a file");
        let runner = Runner::quick([format!("--config={}", file.display())]);
        let environment = self.environment.iter();
        environment.fold(runner, |runner, (name, value)| {
            runner.environment(name, value)
        })
    }

    /// The repositories to look at.
    pub(super) fn arguments(&self) -> &[&'static str] {
        &self.arguments
    }

    /// A place for a report.
    pub(super) fn bundle(&self) -> std::path::PathBuf {
        self.folder.path().join("report.json")
    }

    /// Where secrets were found in these bytes.
    pub(super) fn found(&self, bytes: &[u8]) -> Vec<String> {
        self.secrets.search("what was printed", bytes);
        self.secrets.found()
    }
}

/// No forge has given it to anybody.
const TOKEN: &str = "glpat-an-0rdinary-t0ken";

#[test]
fn what_stands_in_the_file_of_a_token_is_looked_for() {
    for (content, token) in [
        ("glpat-an-0rdinary-t0ken\n", "glpat-an-0rdinary-t0ken"),
        ("Bearer glpat-of-an0ther-forge", "glpat-of-an0ther-forge"),
        ("glpat-an-0rdinary\n-t0ken-and-more\n", "-t0ken-and-more"),
    ] {
        let scene = Scene::at("https://git.acme.example").token(content);
        assert!(scene.found(b"nothing of the kind").is_empty());
        let printed = format!("the token {token} is not known");
        assert!(!scene.found(printed.as_bytes()).is_empty(), "{token}");
    }
}
