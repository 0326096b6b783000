//! Asking for the token: apart from the rest of the conversation, because people give a token to
//! whatever asks for one, and it is shown nowhere.

use super::checks;
use super::conversation::Conversation;
use super::draft::Token;
use crate::cli::failure::CommandError;
use crate::cli::prompt::{Choice, Line, List, Row, Shown};
use crate::cli::usage::UsageError;
use crate::credential::looks_secret;

impl Conversation<'_> {
    /// Where the token is, until what is said can be one.
    pub(super) async fn token(&mut self) -> Result<(), CommandError> {
        loop {
            let token = self.token_once().await?;
            match token.as_ref().map_or(Ok(()), checks::check_place) {
                Ok(()) => {
                    self.draft.token = token;
                    return Ok(());
                }
                // It may be easier to give in another way.
                Err(error) => drop(self.tell(in_words_of_the_question(error))?),
            }
        }
    }

    async fn token_once(&mut self) -> Result<Option<Token>, CommandError> {
        let mut rows = vec![
            Row::new("Type or paste it", "it is not shown"),
            Row::new("It is in a file", "and stays there"),
            Row::new("It is in an environment variable", "and stays there"),
        ];
        if let Some(entry) = self.present.as_ref().filter(|_| self.draft.token.is_none()) {
            rows.insert(0, Row::new("Keep it where it is", entry.token().place()));
        }
        let mut list = List::or_secret("Token", &rows);
        let answer = match self.prompter.choose_or_type(&mut list).await? {
            Choice::Row(answer) => answer,
            Choice::Secret(token) => return Ok(Some(Token::Typed(token))),
        };
        Ok(match answer + 4 - rows.len() {
            1 => Some(Token::Typed(self.prompter.secret("Token").await?)),
            2 => Some(Token::File(self.file_name("File with the token").await?)),
            3 => Some(Token::Environment(self.text("Name of the variable").await?)),
            _ => None,
        })
    }

    async fn text(&mut self, title: &str) -> Result<String, CommandError> {
        loop {
            let question = Line {
                title,
                default: None,
                shown: Shown::Unless(looks_secret),
            };
            let answer = self.prompter.line(question).await?;
            if !answer.trim().is_empty() {
                return Ok(answer.trim().to_owned());
            }
        }
    }

    /// A file's name. No shell stands between that would know what `~` is.
    pub(super) async fn file_name(
        &mut self,
        title: &str,
    ) -> Result<std::path::PathBuf, CommandError> {
        let answer = self.text(title).await?;
        let below = answer.strip_prefix("~/");
        let home = below.and_then(|below| Some(std::env::home_dir()?.join(below)));
        Ok(home.unwrap_or_else(|| answer.into()))
    }
}

/// Nobody has typed an option here.
fn in_words_of_the_question(error: CommandError) -> CommandError {
    match error {
        CommandError::Usage(UsageError::TokenVariable) => UsageError::VariableName.into(),
        error => error,
    }
}
