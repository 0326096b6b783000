//! What the process says by its status: apart so that the whole table is in one place.

use code_source_egress::PolicyError;

use crate::contract::types::ErrorCode;
use crate::error::Error;

/// An exit status, with the name that JSON and documentation use for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Exit {
    pub(crate) number: u8,
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
}

impl Exit {
    pub(crate) const OK: Self = exit(
        0,
        "ok",
        "it worked, or whoever read the output stopped reading",
    );
    pub(crate) const UNEXPECTED: Self = exit(
        1,
        "unexpected",
        "the host failed: a file, a setting, the sandbox",
    );
    pub(crate) const USAGE: Self = exit(2, "usage", "the command line is not understood");
    pub(crate) const CONFIGURATION: Self =
        exit(3, "configuration", "the configuration file is not usable");
    pub(crate) const TRAP: Self = exit(
        4,
        "trap",
        "the plugin crashed or met a limit of its sandbox",
    );
    pub(crate) const CONTENT: Self =
        exit(5, "content", "content did not arrive whole and unchanged");
    pub(crate) const FINDINGS: Self = exit(
        6,
        "findings",
        "`check`, `connect` or `doctor` found something that does not work, or `why` that a repository is not listed",
    );
    pub(crate) const PLUGIN: Self = exit(
        7,
        "plugin",
        "the plugin cannot be loaded: no component, another contract, more than it may have",
    );
    pub(crate) const ADDRESS: Self = exit(
        8,
        "address",
        "the forge's address, or the proxy's, cannot be used: not one, plain http, a refused host",
    );
    pub(crate) const TOKEN: Self = exit(9, "token", "the token, or another secret, cannot be read");
    pub(crate) const CERTIFICATES: Self = exit(
        33,
        "certificates",
        "a file with certificates cannot be used: of authorities, or one's own",
    );
    pub(crate) const BUSY: Self = exit(34, "busy", "too many calls are under way");
    pub(crate) const IDENTITY: Self = exit(
        35,
        "identity",
        "it is not certain which repository the forge answered about",
    );
    pub(crate) const REFUSED_BY_POLICY: Self = exit(
        36,
        "refused-by-policy",
        "`policy`: what was asked about would be refused",
    );
    pub(crate) const NOT_APPROVED: Self = exit(
        37,
        "not-approved",
        "the plugin is not the one that was approved, or asks for more",
    );
    pub(crate) const DELIVERY_REFUSED: Self = exit(
        38,
        "delivery-refused",
        "nothing says that the delivery comes from the forge, or it is of no connected repository",
    );
    pub(crate) const INTERRUPTED: Self = exit(
        130,
        "interrupted",
        "somebody pressed Ctrl-C, or did not confirm",
    );
    pub(crate) const TERMINATED: Self = exit(143, "terminated", "it was asked to end, by SIGTERM");

    pub(crate) const UNAUTHENTICATED: Self =
        exit(10, "unauthenticated", "the forge does not accept the token");
    pub(crate) const FORBIDDEN: Self =
        exit(11, "forbidden", "the forge knows who asks, and refuses");
    pub(crate) const NOT_FOUND: Self = exit(
        12,
        "not-found",
        "there is no such thing, or none that the token may see",
    );
    pub(crate) const EMPTY_REPOSITORY: Self =
        exit(13, "empty-repository", "the repository has no commit yet");
    pub(crate) const MOVED: Self = exit(14, "moved", "the repository was renamed or moved");
    pub(crate) const READ_ONLY: Self = exit(15, "read-only", "writing is impossible now");
    pub(crate) const CONFLICT: Self =
        exit(16, "conflict", "the forge's state is not the expected one");
    pub(crate) const INVALID_ARGUMENT: Self =
        exit(17, "invalid-argument", "an argument cannot be right");
    pub(crate) const REJECTED: Self = exit(
        18,
        "rejected",
        "the forge refused the content of the request",
    );
    pub(crate) const TOO_LARGE: Self = exit(19, "too-large", "more than a limit allows");
    pub(crate) const NOT_READY: Self = exit(20, "not-ready", "the forge is still working on it");
    pub(crate) const RATE_LIMITED: Self = exit(21, "rate-limited", "the forge asks to slow down");
    pub(crate) const UNAVAILABLE: Self = exit(22, "unavailable", "the forge cannot serve now");
    pub(crate) const TIMEOUT: Self = exit(23, "timeout", "no answer within the time allowed");
    pub(crate) const UNREACHABLE: Self = exit(24, "unreachable", "no connection to the forge");
    pub(crate) const UNTRUSTED: Self =
        exit(25, "untrusted", "the forge's certificate was not accepted");
    pub(crate) const DENIED: Self = exit(26, "denied", "the host does not allow the request");
    pub(crate) const NOT_THE_API: Self = exit(
        27,
        "not-the-api",
        "something that is not the forge's API answered",
    );
    pub(crate) const UNSUPPORTED: Self = exit(
        28,
        "unsupported",
        "the forge, its version or its edition cannot do that",
    );
    pub(crate) const MALFORMED: Self = exit(29, "malformed", "the forge's answer makes no sense");
    pub(crate) const BASE_MISSING: Self =
        exit(30, "base-missing", "the base of the comparison is gone");
    pub(crate) const OUTCOME_UNKNOWN: Self = exit(
        31,
        "outcome-unknown",
        "a write may or may not have taken effect",
    );
    pub(crate) const OTHER: Self = exit(32, "other", "anything else that the plugin answered");

    pub(crate) const DISK_FULL: Self = exit(
        40,
        "disk-full",
        "`sync`: the disk is full; the old state is kept",
    );
    pub(crate) const DIRECTORY: Self = exit(
        41,
        "directory",
        "`sync`: the directory holds something else, or cannot be written",
    );
    pub(crate) const LOCKED: Self = exit(42, "locked", "`sync`: another run uses the directory");
    pub(crate) const UNSAFE: Self = exit(
        43,
        "unsafe",
        "`sync`: the repository holds a path that cannot be created safely",
    );
    pub(crate) const COLLISION: Self = exit(
        44,
        "collision",
        "`sync`: two paths are one name to this file system",
    );
    pub(crate) const LIMIT: Self =
        exit(45, "limit", "`sync`: the repository is larger than a limit");
    pub(crate) const INCONSISTENT: Self = exit(
        46,
        "inconsistent",
        "`sync`: what the forge sent does not fit together",
    );

    /// Every status, in the order of the numbers.
    pub(crate) const ALL: [Self; 48] = [
        Self::OK,
        Self::UNEXPECTED,
        Self::USAGE,
        Self::CONFIGURATION,
        Self::TRAP,
        Self::CONTENT,
        Self::FINDINGS,
        Self::PLUGIN,
        Self::ADDRESS,
        Self::TOKEN,
        Self::UNAUTHENTICATED,
        Self::FORBIDDEN,
        Self::NOT_FOUND,
        Self::EMPTY_REPOSITORY,
        Self::MOVED,
        Self::READ_ONLY,
        Self::CONFLICT,
        Self::INVALID_ARGUMENT,
        Self::REJECTED,
        Self::TOO_LARGE,
        Self::NOT_READY,
        Self::RATE_LIMITED,
        Self::UNAVAILABLE,
        Self::TIMEOUT,
        Self::UNREACHABLE,
        Self::UNTRUSTED,
        Self::DENIED,
        Self::NOT_THE_API,
        Self::UNSUPPORTED,
        Self::MALFORMED,
        Self::BASE_MISSING,
        Self::OUTCOME_UNKNOWN,
        Self::OTHER,
        Self::CERTIFICATES,
        Self::BUSY,
        Self::IDENTITY,
        Self::REFUSED_BY_POLICY,
        Self::NOT_APPROVED,
        Self::DELIVERY_REFUSED,
        Self::DISK_FULL,
        Self::DIRECTORY,
        Self::LOCKED,
        Self::UNSAFE,
        Self::COLLISION,
        Self::LIMIT,
        Self::INCONSISTENT,
        Self::INTERRUPTED,
        Self::TERMINATED,
    ];
}

impl Exit {
    /// The status of that number.
    pub(crate) fn of_number(number: u8) -> Self {
        let known = Self::ALL.into_iter().find(|exit| exit.number == number);
        known.unwrap_or(Self::UNEXPECTED)
    }
}

impl From<&ErrorCode> for Exit {
    fn from(code: &ErrorCode) -> Self {
        match code {
            ErrorCode::Unauthenticated(_) => Self::UNAUTHENTICATED,
            ErrorCode::Forbidden(_) => Self::FORBIDDEN,
            ErrorCode::NotFound(_) => Self::NOT_FOUND,
            ErrorCode::EmptyRepository => Self::EMPTY_REPOSITORY,
            ErrorCode::Moved(_) => Self::MOVED,
            ErrorCode::ReadOnly(_) => Self::READ_ONLY,
            ErrorCode::Conflict(_) => Self::CONFLICT,
            ErrorCode::InvalidArgument(_) => Self::INVALID_ARGUMENT,
            ErrorCode::Rejected(_) => Self::REJECTED,
            ErrorCode::TooLarge(_) => Self::TOO_LARGE,
            ErrorCode::NotReady => Self::NOT_READY,
            ErrorCode::RateLimited => Self::RATE_LIMITED,
            ErrorCode::Unavailable => Self::UNAVAILABLE,
            ErrorCode::Timeout => Self::TIMEOUT,
            ErrorCode::Unreachable => Self::UNREACHABLE,
            ErrorCode::Untrusted => Self::UNTRUSTED,
            ErrorCode::Denied => Self::DENIED,
            ErrorCode::NotTheApi(_) => Self::NOT_THE_API,
            ErrorCode::Unsupported(_) => Self::UNSUPPORTED,
            ErrorCode::Malformed(_) => Self::MALFORMED,
            ErrorCode::BaseMissing(_) => Self::BASE_MISSING,
            ErrorCode::OutcomeUnknown => Self::OUTCOME_UNKNOWN,
            ErrorCode::Other(_) => Self::OTHER,
        }
    }
}

impl From<&Error> for Exit {
    fn from(error: &Error) -> Self {
        match error {
            Error::Busy { .. } | Error::Exhausted => Self::BUSY,
            Error::Certificates { .. } | Error::ClientIdentity { .. } => Self::CERTIFICATES,
            Error::Credential { .. } => Self::TOKEN,
            Error::Identity(_) | Error::UnconfirmedIdentity => Self::IDENTITY,
            Error::DeliveryRefused(_) | Error::ForeignRepository { .. } => Self::DELIVERY_REFUSED,
            Error::Digest { .. } => Self::NOT_APPROVED,
            Error::Policy(
                PolicyError::OperatorRule { .. }
                | PolicyError::RedirectOrigin { .. }
                | PolicyError::Secret { .. },
            ) => Self::CONFIGURATION,
            Error::Policy(
                PolicyError::BaseNamesApi(_) | PolicyError::Host(_) | PolicyError::PlainHttp(_),
            ) => Self::ADDRESS,
            Error::Contract { .. }
            | Error::Import { .. }
            | Error::Manifest(_)
            | Error::NoEmbeddedPlugin
            | Error::NoManifest { .. }
            | Error::NotAComponent { .. }
            | Error::Policy(_)
            | Error::Profile(_)
            | Error::Provider { .. } => Self::PLUGIN,
            Error::PlainHttp { .. }
            | Error::PrivateAddresses(_)
            | Error::Proxy { .. }
            | Error::RefusedHost { .. }
            | Error::Url(_) => Self::ADDRESS,
            Error::Refused(_) => Self::DENIED,
            Error::File { .. } | Error::Sandbox { .. } | Error::Tls { .. } => Self::UNEXPECTED,
        }
    }
}

const fn exit(number: u8, name: &'static str, meaning: &'static str) -> Exit {
    Exit {
        number,
        name,
        meaning,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::contract::types::{Conflict, CredentialProblem, Denial, Stranger, Subject};

    #[test]
    fn every_status_stands_once_in_the_table_and_in_order() {
        let numbers: Vec<u8> = Exit::ALL.iter().map(|exit| exit.number).collect();
        assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
        let names: BTreeSet<&str> = Exit::ALL.iter().map(|exit| exit.name).collect();
        assert_eq!(names.len(), Exit::ALL.len());
    }

    #[test]
    fn every_case_of_the_contract_has_a_status_of_its_own_in_the_contracts_order() {
        let text = String::new;
        let cases = [
            ErrorCode::Unauthenticated(CredentialProblem::Missing),
            ErrorCode::Forbidden(Denial::AdminMode),
            ErrorCode::NotFound(Subject::Repository),
            ErrorCode::EmptyRepository,
            ErrorCode::Moved(text()),
            ErrorCode::ReadOnly(text()),
            ErrorCode::Conflict(Conflict::Locked),
            ErrorCode::InvalidArgument(text()),
            ErrorCode::Rejected(text()),
            ErrorCode::TooLarge(0),
            ErrorCode::NotReady,
            ErrorCode::RateLimited,
            ErrorCode::Unavailable,
            ErrorCode::Timeout,
            ErrorCode::Unreachable,
            ErrorCode::Untrusted,
            ErrorCode::Denied,
            ErrorCode::NotTheApi(Stranger::SignInPage),
            ErrorCode::Unsupported(text()),
            ErrorCode::Malformed(text()),
            ErrorCode::BaseMissing(text()),
            ErrorCode::OutcomeUnknown,
            ErrorCode::Other(text()),
        ];
        let numbers: Vec<u8> = cases.iter().map(|code| Exit::from(code).number).collect();
        assert_eq!(numbers, (10..=32).collect::<Vec<u8>>());
        for number in numbers {
            assert!(Exit::ALL.iter().any(|exit| exit.number == number));
        }
    }
}
