//! Progress on a terminal: apart because only people at one see it.

use std::time::Duration;

use indicatif::{BinaryBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::context::Context;
use super::notes::Notes;
use crate::report::Report;
use crate::sync::{Progress, ProgressEvent};

/// How far a transfer is, drawn on standard error where that is a terminal.
pub(crate) struct Bar(ProgressBar, Notes);

impl Bar {
    /// A bar that begins with `message`.
    pub(crate) fn new(context: &Context, message: &'static str) -> Self {
        let bar = if context.notes.is_terminal() && !context.output.is_json() {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.enable_steady_tick(TICK);
            bar
        } else {
            ProgressBar::hidden()
        };
        bar.set_style(style(WITHOUT_END));
        bar.set_message(message);
        Self(bar, context.notes)
    }

    /// So many bytes so far.
    pub(crate) fn bytes(&self, bytes: u64) {
        self.0.set_message(BinaryBytes(bytes).to_string());
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn event(&self, event: &ProgressEvent) {
        if let ProgressEvent::Fetching { done, total } = *event {
            self.0.set_style(style(WITH_END));
            self.0.set_length(total);
            self.0.set_position(done);
        } else if self.0.length().is_some() {
            self.0.set_style(style(WITHOUT_END));
            self.0.unset_length();
        }
        self.0.set_message(phase(event));
    }

    fn call(&self, report: &Report) {
        self.0.suspend(|| self.1.report(report));
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn phase(event: &ProgressEvent) -> String {
    match event {
        ProgressEvent::Comparing => "comparing with the last commit".into(),
        ProgressEvent::Downloading { bytes, files } => {
            format!("downloading: {}, {files} files", BinaryBytes(*bytes))
        }
        ProgressEvent::Fetching { done, total } => format!("fetching: {done} of {total} files"),
        ProgressEvent::Resolving => "resolving".into(),
        ProgressEvent::Swapping => "swapping in".into(),
        ProgressEvent::Verifying { directories } => format!("verifying: {directories} directories"),
    }
}

const TICK: Duration = Duration::from_millis(100);

const WITH_END: &str = "{spinner} {msg} {bar:30} {elapsed}";

const WITHOUT_END: &str = "{spinner} {msg} {elapsed}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_templates_are_understood() {
        assert!(ProgressStyle::with_template(WITH_END).is_ok());
        assert!(ProgressStyle::with_template(WITHOUT_END).is_ok());
    }

    #[test]
    fn a_phase_says_how_far_it_is() {
        let event = ProgressEvent::Downloading {
            bytes: 2 << 20,
            files: 7,
        };
        assert_eq!(phase(&event), "downloading: 2.00 MiB, 7 files");
        assert_eq!(
            phase(&ProgressEvent::Fetching { done: 1, total: 3 }),
            "fetching: 1 of 3 files"
        );
    }
}
