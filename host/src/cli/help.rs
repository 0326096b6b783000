//! The list of commands in the help, by what they are for: apart because the definition of the
//! command line knows commands in one row only.

use std::fmt::Write as _;

use anstyle::Style;
use clap::CommandFactory as _;
use unicode_width::UnicodeWidthStr as _;

use super::CommandLine;
use super::table::{paint, wrapped};

/// The command line, with its commands in groups where it explains itself.
pub(super) fn command_line() -> clap::Command {
    let columns = super::progress::columns().min(WIDEST);
    with_short_examples(grouped(CommandLine::command(), columns), columns)
}

/// Examples that can be copied at any width: a shell takes a line that ends with a backslash and the
/// next for one.
fn with_short_examples(command: clap::Command, columns: usize) -> clap::Command {
    let shortened = command.get_after_help().map(|help| {
        let help = help.to_string();
        let lines = help.lines().map(|line| match line.starts_with(EXAMPLE) {
            true => shortened(line, columns),
            false => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    });
    let command = match shortened {
        Some(help) => command.after_help(help),
        None => command,
    };
    command.mut_subcommands(|one| with_short_examples(one, columns))
}

/// A command in as many lines as it needs. What stands in quotes stays in one.
fn shortened(line: &str, columns: usize) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in line.trim_start().split(' ') {
        match words.last_mut() {
            Some(last) if last.matches(['"', '\'']).count() % 2 == 1 => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    let mut lines = vec![" ".to_owned()];
    for (index, word) in words.iter().enumerate() {
        let is_last = index + 1 == words.len();
        let mark = if is_last { 0 } else { CONTINUED.width() };
        let needed = lines.last().map_or(0, |line| line.width()) + 1 + word.width() + mark;
        if index > 0 && needed > columns {
            lines.push(" ".repeat(5));
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join(&format!("{CONTINUED}\n"))
}

/// How an example begins.
const EXAMPLE: &str = "  code-source ";

/// What ends a line that goes on.
const CONTINUED: &str = " \\";

fn grouped(line: clap::Command, columns: usize) -> clap::Command {
    let list = list(&line, columns);
    // A template takes braces for its own, and no description has any.
    let template = format!(
        "{{before-help}}{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{list}\n{{all-args}}{{after-help}}"
    );
    line.help_template(template)
        // Where all commands are hidden, nothing says that there has to be one.
        .override_usage("code-source [OPTIONS] <COMMAND>")
        .mut_subcommands(|command| command.hide(true))
}

fn list(line: &clap::Command, columns: usize) -> String {
    let known: Vec<&str> = GROUPS
        .iter()
        .flat_map(|(_, names)| *names)
        .copied()
        .collect();
    let others: Vec<&str> = line
        .get_subcommands()
        .map(clap::Command::get_name)
        .filter(|name| !known.contains(name))
        .collect();
    let groups = GROUPS.iter().map(|(title, names)| (*title, *names));
    let groups = groups.chain([("More", others.as_slice())]);
    let mut text = String::new();
    for (title, names) in groups {
        let commands: Vec<_> = names
            .iter()
            .filter_map(|name| line.find_subcommand(name))
            .collect();
        if commands.is_empty() {
            continue;
        }
        let title = paint(Style::new().bold().underline(), &format!("{title}:"));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{title}");
        for command in commands {
            text.push_str(&row(command, columns));
        }
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}

/// A command and what it is for, beside it or, where there is no room, below it.
fn row(command: &clap::Command, columns: usize) -> String {
    let aliases: Vec<&str> = command.get_visible_aliases().collect();
    let name = match aliases.is_empty() {
        true => command.get_name().to_owned(),
        false => format!("{}, {}", command.get_name(), aliases.join(", ")),
    };
    let about = command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default();
    let is_beside = columns >= BESIDE;
    let indent = if is_beside { NAMES + 4 } else { 6 };
    let about = wrapped(&about, columns.saturating_sub(indent));
    let about = about.join(&format!("\n{}", " ".repeat(indent)));
    let shown = paint(Style::new().bold(), &name);
    match NAMES.checked_sub(name.width()) {
        Some(room) if is_beside => format!("  {shown}{}  {about}\n", " ".repeat(room)),
        _ => format!("  {shown}\n{}{about}\n", " ".repeat(indent)),
    }
}

const GROUPS: &[(&str, &[&str])] = &[
    (
        "Connect",
        &[
            "connect",
            "connections",
            "disconnect",
            "check",
            "doctor",
            "why",
        ],
    ),
    (
        "Repositories and history",
        &[
            "list-repositories",
            "read-repository",
            "branches",
            "tags",
            "list-refs",
            "resolve",
            "list-commits",
            "read-commit",
        ],
    ),
    (
        "Content",
        &[
            "sync",
            "list-tree",
            "read-file",
            "read-files",
            "stat-file",
            "read-blob",
            "read-archive",
        ],
    ),
    (
        "Differences and places",
        &["compare", "diff-file", "blame", "search-code", "link"],
    ),
    (
        "Changes",
        &[
            "create-branch",
            "create-commit",
            "create-tag",
            "delete-branch",
        ],
    ),
    (
        "Pull requests",
        &[
            "list-pull-requests",
            "read-pull-request",
            "list-changes",
            "list-comments",
            "open-pull-request",
            "edit-pull-request",
            "merge-pull-request",
            "close-pull-request",
            "reopen-pull-request",
            "add-comment",
            "edit-comment",
            "resolve-thread",
        ],
    ),
    (
        "Statuses and webhooks",
        &[
            "list-statuses",
            "set-status",
            "list-webhooks",
            "read-webhook",
            "ensure-webhook",
            "test-webhook",
            "receive-webhook",
            "remove-webhook",
        ],
    ),
    (
        "This program",
        &["policy", "plugin", "exit-codes", "completions", "man"],
    ),
];

/// Columns of the names, where what they are for stands beside them.
const NAMES: usize = 26;

/// So many columns are needed for that.
const BESIDE: usize = 64;

/// Longer lines are not read well.
const WIDEST: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_can_be_copied_at_any_width() {
        let line = "  code-source create-commit web/shop fast --update a=b -m \"Faster start now\"";
        assert_eq!(shortened(line, 80), line);
        assert_eq!(
            shortened(line, 40),
            "  code-source create-commit web/shop \\\n      fast --update a=b -m \\\n      \"Faster start now\""
        );
        for columns in [40, 60, 100] {
            let line = with_short_examples(CommandLine::command(), columns);
            let help = line.find_subcommand("connect").unwrap().get_after_help();
            let help = help.unwrap().to_string();
            let examples = help.split("Examples:").nth(1).unwrap();
            assert!(
                examples.lines().all(|line| line.width() <= columns),
                "{examples}"
            );
            let joined = examples.replace(" \\\n     ", "");
            let before = CommandLine::command();
            let before = before.find_subcommand("connect").unwrap().get_after_help();
            assert!(before.unwrap().to_string().ends_with(&joined), "{joined}");
        }
    }

    fn help(columns: usize) -> String {
        let mut line = grouped(CommandLine::command(), columns);
        let help = line.render_long_help().ansi().to_string();
        anstream::adapter::strip_str(&help).to_string()
    }

    #[test]
    fn every_command_stands_in_one_group_and_is_found() {
        let help = help(80);
        for command in CommandLine::command().get_subcommands() {
            let name = command.get_name();
            let rows = help.lines().filter(|line| {
                let line = line.strip_prefix("  ").unwrap_or_default();
                line.split([' ', ',']).next() == Some(name)
            });
            assert_eq!(rows.count(), 1, "{name}:\n{help}");
        }
        assert!(!help.contains("\nMore:\n"), "{help}");
    }

    #[test]
    fn the_list_fits_its_columns() {
        for columns in [40, 64, 80, 100] {
            let line = CommandLine::command();
            let list = list(&line, columns);
            let list = anstream::adapter::strip_str(&list).to_string();
            for line in list.lines() {
                assert!(line.width() <= columns, "{columns}: {line}");
            }
        }
    }
}
