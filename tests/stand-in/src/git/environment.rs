//! How `git` is run: the same on every machine, whatever its owner configured.

use std::{
    collections::VecDeque,
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{LazyLock, Mutex},
};

use tempfile::TempDir;

use super::cat_file::CatFile;
use crate::record::lock;

/// The scratch folder, and the idle `git cat-file` processes of all repositories.
pub(crate) struct Git {
    scratch: TempDir,
    idle: Mutex<VecDeque<(PathBuf, CatFile)>>,
}

impl Git {
    pub(crate) fn new() -> io::Result<Self> {
        let scratch = tempfile::Builder::new().prefix("stand-in-").tempdir()?;
        std::fs::create_dir(scratch.path().join("home"))?;
        std::fs::create_dir(scratch.path().join("repositories"))?;
        std::fs::create_dir(scratch.path().join("archives"))?;
        Ok(Self {
            scratch,
            idle: Mutex::default(),
        })
    }

    pub(crate) fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// Removes everything on disk, even while handles of projects are still around.
    pub(crate) fn remove(&self) {
        lock(&self.idle).clear();
        // What is left behind lies in the folder for temporary files, and is no test's business.
        let _ = std::fs::remove_dir_all(self.scratch.path());
    }

    pub(crate) fn command(&self, directory: &Path) -> Command {
        let mut command = Command::new(git_program());
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.scratch.path().join("home"))
            .envs(ENVIRONMENT.iter().copied())
            .env("GIT_CONFIG_COUNT", SETTINGS.len().to_string())
            .arg("--git-dir")
            .arg(directory);
        for (index, (key, value)) in SETTINGS.iter().enumerate() {
            command.env(format!("GIT_CONFIG_KEY_{index}"), key);
            command.env(format!("GIT_CONFIG_VALUE_{index}"), value);
        }
        command
    }

    /// Runs git to its end and returns what it wrote; a status other than 0 is an error.
    pub(crate) fn run<S: AsRef<OsStr>>(
        &self,
        directory: &Path,
        arguments: impl IntoIterator<Item = S>,
    ) -> io::Result<Vec<u8>> {
        let output = self.output(directory, arguments)?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(io::Error::other(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            )),
        }
    }

    pub(crate) fn output<S: AsRef<OsStr>>(
        &self,
        directory: &Path,
        arguments: impl IntoIterator<Item = S>,
    ) -> io::Result<Output> {
        self.command(directory)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
    }

    /// Runs `work` with a `git cat-file` process of the repository, kept for the next one unless
    /// it failed.
    pub(crate) fn with_cat_file<T>(
        &self,
        directory: &Path,
        work: impl FnOnce(&mut CatFile) -> io::Result<T>,
    ) -> io::Result<T> {
        let kept = {
            let mut idle = lock(&self.idle);
            idle.iter()
                .rposition(|(owner, _)| owner == directory)
                .and_then(|index| idle.remove(index))
        };
        let mut cat_file = match kept {
            Some((_, cat_file)) => cat_file,
            None => CatFile::start(self.command(directory))?,
        };
        let result = work(&mut cat_file)?;
        let mut idle = lock(&self.idle);
        idle.push_back((directory.to_owned(), cat_file));
        let surplus = (idle.len() > IDLE_PROCESSES).then(|| idle.pop_front());
        drop(idle);
        drop(surplus);
        Ok(result)
    }
}

/// Where git is, as a path: a name that is to be looked up in a changed environment makes the
/// standard library fork, which copies the page tables of a test that holds a gigabyte.
pub fn git_program() -> &'static Path {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let mut places = std::env::split_paths(&folders).map(|folder| folder.join("git"));
        let found = places.find(|place| place.is_file());
        found.unwrap_or_else(|| PathBuf::from("git"))
    });
    &PROGRAM
}

/// Enough for the repositories of one test and the requests it has under way; the rest would only
/// hold memory.
const IDLE_PROCESSES: usize = 32;

const ENVIRONMENT: &[(&str, &str)] = &[
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_LITERAL_PATHSPECS", "1"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("LC_ALL", "C"),
    ("TZ", "UTC"),
    ("GIT_AUTHOR_NAME", "Ada Example"),
    ("GIT_AUTHOR_EMAIL", "ada@example.com"),
    ("GIT_COMMITTER_NAME", "Ada Example"),
    ("GIT_COMMITTER_EMAIL", "ada@example.com"),
];

const SETTINGS: &[(&str, &str)] = &[
    ("safe.directory", "*"),
    ("gc.auto", "0"),
    // Packing harder takes time and shows nowhere.
    ("core.compression", "1"),
    ("pack.window", "0"),
    ("core.quotePath", "false"),
    ("transfer.hideRefs", "refs/stand-in/"),
    ("uploadpack.allowFilter", "true"),
    ("uploadpack.allowAnySHA1InWant", "true"),
];
