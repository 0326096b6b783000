//! Questions before something is done that cannot be undone: apart so that every command asks in
//! the same way, and none goes on where nobody can answer.

use std::io::{BufRead as _, IsTerminal as _};

use clap::Args;

use super::context::Context;
use super::failure::CommandError;
use super::usage::UsageError;
use super::{escape, interrupt, notes};

/// Whether somebody has to be asked.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct ConfirmationArguments {
    /// Do it without asking; needed where nobody sits at a terminal
    #[arg(long)]
    yes: bool,
}

impl ConfirmationArguments {
    /// Whether somebody has said already that nothing is to be asked.
    pub(crate) fn is_given(self) -> bool {
        self.yes
    }

    /// Whether there is a question to be asked before `what` is done. Where nobody could answer it,
    /// that is an error, before anything is done.
    pub(crate) fn is_asked(self, context: &Context, what: &str) -> Result<bool, CommandError> {
        if self.yes {
            return Ok(false);
        }
        let obstacle = match (context.output.is_json(), can_ask()) {
            (false, true) => return Ok(true),
            (true, true) => "`--json` asks nothing",
            (_, false) => "nobody is there to answer",
        };
        Err(UsageError::NobodyToAsk {
            what: what.to_owned(),
            obstacle: obstacle.to_owned(),
        }
        .into())
    }
}

/// Go on only if whoever sits at the terminal agrees.
pub(crate) fn agreed(question: &str) -> Result<(), CommandError> {
    if ask(question)? {
        return Ok(());
    }
    Err(CommandError::Declined {
        left: "nothing was changed".to_owned(),
    })
}

/// Ask whoever sits at the terminal; where nobody does, the answer is no.
pub(crate) fn ask(question: &str) -> Result<bool, CommandError> {
    if !can_ask() {
        return Ok(false);
    }
    let stdin = std::io::stdin();
    notes::write(&format!("{} [y/N] ", escape::lines(question)));
    let mut line = String::new();
    let read = interrupt::waiting(|| stdin.lock().read_line(&mut line));
    read.map_err(|source| CommandError::File {
        action: "read the answer from",
        path: "standard input".into(),
        source,
    })?;
    Ok(is_yes(&line))
}

/// Whether somebody sees a question and can answer it.
fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Whatever is not clearly a yes is a no.
pub(crate) fn is_yes(line: &str) -> bool {
    let answer = line.trim();
    answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        for line in ["y\n", "Y", " yes \r\n", "YES"] {
            assert!(is_yes(line), "{line}");
        }
        for line in ["", "\n", "n\n", "yes please", "ja", "y y"] {
            assert!(!is_yes(line), "{line}");
        }
    }
}
