//! The `code-source` command, run as a person would.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use crate::rig::{SEARCH, cache};

/// The command with the options that lead it to a forge.
#[derive(Clone, Debug)]
pub struct Runner {
    common: Vec<String>,
    environment: Vec<(String, String)>,
}

/// What the command printed, and how it ended.
#[derive(Clone, Debug)]
pub struct Printed {
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error, as text.
    pub stderr: String,
    /// Exit status; -1 where a signal ended it.
    pub status: i32,
}

impl Printed {
    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard output as JSON.
    ///
    /// # Panics
    ///
    /// If it is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {}\n{}", self.text(), self.stderr))
    }

    /// Go on only if the command succeeded.
    ///
    /// # Panics
    ///
    /// If it did not, with what it said.
    #[track_caller]
    pub fn success(self) -> Self {
        assert_eq!(self.status, 0, "{}\n{}", self.text(), self.stderr);
        self
    }
}

impl From<Output> for Printed {
    /// Whatever was printed is searched for tokens on the way.
    fn from(output: Output) -> Self {
        SEARCH.search("the runner's standard output", &output.stdout);
        SEARCH.search("the runner's standard error", &output.stderr);
        Self {
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            status: output.status.code().unwrap_or(-1),
        }
    }
}

impl Runner {
    /// A command that gets these options each time.
    pub fn new(common: impl IntoIterator<Item = String>) -> Self {
        Self {
            common: common.into_iter().collect(),
            environment: Vec::new(),
        }
    }

    /// The same, with what lets the command start fast.
    pub fn quick(options: impl IntoIterator<Item = String>) -> Self {
        let cache = format!("--cache-directory={}", cache().display());
        Self::new(options.into_iter().chain([cache]))
    }

    /// Set an environment variable for the command; nothing else of this process's is passed on.
    #[must_use]
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Run the command and wait for its end.
    pub fn run(&self, arguments: &[&str]) -> Printed {
        let output = self.command(arguments).output().expect("the runner starts");
        Printed::from(output)
    }

    /// The command itself, for a test that does more than wait.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
            .args(arguments)
            .args(&self.common)
            .stdin(std::process::Stdio::null());
        command
    }
}

/// The runner's executable, built as `cargo build` builds it.
///
/// Cargo builds it for the tests of its own package only, so it is asked for it here, once; where
/// it is built already, that takes a moment.
pub fn binary() -> &'static Path {
    static BINARY: LazyLock<PathBuf> = LazyLock::new(build);
    &BINARY
}

fn build() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    // The same selection as `cargo test` and `cargo demo` make, so that nothing is built twice.
    let output = Command::new(cargo)
        .args([
            "build",
            "--locked",
            "--bin",
            "code-source",
            "--bin",
            "demo",
            "--message-format=json",
        ])
        .current_dir(root)
        .output()
        .expect("cargo starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "code-source")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .expect("cargo names the executable")
}
