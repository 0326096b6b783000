//! What the command line accepts and what it refuses: apart because it is about all commands.

use clap::CommandFactory as _;

use super::*;

const ID: &str = "0123456789abcdef0123456789abcdef01234567";

fn parse(line: &str) -> Result<CommandLine, clap::Error> {
    CommandLine::try_parse_from(line.replace("ID", ID).split(' '))
}

#[test]
fn the_definition_of_the_command_line_is_consistent() {
    CommandLine::command().debug_assert();
}

#[test]
fn every_command_and_alias_is_understood() {
    for line in [
        "check",
        "check --url git.acme.example --token-file t --private-address 10.0.0.0/8 --private-address ::1/128",
        "list-repositories --search shop --minimum-access maintainer --limit 5",
        "repos --owner web --member-only --include-archived",
        "why web/shop --owner web --minimum-access maintainer --member-only",
        "read-repository web/shop",
        "resolve 42 --tag v1",
        "list-refs web/shop --kind tag --search v",
        "branches web/shop",
        "tags web/shop --json",
        "list-commits web/shop --path a --branch b --cursor c",
        "log web/shop",
        "read-commit web/shop ID",
        "list-tree web/shop src -r",
        "tree web/shop",
        "stat-file web/shop a --commit ID",
        "read-file web/shop a --range 0-9 --resolve-lfs -o file",
        "cat web/shop a --force",
        "read-blob web/shop ID",
        "read-archive web/shop --format zip --output a.zip --path src",
        "archive web/shop",
        "compare web/shop main tag:v1 --patches --since-merge-base",
        "diff web/shop main next",
        "link web/shop a --lines 3-4",
        "read-files web/shop a b --at ID --max-bytes 9 --resolve-lfs",
        "read-files web/shop --paths-from -",
        "diff-file web/shop main next a --old-path b",
        "blame web/shop a --lines 3 --at tag:v1",
        "search web/shop text --at next --limit 3",
        "sync web/shop directory --verify --outside-symlinks --resolve-lfs --fresh",
        "exit-codes",
        "-vv --color never --timeout 5 --plugin p --plugin-sha256 d check",
        "check --config c --connection d --audit-file a --cache-directory e --allow-plain-http",
    ] {
        if let Err(error) = parse(&format!("code-source {line}")) {
            panic!("{line}: {error}");
        }
    }
}

#[test]
fn every_command_of_the_writing_interfaces_is_understood() {
    for line in [
        "create-branch web/shop next --at ID",
        "delete-branch web/shop next --expected-head ID --yes",
        "create-tag web/shop v1 --message-file - --tag v0",
        "create-commit web/shop main --create a=b --update c=d --delete e --move f=g --executable a --expect e=ID -m x",
        "create-commit web/shop next --start main --actions - --message x",
        "pulls web/shop --state merged --author ada --source-branch a --target-branch b",
        "pull web/shop 7",
        "open-pull-request web/shop a b --title t --body-file - --draft --label x --label y --remove-source-branch",
        "edit-pull-request web/shop 7 --ready --target-branch b --add-label x --remove-label y",
        "close-pull-request web/shop 7 --yes",
        "reopen-pull-request web/shop 7",
        "merge-pull-request web/shop 7 --expected-head ID --squash -m x --remove-source-branch --yes",
        "list-changes web/shop 7 -p",
        "list-comments web/shop 7 --cursor c",
        "add-comment web/shop 7 --file a --lines 3-4 --side old --head ID --marker m",
        "edit-comment web/shop 7 31 --body-file a",
        "resolve-thread web/shop 7 t --open",
        "list-statuses web/shop main",
        "set-status web/shop ID build success --description d --target-url https://a",
        "ensure-webhook web/shop https://a --topic push --topic pull-request --renew-secrets",
        "list-webhooks web/shop",
        "read-webhook web/shop 1",
        "remove-webhook web/shop 1 --yes",
        "test-webhook web/shop 1 --topic tag",
        "receive-webhook --headers a --body - --repository web/shop",
        "check --url u --access branches,commits --access pull-requests --secret webhook=a --webhook-url https://a",
    ] {
        if let Err(error) = parse(&format!("code-source {line}")) {
            panic!("{line}: {error}");
        }
    }
}

#[test]
fn what_cannot_be_is_refused_as_a_usage_error() {
    for line in [
        "",
        "unknown",
        "read-repository",
        "cat web/shop",
        "cat web/shop a --branch b --tag t",
        "cat web/shop a --range 9-0",
        "cat web/shop a --commit abc",
        "read-blob web/shop abc",
        "link web/shop a --lines 0",
        "repos --limit 0",
        "repos --minimum-access everything",
        "check --private-address 10.0.0",
        "check --token-file a --token-env b",
        "check --timeout 0",
        "check --plugin-sha256 d",
        "check --color sometimes",
        "check --access everything",
        "cat web/shop a --at main --tag v1",
        "read-files web/shop",
        "read-files web/shop a --max-bytes 1048577",
        "diff-file web/shop a b c --added --deleted",
        "create-commit web/shop main --create a -m x",
        "create-commit web/shop main --delete a --expect a=zz -m x",
        "create-commit web/shop main --start a --expected-head ID --delete a -m x",
        "create-commit web/shop main --actions a --delete b -m x",
        "create-tag web/shop v1 --message a --message-file b",
        "read-pull-request web/shop 0",
        "edit-pull-request web/shop 7 --draft --ready",
        "open-pull-request web/shop a b",
        "add-comment web/shop 7 --lines 3",
        "add-comment web/shop 7 --file a --reply-to t",
        "set-status web/shop main build done",
        "ensure-webhook web/shop https://a",
    ] {
        let error = parse(format!("code-source {line}").trim_end()).unwrap_err();
        assert_eq!(error.exit_code(), i32::from(Exit::USAGE.number), "{line}");
    }
}

/// Every command that does something; `policy` and `plugin` only gather some.
fn commands() -> Vec<clap::Command> {
    let line = CommandLine::command();
    let all = line.get_subcommands().flat_map(|command| {
        let below: Vec<clap::Command> = command.get_subcommands().cloned().collect();
        if below.is_empty() {
            vec![command.clone()]
        } else {
            below
        }
    });
    all.collect()
}

#[test]
fn every_command_has_examples_that_are_understood() {
    for command in commands() {
        let after = command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        let examples: Vec<&str> = after
            .lines()
            .filter_map(|line| line.strip_prefix("  code-source "))
            .collect();
        assert!(
            !examples.is_empty() || EXPLAINED_ELSEWHERE.contains(&command.get_name()),
            "{}",
            command.get_name()
        );
        for example in examples {
            // What a shell does with the rest is its own affair.
            let words = [" | ", " > ", " < "].iter().fold(example, |line, mark| {
                line.split(mark).next().unwrap_or_default()
            });
            let words = std::iter::once("code-source".to_owned()).chain(unquoted(words));
            if let Err(error) = CommandLine::try_parse_from(words) {
                panic!("{example}: {error}");
            }
        }
    }
}

/// The words of a line as a shell takes it apart.
fn unquoted(line: &str) -> Vec<String> {
    let parts = line.split('"').enumerate();
    let words = parts.flat_map(|(index, part)| match index % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}

#[test]
fn help_is_ascii_whatever_the_locale_says() {
    let line = CommandLine::command();
    for command in commands().into_iter().chain([line]) {
        let about = [
            command.get_about(),
            command.get_after_help(),
            command.get_after_long_help(),
        ];
        let arguments = command.get_arguments().map(clap::Arg::get_help);
        for text in about.into_iter().chain(arguments).flatten() {
            let text = text.to_string();
            assert!(text.is_ascii(), "{}: {text}", command.get_name());
        }
    }
}

#[test]
fn every_argument_has_a_description() {
    for command in commands() {
        for argument in command.get_arguments() {
            assert!(
                argument.get_help().is_some(),
                "{} {}",
                command.get_name(),
                argument.get_id()
            );
        }
    }
}

#[test]
fn no_argument_has_the_name_of_an_option_of_every_command() {
    let line = CommandLine::command();
    let global: Vec<_> = line.get_arguments().map(clap::Arg::get_id).collect();
    for command in commands() {
        for argument in command.get_arguments() {
            let id = argument.get_id();
            assert!(!global.contains(&id), "{} {id}", command.get_name());
        }
    }
}

#[test]
fn the_refusal_of_a_token_says_why_and_what_instead() {
    let description = CommandError::from(UsageError::TokenOnCommandLine).describe();
    assert_eq!(description.exit_status, 2);
    assert!(
        description
            .message
            .contains("every process of this machine")
    );
    assert!(description.hint.unwrap().contains("--token-file"));
}

const EXPLAINED_ELSEWHERE: [&str; 3] = ["branches", "tags", "exit-codes"];
