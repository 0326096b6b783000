//! Asking for a connection on a terminal, in the order in which people know the answers: apart from
//! what is done with the answers, which options could have given too.

use super::Arguments;
use super::checks;
use super::draft::{self, Draft};
use super::mending::{self, Change};
use super::repositories::{self, Wish};
use super::{trial, written};
use crate::cli::confirmation;
use crate::cli::context::Context;
use crate::cli::explain;
use crate::cli::failure::CommandError;
use crate::cli::filled::room;
use crate::cli::prompt::{Line, List, Prompter, Row, Shown};
use crate::cli::session::Session;
use crate::cli::usage::UsageError;
use crate::config::file::ConfigurationFile;
use crate::config::{ConnectionEntry, RepositoryEntry};
use crate::credential::is_no_name;

/// A conversation with whoever sits at the terminal.
pub(super) struct Conversation<'c> {
    pub(super) prompter: Prompter,
    pub(super) draft: Draft,
    context: &'c Context,
    file: &'c ConfigurationFile,
    arguments: Arguments,
    /// What the file says of the connection so far.
    pub(super) present: Option<ConnectionEntry>,
    /// The repositories that options name.
    wishes: Vec<Wish>,
    /// Whether repositories are chosen where none is named.
    chooses: bool,
    /// Whether somebody said what it is called.
    is_named: bool,
}

/// What somebody wants to be otherwise than it was shown.
enum Difference {
    Address,
    All,
    Name,
    Repositories,
    Token,
}

impl<'c> Conversation<'c> {
    pub(super) fn start(
        context: &'c Context,
        file: &'c ConfigurationFile,
        draft: Draft,
        mut arguments: Arguments,
    ) -> Result<Self, CommandError> {
        let present = draft.present(file).cloned();
        Ok(Self {
            wishes: std::mem::take(&mut arguments.repository),
            chooses: true,
            is_named: arguments.name.is_some(),
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
        let is_update =
            self.present.is_some() && !(self.wishes.is_empty() && self.draft.is_empty(self.file));
        self.chooses = !is_update;
        if let Some(url) = self.draft.url.take()
            && !self.take_address(&url)
        {
            self.address().await?;
        }
        self.work(is_update).await?;
        self.name().await?;
        loop {
            let Some(preview) = written::preview(&self.draft, self.file)? else {
                return Ok(self.draft);
            };
            self.prompter.say(&preview);
            if self.is_wanted().await? {
                return Ok(self.draft);
            }
            match self.difference().await? {
                Difference::Address => {
                    self.address().await?;
                    self.work(is_update).await?;
                    self.name().await?;
                }
                Difference::Name => self.name().await?,
                Difference::Repositories => {
                    self.choose_instead();
                    self.work(is_update).await?;
                }
                Difference::Token => {
                    self.token().await?;
                    self.work(is_update).await?;
                }
                Difference::All => {
                    return Err(CommandError::Declined {
                        left: NOTHING_WRITTEN.to_owned(),
                    });
                }
            }
        }
    }

    /// What is answered, tried out unless somebody does not want that.
    async fn work(&mut self, is_update: bool) -> Result<(), CommandError> {
        if !self.arguments.no_check {
            return self.settle(is_update).await;
        }
        self.complete(is_update || self.is_kept()).await?;
        self.draft.chosen(self.file)?;
        self.draft.repositories = repositories::believed(&self.wishes, &self.draft, self.file)?;
        Ok(())
    }

    /// Whether what was shown is to be written. What is new takes nothing away, and so goes on as
    /// every other question does; what is changed was somebody's.
    async fn is_wanted(&mut self) -> Result<bool, CommandError> {
        if self.present.is_some() {
            return self.prompter.agrees("Write this?").await;
        }
        let question = Line {
            title: "Write this? [Y/n]",
            default: None,
            shown: Shown::Always,
        };
        let answer = self.prompter.line(question).await?;
        Ok(answer.trim().is_empty() || confirmation::is_yes(&answer))
    }

    /// What to go back to, so that one answer does not take the others away.
    async fn difference(&mut self) -> Result<Difference, CommandError> {
        let mut offers = vec![
            (Difference::Repositories, Row::new("The repositories", "")),
            (Difference::Address, Row::new("The address", "")),
            (Difference::Token, Row::new("The token", "")),
            (Difference::Name, Row::new("The name", "")),
            (Difference::All, Row::new("Give up", NOTHING_WRITTEN)),
        ];
        offers.retain(|(difference, _)| match difference {
            Difference::Repositories => !self.arguments.no_check,
            Difference::Name => self.arguments.name.is_none(),
            _ => true,
        });
        let (mut differences, rows): (Vec<_>, Vec<_>) = offers.into_iter().unzip();
        let question = List::new("What should be different?", &rows);
        let answer = self.prompter.choose(question).await?;
        Ok(differences.swap_remove(answer))
    }

    /// Ask until there is a connection that works, with repositories that are there.
    async fn settle(&mut self, mut is_update: bool) -> Result<(), CommandError> {
        loop {
            let session = self.connect(is_update).await?;
            let error = match self.connected(&session).await {
                Ok(entries) => {
                    self.draft.repositories = entries;
                    return Ok(());
                }
                Err(error) => self.tell(error)?,
            };
            let first = match self.wishes.is_empty() && self.draft.repositories.is_none() {
                true => Change::Nothing,
                false => Change::Repositories,
            };
            self.mend(&error, Some(first)).await?;
            is_update |= self.present.is_some();
        }
    }

    async fn connected(
        &mut self,
        session: &Session,
    ) -> Result<Option<Vec<RepositoryEntry>>, CommandError> {
        if let Some(chosen) = &self.draft.repositories {
            // Another token need not see them.
            let wishes: Vec<Wish> = chosen.iter().map(Wish::of).collect();
            return repositories::found(session, &wishes).await.map(Some);
        }
        if !self.wishes.is_empty() {
            let mut entries = repositories::found(session, &self.wishes).await?;
            self.kinds(&mut entries).await?;
            return Ok(Some(entries));
        }
        if self.chooses {
            return self.choose_or_keep(session).await;
        }
        repositories::kept(session, &self.draft, self.file).await
    }

    /// Choose repositories, whatever the options say of them.
    pub(super) fn choose_instead(&mut self) {
        self.wishes.clear();
        self.draft.repositories = None;
        self.chooses = true;
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
                Err(error) => self.tell(error)?,
                Ok(session) => return Ok(session),
            };
            self.mend(&error, None).await?;
            is_update |= self.present.is_some();
        }
    }

    /// Say what went wrong, and go on with it, unless it is that somebody gave up.
    pub(super) fn tell(&mut self, error: CommandError) -> Result<CommandError, CommandError> {
        match error {
            CommandError::Interrupted { .. } => return Err(error),
            // It has said so itself.
            CommandError::Findings => {}
            _ => {
                let mut description = error.describe();
                if mending::is_answered_here(&error) {
                    description.hint = None;
                }
                let text = explain::for_people(&description);
                self.prompter.say(&format!("\n{text}\n"));
            }
        }
        Ok(error)
    }

    /// Whether both were answered with what the file says already.
    fn is_kept(&self) -> bool {
        self.present.is_some() && self.draft.url.is_some()
    }

    async fn attempt(&mut self) -> Result<Session, CommandError> {
        let session = trial::open(&self.draft, self.file, self.context)?;
        self.prompter
            .say(&format!("Asking {} ...\n", session.source.base_url()));
        let report = trial::check(&session).await?;
        self.prompter
            .say(&format!("\n{}\n", report.for_people(room())));
        if report.works {
            Ok(session)
        } else {
            Err(CommandError::Findings)
        }
    }

    pub(super) async fn address(&mut self) -> Result<(), CommandError> {
        let present = self.present.as_ref().map(|entry| entry.url().to_owned());
        loop {
            let question = Line {
                title: "Address of the forge",
                default: self.draft.url.as_deref().or(present.as_deref()),
                shown: Shown::Unless(is_no_name),
            };
            let answer = self.prompter.line(question).await?;
            if !answer.trim().is_empty() && self.take_address(&answer) {
                return Ok(());
            }
        }
    }

    /// Take an address, unless it cannot be one; then say why.
    fn take_address(&mut self, url: &str) -> bool {
        let base = match trial::address(url, &self.draft, self.file, &self.context.options) {
            Ok(base) => base,
            Err(error) => {
                let text = explain::for_people(&error.describe());
                self.prompter.say(&format!("\n{text}\n"));
                return false;
            }
        };
        self.draft.take_address(base.to_string());
        if !self.is_named {
            self.draft.name =
                draft::name_for(&base.origin().host().to_string(), self.file.configuration());
        }
        true
    }

    async fn name(&mut self) -> Result<(), CommandError> {
        while self.arguments.name.is_none() {
            let question = Line {
                title: "Name of the connection",
                default: Some(&self.draft.name),
                shown: Shown::Unless(is_no_name),
            };
            let answer = self.prompter.line(question).await?;
            let is_taken = self.file.configuration().names().any(|name| name == answer);
            let problem = match checks::check_name(&answer) {
                Err(error) => error,
                Ok(()) if is_taken => UsageError::ConnectionNameTaken { name: answer }.into(),
                Ok(()) => {
                    self.draft.name = answer;
                    self.is_named = true;
                    return Ok(());
                }
            };
            let text = explain::for_people(&problem.describe());
            self.prompter.say(&format!("\n{text}\n"));
        }
        Ok(())
    }

    pub(super) fn file(&self) -> &'c ConfigurationFile {
        self.file
    }

    pub(super) fn context(&self) -> &'c Context {
        self.context
    }
}

pub(super) const NOTHING_WRITTEN: &str = "nothing was written";
