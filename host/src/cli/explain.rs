//! How a failure is shown: apart from what a failure is, because the same failure is shown to
//! people and to programs.

use anstyle::AnsiColor;
use serde::Serialize;

use super::description::Description;
use super::failure::CommandError;
use super::filled::{self, filled};
use super::output::Output;
use super::table::paint;
use super::{escape, interrupt, listing, notes};

/// `{"error": …}`: what `--json` gives where there is no answer.
#[derive(Serialize)]
pub(crate) struct FailureShape<'a> {
    pub(crate) error: &'a Description,
}

/// Show a failure, and tell the exit status.
pub(crate) fn show(error: &CommandError, output: &mut Output) -> u8 {
    // What was written before belongs before it. If that fails too there is nothing to add.
    let _ = output.flush();
    if error.is_closed_pipe() {
        return super::exit::Exit::OK.number;
    }
    let description = error.describe();
    if matches!(error, CommandError::Ended { .. }) && !interrupt::is_first_to_tell() {
        interrupt::let_it_be_told();
        return description.exit_status;
    }
    if !matches!(
        error,
        CommandError::Diagnosed(_) | CommandError::Findings | CommandError::Refusal
    ) {
        notes::write(&for_people(&description));
        if output.is_json() && !output.failure_shown() {
            let _ = if output.is_in_list() {
                listing::break_off(output, &description)
            } else {
                output.json_line(&FailureShape {
                    error: &description,
                })
            };
            let _ = output.flush();
        }
    }
    description.exit_status
}

/// `error: …`, a line for each cause, and the hint apart from them, for standard error.
pub(crate) fn for_people(description: &Description) -> String {
    within(description, filled::room())
}

/// The same in so many columns.
pub(crate) fn within(description: &Description, room: Option<usize>) -> String {
    // The only line break that is wanted is that of a snippet out of the configuration.
    let message = escape::lines(&description.message);
    let (message, snippet) = match message.split_once('\n') {
        Some((message, snippet)) => (message, Some(snippet)),
        None => (&*message, None),
    };
    let mut text = labelled("error:", AnsiColor::Red, message, room);
    text.extend(snippet.map(|snippet| format!("{snippet}\n")));
    for cause in &description.causes {
        let cause = filled(&escape::line(cause), CAUSE.len(), 4, room);
        text.push_str(&format!("{CAUSE}{cause}\n"));
    }
    if let Some(certificate) = &description.certificate {
        text.push_str(&escape::lines(&certificate.for_people()));
    }
    if let (Some(at), Some(snippet)) = (&description.at, &description.snippet) {
        let place = format!("{}:{}:{}", at.file, at.line, at.column);
        text.push_str(&format!("  in {}\n", escape::line(&place)));
        text.push_str(&format!("{}\n", escape::lines(snippet)));
    }
    if let Some(wait) = description.retry_after {
        text.push_str(&format!(
            "  the forge asks to wait: {} s\n",
            wait.div_ceil(1_000)
        ));
    }
    if let Some(hint) = &description.hint {
        text.push_str(&format!("\n{}", hint_line(hint, room)));
    }
    text
}

/// `hint: …`, for so many columns.
pub(crate) fn hint_line(hint: &str, room: Option<usize>) -> String {
    labelled("hint:", AnsiColor::Green, &escape::line(hint), room)
}

/// A word in a colour, and what it announces, which is safe to be shown.
pub(crate) fn labelled(label: &str, color: AnsiColor, text: &str, room: Option<usize>) -> String {
    let text = filled(text, label.len() + 1, 2, room);
    format!("{} {text}\n", paint(color.on_default().bold(), label))
}

const CAUSE: &str = "  caused by: ";

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::contract::types::{Error as Answer, ErrorCode, Subject};
    use crate::outcome::Failure;
    use crate::report::{Report, Request, RequestFailure, Stage, State, Timings};

    fn answer(code: ErrorCode, message: &str) -> CommandError {
        let answer = Answer {
            code,
            message: message.into(),
            hint: Some("look\u{1b}[2J\nelsewhere".into()),
            remedied_by: None,
            status: Some(404),
            request_id: Some("01JABC".into()),
            retry_after: Some(1_500),
        };
        CommandError::Call {
            tried: "read `a.txt`".into(),
            failure: Box::new(Failure::Answer(answer)),
            report: Box::new(Report::default()),
        }
    }

    #[test]
    fn people_get_the_error_its_causes_and_the_hint_apart() {
        let error = answer(ErrorCode::NotFound(Subject::Path), "no such file at all");
        let text = anstream::adapter::strip_str(&within(&error.describe(), None)).to_string();
        assert_eq!(
            text,
            "error: failed to read `a.txt`: there is no such path, or no access to it\n  \
             caused by: no such file at all\n  \
             caused by: the forge answered 404; its logs call the request `01JABC`\n  \
             the forge asks to wait: 2 s\n\n\
             hint: look\\u{1b}[2J\\nelsewhere\n"
        );
    }

    #[test]
    fn on_a_terminal_sentences_break_between_words_and_snippets_stay() {
        let mut error =
            answer(ErrorCode::NotFound(Subject::Path), "no such file at all").describe();
        error
            .message
            .push_str("\n  |\n1 | a line of the file that is longer than a line\n");
        error.hint = Some("`code-source plugin approve` makes it anew".into());
        let text = anstream::adapter::strip_str(&within(&error, Some(40))).to_string();
        assert_eq!(
            text,
            "error: failed to read `a.txt`: there is\n  no such path, or no access to it\n  \
             |\n1 | a line of the file that is longer than a line\n\n  \
             caused by: no such file at all\n  \
             caused by: the forge answered 404; its\n    logs call the request `01JABC`\n  \
             the forge asks to wait: 2 s\n\n\
             hint: `code-source plugin approve` makes\n  it anew\n"
        );
    }

    #[test]
    fn programs_get_the_same_as_one_shape() {
        let (mut output, written) = Output::into_memory(true);
        let error = answer(ErrorCode::NotFound(Subject::Path), "no such file at all");
        assert_eq!(show(&error, &mut output), 12);
        let value: serde_json::Value = serde_json::from_str(&written.text()).unwrap();
        let error = &value["error"];
        assert_eq!(error["code"], "not-found");
        assert_eq!(error["kind"], "answer");
        assert_eq!(error["detail"], "path");
        assert_eq!(error["exit-status"], 12);
        assert_eq!(error["request-id"], "01JABC");
        assert_eq!(error["retry-after"], 1500);
    }

    #[test]
    fn a_closed_pipe_is_no_failure() {
        let (mut output, written) = Output::into_memory(true);
        let error = CommandError::Output(io::ErrorKind::BrokenPipe.into());
        assert_eq!(show(&error, &mut output), 0);
        assert_eq!(written.text(), "");
        let error = CommandError::Output(io::ErrorKind::StorageFull.into());
        assert_eq!(show(&error, &mut output), 1);
    }

    #[test]
    fn the_cause_and_the_remedy_are_what_the_host_saw() {
        let failed = Request {
            id: "1.1".into(),
            method: "GET".into(),
            origin: "https://git.acme.example".into(),
            template: "/version".into(),
            state: State::Failed(RequestFailure {
                stage: Stage::Tls,
                layer: None,
                reason: "unknown-authority",
                detail: "the authority is not trusted".into(),
                remedy: Some("ca-file = \"/a.pem\"".into()),
                certificate: None,
            }),
            address: Some([10, 0, 0, 1].into()),
            via_proxy: false,
            status: None,
            bytes: 0,
            masked: 0,
            timings: Timings::default(),
            clock: None,
        };
        let mut error = answer(ErrorCode::Untrusted, "it did not work");
        if let CommandError::Call { report, .. } = &mut error {
            report.requests.push(failed.clone());
        }
        let description = error.describe();
        assert_eq!(
            description.causes[0],
            "the authority is not trusted (at 10.0.0.1)"
        );
        assert!(description.hint.unwrap().starts_with("ca-file = "));

        let mut error = answer(ErrorCode::NotFound(Subject::Path), "it did not work");
        if let CommandError::Call { report, .. } = &mut error {
            report.requests.push(failed);
        }
        assert!(!error.describe().causes.join("\n").contains("TLS"));
    }

    #[test]
    fn a_cause_is_not_told_twice() {
        let source = io::Error::other("disk on fire");
        let error = CommandError::File {
            action: "write",
            path: "a".into(),
            source,
        };
        let description = error.describe();
        assert_eq!(description.message, "cannot write `a`");
        assert_eq!(description.causes, ["disk on fire"]);
    }
}
