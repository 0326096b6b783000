//! What became of a write: apart so that every command tells it in the same words, and what is not
//! known is never told as if it were.

use std::future::Future;

use super::escape;
use super::failure::CommandError;
use super::interrupt::{self, Left};
use super::notes::Notes;
use super::progress::Meter;
use crate::contract::types::{self, ErrorCode, Subject};
use crate::outcome::{Failure, Outcome};

/// Make a write, and tell its answer. `tried` fits "failed to …"; `look` is the command that shows
/// what is there, for when nobody knows what became of it.
pub(crate) async fn make<T>(
    notes: Notes,
    tried: impl Into<String>,
    look: &str,
    call: impl Future<Output = Outcome<T>>,
) -> Result<T, CommandError> {
    let tried = tried.into();
    interrupt::set_left(Left {
        what: format!("it was to {tried}, and nobody knows whether it did").into(),
        hint: Some(hint(look)),
    });
    let outcome = Meter::during(notes, "waiting for the answer", call).await;
    if outcome.answer.is_ok() {
        interrupt::set_left(Left::DONE);
    }
    answer(notes, tried, look, outcome)
}

fn answer<T>(
    notes: Notes,
    tried: String,
    look: &str,
    mut outcome: Outcome<T>,
) -> Result<T, CommandError> {
    if let Err(Failure::Answer(error)) = &mut outcome.answer
        && matches!(error.code, ErrorCode::OutcomeUnknown)
    {
        error.hint = Some(hint(look));
    }
    notes.answer(tried, outcome)
}

fn hint(look: &str) -> String {
    format!("`code-source {look}` shows what is there now; look before doing it again")
}

/// Whether what was to be removed is not there. A repository that is not there is another matter.
pub(crate) fn is_gone(error: &CommandError) -> bool {
    let CommandError::Call { failure, .. } = error else {
        return false;
    };
    let Failure::Answer(answer) = &**failure else {
        return false;
    };
    matches!(
        answer.code,
        ErrorCode::NotFound(Subject::Reference | Subject::Webhook)
    )
}

/// An outcome as JSON has it.
pub(crate) fn word(outcome: types::Outcome) -> &'static str {
    match outcome {
        types::Outcome::Applied => "applied",
        types::Outcome::Already => "already",
    }
}

/// An outcome for people: `done` begins with a capital letter and says what was done, `is` says
/// what is so.
pub(crate) fn sentence(outcome: types::Outcome, done: &str, is: &str) -> String {
    match outcome {
        types::Outcome::Applied => format!("{}\n", escape::line(done)),
        types::Outcome::Already => {
            format!("Already so, nothing changed: {}\n", escape::line(is))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Report;

    fn failed(code: ErrorCode) -> CommandError {
        let error = types::Error {
            code,
            message: "it broke".into(),
            hint: Some("try again".into()),
            remedied_by: None,
            status: None,
            request_id: None,
            retry_after: None,
        };
        let outcome = Outcome::<()> {
            answer: Err(Failure::Answer(error)),
            report: Report::default(),
        };
        answer(
            Notes::new(0),
            "make it".into(),
            "branches web/shop",
            outcome,
        )
        .unwrap_err()
    }

    #[test]
    fn a_write_of_unknown_outcome_says_where_to_look() {
        let description = failed(ErrorCode::OutcomeUnknown).describe();
        assert_eq!(description.exit_status, 31);
        let hint = description.hint.unwrap();
        assert!(
            hint.starts_with("`code-source branches web/shop`"),
            "{hint}"
        );
        let other = failed(ErrorCode::Timeout).describe();
        assert_eq!(other.hint.as_deref(), Some("try again"));
    }

    #[test]
    fn a_thing_that_is_gone_is_not_a_repository_that_is_hidden() {
        assert!(is_gone(&failed(ErrorCode::NotFound(Subject::Webhook))));
        assert!(is_gone(&failed(ErrorCode::NotFound(Subject::Reference))));
        assert!(!is_gone(&failed(ErrorCode::NotFound(Subject::Repository))));
        assert!(!is_gone(&failed(ErrorCode::Timeout)));
    }

    #[test]
    fn what_was_so_before_is_not_told_as_done() {
        let tell = |outcome| sentence(outcome, "Made\u{7} it", "it is there");
        assert_eq!(tell(types::Outcome::Applied), "Made\\u{7} it\n");
        assert_eq!(
            tell(types::Outcome::Already),
            "Already so, nothing changed: it is there\n"
        );
    }
}
