//! The commands that the pages show, held against the real command line: apart from the pages'
//! other tests because only here can a command be parsed without being run.

use std::path::{Path, PathBuf};

use clap::Parser as _;
use clap::error::ErrorKind;

use super::CommandLine;

/// The pages that people read, with their texts; what errors and their hints say is one of them.
fn pages() -> Vec<(PathBuf, String)> {
    let host = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![host.join("../README.md"), host.join("src/cli/errors.txt")];
    for folder in [host.to_owned(), host.join("docs")] {
        let entries = std::fs::read_dir(folder).unwrap();
        let files = entries.map(|entry| entry.unwrap().path());
        pages.extend(files.filter(|path| path.extension().is_some_and(|end| end == "md")));
    }
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path, text)
    };
    pages.into_iter().map(read).collect()
}

/// The commands of a page: typed ones, those in the text, and what containers are given.
fn commands(text: &str) -> Vec<Vec<String>> {
    let mut commands = Vec::new();
    let mut block = None;
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(language) => block = block.is_none().then_some(language),
            None if block == Some("console") => {
                if let Some(typed) = line.strip_prefix("$ ") {
                    commands.extend(simple_commands(typed));
                }
            }
            None if block == Some("yaml") => {
                if let Some((_, list)) = line.split_once("args: ") {
                    let list: Vec<String> = serde_json::from_str(list).unwrap();
                    let command = ["code-source".to_owned()].into_iter().chain(list);
                    commands.push(command.collect());
                }
            }
            None if block.is_none() => {
                let quoted = line.split('`').skip(1).step_by(2);
                commands.extend(quoted.flat_map(simple_commands));
            }
            None => {}
        }
    }
    // The name alone, in a sentence, is the program's.
    commands.retain(|command| command.len() > 1 && command[0] == "code-source");
    commands
}

/// What a shell makes of a line, as far as the pages use one.
fn simple_commands(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let (mut word, mut quote): (Option<String>, _) = (None, None);
    let mut is_redirected = false;
    for character in line.chars().chain([' ']) {
        match (character, quote) {
            (end, Some(begin)) if end == begin => quote = None,
            (_, Some(_)) => word.get_or_insert_default().push(character),
            ('"' | '\'', None) => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            ('#', None) if word.is_none() => break,
            ('|', None) => commands.push(Vec::new()),
            ('<' | '>', None) => is_redirected = true,
            (' ', None) => {
                let Some(word) = word.take() else { continue };
                let command = commands.last_mut().filter(|_| !is_redirected);
                if let Some(command) = command {
                    command.push(word);
                }
                is_redirected = false;
            }
            (_, None) => word.get_or_insert_default().push(character),
        }
    }
    commands
}

#[test]
fn every_command_that_a_page_shows_is_one() {
    let mut seen = 0;
    let mut wrong = Vec::new();
    for (page, text) in pages() {
        for command in commands(&text) {
            seen += 1;
            // A name stands there for what somebody puts there; a number cannot be one.
            let number = |word: &String| word.replace("NUMBER", "7");
            let typed = command.iter().map(number);
            let Err(error) = CommandLine::try_parse_from(typed) else {
                continue;
            };
            // Options alone, in a sentence, are about any command.
            let is_help = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::MissingSubcommand
            );
            if !is_help {
                wrong.push(format!(
                    "{}: {}: {error}",
                    page.display(),
                    command.join(" ")
                ));
            }
        }
    }
    assert!(seen > 40, "{seen}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn lines_are_taken_apart_as_a_shell_does() {
    let line = "code-source cat a 'b c' --x \"d\" < in > out | other # why";
    let taken = simple_commands(line);
    assert_eq!(taken[0], ["code-source", "cat", "a", "b c", "--x", "d"]);
    assert_eq!(taken[1], ["other"]);
    let page =
        "say `code-source x`\n```yaml\n  args: [\"y\"]\n```\n```console\n$ code-source z\nw\n```\n";
    let last = |command: &Vec<String>| command[1].clone();
    let found: Vec<_> = commands(page).iter().map(last).collect();
    assert_eq!(found, ["x", "y", "z"]);
}
