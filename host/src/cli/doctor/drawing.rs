//! The tree that fills in while stations are visited: apart from the verdict, which comes when all
//! of them are over.

use std::io::IsTerminal as _;

use super::people;
use crate::cli::charset::is_unicode;
use crate::cli::context::Context;
use crate::cli::failure::CommandError;
use crate::cli::notes::Notes;
use crate::cli::output::Output;
use crate::cli::progress::{Meter, columns_of};
use crate::doctor::{Station, StationName};

/// What happens while an examination runs.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Begins(StationName),
    Ended(Station),
}

/// What a terminal, or whatever stands in for one, can show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Columns that a line may fill.
    pub(super) width: usize,
    /// Whether a line that is longer is broken. Whatever reads a file breaks lines by itself, or
    /// looks for words in them.
    pub(super) is_breaking: bool,
    /// Whether it shows more than ASCII.
    pub(super) is_unicode: bool,
    /// Whether every fact is wanted, and not only what matters.
    pub(super) is_verbose: bool,
}

impl Look {
    /// Columns after which a line is broken.
    pub(super) fn room(self) -> usize {
        match self.is_breaking {
            true => self.width,
            false => usize::MAX,
        }
    }

    pub(super) fn of(context: &Context) -> Self {
        Self {
            width: width(),
            is_breaking: std::io::stdout().is_terminal(),
            is_unicode: is_unicode(),
            is_verbose: context.options.verbose > 0,
        }
    }
}

/// Draws stations as they end, for people.
pub(super) struct Drawing {
    look: Look,
    notes: Notes,
    /// The station that is being looked at.
    meter: Option<Meter>,
    is_wanted: bool,
}

impl Drawing {
    pub(super) fn new(context: &Context) -> Self {
        Self {
            look: Look::of(context),
            notes: context.notes,
            meter: None,
            is_wanted: !context.output.is_json(),
        }
    }

    /// How what follows has to look.
    pub(super) fn look(&self) -> Look {
        self.look
    }

    pub(super) fn draw(&mut self, event: &Event, output: &mut Output) -> Result<(), CommandError> {
        match event {
            _ if !self.is_wanted => Ok(()),
            Event::Begins(name) => {
                self.meter = Some(Meter::new(self.notes, name.label()));
                Ok(())
            }
            Event::Ended(station) => {
                self.meter = None;
                output.text(people::station(station, self.look))?;
                output.flush()
            }
        }
    }
}

/// Columns of the terminal.
fn width() -> usize {
    let stdout = std::io::stdout();
    if !stdout.is_terminal() {
        return WITHOUT_TERMINAL;
    }
    columns_of(&stdout).max(NARROWEST)
}

const NARROWEST: usize = 30;

/// What is more stands in lines of its own.
const WITHOUT_TERMINAL: usize = 100;
