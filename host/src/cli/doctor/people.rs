//! A diagnosis for people: apart from its JSON because the two leave out different things.

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::drawing::Look;
use super::shape::{ProblemShape, Shape};
use crate::cli::escape;
use crate::cli::table::paint;
use crate::doctor::{Fact, State, Station, StationName};

/// The branch of the tree for a station that is over.
pub(super) fn station(station: &Station, look: Look) -> String {
    let is_last = station.name == StationName::Clock;
    let (branch, trunk) = match (look.is_unicode, is_last) {
        (true, false) => ("├─ ", "│  "),
        (true, true) => ("└─ ", "   "),
        (false, false) => ("|- ", "|  "),
        (false, true) => ("`- ", "   "),
    };
    let (mark, style) = mark(station.state, look);
    let name = station.name.label();
    let time = match station.state {
        State::Skipped => "none".to_owned(),
        State::NotReached => "not reached".to_owned(),
        // What came with the answer of another station took no time of its own.
        _ if station.duration.is_zero() => String::new(),
        _ => format!("{:.1} ms", station.duration.as_secs_f64() * 1e3),
    };
    let head = format!("{name:<NAME$} {time:>TIME$}");
    let short = in_short(station, look);
    let beside = branch.width() + mark.width() + 1 + head.width() + 2 + short.width();
    let fits = !look.is_verbose && station.problems.is_empty() && beside <= look.width;
    let head = match fits && !short.is_empty() {
        true => format!("{head}  {short}"),
        false => head.trim_end().to_owned(),
    };
    let mut text = format!("{branch}{} {head}\n", paint(style, mark));
    let indent = format!("{trunk}  ");
    for line in lines(station, look).iter().filter(|_| !fits) {
        text.push_str(&wrap(line, look.room(), &indent));
    }
    for problem in &station.problems {
        let message = format!("{}: {}", problem.code, problem.message);
        text.push_str(&wrap(&escape::line(&message), look.room(), &indent));
    }
    text
}

/// What all of it comes to.
pub(super) fn verdict(shape: &Shape, look: Look) -> String {
    let mut text = String::from("\n");
    match &shape.verdict.cause {
        Some(cause) => problem("cause:", AnsiColor::Red, cause, look, &mut text),
        None if shape.interrupted => labelled(
            "interrupted:",
            AnsiColor::Yellow,
            "nothing was broken up to there",
            look,
            &mut text,
        ),
        // What is not well, although nothing fails by it, comes below.
        None if !shape.verdict.also.is_empty() => {
            text.push_str(&format!("{}\n", paint(OK, "it works")));
        }
        None => text.push_str(&format!("{}\n", paint(OK, "all is well"))),
    }
    if !shape.verdict.not_reached.is_empty() {
        let names = shape.verdict.not_reached.join(", ");
        // A warning keeps nothing from being looked at.
        let label = match shape.status {
            "broken" => "because of that not looked at:",
            _ => "not looked at:",
        };
        labelled(label, AnsiColor::Cyan, &names, look, &mut text);
    }
    for one in &shape.verdict.also {
        problem("also:", AnsiColor::Yellow, one, look, &mut text);
    }
    if shape.interrupted && shape.verdict.cause.is_some() {
        let words = "the rest was not looked at";
        labelled("interrupted:", AnsiColor::Yellow, words, look, &mut text);
    }
    let status = format!("{} (exit status {})", shape.status, shape.exit_status);
    labelled("status:", AnsiColor::Cyan, &status, look, &mut text);
    text
}

fn problem(label: &str, color: AnsiColor, problem: &ProblemShape, look: Look, text: &mut String) {
    labelled(label, color, &problem.message, look, text);
    labelled("hint:", AnsiColor::Green, &problem.hint, look, text);
    let who = match problem.remedied_by {
        "user" => "you",
        "forge-administrator" => "the forge's administrator",
        _ => "whoever runs the network between, or the cluster",
    };
    labelled("who:", AnsiColor::Green, who, look, text);
}

/// A word and what it is about; the lines that follow stand below the first one.
fn labelled(label: &str, color: AnsiColor, words: &str, look: Look, text: &mut String) {
    let words = escape::line(words);
    let wrapped = wrap(&format!("{label} {words}"), look.room(), "");
    // A label of several words may be broken too, which takes a break for a space.
    let (label, words) = wrapped
        .split_at_checked(label.len())
        .unwrap_or((&wrapped, ""));
    let painted = label
        .split('\n')
        .map(|line| paint(color.on_default().bold(), line));
    text.push_str(&painted.collect::<Vec<_>>().join("\n"));
    text.push_str(words);
}

/// What matters of a station, in a line.
fn in_short(station: &Station, look: Look) -> String {
    let matters = what_matters(station.name, station.state);
    let matters = station
        .facts
        .iter()
        .filter(|(key, _)| matters.contains(key));
    let texts = matters.flat_map(|(_, fact)| match fact {
        Fact::Text(text) => vec![text.as_str()],
        Fact::List(texts) => texts.iter().map(String::as_str).collect(),
    });
    let texts: Vec<_> = texts.map(escape::line).collect();
    let between = if look.is_unicode { " · " } else { "; " };
    texts.join(between)
}

/// What was seen, as far as it is wanted.
fn lines(station: &Station, look: Look) -> Vec<String> {
    let wanted = match look.is_verbose {
        true => None,
        false => Some(what_matters(station.name, station.state)),
    };
    let is_wanted = |key: &str| wanted.is_none_or(|wanted| wanted.contains(&key));
    let mut lines = Vec::new();
    for (key, fact) in station.facts.iter().filter(|(key, _)| is_wanted(key)) {
        match fact {
            Fact::Text(text) => lines.push(format!("{key}: {}", escape::line(text))),
            Fact::List(texts) if texts.len() == 1 => {
                lines.push(format!("{key}: {}", escape::line(&texts[0])));
            }
            Fact::List(texts) => {
                lines.push(format!("{key}:"));
                lines.extend(texts.iter().map(|text| format!("- {}", escape::line(text))));
            }
        }
    }
    lines
}

fn what_matters(name: StationName, state: State) -> &'static [&'static str] {
    match (name, state) {
        (StationName::Configuration, _) => &["url", "from"],
        (StationName::TokenSource, _) => &["place"],
        (StationName::Dns | StationName::Tcp | StationName::Proxy, _) => {
            &["addresses", "proxy", "whose"]
        }
        (StationName::Tls, State::Failed) => &["chain", "authorities-of-ca-file", "date-here"],
        (StationName::Tls, _) => &["protocol", "vouched-for-by"],
        (StationName::Http, State::Failed) => &["requests"],
        (StationName::Http, _) => &["product"],
        (StationName::Version, _) => &["version"],
        (StationName::Token, _) => &["scopes", "expires"],
        (StationName::Account, _) => &["username", "role"],
        (StationName::Repositories, _) => &["repositories", "found-out"],
        (StationName::RateLimit, _) => &["limit", "left"],
        (StationName::Clock, State::Passed) => &["difference"],
        (StationName::Clock, _) => &["forge", "here"],
    }
}

fn mark(state: State, look: Look) -> (&'static str, Style) {
    let color = |color: AnsiColor| color.on_default().bold();
    match (state, look.is_unicode) {
        (State::Passed, true) => ("✓", color(AnsiColor::Green)),
        (State::Passed, false) => ("+", color(AnsiColor::Green)),
        (State::Warned, _) => ("!", color(AnsiColor::Yellow)),
        (State::Failed, true) => ("✗", color(AnsiColor::Red)),
        (State::Failed, false) => ("x", color(AnsiColor::Red)),
        (State::Skipped, _) => ("-", Style::new().dimmed()),
        (State::NotReached, true) => ("·", Style::new().dimmed()),
        (State::NotReached, false) => (".", Style::new().dimmed()),
    }
}

/// Text in lines of this width, each after `indent`. What is longer than a line by itself, as a
/// path may be, stands in one all the same, because whoever copies it wants it whole, unless the
/// lines of the tree stand before it: beyond those nothing could be told apart.
fn wrap(text: &str, width: usize, indent: &str) -> String {
    let room = width.saturating_sub(indent.width()).max(1);
    let mut wrapped = String::new();
    let mut line = String::new();
    let pieces = |word| match indent.is_empty() {
        true => vec![word],
        false => pieces(word, room),
    };
    for word in text.split(' ').flat_map(pieces) {
        if !line.is_empty() && line.width() + 1 + word.width() > room {
            wrapped.push_str(&format!("{indent}{line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    wrapped.push_str(&format!("{indent}{line}\n"));
    wrapped
}

/// A word in pieces that fit.
fn pieces(word: &str, room: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut begin, mut width) = (0, 0);
    for (at, character) in word.char_indices() {
        let wide = character.width().unwrap_or_default();
        if width + wide > room && at > begin {
            pieces.push(&word[begin..at]);
            (begin, width) = (at, 0);
        }
        width += wide;
    }
    pieces.push(&word[begin..]);
    pieces
}

const OK: Style = AnsiColor::Green.on_default().bold();

/// Columns of the longest name of a station.
const NAME: usize = 13;

/// Columns of a time of less than a minute and a half, and of what stands there where there is none.
const TIME: usize = 11;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_whole_and_lines_short() {
        let text = "one two three four /a/path/that/is/longer/than/a/line five";
        let wrapped = wrap(text, 20, "   ");
        assert_eq!(
            wrapped,
            "   one two three\n   four\n   /a/path/that/is/l\n   onger/than/a/line\n   five\n"
        );
        let wrapped = wrap(text, 20, "");
        assert!(
            wrapped.contains("\n/a/path/that/is/longer/than/a/line\n"),
            "{wrapped}"
        );
    }

    #[test]
    fn without_utf_8_no_mark_is_beyond_ascii() {
        let look = Look {
            width: 80,
            is_breaking: true,
            is_unicode: false,
            is_verbose: false,
        };
        for state in [
            State::Passed,
            State::Warned,
            State::Failed,
            State::Skipped,
            State::NotReached,
        ] {
            assert!(mark(state, look).0.is_ascii(), "{state:?}");
        }
    }

    #[test]
    fn a_label_that_is_broken_keeps_its_colour() {
        let look = Look {
            width: 20,
            is_breaking: true,
            is_unicode: true,
            is_verbose: false,
        };
        let label = "because of that not looked at:";
        let mut text = String::new();
        labelled(label, AnsiColor::Cyan, "http, version", look, &mut text);
        let style = AnsiColor::Cyan.on_default().bold();
        let lines = ["because of that not", "looked at:"].map(|line| paint(style, line));
        assert_eq!(text, format!("{} http,\nversion\n", lines.join("\n")));
    }
}
