//! Mistakes on the command line, made for real: apart because the commands themselves say what is
//! wrong. Nothing here comes as far as a plugin, the network or a question.

use std::path::Path;

use clap::Parser as _;

use super::Example;
use crate::cli::CommandLine;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::notes::Notes;
use crate::cli::output::Output;
use crate::cli::usage::UsageError;

pub(super) fn all(folder: &Path) -> Vec<Example> {
    for (name, text) in FILES {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let typed = LINES.iter().map(|line| {
        let words = line.split(' ').map(|word| match word.split_once("@") {
            Some((before, name)) => format!("{before}{}", folder.join(name).display()),
            None => word.replace('_', " "),
        });
        let words = std::iter::once("code-source".to_owned()).chain(words);
        let CommandLine { options, command } =
            CommandLine::try_parse_from(words).unwrap_or_else(|error| panic!("{line}: {error}"));
        let (output, _) = Output::into_memory(options.json);
        let mut context = Context {
            output,
            notes: Notes::new(0),
            options,
        };
        let Err(error) = runtime.block_on(command.run(&mut context)) else {
            panic!("{line}");
        };
        (line.replace('@', ""), error)
    });
    let untyped = untyped().into_iter();
    let untyped = untyped.map(|error| (error.name().to_owned(), error.into()));
    untyped.chain(typed).collect()
}

/// Mistakes that depend on whether there is a terminal, and those that show without a place for files, in
/// the middle of the questions, or after the forge has answered.
fn untyped() -> Vec<UsageError> {
    let acme = || "acme".to_owned();
    let obstacle = || "nobody is there to be asked".to_owned();
    vec![
        UsageError::TokenOnCommandLine,
        UsageError::NothingConfigured,
        UsageError::NoPlaceForConfiguration,
        UsageError::ConnectionNameTaken { name: acme() },
        UsageError::TokenFromTerminal,
        UsageError::TokenTooLong,
        UsageError::PathNotUnicode {
            path: "/run/secrets/\u{fffd}".to_owned(),
        },
        UsageError::RepositoryWithoutPath {
            id: "42".to_owned(),
        },
        UsageError::TokenDirectory {
            path: "/run/secrets".to_owned(),
        },
        UsageError::RepositoryTwice {
            path: "web/shop".to_owned(),
        },
        UsageError::RepositoryIsAnother {
            id: "2".to_owned(),
            named: "web/shop".to_owned(),
            found: "web/docs".to_owned(),
        },
        UsageError::NobodyToWrite {
            options: "`--body-file FILE`, with `-` for standard input".to_owned(),
        },
        UsageError::NobodyToAsk {
            what: "removing a branch".into(),
            obstacle: "nobody is there to answer".to_owned(),
        },
        UsageError::NobodyToAsk {
            what: "changing the connection `acme`, which is there already,".into(),
            obstacle: "`--json` asks nothing".to_owned(),
        },
        UsageError::NoAddress {
            obstacle: obstacle(),
        },
        UsageError::NoToken {
            obstacle: obstacle(),
        },
        UsageError::TokenAsAddress,
        UsageError::TokenAsFile,
        UsageError::TokenAsName,
        UsageError::VariableName,
        UsageError::VariableUnset,
        UsageError::HeadToMergeUnknown,
        UsageError::HeadToCommentUnknown,
        UsageError::AnotherForge {
            base_url: "https://git.acme.example".to_owned(),
        },
        UsageError::RepositoryName {
            name: "./web/shop".to_owned(),
        },
        UsageError::BinaryOnTerminal,
        UsageError::TooLargeForJson,
    ]
}

#[test]
fn every_mistake_on_a_command_line_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let all = all(folder.path()).into_iter();
    let shown: Vec<_> = all
        .filter_map(|(_, error)| match error {
            CommandError::Usage(error) => Some(error.name()),
            _ => None,
        })
        .collect();
    for name in UsageError::NAMES {
        assert!(shown.contains(name), "{name}");
    }
}

/// Files that the lines name with `@`.
const FILES: &[(&str, &str)] = &[
    ("empty.toml", ""),
    (
        "two.toml",
        "[connections.a]\nurl = \"a.example\"\ntoken = { env = \"T\" }\n\
         [connections.b]\nurl = \"b.example\"\ntoken = { env = \"T\" }\n",
    ),
    (
        "acme.toml",
        "[connections.acme]\nurl = \"git.acme.example\"\ntoken = { env = \"T\" }\n",
    ),
    (
        "plain.toml",
        "[connections.acme]\nurl = \"http://git.acme.example\"\ntoken = { env = \"T\" }\n",
    ),
    ("odd.json", "[{}]"),
    (
        "shop.toml",
        "[connections.elsewhere]\nurl = \"git.acme.example\"\ntoken = { env = \"T\" }\n\
         repositories = [{ id = \"1\", path = \"web/shop\", type = \"frontend\" }]\n",
    ),
    (
        "rule.toml",
        "[connections.acme]\nurl = \"git.acme.example\"\ntoken = { env = \"T\" }\n\
         deny = [\"GET /nothing/like/it\"]\n",
    ),
];

const LINES: &[&str] = &[
    "repos --config @missing.toml",
    "repos --config @empty.toml",
    "repos --config @two.toml",
    "repos --config @two.toml --connection c",
    "repos --url git.acme.example",
    "repos --url git.acme.example --token-file t --proxy proxy.acme.example",
    "repos --url git.acme.example --token-env acmepat-0123456789abcdef",
    "repos --url git.acme.example --token-file t --secret webhook",
    "repos --url git.acme.example --token-file t --redirect-origin http://objects.acme.example",
    "connect acme --config @new.toml --url git.acme.example --token-file @t --private-address 8.8.8.8/32",
    "repos --url git.acme.example --token-file t --webhook-url http://hooks.acme.example",
    "policy check --config @plain.toml",
    "policy check --config @rule.toml",
    "plugin approve --config @acme.toml",
    "disconnect other --config @acme.toml --yes",
    "disconnect acme --config @acme.toml --synced @shop --yes",
    "connect a_b --config @new.toml --url git.acme.example --token-file @t --yes",
    "connect --connection acme --config @acme.toml --yes",
    "connect acme --config @acme.toml --yes",
    "connect --config @new.toml --url git.acme.example --token-file @t --token-stdin --yes",
    "connect --config @new.toml --url git.acme.example --token-file @t --repository a/b --repository a/b --yes",
    "connect --config @new.toml --url git.acme.example --token-file @t --repository a/b --no-check --yes",
    "connect --config @new.toml --url git.acme.example --token-file /dev/stdin --yes",
    "connect elsewhere --config @shop.toml --url git.other.example --no-check --yes",
    "read-archive web/shop --json --config @acme.toml",
    "create-commit web/shop main --message Why --config @acme.toml",
    "create-commit web/shop main --message-file - --update a=- --config @acme.toml",
    "create-commit web/shop main --message Why --update a=b --expect c=0123456789abcdef0123456789abcdef01234567 --config @acme.toml",
    "create-commit web/shop main --message Why --actions @odd.json --config @acme.toml",
    "merge-pull-request web/shop 7 --yes --config @acme.toml",
    "receive-webhook --headers @odd.json --body @odd.json --config @acme.toml",
];

/// What the reader of the command line says, which has words and a form of its own.
pub(super) fn not_understood() -> String {
    let title = "What the reader of the command line says";
    let mut text = format!("{title}\n{}\n", "=".repeat(title.len()));
    for line in [
        "chekc",
        "cat",
        "cat web/shop",
        "check --nonsense",
        "check --private-address 10.20.0.0/99",
        "check --token-file a --token-env B",
        "check --proxy-credentials-file a",
        "read-blob web/shop main",
        "repos --access everything",
        "repos --timeout 0",
    ] {
        let words = std::iter::once("code-source").chain(line.split(' '));
        let error = CommandLine::try_parse_from(words).unwrap_err();
        text.push_str(&format!("\n--- {line}\n{}", error.render()));
    }
    text
}
