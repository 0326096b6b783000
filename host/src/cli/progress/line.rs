//! What the line of progress says: apart from drawing it, because it depends on nothing but how
//! far the work is, how long it took, and how much room there is.

use std::time::Duration;

use indicatif::BinaryBytes;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::cli::words::thousands;

/// How far some work is.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// What is done.
    pub(super) what: String,
    /// How much of it so far.
    pub(super) done: u64,
    /// How much it is in all, where that is known.
    pub(super) total: Option<u64>,
    /// Whether bytes are counted.
    pub(super) is_bytes: bool,
    /// What else is known.
    pub(super) more: Option<String>,
}

/// How a line may look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looks {
    /// Columns of the terminal.
    pub(super) columns: usize,
    /// Whether it can show more than ASCII.
    pub(super) is_unicode: bool,
    /// Which picture of the spinner it is.
    pub(super) frame: usize,
}

impl State {
    /// The line, never as wide as the terminal. Where there is no room for everything, what was
    /// counted is what stays.
    ///
    /// `elapsed` is the time of all the work, `counting` that of what is counted.
    pub(super) fn line(&self, elapsed: Duration, counting: Duration, looks: Looks) -> String {
        let spinner = if looks.is_unicode { DOTS } else { STROKES };
        let frame = spinner[looks.frame % spinner.len()];
        // The last column is left free: some terminals go on to the next line there.
        let room = looks.columns.saturating_sub(1 + 2);
        let mut details = self.details(elapsed, counting);
        let text = loop {
            let rest = details.concat();
            if self.what.width() + rest.width() <= room {
                break format!("{}{rest}", self.what);
            }
            if details.len() <= 1 {
                let left = room.saturating_sub(rest.width()).max(room.min(SHORTEST));
                let what = cut(&self.what, left, looks.is_unicode);
                break cut(&format!("{what}{rest}"), room, looks.is_unicode);
            }
            details.pop();
        };
        format!("{frame} {text}")
    }

    /// The most important one first.
    fn details(&self, elapsed: Duration, counting: Duration) -> Vec<String> {
        if self.done == 0 && self.total.is_none() {
            return vec![format!(", {}", span(elapsed))];
        }
        let amount = match self.total {
            Some(total) => format!("{} of {}", self.amount(self.done), self.amount(total)),
            None => self.amount(self.done),
        };
        let mut details = vec![format!(": {amount}")];
        details.extend(self.more.as_ref().map(|more| format!(", {more}")));
        let rate = self.rate(counting);
        details.extend(self.remaining(rate).map(|left| format!(", {left} left")));
        details.extend(rate.map(|rate| format!(", {}/s", self.amount(rate))));
        details.push(format!(", {}", span(elapsed)));
        details
    }

    fn amount(&self, number: u64) -> String {
        if self.is_bytes {
            BinaryBytes(number).to_string()
        } else {
            thousands(number)
        }
    }

    /// How much comes in a second; nothing before that can be told.
    fn rate(&self, counting: Duration) -> Option<u64> {
        let milliseconds = counting.as_millis();
        if milliseconds < 1_000 || self.done == 0 {
            return None;
        }
        u64::try_from(u128::from(self.done) * 1_000 / milliseconds).ok()
    }

    fn remaining(&self, rate: Option<u64>) -> Option<String> {
        let left = self
            .total?
            .checked_sub(self.done)
            .filter(|left| *left > 0)?;
        let seconds = left.div_ceil(rate.filter(|rate| *rate > 0)?);
        Some(span(Duration::from_secs(seconds)))
    }
}

/// As much of `text` as fits, with a mark where something is missing.
fn cut(text: &str, columns: usize, is_unicode: bool) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mark = if is_unicode { "…" } else { "..." };
    let room = columns.saturating_sub(mark.width());
    let mut width = 0;
    let kept: String = text
        .chars()
        .take_while(|character| {
            width += character.width().unwrap_or_default();
            width <= room
        })
        .collect();
    format!("{}{mark}", kept.trim_end())
}

/// A time in the two units that matter.
fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// What is left of the name of the work, however little room there is.
const SHORTEST: usize = 12;

const DOTS: &[&str] = &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

const STROKES: &[&str] = &["-", "\\", "|", "/"];

#[cfg(test)]
mod tests {
    use super::*;

    fn state(done: u64, total: Option<u64>) -> State {
        State {
            what: "listing the repositories".into(),
            done,
            total,
            ..State::default()
        }
    }

    fn line(state: &State, seconds: u64, columns: usize) -> String {
        let looks = Looks {
            columns,
            is_unicode: false,
            frame: 0,
        };
        let time = Duration::from_secs(seconds);
        state.line(time, time, looks)
    }

    #[test]
    fn what_is_known_is_told() {
        for (state, expected) in [
            (state(0, None), "- listing the repositories, 3 s"),
            (
                state(1_200, None),
                "- listing the repositories: 1,200, 400/s, 3 s",
            ),
            (
                state(1_200, Some(5_000)),
                "- listing the repositories: 1,200 of 5,000, 10 s left, 400/s, 3 s",
            ),
        ] {
            assert_eq!(line(&state, 3, 80), expected);
        }
        let bytes = State {
            is_bytes: true,
            more: Some("7 files".into()),
            ..state(3 << 20, Some(6 << 20))
        };
        assert_eq!(
            line(&bytes, 3, 90),
            "- listing the repositories: 3.00 MiB of 6.00 MiB, 7 files, 3 s left, 1.00 MiB/s, 3 s"
        );
    }

    #[test]
    fn a_narrow_terminal_keeps_the_count_and_never_fills_its_line() {
        let state = state(1_200, Some(5_000));
        assert_eq!(
            line(&state, 3, 50),
            "- listing the repositories: 1,200 of 5,000"
        );
        assert_eq!(
            line(&state, 3, 40),
            "- listing the reposi...: 1,200 of 5,000"
        );
        for columns in 4..100 {
            assert!(
                line(&state, 3, columns).width() < columns.max(6),
                "{columns}"
            );
        }
        let looks = Looks {
            columns: 20,
            is_unicode: true,
            frame: 11,
        };
        let line = state.line(Duration::ZERO, Duration::ZERO, looks);
        assert_eq!(line, "⠙ listing the…: 1,…");
    }

    #[test]
    fn a_rate_and_what_is_left_wait_until_they_can_be_told() {
        assert_eq!(
            line(&state(10, Some(20)), 0, 80),
            "- listing the repositories: 10 of 20, 0 s"
        );
        // What was promised was too little: there is nothing left to tell.
        let over = state(30, Some(20));
        assert!(!line(&over, 2, 80).contains("left"));
    }

    #[test]
    fn times_are_as_people_write_them() {
        assert_eq!(span(Duration::from_secs(59)), "59 s");
        assert_eq!(span(Duration::from_secs(125)), "2 min 5 s");
        assert_eq!(span(Duration::from_secs(7_300)), "2 h 1 min");
    }
}
