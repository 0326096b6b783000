//! One of many: apart from the text, because what is typed here only finds what is there.

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;
use zeroize::Zeroizing;

use super::key::Key;
use super::screen::Look;
use crate::cli::words::thousands;
use crate::credential::looks_secret;

/// A question that is answered with one of several rows.
pub(crate) struct List<'a> {
    pub(super) title: &'a str,
    pub(super) rows: &'a [Row],
    /// What was typed to find one, or what is no row at all.
    word: Zeroizing<String>,
    /// Whether that can be an answer too, which is then a secret.
    takes_secret: bool,
    /// Whether it was looked for since it changed.
    is_found: bool,
    /// Which rows fit it, the best first.
    found: Vec<usize>,
    /// Which of those is meant.
    at: usize,
}

/// Something that can be chosen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Row {
    /// What it is called; what is typed is looked for here.
    pub(crate) text: String,
    /// What else there is to know about it.
    pub(crate) note: String,
}

impl Row {
    pub(crate) fn new(text: impl Into<String>, note: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            note: note.into(),
        }
    }
}

impl<'a> List<'a> {
    /// A list of which the first row is meant, unless something is typed or moved.
    pub(crate) fn new(title: &'a str, rows: &'a [Row]) -> Self {
        Self {
            title,
            rows,
            // Enough for a token, so that none is left where the word was before it grew.
            word: Zeroizing::new(String::with_capacity(LONGEST_WORD)),
            takes_secret: false,
            is_found: true,
            found: (0..rows.len()).collect(),
            at: 0,
        }
    }

    /// A list of places where a secret may be: what is typed and finds none of them is the secret,
    /// for that is what people do where they are asked for one.
    pub(crate) fn or_secret(title: &'a str, rows: &'a [Row]) -> Self {
        Self {
            takes_secret: true,
            ..Self::new(title, rows)
        }
    }

    /// The secret that was typed, if this key ends it.
    pub(super) fn secret(&mut self, key: Key) -> Option<Zeroizing<String>> {
        self.find();
        let is_typed = self.takes_secret && self.found.is_empty() && !self.word.is_empty();
        (is_typed && key == Key::Enter).then(|| self.word.clone())
    }

    /// Whether what was typed may be a secret: it is shown to nobody then.
    fn is_concealed(&self) -> bool {
        self.found.is_empty() && (self.takes_secret || looks_secret(&self.word))
    }

    /// Take a key; the row when it was the last one.
    pub(super) fn press(&mut self, key: Key) -> Option<usize> {
        if self.type_key(key) {
            self.is_found = false;
            return None;
        }
        self.find();
        let last = self.found.len().saturating_sub(1);
        match key {
            Key::Enter => return self.found.get(self.at).copied(),
            Key::Up => self.at = self.at.checked_sub(1).unwrap_or(last),
            Key::Down => self.at = if self.at < last { self.at + 1 } else { 0 },
            Key::PageUp => self.at = self.at.saturating_sub(PAGE),
            Key::PageDown => self.at = (self.at + PAGE).min(last),
            Key::Home => self.at = 0,
            Key::End => self.at = last,
            _ => {}
        }
        None
    }

    /// Whether a key changes what is looked for.
    fn type_key(&mut self, key: Key) -> bool {
        match key {
            Key::Char(character) if self.word.len() + character.len_utf8() <= LONGEST_WORD => {
                self.word.push(character);
            }
            Key::Backspace => drop(self.word.pop()),
            Key::RemoveLine | Key::RemoveWord => self.word.clear(),
            _ => return false,
        }
        true
    }

    /// All words have to be there, in any order and case. Rows in which a part of the path begins
    /// with the first word come first. What is pasted is looked for once, and not letter by letter.
    fn find(&mut self) {
        if std::mem::replace(&mut self.is_found, true) {
            return;
        }
        let word = Zeroizing::new(self.word.to_lowercase());
        let words: Vec<&str> = word.split_whitespace().collect();
        let mut found: Vec<(bool, usize)> = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            let text = row.text.to_lowercase();
            if words.iter().all(|word| text.contains(word)) {
                let first = words.first().copied().unwrap_or_default();
                let begins = text
                    .split(['/', '-', '_', '.'])
                    .any(|part| part.starts_with(first));
                found.push((!(begins || text.starts_with(first)), index));
            }
        }
        found.sort_unstable();
        self.found = found.into_iter().map(|(_, index)| index).collect();
        self.at = 0;
    }

    /// The rows, and where the cursor is in them.
    pub(super) fn draw(
        &mut self,
        columns: usize,
        rows: usize,
        look: Look,
    ) -> (Vec<String>, (usize, usize)) {
        self.find();
        let widest = columns.saturating_sub(1).max(1);
        let title = look.cut(self.title, widest);
        let word = match self.is_concealed() {
            true => NOT_SHOWN,
            false => &self.word,
        };
        let word = look.end_of(word, widest.saturating_sub(MARK.len()));
        let word = look.cut(&format!("{MARK}{word}"), widest);
        let cursor = (1, word.width());
        let mut drawn = vec![look.paint(Style::new().bold(), &title), word];
        // The title, the word, the counts, a note below its row, and a row to spare.
        let most = PAGE.min(rows.saturating_sub(5)).max(1);
        let first = (self.at + 1).saturating_sub(most);
        let shown: Vec<usize> = self.found.iter().copied().skip(first).take(most).collect();
        let names = shown
            .iter()
            .map(|index| look.safe(&self.rows[*index].text).width());
        let width = names.max().unwrap_or(0).min(widest * 2 / 3);
        for (place, index) in shown.iter().enumerate() {
            let is_meant = first + place == self.at;
            let (row, below) = self.row(*index, is_meant, width, widest, look);
            drawn.push(row);
            drawn.extend(below);
        }
        drawn.push(look.paint(Style::new().dimmed(), &look.cut(&self.count(), widest)));
        (drawn, cursor)
    }

    /// A row, and its note below it where it is the one that is meant and has no room for that.
    fn row(
        &self,
        index: usize,
        is_meant: bool,
        width: usize,
        widest: usize,
        look: Look,
    ) -> (String, Option<String>) {
        let Row { text, note } = &self.rows[index];
        let mark = if is_meant { "> " } else { "  " };
        let mut row = look.cut(&format!("{mark}{text}"), widest);
        // What is left out is what is known of it, and not its name, as long as that fits.
        let padding = (mark.len() + width + GAP).saturating_sub(row.width());
        let padding = padding.max(GAP);
        let note = look.safe(note);
        let is_beside = row.width() + padding + note.width() <= widest;
        if !note.is_empty() && is_beside {
            row.push_str(&" ".repeat(padding));
            row.push_str(&note);
        }
        if !is_meant {
            return (row, None);
        }
        let below =
            (!is_beside && !note.is_empty()).then(|| look.cut(&format!("    {note}"), widest));
        (look.paint(Style::new().bold(), &row), below)
    }

    fn count(&self) -> String {
        let all = thousands(self.rows.len() as u64);
        if self.found.is_empty() && self.takes_secret && !self.word.is_empty() {
            return "  Enter takes what was typed; Ctrl-U takes it back".to_owned();
        }
        if self.found.is_empty() {
            return format!("  none of {all}; Backspace takes back");
        }
        if self.word.is_empty() {
            return format!("  {all}; type to search, Enter takes");
        }
        format!(
            "  {} of {all}; Enter takes",
            thousands(self.found.len() as u64)
        )
    }
}

/// What stands before what is typed.
const MARK: &str = "Search: ";

/// What stands in the place of a secret.
const NOT_SHOWN: &str = "(not shown)";

/// Bytes that are looked for; neither a path nor a token is longer.
const LONGEST_WORD: usize = 8 << 10;

/// Rows that are seen at once, at most.
const PAGE: usize = 10;

/// Columns between a name and its note.
const GAP: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Look = Look {
        has_colors: false,
        has_unicode: true,
    };

    fn rows(names: &[&str]) -> Vec<Row> {
        names.iter().map(|name| Row::new(*name, "main")).collect()
    }

    #[test]
    fn what_is_typed_finds_rows_and_what_begins_with_it_comes_first() {
        let rows = rows(&["web/workshop", "Web/Shop", "api/cart"]);
        let mut list = List::new("Repository", &rows);
        for character in "shop web".chars() {
            list.press(Key::Char(character));
        }
        assert_eq!(list.press(Key::Down), None);
        assert_eq!(list.found, [1, 0]);
        assert_eq!(list.press(Key::Enter), Some(0));
        list.press(Key::Char('x'));
        assert_eq!(list.press(Key::Enter), None);
        list.press(Key::RemoveLine);
        assert_eq!(list.press(Key::Up), None);
        assert_eq!(list.press(Key::Enter), Some(2));
    }

    #[test]
    fn rows_are_cut_to_the_terminal_and_the_one_that_is_meant_is_seen() {
        let names: Vec<String> = (0..3_000)
            .map(|number| format!("group/project-{number}"))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let rows = rows(&names);
        let mut list = List::new("Repository", &rows);
        for _ in 0..4 {
            list.press(Key::PageDown);
        }
        let (drawn, cursor) = list.draw(20, 9, PLAIN);
        assert_eq!(
            drawn,
            [
                "Repository",
                "Search: ",
                "  group/project-37",
                "  group/project-38",
                "  group/project-39",
                "> group/project-40",
                "    main",
                "  3,000; type to ..",
            ]
        );
        assert_eq!(cursor, (1, 8));
        let (drawn, _) = list.draw(40, 24, PLAIN);
        assert_eq!(
            drawn.last().unwrap(),
            "  3,000; type to search, Enter takes"
        );
        assert!(
            drawn.contains(&"> group/project-40  main".to_owned()),
            "{drawn:?}"
        );
    }

    #[test]
    fn a_note_stands_beside_its_row_whole_or_below_the_one_that_is_meant() {
        let rows = [
            Row::new("Type or paste it", "it is not shown"),
            Row::new("It is in a file", "and stays there"),
            Row::new("It is in an environment variable", "and stays there"),
        ];
        let mut list = List::new("Token", &rows);
        for (key, expected) in [
            (
                Key::Other,
                [
                    "> Type or paste it",
                    "    it is not shown",
                    "  It is in a file",
                    "  It is in an environment variable",
                ],
            ),
            (
                Key::Up,
                [
                    "  Type or paste it",
                    "  It is in a file",
                    "> It is in an environment variable",
                    "    and stays there",
                ],
            ),
        ] {
            list.press(key);
            let (drawn, _) = list.draw(40, 24, PLAIN);
            assert_eq!(drawn[2..6], expected);
        }
        let (drawn, _) = list.draw(80, 24, PLAIN);
        assert_eq!(
            drawn[2],
            "  Type or paste it                  it is not shown"
        );
        assert_eq!(
            drawn[4],
            "> It is in an environment variable  and stays there"
        );
    }

    #[test]
    fn a_long_word_shows_its_end_and_has_one() {
        let rows = rows(&["web/shop"]);
        let mut list = List::new("Repository", &rows);
        for character in "0123456789".chars() {
            list.press(Key::Char(character));
        }
        let (drawn, cursor) = list.draw(15, 8, PLAIN);
        assert_eq!(drawn[1], "Search: 456789");
        assert_eq!(cursor, (1, 14));
        for _ in 0..2 * LONGEST_WORD {
            list.press(Key::Char('x'));
        }
        assert_eq!(list.word.len(), LONGEST_WORD);
    }

    #[test]
    fn what_may_be_a_secret_is_not_shown_and_is_taken_where_one_is_asked_for() {
        let token = "s3cret-0123456789ABC";
        let rows = rows(&["web/shop"]);
        for (mut list, is_taken) in [
            (List::or_secret("Token", &rows), true),
            (List::new("Repository", &rows), false),
        ] {
            for character in token.chars() {
                assert_eq!(list.secret(Key::Char(character)), None);
                list.press(Key::Char(character));
            }
            let (drawn, _) = list.draw(60, 24, PLAIN);
            assert_eq!(drawn[1], "Search: (not shown)");
            let taken = list.secret(Key::Enter);
            assert_eq!(
                taken.as_deref().map(String::as_str),
                is_taken.then_some(token)
            );
        }
        // What finds a row is a search, and so is a word that is mistyped.
        let mut list = List::or_secret("Token", &rows);
        list.press(Key::Char('s'));
        assert_eq!(list.secret(Key::Enter), None);
        let mut list = List::new("Repository", &rows);
        for character in "shpo".chars() {
            list.press(Key::Char(character));
        }
        assert_eq!(list.draw(60, 24, PLAIN).0[1], "Search: shpo");
    }
}
