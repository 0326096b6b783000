//! The changes of a commit, from options or from a file: apart from making the commit, because
//! nothing of this needs a forge.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use serde::Deserialize;

use crate::cli::failure::CommandError;
use crate::cli::text_input;
use crate::cli::usage::UsageError;
use crate::contract::changes::{
    ChangedFile, FileAction, FileMode, MovedFile, NewFile, RemovedFile,
};

/// Options that say what changes.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct ActionArguments {
    /// Make the file PATH, with the content of FILE; `-` for standard input
    #[arg(long, value_name = "PATH=FILE", value_parser = pair)]
    create: Vec<(String, String)>,

    /// Exchange the content of PATH for that of FILE; its executable bit stays
    #[arg(long, value_name = "PATH=FILE", value_parser = pair)]
    update: Vec<(String, String)>,

    /// Remove the file
    #[arg(long, value_name = "PATH")]
    delete: Vec<String>,

    /// Give the file another path; its content stays
    #[arg(long = "move", value_name = "OLD=NEW", value_parser = pair)]
    moves: Vec<(String, String)>,

    /// Set the executable bit, also of a file that `--create` makes
    #[arg(long, value_name = "PATH")]
    executable: Vec<String>,

    /// Clear the executable bit
    #[arg(long, value_name = "PATH")]
    not_executable: Vec<String>,

    /// The blob that has to be at the path of `--update`, `--delete` or `--move`
    #[arg(long, value_name = "PATH=BLOB", value_parser = expectation)]
    expect: Vec<(String, String)>,

    /// File with the changes as JSON, `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["create", "update", "delete", "moves", "executable", "not_executable", "expect"])]
    actions: Option<PathBuf>,
}

/// A change as the file of `--actions` says it.
#[derive(Deserialize)]
#[serde(
    tag = "action",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
enum Action {
    Create {
        path: String,
        content: String,
        #[serde(default)]
        encoding: Encoding,
        #[serde(default)]
        executable: bool,
    },
    Update {
        path: String,
        content: String,
        #[serde(default)]
        encoding: Encoding,
        expected_blob: Option<String>,
    },
    Delete {
        path: String,
        expected_blob: Option<String>,
    },
    Move {
        old_path: String,
        new_path: String,
        expected_blob: Option<String>,
    },
    SetMode {
        path: String,
        executable: bool,
    },
}

/// How bytes stand in JSON.
#[derive(Clone, Copy, Default, Deserialize)]
enum Encoding {
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "base64")]
    Base64,
}

impl ActionArguments {
    /// How many of the options read standard input.
    pub(super) fn standard_inputs(&self) -> usize {
        let contents = self.create.iter().chain(&self.update);
        let files = contents.map(|(_, file)| Path::new(file));
        files
            .chain(self.actions.as_deref())
            .filter(|file| text_input::is_standard_input(file))
            .count()
    }

    /// What changes.
    pub(super) fn actions(&self) -> Result<Vec<FileAction>, CommandError> {
        let actions = match &self.actions {
            Some(file) => parse(&text_input::bytes(file)?)?,
            None => self.of_options()?,
        };
        if actions.is_empty() {
            return Err(UsageError::NoChange.into());
        }
        Ok(actions)
    }

    fn of_options(&self) -> Result<Vec<FileAction>, CommandError> {
        self.check_expectations()?;
        let mut actions = Vec::new();
        for (path, file) in &self.create {
            actions.push(FileAction::Create(NewFile {
                path: path.clone(),
                bytes: text_input::bytes(Path::new(file))?,
                executable: self.executable.contains(path),
            }));
        }
        for (path, file) in &self.update {
            actions.push(FileAction::Update(ChangedFile {
                path: path.clone(),
                bytes: text_input::bytes(Path::new(file))?,
                expected_blob: self.expected(path),
            }));
        }
        actions.extend(self.delete.iter().map(|path| {
            FileAction::Delete(RemovedFile {
                path: path.clone(),
                expected_blob: self.expected(path),
            })
        }));
        actions.extend(self.moves.iter().map(|(old, new)| {
            FileAction::Move(MovedFile {
                old_path: old.clone(),
                new_path: new.clone(),
                expected_blob: self.expected(old),
            })
        }));
        let is_new = |path: &String| self.create.iter().any(|(new, _)| new == path);
        let set = self.executable.iter().filter(|path| !is_new(path));
        actions.extend(set.map(|path| set_mode(path, true)));
        let cleared = self.not_executable.iter();
        actions.extend(cleared.map(|path| set_mode(path, false)));
        Ok(actions)
    }

    fn expected(&self, path: &str) -> Option<String> {
        let found = self.expect.iter().find(|(named, _)| named == path);
        found.map(|(_, blob)| blob.clone())
    }

    /// An expectation that nothing is held against would be taken for one that was met.
    fn check_expectations(&self) -> Result<(), CommandError> {
        let pairs = self.update.iter().chain(&self.moves);
        let named: Vec<&String> = pairs.map(|(path, _)| path).chain(&self.delete).collect();
        let unheld = self.expect.iter().find(|(path, _)| !named.contains(&path));
        match unheld {
            None => Ok(()),
            Some((path, _)) => Err(UsageError::ExpectationOfNothing { path: path.clone() }.into()),
        }
    }
}

fn set_mode(path: &str, executable: bool) -> FileAction {
    let path = path.to_owned();
    FileAction::SetMode(FileMode { path, executable })
}

fn parse(text: &[u8]) -> Result<Vec<FileAction>, CommandError> {
    let unusable = |problem| CommandError::from(UsageError::Actions { problem });
    let actions: Vec<Action> =
        serde_json::from_slice(text).map_err(|error| unusable(error.to_string()))?;
    actions
        .into_iter()
        .map(|action| action.into_contract().map_err(unusable))
        .collect()
}

impl Action {
    fn into_contract(self) -> Result<FileAction, String> {
        Ok(match self {
            Self::Create {
                path,
                content,
                encoding,
                executable,
            } => FileAction::Create(NewFile {
                bytes: encoding.decode(&path, content)?,
                path,
                executable,
            }),
            Self::Update {
                path,
                content,
                encoding,
                expected_blob,
            } => FileAction::Update(ChangedFile {
                bytes: encoding.decode(&path, content)?,
                path,
                expected_blob,
            }),
            Self::Delete {
                path,
                expected_blob,
            } => FileAction::Delete(RemovedFile {
                path,
                expected_blob,
            }),
            Self::Move {
                old_path,
                new_path,
                expected_blob,
            } => FileAction::Move(MovedFile {
                old_path,
                new_path,
                expected_blob,
            }),
            Self::SetMode { path, executable } => set_mode(&path, executable),
        })
    }
}

impl Encoding {
    fn decode(self, path: &str, content: String) -> Result<Vec<u8>, String> {
        match self {
            Self::Utf8 => Ok(content.into_bytes()),
            Self::Base64 => STANDARD
                .decode(content)
                .map_err(|error| format!("the content of `{path}`: {error}")),
        }
    }
}

/// Two words with `=` between them.
fn pair(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((one, other)) if !one.is_empty() && !other.is_empty() => {
            Ok((one.to_owned(), other.to_owned()))
        }
        _ => Err("there have to be two words with `=` between them"),
    }
}

fn expectation(text: &str) -> Result<(String, String), &'static str> {
    let (path, blob) = pair(text)?;
    Ok((path, crate::cli::revision::commit(&blob)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expectation_stands_with_the_change_of_its_path() {
        let blob = "0".repeat(40);
        let options = ActionArguments {
            delete: vec!["a".into(), "b".into()],
            expect: vec![("b".into(), blob.clone())],
            ..ActionArguments::default()
        };
        let actions = options.actions().unwrap();
        let blobs: Vec<Option<&str>> = actions
            .iter()
            .map(|action| match action {
                FileAction::Delete(file) => file.expected_blob.as_deref(),
                _ => panic!("{action:?}"),
            })
            .collect();
        assert_eq!(blobs, [None, Some(&*blob)]);
        let options = ActionArguments {
            expect: vec![("c".into(), blob)],
            ..options
        };
        assert_eq!(options.actions().unwrap_err().describe().exit_status, 2);
    }

    #[test]
    fn several_expectations_are_found_in_any_order() {
        let blob = "0".repeat(40);
        let options = ActionArguments {
            delete: vec!["a".into(), "b".into()],
            expect: vec![("b".into(), blob.clone()), ("a".into(), blob)],
            ..ActionArguments::default()
        };
        assert_eq!(options.actions().unwrap().len(), 2);
    }

    #[test]
    fn a_new_file_gets_its_bit_at_once_and_another_in_a_change_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, b"\xff\0").unwrap();
        let options = ActionArguments {
            create: vec![("run.sh".into(), file.display().to_string())],
            executable: vec!["run.sh".into(), "old.sh".into()],
            ..ActionArguments::default()
        };
        let actions = options.actions().unwrap();
        let [FileAction::Create(new), FileAction::SetMode(mode)] = &*actions else {
            panic!("{actions:?}");
        };
        assert!(new.executable && new.bytes == b"\xff\0");
        assert!(mode.executable && mode.path == "old.sh");
    }

    #[test]
    fn a_file_of_changes_holds_text_or_base64_and_nothing_unknown() {
        let text = br#"[
            {"action": "create", "path": "a", "content": "x", "executable": true},
            {"action": "update", "path": "b", "content": "/wA=", "encoding": "base64"},
            {"action": "delete", "path": "c", "expected-blob": "00"},
            {"action": "move", "old-path": "d", "new-path": "e"},
            {"action": "set-mode", "path": "f", "executable": false}
        ]"#;
        let actions = parse(text).unwrap();
        assert_eq!(actions.len(), 5);
        let FileAction::Update(file) = &actions[1] else {
            panic!("{actions:?}");
        };
        assert_eq!(file.bytes, b"\xff\0");
        for text in [
            r#"{}"#,
            r#"[{"action": "chmod", "path": "a"}]"#,
            r#"[{"action": "delete", "path": "a", "force": true}]"#,
            r#"[{"action": "create", "path": "a", "content": "!", "encoding": "base64"}]"#,
        ] {
            assert_eq!(
                parse(text.as_bytes()).unwrap_err().describe().exit_status,
                2
            );
        }
    }

    #[test]
    fn no_change_at_all_is_a_usage_error() {
        let error = ActionArguments::default().actions().unwrap_err();
        assert_eq!(error.describe().exit_status, 2);
    }
}
