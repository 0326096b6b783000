//! Asking for a connection on a terminal, in the order in which people know the answers: apart from
//! what is done with the answers, which options could have given too.

use ipnet::IpNet;

use super::Arguments;
use super::draft::{self, Draft, Token};
use super::repositories;
use super::{trial, written};
use crate::cli::context::Context;
use crate::cli::explain;
use crate::cli::failure::CommandError;
use crate::cli::prompt::{Line, List, Prompter, Row};
use crate::cli::session::Session;
use crate::config::ConnectionEntry;
use crate::config::file::ConfigurationFile;

/// A conversation with whoever sits at the terminal.
pub(super) struct Conversation<'c> {
    pub(super) prompter: Prompter,
    pub(super) draft: Draft,
    context: &'c Context,
    file: &'c ConfigurationFile,
    arguments: Arguments,
    /// What the file says of the connection so far.
    present: Option<ConnectionEntry>,
}

/// What can be changed where a connection does not work.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Change {
    Address,
    Authority,
    /// None: find out first.
    Diagnosis,
    Nothing,
    Token,
}

impl<'c> Conversation<'c> {
    pub(super) fn start(
        context: &'c Context,
        file: &'c ConfigurationFile,
        draft: Draft,
        arguments: Arguments,
    ) -> Result<Self, CommandError> {
        let present = file.configuration().connection(&draft.name).ok().cloned();
        Ok(Self {
            prompter: Prompter::start(NOTHING_WRITTEN)?,
            draft,
            context,
            file,
            arguments,
            present,
        })
    }

    /// Ask until there is a connection that works and that somebody wants to be written.
    pub(super) async fn hold(mut self) -> Result<Draft, CommandError> {
        let wishes = std::mem::take(&mut self.arguments.repository);
        let is_update =
            self.present.is_some() && !(wishes.is_empty() && self.draft.is_empty(self.file));
        if let Some(url) = self.draft.url.take() {
            self.take_address(&url);
        }
        if self.arguments.no_check {
            self.complete(is_update).await?;
            self.draft.chosen(self.file)?;
            let entries = repositories::believed(&wishes)?;
            self.draft.repositories = (!entries.is_empty()).then_some(entries);
        } else {
            let session = self.connect(is_update).await?;
            if !wishes.is_empty() {
                let found = repositories::found(&session, &wishes);
                self.draft.repositories = Some(found.await?);
            } else if !is_update {
                self.draft.repositories = Some(self.choose(&session).await?);
            }
        }
        self.name().await?;
        let preview = written::preview(&self.draft, self.file)?;
        self.prompter.say(&preview);
        if self.prompter.agrees("Write this?").await? {
            return Ok(self.draft);
        }
        Err(CommandError::Interrupted {
            left: NOTHING_WRITTEN.to_owned(),
        })
    }

    /// Ask for an address and a token, as far as they are missing.
    async fn complete(&mut self, is_update: bool) -> Result<(), CommandError> {
        if self.draft.url.is_none() && !is_update {
            self.address().await?;
        }
        if self.draft.token.is_none() && !is_update {
            self.token().await?;
        }
        Ok(())
    }

    /// A connection that works.
    async fn connect(&mut self, mut is_update: bool) -> Result<Session, CommandError> {
        loop {
            self.complete(is_update || self.is_kept()).await?;
            let error = match self.attempt().await {
                Err(error @ CommandError::Interrupted { .. }) => return Err(error),
                Err(error) => error,
                Ok(session) => return Ok(session),
            };
            if !matches!(error, CommandError::Findings) {
                let text = explain::for_people(&error.describe());
                self.prompter.say(&format!("\n{text}\n"));
            }
            self.mend(&error).await?;
            is_update |= self.present.is_some();
        }
    }

    /// Whether both were answered with what the file says already.
    fn is_kept(&self) -> bool {
        self.present.is_some() && self.draft.url.is_some()
    }

    async fn attempt(&mut self) -> Result<Session, CommandError> {
        let session = trial::open(&self.draft, self.file, self.context)?;
        self.prompter
            .say(&format!("Asking {} ...\n", session.source.base_url()));
        let verdict = trial::check(&session).await?;
        self.prompter.say(&format!("\n{}\n", verdict.text));
        if verdict.works {
            Ok(session)
        } else {
            Err(CommandError::Findings)
        }
    }

    /// Change what keeps it from working.
    async fn mend(&mut self, error: &CommandError) -> Result<(), CommandError> {
        let remedy = remedy(error);
        if let Some(range) = remedy.and_then(private_range) {
            let question = format!("Is the forge meant to be at {range}?");
            if self.prompter.agrees(&question).await? {
                self.draft.private_addresses.push(range.to_string());
                return Ok(());
            }
        }
        let mut offers = offers(error.describe().exit_status);
        if remedy.is_some_and(|remedy| remedy.starts_with("ca-file = ")) {
            offers.insert(0, Change::Authority);
        }
        loop {
            let rows: Vec<Row> = offers.iter().map(|offer| offer.row()).collect();
            let answer = self.prompter.choose(List::new("What now?", &rows)).await?;
            match offers.remove(answer) {
                Change::Address => return self.address().await,
                Change::Authority => {
                    let file = self
                        .file_name("File with its certificate, in PEM form")
                        .await?;
                    self.draft.ca_file = Some(file);
                    return Ok(());
                }
                Change::Diagnosis => {
                    self.prompter.status("Going the way of a request ...");
                    let text = trial::diagnose(&self.draft, self.file, self.context).await?;
                    self.prompter.say(&format!("{text}\n"));
                }
                Change::Nothing => return Ok(()),
                Change::Token => return self.token().await,
            }
        }
    }

    async fn address(&mut self) -> Result<(), CommandError> {
        let present = self.present.as_ref().map(|entry| entry.url().to_owned());
        loop {
            let question = Line {
                title: "Address of the forge",
                default: self.draft.url.as_deref().or(present.as_deref()),
                is_hidden: false,
            };
            let answer = self.prompter.line(question).await?;
            if !answer.trim().is_empty() && self.take_address(&answer) {
                return Ok(());
            }
        }
    }

    /// Take an address, unless it cannot be one; then say why.
    fn take_address(&mut self, url: &str) -> bool {
        let base = match trial::address(url, &self.context.options) {
            Ok(base) => base,
            Err(error) => {
                let text = explain::for_people(&error.describe());
                self.prompter.say(&format!("\n{text}\n"));
                return false;
            }
        };
        self.draft.url = Some(base.to_string());
        if self.arguments.name.is_none() {
            self.draft.name =
                draft::name_for(&base.origin().host().to_string(), self.file.configuration());
        }
        true
    }

    async fn token(&mut self) -> Result<(), CommandError> {
        let mut rows = vec![
            Row::new("Type or paste it", "it is not shown"),
            Row::new("It is in a file", "and stays there"),
            Row::new("It is in an environment variable", "and stays there"),
        ];
        if let Some(entry) = self.present.as_ref().filter(|_| self.draft.token.is_none()) {
            rows.insert(0, Row::new("Keep it where it is", entry.token().place()));
        }
        let answer = self.prompter.choose(List::new("Token", &rows)).await?;
        self.draft.token = match (answer + 4 - rows.len(), self.present.is_some()) {
            (1, _) => Some(Token::Typed(self.prompter.secret("Token").await?)),
            (2, _) => Some(Token::File(self.file_name("File with the token").await?)),
            (3, _) => Some(Token::Environment(self.text("Name of the variable").await?)),
            _ => None,
        };
        Ok(())
    }

    async fn text(&mut self, title: &str) -> Result<String, CommandError> {
        loop {
            let question = Line {
                title,
                default: None,
                is_hidden: false,
            };
            let answer = self.prompter.line(question).await?;
            if !answer.trim().is_empty() {
                return Ok(answer.trim().to_owned());
            }
        }
    }

    /// A file's name. No shell stands between that would know what `~` is.
    async fn file_name(&mut self, title: &str) -> Result<std::path::PathBuf, CommandError> {
        let answer = self.text(title).await?;
        let below = answer.strip_prefix("~/");
        let home = below.and_then(|below| Some(std::env::home_dir()?.join(below)));
        Ok(home.unwrap_or_else(|| answer.into()))
    }

    async fn name(&mut self) -> Result<(), CommandError> {
        while self.arguments.name.is_none() {
            let question = Line {
                title: "Name of the connection",
                default: Some(&self.draft.name),
                is_hidden: false,
            };
            let answer = self.prompter.line(question).await?;
            let is_taken = self.file.configuration().names().any(|name| name == answer);
            let problem = match draft::check_name(&answer) {
                Err(error) => error,
                Ok(()) if is_taken => CommandError::usage(
                    format!("there is a connection `{answer}` already"),
                    format!("`code-source connect {answer}` changes that one"),
                ),
                Ok(()) => {
                    self.draft.name = answer;
                    return Ok(());
                }
            };
            let text = explain::for_people(&problem.describe());
            self.prompter.say(&format!("\n{text}\n"));
        }
        Ok(())
    }

    pub(super) fn context(&self) -> &'c Context {
        self.context
    }
}

impl Change {
    fn row(self) -> Row {
        match self {
            Self::Address => Row::new("Another address", ""),
            Self::Authority => Row::new("Trust an authority", "its certificate is in a file"),
            Self::Diagnosis => Row::new("Find the cause", "as `code-source doctor` does"),
            Self::Nothing => Row::new("Try again", "nothing is changed"),
            Self::Token => Row::new("Another token", ""),
        }
    }
}

/// What to offer, the likeliest first.
fn offers(exit_status: u8) -> Vec<Change> {
    use crate::cli::exit::Exit;
    let token = [
        Exit::FINDINGS,
        Exit::FORBIDDEN,
        Exit::TOKEN,
        Exit::UNAUTHENTICATED,
    ];
    if token.iter().any(|exit| exit.number == exit_status) {
        vec![
            Change::Token,
            Change::Address,
            Change::Diagnosis,
            Change::Nothing,
        ]
    } else {
        vec![
            Change::Address,
            Change::Token,
            Change::Diagnosis,
            Change::Nothing,
        ]
    }
}

/// The line of configuration that would let the request that failed succeed.
fn remedy(error: &CommandError) -> Option<&str> {
    let CommandError::Call { report, .. } = error else {
        return None;
    };
    report.failed_request()?.failure()?.remedy.as_deref()
}

fn private_range(remedy: &str) -> Option<IpNet> {
    let list = remedy.strip_prefix("private-addresses = [")?;
    list.rsplit('"').nth(1)?.parse().ok()
}

pub(super) const NOTHING_WRITTEN: &str = "nothing was written";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_to_ask_about_is_the_one_that_is_missing() {
        let range = |remedy| private_range(remedy).map(|range| range.to_string());
        let one = range("private-addresses = [\"127.0.0.1/32\"]");
        assert_eq!(one.as_deref(), Some("127.0.0.1/32"));
        let second = range("private-addresses = [\"10.0.0.0/8\", \"fd00::1/128\"]");
        assert_eq!(second.as_deref(), Some("fd00::1/128"));
        assert_eq!(range("ca-file = \"/a.pem\""), None);
    }
}
