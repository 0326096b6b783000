//! From a missing answer to an error; apart from answers, which say more.

use super::{Failure, Purpose, quote};
use crate::{
    bindings::types::ErrorCode,
    transport::{Breakage, BreakageKind},
};

impl Failure {
    pub(crate) fn from_breakage(purpose: &Purpose, breakage: &Breakage) -> Self {
        let detail = quote(&breakage.detail);
        let (code, what, hint) = explain(breakage.kind, &detail);
        let failure = Self::new(code, format!("{}: {what} ({detail})", purpose.action));
        match hint {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }
}

fn explain(kind: BreakageKind, detail: &str) -> (ErrorCode, &'static str, Option<&'static str>) {
    match kind {
        BreakageKind::Cut => (
            ErrorCode::Malformed("the answer was cut".to_owned()),
            "the answer ended early",
            Some("look for a proxy between here and GitLab that ends long answers"),
        ),
        BreakageKind::Denied => (
            ErrorCode::Denied,
            "the host does not allow the request",
            Some("the host's report names the rule"),
        ),
        BreakageKind::Interrupted => (ErrorCode::Unreachable, "the connection broke", None),
        BreakageKind::NotSent(why) => (ErrorCode::Other(why.to_owned()), why, None),
        BreakageKind::Other => (
            ErrorCode::Other(detail.to_owned()),
            "the request failed",
            None,
        ),
        BreakageKind::ConnectTimedOut => (
            ErrorCode::Timeout,
            "no connection within the time allowed",
            Some("check that the network lets requests through to GitLab"),
        ),
        BreakageKind::TimedOut => (
            ErrorCode::Timeout,
            "no answer within the time allowed",
            Some("check that the network lets requests through to GitLab, and how busy it is"),
        ),
        BreakageKind::TooLarge(limit) => (
            limit.map_or_else(
                || ErrorCode::Malformed("the answer is over a limit of the host".to_owned()),
                ErrorCode::TooLarge,
            ),
            "the answer is too large",
            None,
        ),
        BreakageKind::Unreachable => (
            ErrorCode::Unreachable,
            "no connection to GitLab",
            Some("check the host's name, DNS, and that a firewall lets the connection through"),
        ),
        BreakageKind::Untrusted => (
            ErrorCode::Untrusted,
            "the TLS certificate was not accepted",
            Some("if a private authority signed it, add that authority to the connection"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bindings::types::Subject;

    #[test]
    fn each_kind_of_breakage_has_its_own_code() {
        let code = |kind| {
            let breakage = Breakage {
                kind,
                detail: "detail".to_owned(),
            };
            let purpose = Purpose::new("reading", Subject::Repository);
            Failure::from_breakage(&purpose, &breakage)
                .into_error()
                .code
        };
        assert!(matches!(code(BreakageKind::Cut), ErrorCode::Malformed(_)));
        assert!(matches!(code(BreakageKind::Denied), ErrorCode::Denied));
        assert!(matches!(
            code(BreakageKind::Interrupted),
            ErrorCode::Unreachable
        ));
        assert!(matches!(code(BreakageKind::Other), ErrorCode::Other(_)));
        assert!(
            matches!(code(BreakageKind::NotSent("why")), ErrorCode::Other(why) if why == "why")
        );
        assert!(matches!(
            code(BreakageKind::ConnectTimedOut),
            ErrorCode::Timeout
        ));
        assert!(matches!(code(BreakageKind::TimedOut), ErrorCode::Timeout));
        assert!(matches!(
            code(BreakageKind::TooLarge(Some(9))),
            ErrorCode::TooLarge(9)
        ));
        assert!(matches!(
            code(BreakageKind::TooLarge(None)),
            ErrorCode::Malformed(_)
        ));
        assert!(matches!(
            code(BreakageKind::Unreachable),
            ErrorCode::Unreachable
        ));
        assert!(matches!(
            code(BreakageKind::Untrusted),
            ErrorCode::Untrusted
        ));
    }
}
