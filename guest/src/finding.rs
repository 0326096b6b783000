//! How a finding is made; apart because both the report on a connection and the reasons of an absence
//! consist of them.

use crate::bindings::types::{Aspect, Finding, Party, Severity};

impl Finding {
    /// A finding that nothing can or has to be done about. The code is a promise.
    pub(crate) fn new(
        severity: Severity,
        about: Aspect,
        code: &str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            about,
            code: code.to_owned(),
            message: message.into(),
            hint: None,
            remedied_by: None,
        }
    }

    /// Say who can do something about it, and what.
    pub(crate) fn remedy(mut self, party: Party, hint: impl Into<String>) -> Self {
        self.remedied_by = Some(party);
        self.hint = Some(hint.into());
        self
    }
}
