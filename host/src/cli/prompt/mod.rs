//! Questions that somebody answers on a terminal: apart from what is asked, so that every question
//! looks the same, and Escape and Ctrl-C mean the same in all of them: Escape gives up, and once
//! something was answered only after a question of its own.
//!
//! The terminal shows nothing of what is typed for as long as a [`Prompter`] lives; the questions
//! draw it themselves. So a token is on no screen, not even one that is typed ahead.
//!
//! - `terminal`: the terminal itself, its modes and its keys as bytes
//! - `key`: from bytes to keys
//! - `screen`: rows that are drawn again and again
//! - `line`: a text, shown or hidden
//! - `list`: one of many, found by typing

mod key;
mod line;
mod list;
mod screen;
mod terminal;

use self::key::Key;
pub(crate) use self::line::{Line, Shown};
pub(crate) use self::list::{List, Row};
use self::screen::Screen;
use self::terminal::Terminal;
use super::failure::CommandError;
use crate::credential::Secret;

/// Asks whoever sits at the terminal.
pub(crate) struct Prompter {
    terminal: Terminal,
    screen: Screen,
    /// What state is left when somebody gives up.
    left: &'static str,
    /// Whether something was answered, which would be lost.
    is_begun: bool,
}

impl Prompter {
    /// Whether somebody can be asked: at both ends there is a terminal that can be drawn on.
    pub(crate) fn is_possible() -> bool {
        terminal::is_there() && terminal::can_be_drawn_on()
    }

    /// Why nobody is asked.
    pub(crate) fn obstacle() -> &'static str {
        if Self::is_possible() {
            "`--yes` and `--json` ask nothing"
        } else if terminal::is_there() {
            "this terminal cannot be drawn on to ask for it: `TERM` is `dumb` or not set"
        } else {
            "nobody is there to be asked"
        }
    }

    /// Take over the terminal. `left` says what state is left when somebody gives up.
    pub(crate) fn start(left: &'static str) -> Result<Self, CommandError> {
        let terminal = Terminal::start().map_err(|source| CommandError::File {
            action: "use",
            path: "the terminal".into(),
            source,
        })?;
        Ok(Self {
            terminal,
            screen: Screen::new(),
            left,
            is_begun: false,
        })
    }

    /// A text. Without one, the default, if there is one.
    pub(crate) async fn line(&mut self, question: Line<'_>) -> Result<String, CommandError> {
        let title = question.title.to_owned();
        let (answer, is_concealed) = self.answer(question).await?;
        self.end(&title, if is_concealed { NOT_SHOWN } else { &answer });
        Ok((*answer).clone())
    }

    /// A text that nobody sees.
    pub(crate) async fn secret(&mut self, title: &str) -> Result<Secret, CommandError> {
        let question = Line {
            title,
            default: None,
            shown: Shown::Never,
        };
        let (answer, _) = self.answer(question).await?;
        self.end(title, NOT_SHOWN);
        Ok(Secret::new(&**answer))
    }

    /// One of several, by its place among them.
    pub(crate) async fn choose(&mut self, mut list: List<'_>) -> Result<usize, CommandError> {
        loop {
            if let Choice::Row(index) = self.choose_or_type(&mut list).await? {
                return Ok(index);
            }
        }
    }

    /// One of several, or a secret that was typed instead.
    pub(crate) async fn choose_or_type(
        &mut self,
        list: &mut List<'_>,
    ) -> Result<Choice, CommandError> {
        loop {
            // What is pasted is not drawn letter by letter.
            if !self.terminal.has_more() {
                let (columns, rows) = self.screen.size();
                let (drawn, cursor) = list.draw(columns, rows, self.screen.look());
                self.screen.draw(&drawn, cursor);
            }
            let key = self.key().await?;
            if let Some(secret) = list.secret(key) {
                self.end(list.title, NOT_SHOWN);
                return Ok(Choice::Secret(Secret::new(&**secret)));
            }
            if let Some(index) = list.press(key) {
                self.end(list.title, &list.rows[index].text);
                return Ok(Choice::Row(index));
            }
        }
    }

    /// Whether somebody agrees. Only a clear yes is one.
    pub(crate) async fn agrees(&mut self, question: &str) -> Result<bool, CommandError> {
        let title = format!("{question} [y/N]");
        let answer = self
            .line(Line {
                title: &title,
                default: None,
                shown: Shown::Always,
            })
            .await?;
        Ok(super::confirmation::is_yes(&answer))
    }

    /// Say something between questions; line breaks are meant.
    pub(crate) fn say(&mut self, text: &str) {
        self.screen.clear();
        super::notes::write(text);
    }

    /// Show what is going on, in the place of what was shown before.
    pub(crate) fn status(&mut self, text: &str) {
        self.screen.status(text);
    }

    /// A text, and whether it is to be seen nowhere.
    async fn answer(
        &mut self,
        question: Line<'_>,
    ) -> Result<(zeroize::Zeroizing<String>, bool), CommandError> {
        let mut editor = line::Editor::new(question);
        loop {
            self.draw_line(&editor);
            if let Some(answer) = editor.press(self.key().await?) {
                return Ok((answer, editor.is_concealed()));
            }
        }
    }

    fn end(&mut self, title: &str, answer: &str) {
        self.is_begun = true;
        self.screen.end(title, answer);
    }

    async fn key(&mut self) -> Result<Key, CommandError> {
        match self.terminal.key().await {
            Some(Key::Escape) if self.is_begun && !self.gives_up().await => Ok(Key::Other),
            Some(key) if key != Key::Escape => Ok(key),
            _ => Err(CommandError::Interrupted {
                left: self.left.to_owned(),
            }),
        }
    }

    /// Escape is easily pressed, or sent by a terminal, and would take all answers away. The answer
    /// ends as every other one does: what is pressed after it belongs to no other question.
    async fn gives_up(&mut self) -> bool {
        let mut editor = line::Editor::new(Line {
            title: "Give up? [y/N]",
            default: None,
            shown: Shown::Always,
        });
        loop {
            self.draw_line(&editor);
            match self.terminal.key().await {
                None => return true,
                Some(Key::Escape) => return false,
                Some(key) => {
                    if let Some(answer) = editor.press(key) {
                        return super::confirmation::is_yes(&answer);
                    }
                }
            }
        }
    }

    fn draw_line(&mut self, editor: &line::Editor<'_>) {
        // What is pasted is not drawn letter by letter.
        if !self.terminal.has_more() {
            let (columns, _) = self.screen.size();
            let (drawn, cursor) = editor.draw(columns, self.screen.look());
            self.screen.draw(&drawn, cursor);
        }
    }
}

/// What was answered where a secret may be typed too.
pub(crate) enum Choice {
    Row(usize),
    Secret(Secret),
}

/// What is left of a question whose answer nobody may see.
const NOT_SHOWN: &str = "(not shown)";

impl Drop for Prompter {
    fn drop(&mut self) {
        // Whatever is said next is not said into the middle of a question.
        self.screen.leave();
    }
}
