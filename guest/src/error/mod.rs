//! Failures on their way out; apart so that one place decides how they read.

mod account;
mod answer;
mod breakage;
mod denial;
mod quote;
mod stranger;

use crate::{
    bindings::types::{Error, ErrorCode, Party, Subject},
    transport::Head,
};

pub(crate) use answer::from_answer;
pub(crate) use quote::quote;

/// An error of the contract, boxed because it is large and rare.
#[derive(Debug)]
pub(crate) struct Failure {
    error: Box<Error>,
    mark: Option<Mark>,
}

/// What GitLab's words gave away beyond what the contract's case says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// The token is a fine-grained one.
    FineGrained,
    /// The answer is none of GitLab's, whatever its status.
    Senseless,
    /// Refused, in words that tell nothing and may be anybody's.
    Unexplained,
    /// GitLab has no such route.
    Unrouted,
}

impl Failure {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let error = Error {
            code,
            message: message.into(),
            hint: None,
            remedied_by: None,
            status: None,
            request_id: None,
            retry_after: None,
        };
        Self {
            error: Box::new(error),
            mark: None,
        }
    }

    /// An argument cannot be right.
    pub(crate) fn invalid(why: impl Into<String>) -> Self {
        let why = why.into();
        Self::new(ErrorCode::InvalidArgument(why.clone()), why)
    }

    /// GitLab's answer makes no sense.
    pub(crate) fn malformed(place: impl Into<String>) -> Self {
        let place = place.into();
        Self::new(ErrorCode::Malformed(place.clone()), place).with_mark(Some(Mark::Senseless))
    }

    /// Something that is not GitLab's API answered, with a status that would be right.
    pub(crate) fn not_the_api(purpose: &Purpose, head: &Head, body: &[u8]) -> Self {
        let media_type = quote(&head.media_type());
        let message = format!("{}: the answer is `{media_type}`", purpose.action);
        let verdict = stranger::verdict(head, body);
        let failure = Self::new(verdict.code, message).with_head(head);
        match verdict.hint {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }

    pub(crate) fn not_found(subject: Subject, message: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotFound(subject), message)
    }

    pub(crate) fn unsupported(need: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Unsupported(need.into()), message)
    }

    /// The same failure, of something else that it keeps from being done.
    pub(crate) fn again(&self) -> Self {
        Self {
            error: self.error.clone(),
            mark: self.mark,
        }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.error.hint = Some(hint.into());
        self
    }

    /// Note who can do what the hint says.
    pub(crate) fn with_remedy_by(mut self, party: Option<Party>) -> Self {
        self.error.remedied_by = party;
        self
    }

    /// Note which answer it was.
    pub(crate) fn with_head(mut self, head: &Head) -> Self {
        self.error.status = Some(head.status);
        self.error.request_id = head.field("x-request-id").map(quote);
        self
    }

    pub(crate) fn with_retry_after(mut self, milliseconds: Option<u64>) -> Self {
        self.error.retry_after = milliseconds;
        self
    }

    fn with_mark(mut self, mark: Option<Mark>) -> Self {
        self.mark = mark;
        self
    }

    pub(crate) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.error.message = message.into();
        self
    }

    pub(crate) fn with_code(mut self, code: ErrorCode) -> Self {
        self.error.code = code;
        self
    }

    /// A write was sent, this came of it, and looking at GitLab did not tell what became of it.
    pub(crate) fn into_unknown_outcome(mut self) -> Self {
        self.error.message += "; whether the change took effect is not known";
        self.error.code = ErrorCode::OutcomeUnknown;
        self.error.retry_after = None;
        self.with_hint("look whether it took effect, or make the same call again")
    }

    /// Warn of what may be done twice, where the outcome is not known and nothing tells a repetition.
    pub(crate) fn not_to_be_repeated(self) -> Self {
        match self.error.code {
            ErrorCode::OutcomeUnknown => {
                self.with_hint("look whether it took effect before you make the same call again")
            }
            _ => self,
        }
    }

    pub(crate) fn code(&self) -> &ErrorCode {
        &self.error.code
    }

    pub(crate) fn message(&self) -> &str {
        &self.error.message
    }

    pub(crate) fn hint(&self) -> Option<&str> {
        self.error.hint.as_deref()
    }

    pub(crate) fn status(&self) -> Option<u16> {
        self.error.status
    }

    pub(crate) fn is_marked(&self, mark: Mark) -> bool {
        self.mark == Some(mark)
    }

    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self.error.code, ErrorCode::NotFound(_))
    }

    pub(crate) fn into_error(self) -> Error {
        *self.error
    }
}

/// What a request is for: what a person reads when it fails.
#[derive(Clone, Debug)]
pub(crate) struct Purpose {
    /// What is being done, such as "reading the branch `main`".
    pub(crate) action: String,
    /// What is missing where GitLab answers 404 without saying what.
    pub(crate) missing: Subject,
}

impl Purpose {
    pub(crate) fn new(action: impl Into<String>, missing: Subject) -> Self {
        Self {
            action: action.into(),
            missing,
        }
    }
}
