//! `exit-codes`: what each exit status means; apart because scripts are written from it.

use serde::Serialize;

use super::context::Context;
use super::exit::Exit;
use super::failure::CommandError;
use super::table::{Cell, Table};

/// Arguments of `exit-codes`: none.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES.trim_start(), after_long_help = table() + EXAMPLES)]
pub(crate) struct Arguments {}

const EXAMPLES: &str = "
Examples:
  code-source exit-codes
  code-source exit-codes --json";

/// Run `exit-codes`.
pub(crate) fn run(_: &Arguments, context: &mut Context) -> Result<(), CommandError> {
    if context.output.is_json() {
        let items: Vec<Shape> = Exit::ALL.iter().map(Shape::from).collect();
        return context
            .output
            .json_line(&serde_json::json!({ "items": items, "complete": true }));
    }
    context.output.text(table())
}

/// JSON of an exit status.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Shape {
    /// The status.
    exit_status: u8,
    /// The `code` of an error that ends with it.
    code: &'static str,
    /// What it means.
    meaning: &'static str,
}

impl From<&Exit> for Shape {
    fn from(exit: &Exit) -> Self {
        Self {
            exit_status: exit.number,
            code: exit.name,
            meaning: exit.meaning,
        }
    }
}

fn table() -> String {
    let rows: Vec<Vec<Cell>> = Exit::ALL
        .iter()
        .map(|exit| {
            let number = Cell::from(exit.number.to_string().as_str());
            vec![number, Cell::name(exit.name), Cell::from(exit.meaning)]
        })
        .collect();
    Table::new(&["STATUS", "CODE", "MEANING"]).page(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_line_for_every_status() {
        let text = anstream::adapter::strip_str(&table()).to_string();
        // A meaning goes on in further lines where the tests run on a narrow terminal.
        let lines = text.lines();
        let statuses = lines.filter(|line| line.starts_with(|first: char| first.is_ascii_digit()));
        assert_eq!(statuses.count(), Exit::ALL.len());
        assert!(text.contains("\n12      not-found"), "{text}");
    }
}
