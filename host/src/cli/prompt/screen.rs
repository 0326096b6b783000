//! Rows of a terminal that are drawn again and again: apart because what is drawn once must be
//! taken away again, however wide the terminal is.

use std::borrow::Cow;
use std::io::{self, Write as _};

use anstyle::Style;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::cli::table::paint;
use crate::cli::{charset, escape};

/// The rows below everything that stays.
pub(super) struct Screen {
    /// How many of them are above the cursor.
    above: usize,
    is_drawn: bool,
    look: Look,
}

/// What the terminal can show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) has_colors: bool,
    pub(super) has_unicode: bool,
}

impl Screen {
    pub(super) fn new() -> Self {
        let choice = anstream::AutoStream::choice(&io::stderr());
        Self {
            above: 0,
            is_drawn: false,
            look: Look {
                has_colors: choice != anstream::ColorChoice::Never,
                has_unicode: charset::is_unicode(),
            },
        }
    }

    pub(super) fn look(&self) -> Look {
        self.look
    }

    /// Columns and rows of the terminal.
    pub(super) fn size(&self) -> (usize, usize) {
        let size = rustix::termios::tcgetwinsize(io::stderr());
        let known = size.ok().filter(|size| size.ws_col > 0 && size.ws_row > 0);
        known.map_or((80, 24), |size| (size.ws_col.into(), size.ws_row.into()))
    }

    /// Draw these rows where the last ones were, and put the cursor to a row and a column of them.
    /// None may be wider than the terminal.
    pub(super) fn draw(&mut self, rows: &[String], (row, column): (usize, usize)) {
        let mut text = self.back();
        text.push_str(&rows.join("\n"));
        let below = rows.len().saturating_sub(row + 1);
        if below > 0 {
            text.push_str(&format!("\x1b[{below}A"));
        }
        text.push('\r');
        if column > 0 {
            text.push_str(&format!("\x1b[{column}C"));
        }
        self.above = row;
        self.is_drawn = true;
        write(&text);
    }

    /// Draw one row, cut to the terminal.
    pub(super) fn status(&mut self, text: &str) {
        let (columns, _) = self.size();
        let text = self.look.cut(text, columns.saturating_sub(1));
        let column = text.width();
        self.draw(&[text], (0, column));
    }

    /// Take the rows away.
    pub(super) fn clear(&mut self) {
        if self.is_drawn {
            let text = self.back();
            write(&text);
            self.is_drawn = false;
        }
    }

    /// Take the rows away and leave a line with the question and its answer, which stays.
    pub(super) fn end(&mut self, title: &str, answer: &str) {
        self.clear();
        let colon = if title.ends_with(['?', ']']) { "" } else { ":" };
        let line = format!("{title}{colon} {answer}");
        write(&format!("{}\n", self.look.safe(line.trim_end())));
    }

    /// Leave the rows as they are, and go on below them.
    pub(super) fn leave(&mut self) {
        if self.is_drawn {
            write("\x1b[J\n");
            self.is_drawn = false;
            self.above = 0;
        }
    }

    fn back(&mut self) -> String {
        let above = std::mem::take(&mut self.above);
        match (self.is_drawn, above) {
            (false, _) => String::new(),
            (true, 0) => "\r\x1b[J".to_owned(),
            (true, above) => format!("\r\x1b[{above}A\x1b[J"),
        }
    }
}

impl Look {
    /// A text as it can be shown: nothing in it is obeyed.
    pub(super) fn safe(self, text: &str) -> Cow<'_, str> {
        let safe = escape::line(text);
        match self.has_unicode {
            true => safe,
            false => escape::ascii(&safe).into_owned().into(),
        }
    }

    /// The same, and not wider than so many columns.
    pub(super) fn cut(self, text: &str, columns: usize) -> String {
        let safe = self.safe(text);
        if safe.width() <= columns {
            return safe.into_owned();
        }
        let mut left = columns.saturating_sub(CUT.len());
        let mut text: String = safe
            .chars()
            .take_while(|character| {
                let width = character.width().unwrap_or(0);
                let fits = width <= left;
                left = left.saturating_sub(width);
                fits
            })
            .collect();
        text.push_str(&CUT[..CUT.len().min(columns)]);
        text
    }

    /// The end of a text, which is what is being typed, not wider than so many columns.
    pub(super) fn end_of(self, text: &str, columns: usize) -> String {
        let safe = self.safe(text);
        let mut left = columns;
        let end = safe.char_indices().rev().take_while(|(_, character)| {
            let rest = left.checked_sub(character.width().unwrap_or(0));
            left = rest.unwrap_or_default();
            rest.is_some()
        });
        let begin = end.last().map_or(safe.len(), |(begin, _)| begin);
        safe[begin..].to_owned()
    }

    /// In this style, where there are any.
    pub(super) fn paint(self, style: Style, text: &str) -> String {
        if self.has_colors {
            paint(style, text)
        } else {
            text.to_owned()
        }
    }
}

/// Not through the filter of colours, which would take the sequences away too.
fn write(text: &str) {
    // A terminal that is gone shows nothing.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// What stands for the rest of a text.
const CUT: &str = "..";

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Look = Look {
        has_colors: false,
        has_unicode: false,
    };

    #[test]
    fn a_text_is_cut_to_the_columns_that_it_takes() {
        let look = Look {
            has_unicode: true,
            ..PLAIN
        };
        assert_eq!(look.cut("web/shop", 8), "web/shop");
        assert_eq!(look.cut("web/shop", 7), "web/s..");
        assert_eq!(look.cut("日本語", 5), "日..");
        assert_eq!(look.cut("web/shop", 1), ".");
        assert_eq!(look.cut("a\nb", 9), "a\\nb");
    }

    #[test]
    fn a_terminal_without_unicode_is_shown_none() {
        assert_eq!(PLAIN.safe("grün"), "gr\\u{fc}n");
        assert_eq!(PLAIN.paint(Style::new().bold(), "a"), "a");
    }
}
