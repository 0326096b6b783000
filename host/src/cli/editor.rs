//! The editor, in which a person writes what stands in no file: apart because it is the only program
//! that the command starts, and nothing but a text goes there and comes back.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::process::Command;

use super::failure::CommandError;
use super::interrupt;
use super::usage::UsageError;

/// Let a person write in the editor. `options` names what to use where there is no terminal.
pub(crate) fn edit(present: &str, about: &str, options: &str) -> Result<String, CommandError> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(UsageError::NobodyToWrite {
            options: options.to_owned(),
        }
        .into());
    }
    let unusable = |action, path: &Path| {
        let path = path.to_owned();
        move |source| CommandError::File {
            action,
            path,
            source,
        }
    };
    // Nobody else may read what is not published yet, and the file is gone afterwards.
    let mut file = tempfile::Builder::new()
        .prefix("code-source-")
        .suffix(".md")
        .tempfile()
        .map_err(unusable("create a file in", &std::env::temp_dir()))?;
    file.write_all(draft(present, about).as_bytes())
        .map_err(unusable("write", file.path()))?;
    let editor = editor();
    let status = interrupt::editing(file.path(), || command(&editor, file.path()).status())
        .map_err(unusable("start the editor", Path::new(&editor)))?;
    if !status.success() {
        return Err(CommandError::Interrupted {
            left: "the editor failed, and nothing was sent".to_owned(),
        });
    }
    // Editors exchange the file for another one, so it is found by its name.
    let text = std::fs::read_to_string(file.path()).map_err(unusable("read", file.path()))?;
    match above_scissors(&text) {
        "" => Err(CommandError::Interrupted {
            left: "the text is empty, and nothing was sent".to_owned(),
        }),
        text => Ok(format!("{text}\n")),
    }
}

/// What the editor begins with. Lines with `#` are headings in Markdown, so that a line to cut at
/// is needed, as git has one.
fn draft(present: &str, about: &str) -> String {
    let mut text = format!("{}\n\n{SCISSORS}\n", present.trim_end());
    for line in about.lines().chain(EXPLANATION.lines()) {
        text.push_str(format!("# {line}").trim_end());
        text.push('\n');
    }
    text
}

/// What a person wrote, without the line to cut at and what follows it.
fn above_scissors(text: &str) -> &str {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == SCISSORS {
            break;
        }
        length += line.len();
    }
    let text = &text[..length];
    text.trim_start_matches(['\r', '\n']).trim_end()
}

/// The editor that is asked for, as other tools look it up.
fn editor() -> String {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    set("VISUAL")
        .or_else(|| set("EDITOR"))
        .unwrap_or_else(|| "vi".to_owned())
}

/// An editor may be given with options, and is then for a shell to take apart.
fn command(editor: &str, file: &Path) -> Command {
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("{editor} \"$@\""))
        .arg(editor);
    command.arg(file);
    command
}

const SCISSORS: &str = "# ------------------------ >8 ------------------------";

const EXPLANATION: &str = "\
Do not change or remove the line above. It and what follows it are not sent.
An empty text gives up.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_above_the_line_is_sent_and_headings_stay() {
        let written = format!("\n# Why\n\n#2 is slow.\n\n{SCISSORS}\n# nothing of this\n");
        assert_eq!(above_scissors(&written), "# Why\n\n#2 is slow.");
        assert_eq!(above_scissors("no line\r\n"), "no line");
        assert_eq!(above_scissors(&draft("", "For `web/shop`")), "");
        assert_eq!(above_scissors(&draft("as it was\n", "x")), "as it was");
    }

    #[test]
    fn a_draft_says_below_the_line_what_it_is_for() {
        let text = draft("", "A comment on pull request 7");
        let (_, below) = text.split_once(SCISSORS).unwrap();
        assert!(below.contains("# A comment on pull request 7\n"));
        assert!(below.lines().skip(1).all(|line| line.starts_with('#')));
    }

    #[test]
    fn an_editor_may_have_options_and_a_path_may_have_spaces() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a file");
        assert!(command("touch --", &file).status().unwrap().success());
        assert!(file.exists());
    }
}
