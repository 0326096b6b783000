//! `link`: a permanent address of a file for people; apart because it reads nothing.

use serde::Serialize;

use super::context::Context;
use super::escape;
use super::failure::CommandError;
use super::repository::RepositoryArgument;
use super::revision::RevisionArguments;
use crate::contract::git::LineRange;

/// Arguments of `link`.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  code-source link web/shop src/cart.rs --lines 10-20
  code-source link web/shop README.md --tag v1.2.0")]
pub(crate) struct Arguments {
    /// The repository: its id, its path, or the address of its page
    repository: RepositoryArgument,

    /// The file
    path: String,

    /// Lines to mark: FIRST-LAST, or one, the first being 1
    #[arg(long, value_name = "LINES", value_parser = lines)]
    lines: Option<LineRange>,

    #[command(flatten)]
    revision: RevisionArguments,
}

/// Run `link`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    let repository = context.repository(&arguments.repository).await?;
    let commit = arguments
        .revision
        .commit(&repository, context.notes)
        .await?;
    let Arguments { path, lines, .. } = &arguments;
    let outcome = repository
        .source
        .link(&repository.id, &commit, path, *lines)
        .await;
    let tried = format!("link to `{path}` of `{}`", repository.path);
    let url = context.notes.answer(tried, outcome)?;
    if context.output.is_json() {
        context.output.json_line(&Shape {
            commit: &commit,
            url: &url,
        })
    } else {
        context.output.text(format!("{}\n", escape::line(&url)))
    }
}

/// JSON of `link`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape<'a> {
    /// The commit that it leads to.
    commit: &'a str,
    /// The address.
    url: &'a str,
}

/// Lines of a file as people write them.
pub(crate) fn lines(text: &str) -> Result<LineRange, &'static str> {
    const EXPECTED: &str = "not FIRST-LAST or one number, in lines from 1";
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let first = first.parse().map_err(|_| EXPECTED)?;
    let last = last.parse().map_err(|_| EXPECTED)?;
    match (first, last) {
        (0, _) => Err(EXPECTED),
        _ if last < first => Err("it ends before it begins"),
        _ => Ok(LineRange { first, last }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_begin_at_one() {
        let parts = |text| lines(text).map(|range| (range.first, range.last));
        assert_eq!(parts("10-20"), Ok((10, 20)));
        assert_eq!(parts("7"), Ok((7, 7)));
        for text in ["", "0", "0-3", "3-", "-3", "5-4", "L5"] {
            assert!(parts(text).is_err(), "{text}");
        }
    }

    #[test]
    fn json_tells_the_commit_and_the_address() {
        let json = serde_json::to_string(&Shape {
            commit: "c",
            url: "https://a",
        })
        .unwrap();
        assert_eq!(json, r#"{"commit":"c","url":"https://a"}"#);
    }
}
