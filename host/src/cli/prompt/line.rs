//! A text that somebody types: apart from the list, because it is edited and not looked up.

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;
use zeroize::Zeroizing;

use super::key::Key;
use super::screen::Look;

/// A question that is answered with a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) title: &'a str,
    /// What an empty answer means.
    pub(crate) default: Option<&'a str>,
    /// Who sees what is typed.
    pub(crate) shown: Shown,
}

/// Who sees what is typed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shown {
    Always,
    Never,
    /// Where something else is asked for, people give the secret itself.
    Unless(fn(&str) -> bool),
}

/// A text while it is typed.
pub(super) struct Editor<'a> {
    question: Line<'a>,
    typed: Zeroizing<String>,
}

impl<'a> Editor<'a> {
    pub(super) fn new(question: Line<'a>) -> Self {
        Self {
            question,
            // Enough for a token, so that none is left where the text was before it grew.
            typed: Zeroizing::new(String::with_capacity(LONGEST)),
        }
    }

    /// Take a key; the answer when it was the last one.
    pub(super) fn press(&mut self, key: Key) -> Option<Zeroizing<String>> {
        match key {
            Key::Backspace => {
                self.typed.pop();
            }
            Key::Char(character) if self.typed.len() + character.len_utf8() <= LONGEST => {
                self.typed.push(character);
            }
            Key::RemoveLine => self.typed.clear(),
            Key::RemoveWord => {
                let word = self.typed.trim_end_matches(SEPARATORS);
                let kept = word.rfind(SEPARATORS).map_or(0, |at| at + 1);
                self.typed.truncate(kept);
            }
            Key::Enter => return self.answer(),
            _ => {}
        }
        None
    }

    fn answer(&self) -> Option<Zeroizing<String>> {
        match (self.question.default, self.typed.is_empty()) {
            (Some(default), true) => Some(Zeroizing::new(default.to_owned())),
            _ => Some(self.typed.clone()),
        }
    }

    /// Whether what is typed is to be seen nowhere.
    pub(super) fn is_concealed(&self) -> bool {
        match self.question.shown {
            Shown::Always => false,
            Shown::Never => true,
            Shown::Unless(is_secret) => is_secret(&self.typed),
        }
    }

    /// The rows, and where the cursor is in them.
    pub(super) fn draw(&self, columns: usize, look: Look) -> (Vec<String>, (usize, usize)) {
        let widest = columns.saturating_sub(1).max(1);
        let mut title = self.question.title.to_owned();
        if let Some(default) = self.question.default {
            title.push_str(&format!(" [{default}]"));
        }
        if self.is_concealed() {
            title.push_str(" (not shown)");
        }
        let title = look.paint(Style::new().bold(), &look.cut(&title, widest));
        let mut shown = String::new();
        if !self.is_concealed() {
            shown = look.end_of(&self.typed, widest.saturating_sub(MARK.len()));
        }
        let column = MARK.len() + shown.width();
        (vec![title, format!("{MARK}{shown}")], (1, column))
    }
}

/// What stands before what is typed.
const MARK: &str = "> ";

/// What stands between words.
const SEPARATORS: [char; 3] = [' ', '/', '.'];

/// Bytes that an answer may have; no token is longer.
const LONGEST: usize = 8 << 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::looks_secret;

    const PLAIN: Look = Look {
        has_colors: false,
        has_unicode: true,
    };

    fn typed<'a>(question: Line<'a>, text: &str) -> Editor<'a> {
        let mut editor = Editor::new(question);
        for character in text.chars() {
            assert_eq!(editor.press(Key::Char(character)), None);
        }
        editor
    }

    const NAME: Line<'static> = Line {
        title: "Name",
        default: Some("acme"),
        shown: Shown::Always,
    };

    #[test]
    fn an_empty_answer_is_the_default() {
        let answer = |text| typed(NAME, text).press(Key::Enter).unwrap().to_string();
        assert_eq!(answer(""), "acme");
        assert_eq!(answer("b"), "b");
    }

    #[test]
    fn what_was_typed_can_be_taken_back() {
        let mut editor = typed(NAME, "git.acme.example");
        editor.press(Key::RemoveWord);
        assert_eq!(*editor.typed, "git.acme.");
        editor.press(Key::RemoveWord);
        assert_eq!(*editor.typed, "git.");
        editor.press(Key::Backspace);
        assert_eq!(*editor.typed, "git");
        editor.press(Key::RemoveLine);
        assert_eq!(*editor.typed, "");
    }

    #[test]
    fn a_word_is_taken_back_where_there_is_none() {
        for text in ["", "/", " ", "acme", "../"] {
            let mut editor = typed(NAME, text);
            editor.press(Key::RemoveWord);
            assert_eq!(*editor.typed, "", "{text:?}");
        }
    }

    #[test]
    fn a_long_text_shows_its_end_and_a_hidden_one_nothing() {
        let (rows, cursor) = typed(NAME, "0123456789").draw(8, PLAIN);
        assert_eq!(rows, ["Name ..", "> 56789"]);
        assert_eq!(cursor, (1, 7));
        let hidden = Line {
            shown: Shown::Never,
            ..NAME
        };
        let (rows, cursor) = typed(hidden, "0123456789").draw(80, PLAIN);
        assert_eq!(rows, ["Name [acme] (not shown)", "> "]);
        assert_eq!(cursor, (1, 2));
        let place = Line {
            shown: Shown::Unless(looks_secret),
            ..NAME
        };
        let rows = |text| typed(place, text).draw(80, PLAIN).0;
        assert_eq!(rows("FORGE_TOKEN"), ["Name [acme]", "> FORGE_TOKEN"]);
        let hidden = rows("s3cret-0123456789ABC");
        assert_eq!(hidden, ["Name [acme] (not shown)", "> "]);
    }
}
