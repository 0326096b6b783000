//! A step of the demo: a command as a person types it, what it prints, and whether that is right.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use code_source_stand_in::Project;
use code_source_tests::{Beside, differences};

use crate::history::BRANCH;

/// The steps so far.
pub(crate) struct Steps {
    binary: PathBuf,
    folder: PathBuf,
    url: String,
    done: u32,
    wrong: Vec<String>,
}

impl Steps {
    pub(crate) fn new(binary: &Path, folder: &Path, url: &str) -> Self {
        Self {
            binary: binary.to_owned(),
            folder: folder.to_owned(),
            url: url.to_owned(),
            done: 0,
            wrong: Vec::new(),
        }
    }

    pub(crate) fn say(&self, text: &str) {
        println!("# {text}");
    }

    /// Run a command that is to end with `status` and to print `words`.
    pub(crate) fn expect(&mut self, arguments: &[&str], status: i32, words: &str) {
        let printed = self.run(arguments, true);
        if printed.status != status || !printed.text.contains(words) {
            self.wrong.push(format!(
                "`{}` ended with {}",
                arguments.join(" "),
                printed.status
            ));
        }
    }

    /// Run a command that the firewall is to refuse, with the line that would allow it.
    pub(crate) fn expect_without_private_address(&mut self, arguments: &[&str], words: &str) {
        let printed = self.run(arguments, false);
        if printed.status != DENIED || !printed.text.contains(words) {
            let command = arguments.join(" ");
            self.wrong
                .push(format!("`{command}` ended with {}", printed.status));
        }
    }

    /// Hold a synced directory against git's own list of the commit.
    pub(crate) fn compare(&mut self, project: &Project, copy: &Path) {
        self.done += 1;
        let commit = project.tip(BRANCH);
        let differing = differences(project, &commit, copy, &Beside::default());
        if differing.is_empty() {
            println!("  every path, mode and blob is what `git ls-tree -r` says\n");
        } else {
            let list = differing.join(", ");
            self.wrong
                .push(format!("the copy differs from git's tree: {list}"));
        }
    }

    /// One line, and the status.
    pub(crate) fn verdict(self) -> ExitCode {
        if self.wrong.is_empty() {
            println!("demo: all {} steps went as expected", self.done);
            return ExitCode::SUCCESS;
        }
        println!(
            "demo: {} of {} steps differed: {}",
            self.wrong.len(),
            self.done,
            self.wrong.join("; ")
        );
        ExitCode::FAILURE
    }

    fn run(&mut self, arguments: &[&str], allows_loopback: bool) -> Printed {
        self.done += 1;
        println!("$ code-source {}", arguments.join(" "));
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .arg("--url")
            .arg(&self.url)
            .arg("--token-file")
            .arg(self.folder.join("token"))
            .arg("--ca-file")
            .arg(self.folder.join("ca.pem"))
            .arg("--cache-directory")
            .arg(self.folder.join("cache"));
        if allows_loopback {
            command.args(["--private-address", "127.0.0.0/8"]);
        }
        let output = match command.output() {
            Ok(output) => output,
            Err(error) => {
                return Printed {
                    status: -1,
                    text: error.to_string(),
                };
            }
        };
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        for line in text.lines().take(SHOWN) {
            println!("  {line}");
        }
        let more = text.lines().count().saturating_sub(SHOWN);
        if more > 0 {
            println!("  … {more} more lines");
        }
        println!();
        Printed {
            status: output.status.code().unwrap_or(-1),
            text,
        }
    }
}

struct Printed {
    status: i32,
    text: String,
}

/// Exit status where a request was not allowed.
const DENIED: i32 = 26;

/// Lines of a command's output that are shown.
const SHOWN: usize = 14;
