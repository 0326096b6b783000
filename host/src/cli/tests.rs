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
        "check --private-address 10.0.0.0",
        "check --token-file a --token-env b",
        "check --timeout 0",
        "check --plugin-sha256 d",
        "check --color sometimes",
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
            let words = example.split(" | ").next().unwrap_or_default();
            if let Err(error) = parse(&format!("code-source {words}")) {
                panic!("{example}: {error}");
            }
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
fn the_refusal_of_a_token_says_why_and_what_instead() {
    let description = token_refusal().describe();
    assert_eq!(description.exit_status, 2);
    assert!(
        description
            .message
            .contains("every process of this machine")
    );
    assert!(description.hint.unwrap().contains("--token-file"));
}

const EXPLAINED_ELSEWHERE: [&str; 3] = ["branches", "tags", "exit-codes"];
