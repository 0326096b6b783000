//! Tables and lists of fields for people: apart because widths are counted in columns of the
//! terminal, not in bytes.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::escape;
use super::filled::room_of_output;

/// A table that is written page by page: the widths of one page begin where those of the page
/// before ended, so that memory stays that of a page.
pub(crate) struct Table {
    headers: &'static [&'static str],
    widths: Vec<usize>,
    begun: bool,
    /// Columns of the terminal that it is shown on.
    room: Option<usize>,
}

impl Table {
    /// A table with these columns.
    pub(crate) fn new(headers: &'static [&'static str]) -> Self {
        Self {
            headers,
            widths: headers.iter().map(|header| header.width()).collect(),
            begun: false,
            room: room_of_output(),
        }
    }

    /// The next rows, after the header where they are the first.
    pub(crate) fn page(&mut self, rows: &[Vec<Cell>]) -> String {
        for row in rows {
            for (width, cell) in self.widths.iter_mut().zip(row) {
                *width = cell.text.width().min(WIDEST).max(*width);
            }
        }
        let mut text = String::new();
        if !self.begun && !rows.is_empty() {
            self.begun = true;
            let header: Vec<Cell> = self
                .headers
                .iter()
                .map(|header| Cell::styled(header, Style::new().bold()))
                .collect();
            self.row(&header, &mut text);
        }
        for row in rows {
            self.row(row, &mut text);
        }
        text
    }

    fn row(&self, cells: &[Cell], text: &mut String) {
        let (last, before) = self.widths.split_last().unwrap_or((&0, &[]));
        let before: usize = before.iter().map(|width| width + GAP).sum();
        match self.room {
            Some(room) if before + last > room => self.narrow_row(cells, before, room, text),
            _ => self.wide_row(cells, text),
        }
    }

    /// A row that is wider than its terminal: the last cell goes on below itself or, where there is
    /// no room for that either, every cell that does not fit goes on in the next line.
    fn narrow_row(&self, cells: &[Cell], before: usize, room: usize, text: &mut String) {
        if let Some((sentence, others)) = cells.split_last()
            && before + SENTENCE <= room
        {
            let lines = wrapped(&sentence.text, room - before);
            let mut lines = lines.into_iter();
            let first = lines.next().unwrap_or_default();
            let sentence = Cell {
                text: first,
                ..*sentence
            };
            self.wide_row(&[others, &[sentence]].concat(), text);
            text.extend(lines.map(|line| format!("{}{line}\n", " ".repeat(before))));
            return;
        }
        let mut column = 0;
        for cell in cells.iter().filter(|cell| !cell.text.is_empty()) {
            if column > 0 && column + GAP + cell.text.width() > room {
                text.push_str("\n  ");
                column = 2;
            } else if column > 0 {
                text.push_str("  ");
                column += GAP;
            }
            cell.paint(text);
            column += cell.text.width();
        }
        text.push('\n');
    }

    fn wide_row(&self, cells: &[Cell], text: &mut String) {
        let last = cells
            .iter()
            .rposition(|cell| !cell.text.is_empty())
            .unwrap_or(0);
        for (index, (cell, width)) in cells.iter().zip(&self.widths).enumerate().take(last + 1) {
            cell.paint(text);
            if index < last {
                let padding = width.saturating_sub(cell.text.width()) + GAP;
                text.extend(std::iter::repeat_n(' ', padding));
            }
        }
        text.push('\n');
    }
}

/// Text in lines of so many columns, broken between words. A word that is longer stays whole.
pub(crate) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        if let Some(line) = lines.last_mut() {
            if line.is_empty() {
                line.push_str(word);
                continue;
            }
            if line.width() + 1 + word.width() <= columns {
                line.push(' ');
                line.push_str(word);
                continue;
            }
        }
        lines.push(word.to_owned());
    }
    lines
}

/// A cell, safe to be shown.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// Untrusted text in a style.
    pub(crate) fn styled(text: &str, style: Style) -> Self {
        Self {
            text: escape::line(text).into_owned(),
            style,
        }
    }

    /// Untrusted text that matters less than what stands beside it.
    pub(crate) fn dim(text: &str) -> Self {
        Self::styled(text, Style::new().dimmed())
    }

    /// Untrusted text that names the row.
    pub(crate) fn name(text: &str) -> Self {
        Self::styled(text, AnsiColor::Cyan.on_default())
    }

    fn paint(&self, text: &mut String) {
        text.push_str(&paint(self.style, &self.text));
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::styled(text, Style::new())
    }
}

/// Names and values below each other; a field without a value is left out.
pub(crate) fn fields(fields: &[(&str, Option<String>)]) -> String {
    let shown = || {
        fields
            .iter()
            .filter_map(|(name, value)| Some((*name, value.as_ref()?)))
    };
    let width = shown().map(|(name, _)| name.width()).max().unwrap_or(0);
    shown()
        .map(|(name, value)| {
            let padding = " ".repeat(width - name.width() + GAP);
            format!(
                "{}{padding}{}\n",
                paint(Style::new().bold(), name),
                escape::line(value)
            )
        })
        .collect()
}

/// Text in a style; what is plain has no codes at all.
pub(crate) fn paint(style: Style, text: &str) -> String {
    if style.is_plain() {
        text.to_owned()
    } else {
        format!("{style}{text}{style:#}")
    }
}

/// One long name must not push the columns of all others off the screen.
const WIDEST: usize = 60;

const GAP: usize = 2;

/// A sentence is read in so many columns, and hardly in fewer.
const SENTENCE: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[[&str; 2]]) -> Vec<Vec<Cell>> {
        rows.iter()
            .map(|row| row.iter().map(|text| Cell::from(*text)).collect())
            .collect()
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn columns_stand_below_each_other_however_wide_a_character_is() {
        let mut table = Table::new(&["NAME", "KIND"]);
        let page = table.page(&rows(&[["日本", "a"], ["grün-weiß", "b"]]));
        assert_eq!(
            plain(&page),
            "NAME       KIND\n日本       a\ngrün-weiß  b\n"
        );
    }

    #[test]
    fn later_pages_have_no_header_and_are_never_narrower() {
        let mut table = Table::new(&["NAME", "KIND"]);
        assert_eq!(table.page(&[]), "");
        table.page(&rows(&[["a-long-name", "a"]]));
        assert_eq!(
            plain(&table.page(&rows(&[["b", "c"], ["d", ""]]))),
            "b            c\nd\n"
        );
    }

    #[test]
    fn a_cell_shows_control_characters_instead_of_obeying_them() {
        let mut table = Table::new(&["NAME", "KIND"]);
        let page = table.page(&rows(&[["a\nb", "\u{1b}[2J"]]));
        assert_eq!(page.lines().last().unwrap(), "a\\nb  \\u{1b}[2J");
    }

    #[test]
    fn a_row_that_is_wider_than_the_terminal_loses_nothing() {
        let table = |room, cells: &[[&str; 2]]| {
            let mut table = Table::new(&["NAME", "WHY"]);
            table.room = Some(room);
            plain(&table.page(&rows(cells)))
        };
        let long = [["short", "a reason that takes more than one line"]];
        assert_eq!(
            table(38, &long),
            "NAME   WHY\nshort  a reason that takes more than\n       one line\n"
        );
        let names = [["a-name-of-more-than-twenty-columns", "main"]];
        assert_eq!(
            table(37, &names),
            "NAME  WHY\na-name-of-more-than-twenty-columns\n  main\n"
        );
    }

    #[test]
    fn fields_without_a_value_are_left_out() {
        let text = fields(&[
            ("Path", Some("a/b".into())),
            ("Description", None),
            ("Id", Some("1".into())),
        ]);
        assert_eq!(plain(&text), "Path  a/b\nId    1\n");
    }
}
