//! A step of the demo: a command as a person types it, what it prints, and whether that is right.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use code_source_stand_in::Project;

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
        if printed.status == 0 || !printed.text.contains(words) {
            self.wrong
                .push(format!("`{}` was not refused", arguments.join(" ")));
        }
    }

    /// Hold a synced directory against git's own list of the commit.
    pub(crate) fn compare(&mut self, project: &Project, copy: &Path) {
        self.done += 1;
        match differences(project.git_dir(), copy) {
            Ok(0) => println!("  every path, mode and blob is what `git ls-tree -r` says\n"),
            Ok(count) => self
                .wrong
                .push(format!("{count} paths of the copy differ from git's")),
            Err(problem) => self.wrong.push(problem),
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

/// Paths whose blob differs, or that one side lacks.
fn differences(git_dir: &Path, copy: &Path) -> Result<usize, String> {
    let listed = git(Command::new("git")
        .arg("-C")
        .arg(git_dir)
        .args(["ls-tree", "-r", "main"]))?;
    let mut count = 0;
    let mut paths = 0;
    for line in listed.lines() {
        let Some((meta, path)) = line.split_once('\t') else {
            continue;
        };
        let mut words = meta.split(' ');
        let (mode, kind, id) = (words.next(), words.next(), words.next());
        paths += 1;
        if kind != Some("blob") || mode == Some("120000") {
            continue;
        }
        let own = git(Command::new("git")
            .args(["hash-object", "--no-filters", "--"])
            .arg(copy.join(path)));
        count += usize::from(own.as_deref().map(str::trim).ok() != id);
    }
    if paths == 0 {
        Err("git lists nothing".to_owned())
    } else {
        Ok(count)
    }
}

fn git(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("git: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!(
            "git: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ))
    }
}

/// Lines of a command's output that are shown.
const SHOWN: usize = 14;
