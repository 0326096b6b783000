//! Text that a person writes: a message, a description, a comment. Apart because a shell mangles
//! it, and so it comes from a file, from standard input, or from an editor.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::editor::edit;
use super::failure::CommandError;
use super::interrupt;

/// Where the text of a description or a comment is.
#[derive(Args, Clone, Debug)]
pub(crate) struct BodyArguments {
    /// File with the text, `-` for standard input; without it the editor opens, on a terminal
    #[arg(long, value_name = "FILE")]
    pub(crate) body_file: Option<PathBuf>,
}

/// Where a message is.
#[derive(Args, Clone, Debug)]
pub(crate) struct MessageArguments {
    /// The message
    #[arg(short, long, value_name = "TEXT", conflicts_with = "message_file")]
    pub(crate) message: Option<String>,

    /// File with the message, `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) message_file: Option<PathBuf>,
}

impl BodyArguments {
    /// The text, from the editor where no option gives it. `about` says below it what it is for.
    pub(crate) fn text(&self, present: &str, about: &str) -> Result<String, CommandError> {
        match &self.body_file {
            Some(file) => read(file),
            None => edit(
                present,
                about,
                "`--body-file FILE`, with `-` for standard input",
            ),
        }
    }
}

impl MessageArguments {
    /// The message, if an option gives it.
    pub(crate) fn given(&self) -> Result<Option<String>, CommandError> {
        match (&self.message, &self.message_file) {
            (Some(text), _) => Ok(Some(text.clone())),
            (None, Some(file)) => read(file).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// The message, from the editor where no option gives it.
    pub(crate) fn text(&self, about: &str) -> Result<String, CommandError> {
        match self.given()? {
            Some(text) => Ok(text),
            None => edit("", about, "`--message TEXT` or `--message-file FILE`"),
        }
    }

    /// Whether standard input is the message.
    pub(crate) fn is_standard_input(&self) -> bool {
        self.message_file.as_deref().is_some_and(is_standard_input)
    }
}

/// Whether a file is named as standard input is.
pub(crate) fn is_standard_input(file: &Path) -> bool {
    file == Path::new("-")
}

/// The bytes of a file, or of standard input.
pub(crate) fn bytes(file: &Path) -> Result<Vec<u8>, CommandError> {
    let read = if is_standard_input(file) {
        let mut bytes = Vec::new();
        let mut stdin = std::io::stdin().lock();
        interrupt::waiting(|| stdin.read_to_end(&mut bytes)).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    read.map_err(|source| CommandError::File {
        action: "read",
        path: name(file),
        source,
    })
}

/// The text of a file, or of standard input.
pub(crate) fn read(file: &Path) -> Result<String, CommandError> {
    String::from_utf8(bytes(file)?).map_err(|error| CommandError::File {
        action: "read as text",
        path: name(file),
        source: std::io::Error::other(error.utf8_error()),
    })
}

fn name(file: &Path) -> PathBuf {
    if is_standard_input(file) {
        "standard input".into()
    } else {
        file.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_refused_with_the_name_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("message");
        std::fs::write(&file, b"\xff").unwrap();
        let description = read(&file).unwrap_err().describe();
        assert!(description.message.contains("message"));
        assert_eq!(description.exit_status, 1);
    }
}
