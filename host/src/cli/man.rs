//! `man`: pages of the manual, one a command; apart because they are made of what `--help` is made
//! of, for another reader.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use clap::builder::Resettable;
use clap_mangen::Man;

use super::CommandLine;
use super::context::Context;
use super::exit::Exit;
use super::failure::CommandError;
use crate::config::replace::{Readers, Replacement};

/// Arguments of `man`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Without --directory the page about code-source itself goes to standard output.

Examples:
  code-source man --directory ~/.local/share/man/man1
  code-source man | man -l -")]
pub(crate) struct Arguments {
    /// Write a page for every command into this directory, which is made where there is none
    #[arg(long, value_name = "DIRECTORY")]
    directory: Option<PathBuf>,
}

/// Run `man`.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Result<(), CommandError> {
    let pages = pages().map_err(CommandError::Output)?;
    let Some(directory) = &arguments.directory else {
        let main = pages.first().map(|(_, page)| page.as_slice());
        return main_page(main.unwrap_or_default(), context);
    };
    write(directory, &pages)?;
    if context.output.is_json() {
        let names: Vec<&String> = pages.iter().map(|(name, _)| name).collect();
        return context
            .output
            .json_line(&serde_json::json!({ "items": names, "complete": true }));
    }
    let (count, place) = (pages.len(), directory.display());
    context
        .notes
        .note(&format!("wrote {count} pages to `{place}`"));
    Ok(())
}

fn main_page(page: &[u8], context: &mut Context) -> Result<(), CommandError> {
    if context.output.is_json() {
        let page = String::from_utf8_lossy(page);
        return context
            .output
            .json_line(&serde_json::json!({ "page": page }));
    }
    context.output.bytes(page)
}

fn write(directory: &Path, pages: &[(String, Vec<u8>)]) -> Result<(), CommandError> {
    let unusable = |action, path: &Path| {
        let path = path.to_owned();
        move |source| CommandError::File {
            action,
            path,
            source,
        }
    };
    std::fs::create_dir_all(directory).map_err(unusable("make the directory", directory))?;
    for (name, page) in pages {
        let file = directory.join(name);
        put(&file, page).map_err(unusable("write", &file))?;
    }
    Ok(())
}

/// Pages are for everybody, as far as the umask lets them; temporary files by themselves are not.
fn put(file: &Path, page: &[u8]) -> std::io::Result<()> {
    let mut replacement = Replacement::anew(file, Readers::All)?;
    replacement.file().write_all(page)?;
    replacement.finish()
}

/// The names of the pages and what they say, the one about the whole program first.
fn pages() -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut line = CommandLine::command().disable_help_subcommand(true);
    line.build();
    let mut pages = Vec::new();
    add(&line, &mut pages)?;
    Ok(pages)
}

fn add(command: &clap::Command, pages: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let mut shown = command.clone();
    if command.get_name() == "exit-codes" {
        // Its table, made for the terminal's width, is a section of every page.
        shown = shown.after_long_help(Resettable::Reset);
    }
    let page = Man::new(shown).title(name.to_owned());
    let mut text = Vec::new();
    page.render(&mut text)?;
    text.extend(common().into_bytes());
    pages.push((format!("{name}.1"), text));
    for below in command.get_subcommands() {
        add(below, pages)?;
    }
    Ok(())
}

/// What holds for every command.
fn common() -> String {
    let mut text = String::from(".SH \"EXIT STATUS\"\n");
    for exit in &Exit::ALL {
        let meaning = escape(exit.meaning);
        text.push_str(&format!(
            ".TP\n\\fB{}\\fR {}\n{meaning}\n",
            exit.number,
            escape(exit.name)
        ));
    }
    text.push_str(".SH FILES\n");
    for (file, meaning) in FILES {
        text.push_str(&format!(".TP\n{}\n{}\n", escape(file), escape(meaning)));
    }
    text.push_str(".SH ENVIRONMENT\n");
    for (name, meaning) in VARIABLES {
        text.push_str(&format!(".TP\n{}\n{}\n", escape(name), escape(meaning)));
    }
    text
}

/// Text that stands for itself in a page.
fn escape(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    match text.starts_with(['.', '\'']) {
        true => format!("\\&{text}"),
        false => text,
    }
}

const FILES: [(&str, &str); 4] = [
    (
        "~/.config/code-source/config.toml",
        "Connections, each with its repositories.",
    ),
    (
        "~/.config/code-source/config.toml.tokens/",
        "Tokens that were typed, a file each, for their owner alone.",
    ),
    (
        "~/.config/code-source/config.toml.approved/",
        "What was approved of plugins that are not built in.",
    ),
    ("~/.cache/code-source/", "Compiled plugins."),
];

const VARIABLES: [(&str, &str); 6] = [
    ("CODE_SOURCE_CONFIG", "Another configuration file."),
    (
        "CODE_SOURCE_CONNECTION",
        "The connection that is used where no option names one.",
    ),
    (
        "XDG_CONFIG_HOME, XDG_CACHE_HOME",
        "Other places than ~/.config and ~/.cache.",
    ),
    ("NO_COLOR", "No colours, whatever the terminal can do."),
    (
        "LC_ALL, LC_CTYPE, LANG",
        "Whether more than ASCII is written: the first that is set says so.",
    ),
    (
        "VISUAL, EDITOR",
        "The editor for texts that no option gives.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_with_the_exit_status_and_the_files() {
        let pages = pages().unwrap();
        assert_eq!(pages[0].0, "code-source.1");
        let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
        for command in CommandLine::command().get_subcommands() {
            let name = format!("code-source-{}.1", command.get_name());
            assert!(names.contains(&name.as_str()), "{name}");
        }
        assert!(names.contains(&"code-source-policy-explain.1"), "{names:?}");
        for (name, page) in &pages {
            let text = String::from_utf8_lossy(page);
            // The one about the whole program leads to all of them.
            let has_examples = text.contains("Examples:") || name == "code-source.1";
            assert!(has_examples, "{name}");
            for part in [
                ".SH \"EXIT STATUS\"",
                "\\fB130\\fR interrupted",
                ".SH FILES",
                "config.toml",
            ] {
                assert!(text.contains(part), "{name}: {part}");
            }
        }
    }

    #[test]
    fn a_page_takes_the_place_of_nothing_but_a_page() {
        let folder = tempfile::tempdir().unwrap();
        let (page, link) = (folder.path().join("page"), folder.path().join("link"));
        std::os::unix::fs::symlink("page", &link).unwrap();
        put(&link, b"text").unwrap();
        assert_eq!(std::fs::read(&page).unwrap(), b"text");
        assert!(link.is_symlink());
        std::os::unix::fs::symlink("/dev/null", folder.path().join("device")).unwrap();
        assert!(put(&folder.path().join("device"), b"text").is_err());
    }

    #[test]
    fn text_of_a_page_is_no_instruction() {
        assert_eq!(escape(".SH a-b\\c"), "\\&.SH a\\-b\\ec");
    }
}
