//! Mistakes on the command line, made for real: apart because the commands themselves say what is
//! wrong. Nothing here comes as far as a plugin, the network or a question.

use std::path::Path;

use clap::Parser as _;

use super::Example;
use crate::cli::context::Context;
use crate::cli::notes::Notes;
use crate::cli::output::Output;
use crate::cli::{CommandLine, chosen, token_refusal};

pub(super) fn all(folder: &Path) -> Vec<Example> {
    for (name, text) in FILES {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut all = vec![
        ("a token".to_owned(), token_refusal()),
        ("no configuration".to_owned(), chosen::nothing_configured()),
    ];
    for line in LINES {
        let words = line.split(' ').map(|word| match word.split_once("@") {
            Some((before, name)) => format!("{before}{}", folder.join(name).display()),
            None => word.replace('_', " "),
        });
        let words = std::iter::once("code-source".to_owned()).chain(words);
        let CommandLine { options, command } = CommandLine::try_parse_from(words).unwrap();
        let (output, _) = Output::into_memory(false);
        let mut context = Context {
            output,
            notes: Notes::new(0),
            options,
        };
        let Err(error) = runtime.block_on(command.run(&mut context)) else {
            panic!("{line}");
        };
        all.push((line.replace('@', ""), error));
    }
    all
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
    "repos --url git.acme.example --token-file t --secret webhook",
    "repos --url git.acme.example --token-file t --redirect-origin http://objects.acme.example",
    "policy check --config @plain.toml",
    "policy check --config @rule.toml",
    "plugin approve --config @acme.toml",
    "disconnect other --config @acme.toml --yes",
    "disconnect acme --config @acme.toml --synced @shop --yes",
    "connect a_b --config @new.toml --url git.acme.example --token-file @t --yes",
    "connect acme --config @new.toml --token-file @t --yes",
    "connect acme --config @new.toml --url git.acme.example --yes",
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
