//! What the command says on standard error beside its answer: apart from the output, because
//! none of it is data.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use code_source_egress::{CutEndpoint, CutReason};
use indicatif::BinaryBytes;

use super::failure::CommandError;
use super::table::paint;
use super::{charset, escape, explain, filled, progress};
use crate::outcome::Outcome;
use crate::report::{Report, Request, State};

/// How much is said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notes {
    verbosity: u8,
    progress: bool,
}

impl Notes {
    /// 0: what matters; 1: every request and what was decided; 2: how long each stage took.
    pub(crate) fn new(verbosity: u8) -> Self {
        Self {
            verbosity,
            progress: false,
        }
    }

    /// The same, and how far long work is, where a person looks at a terminal that can show it.
    pub(crate) fn with_progress(self) -> Self {
        let is_dumb = std::env::var_os("TERM").is_none_or(|name| name == "dumb");
        Self {
            progress: self.is_terminal() && !is_dumb,
            ..self
        }
    }

    /// Whether to show how far long work is.
    pub(crate) fn shows_progress(self) -> bool {
        self.progress
    }

    /// Whether a person looks at standard error.
    pub(crate) fn is_terminal(self) -> bool {
        std::io::stderr().is_terminal()
    }

    /// Something to know.
    pub(crate) fn note(self, text: &str) {
        say("note:", AnsiColor::Cyan, text);
    }

    /// Something that may go wrong.
    pub(crate) fn warning(self, text: &str) {
        say("warning:", AnsiColor::Yellow, text);
    }

    /// The answer of a call, and on the way what the host saw, where that is wanted. `tried`
    /// fits "failed to …".
    pub(crate) fn answer<T>(
        self,
        tried: impl Into<String>,
        outcome: Outcome<T>,
    ) -> Result<T, CommandError> {
        self.report(&outcome.report);
        outcome.answer.map_err(|failure| CommandError::Call {
            tried: tried.into(),
            failure: Box::new(failure),
            report: Box::new(outcome.report),
        })
    }

    /// What of a plugin's wishes the operator does not grant, where that is wanted. What wants an
    /// access that was never granted is told in one line: to read and nothing else is usual.
    pub(crate) fn cut(self, cut: &[CutEndpoint]) {
        if self.verbosity == 0 {
            return;
        }
        let of_access = |one: &&CutEndpoint| matches!(one.reason(), CutReason::Access(_));
        let (of_access, others): (Vec<_>, Vec<_>) = cut.iter().partition(of_access);
        if !of_access.is_empty() {
            let count = of_access.len();
            self.note(&format!(
                "{count} endpoints that the plugin asks for need an access that is not granted; \
                 `code-source policy check` lists them"
            ));
        }
        for one in others {
            let (operation, endpoint, reason) = (one.operation(), one.endpoint(), one.reason());
            self.note(&format!(
                "`{operation}` does not get `{endpoint}`: {reason}"
            ));
        }
    }

    /// That nobody can look up later what was asked, where that is wanted.
    pub(crate) fn no_audit(self) {
        if self.verbosity > 0 {
            self.note("no audit file: requests are not recorded");
        }
    }

    /// What the host saw during a call.
    pub(crate) fn report(self, report: &Report) {
        if let Some(path) = &report.moved_to {
            self.note(&format!(
                "the repository is at `{}` by now",
                escape::line(path)
            ));
        }
        if self.verbosity > 0 {
            write(&paint(
                Style::new().dimmed(),
                &escape::lines(&trace(report, self.verbosity)),
            ));
        }
    }
}

fn say(label: &str, color: AnsiColor, text: &str) {
    let text = escape::line(text);
    write(&explain::labelled(label, color, &text, filled::room()));
}

/// Write to standard error, which is nobody's data: where it cannot be written to, there is
/// nobody to tell.
pub(crate) fn write(text: &str) {
    progress::aside(|| {
        let mut stderr = anstream::stderr().lock();
        let _ = stderr.write_all(charset::shown(text).as_bytes());
    });
}

fn trace(report: &Report, verbosity: u8) -> String {
    let mut text = format!("{} in {}", report.operation, milliseconds(report.duration));
    if verbosity > 1 {
        let cpu = milliseconds(report.cpu);
        // Writing to a string cannot fail.
        let _ = write!(text, ", processor {cpu}, call {}", report.call);
    }
    text.push('\n');
    for request in &report.requests {
        text.push_str(&request_lines(request, verbosity));
    }
    if verbosity > 1 {
        text.extend(
            report
                .output
                .lines()
                .map(|line| format!("  plugin: {line}\n")),
        );
    }
    text
}

fn request_lines(request: &Request, verbosity: u8) -> String {
    let Request {
        method,
        origin,
        template,
        ..
    } = request;
    // An endpoint, and not the address that was asked for, which has names in it.
    let endpoint = match template.is_empty() {
        true => method.to_string(),
        false => format!("{method} {template}"),
    };
    let mut text = format!("  {endpoint} at {origin}: {}\n", end(request));
    if verbosity > 1 {
        let timings = &request.timings;
        let stages = [
            ("resolve", timings.resolve),
            ("connect", timings.connect),
            ("proxy", timings.proxy),
            ("tls", timings.tls),
            ("first byte", timings.first_byte),
            ("total", timings.total),
        ];
        let stages: Vec<String> = stages
            .into_iter()
            .filter_map(|(name, time)| Some(format!("{name} {}", milliseconds(time?))))
            .chain(request.address.map(|address| format!("at {address}")))
            .chain(is_pooled(request).then(|| "on a connection that was open".to_owned()))
            .chain(request.via_proxy.then(|| "by proxy".to_owned()))
            .collect();
        let _ = writeln!(text, "    request {}: {}", request.id, stages.join(", "));
    }
    text
}

/// Whether nothing had to be dialled for it.
fn is_pooled(request: &Request) -> bool {
    request.status.is_some() && request.timings.connect.is_none() && request.timings.proxy.is_none()
}

fn end(request: &Request) -> String {
    let size = BinaryBytes(request.bytes);
    let status = request
        .status
        .map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let masked = match request.masked {
        0 => String::new(),
        1 => ", 1 secret covered".to_owned(),
        masked => format!(", {masked} secrets covered"),
    };
    match &request.state {
        State::Cancelled => format!("{status}, {size}, given up by the plugin"),
        State::Complete => format!("{status}, {size}{masked}"),
        State::Failed(failure) => {
            let stage = super::description::stage(failure.stage);
            let layer = failure.layer.map(|layer| format!("{layer}, "));
            let (layer, reason) = (layer.unwrap_or_default(), failure.reason);
            format!("{stage} ({layer}{reason}): {}", failure.detail)
        }
        State::UnderWay => format!("{status}, {size} so far"),
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_told_in_one_line_and_twice_in_more() {
        let report = Report {
            call: "7".into(),
            operation: "git.resolve".into(),
            duration: Duration::from_millis(12),
            output: "hello".into(),
            ..Report::default()
        };
        assert_eq!(trace(&report, 1), "git.resolve in 12.0 ms\n");
        let more = trace(&report, 2);
        assert_eq!(
            more,
            "git.resolve in 12.0 ms, processor 0.0 ms, call 7\n  plugin: hello\n"
        );
    }
}
