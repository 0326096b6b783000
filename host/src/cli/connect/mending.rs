//! What to do where a connection does not work: apart from the questions that always come, because
//! what is offered depends on what went wrong.

use ipnet::IpNet;

use super::conversation::Conversation;
use super::trial;
use crate::cli::failure::CommandError;
use crate::cli::prompt::{List, Row};
use crate::cli::usage::UsageError;
use crate::error::Error;

/// What can be changed where a connection does not work.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Change {
    Address,
    Authority,
    /// None: find out first.
    Diagnosis,
    Nothing,
    /// Those of the forge are listed.
    Repositories,
    Token,
}

impl Conversation<'_> {
    /// Change what keeps it from working; `first` is what helps most, where that is known.
    pub(super) async fn mend(
        &mut self,
        error: &CommandError,
        first: Option<Change>,
    ) -> Result<(), CommandError> {
        let remedy = remedy(error);
        if let Some(range) = remedy.and_then(private_range) {
            let question = format!("Is the forge meant to be at {range}?");
            if self.prompter.agrees(&question).await? {
                self.draft.private_addresses.push(range.to_string());
                return Ok(());
            }
        }
        let mut offers = offers(error.describe().exit_status);
        if is_about_authority(error) {
            // What cannot be used is in the way of every other attempt.
            self.draft.forget_authority();
            offers.insert(0, Change::Authority);
        } else if remedy.is_some_and(is_authority) {
            offers.insert(0, Change::Authority);
        }
        if let Some(first) = first {
            offers.retain(|offer| *offer != first);
            offers.insert(0, first);
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
                    let found = trial::diagnose(&self.draft, self.file(), self.context());
                    match found.await {
                        Ok(text) => self.prompter.say(&format!("{text}\n")),
                        Err(error) => drop(self.tell(error)?),
                    }
                }
                Change::Nothing => return Ok(()),
                Change::Repositories => {
                    self.choose_instead();
                    return Ok(());
                }
                Change::Token => return self.token().await,
            }
        }
    }
}

impl Change {
    fn row(self) -> Row {
        match self {
            Self::Address => Row::new("Another address", ""),
            Self::Authority => Row::new("Trust an authority", "its certificate is in a file"),
            Self::Diagnosis => Row::new("Find the cause", "as `code-source doctor` does"),
            Self::Nothing => Row::new("Try again", "nothing is changed"),
            Self::Repositories => Row::new("Choose the repositories", "from a list"),
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

/// Whether the file with certificates cannot be used at all.
fn is_about_authority(error: &CommandError) -> bool {
    matches!(
        error,
        CommandError::Open {
            source: Error::Certificates { .. },
            ..
        }
    )
}

/// The line of configuration that would let the request that failed succeed.
fn remedy(error: &CommandError) -> Option<&str> {
    let CommandError::Call { report, .. } = error else {
        return None;
    };
    report.failed_request()?.failure()?.remedy.as_deref()
}

/// Whether the next question is about what a hint would say, so that it would be said twice or name
/// an option that nobody can give any more.
pub(super) fn is_answered_here(error: &CommandError) -> bool {
    let is_of_token = matches!(error, CommandError::Usage(UsageError::TokenNotKept { .. }));
    is_of_token
        || remedy(error)
            .is_some_and(|remedy| private_range(remedy).is_some() || is_authority(remedy))
}

fn is_authority(remedy: &str) -> bool {
    remedy.starts_with("ca-file = ")
}

fn private_range(remedy: &str) -> Option<IpNet> {
    let list = remedy.strip_prefix("private-addresses = [")?;
    list.rsplit('"').nth(1)?.parse().ok()
}

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
