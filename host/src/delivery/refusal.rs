//! Why a delivery is refused: apart because none of it may repeat what came.

use std::fmt;

/// Why a delivery is refused. Names of headers and secrets are the profile's, and nothing of what
/// came is in it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum DeliveryRefusal {
    /// The audit could not be written.
    AuditFailed,
    /// Its body has more than [`RawDelivery::MAX_BODY_BYTES`](crate::RawDelivery::MAX_BODY_BYTES).
    BodyTooLarge,
    /// It is signed, and its time is too far from the host's.
    Clock {
        /// By how many seconds the time is ahead of the host's, negative where it is behind.
        seconds: i64,
        /// By how many it may be.
        tolerance: u32,
    },
    /// Its headers have more bytes, or are more, than the limits of an answer allow.
    HeadersTooLarge,
    /// A header that is to verify it cannot be read.
    Malformed {
        /// The header.
        header: String,
    },
    /// It was not made with a secret of the connection.
    Mismatch {
        /// The header that is wrong.
        header: String,
    },
    /// It carries nothing that it could be verified by.
    Missing {
        /// The headers of which one is to be there.
        headers: Vec<String>,
    },
    /// The connection has no secret to verify it with.
    NoSecret {
        /// The secret; `None` where the forge's deliveries cannot be verified at all.
        secret: Option<String>,
    },
    /// A header that is to verify it is there twice.
    RepeatedHeader {
        /// The header.
        header: String,
    },
}

impl DeliveryRefusal {
    /// Its stable name, as the audit has it.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::AuditFailed => "audit-failed",
            Self::BodyTooLarge => "body-too-large",
            Self::Clock { .. } => "clock",
            Self::HeadersTooLarge => "headers-too-large",
            Self::Malformed { .. } => "malformed",
            Self::Mismatch { .. } => "mismatch",
            Self::Missing { .. } => "missing",
            Self::NoSecret { .. } => "no-secret",
            Self::RepeatedHeader { .. } => "repeated-header",
        }
    }

    /// What to do about it, where something can be done.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Clock { .. } => {
                "set both clocks by a time server; a delivery that is sent once more is signed anew"
                    .to_owned()
            }
            Self::Mismatch { .. } => {
                "renew the secrets of the webhook; while one is exchanged, name the one before in `previous-secrets`"
                    .to_owned()
            }
            Self::Missing { headers } => format!(
                "give the webhook the connection's secret: it then sends `{}`",
                headers.join("` or `")
            ),
            Self::NoSecret {
                secret: Some(secret),
            } => format!(
                "secrets = {{ {secret} = {{ file = \"…\" }} }}"
            ),
            Self::NoSecret { secret: None } => {
                "only if nobody else can reach the address that deliveries come to: `allow-unauthenticated-deliveries = true` in the configuration"
                    .to_owned()
            }
            Self::AuditFailed => {
                "look at the audit's file and its disk: what cannot be recorded is not read".to_owned()
            }
            Self::BodyTooLarge
            | Self::HeadersTooLarge
            | Self::Malformed { .. }
            | Self::RepeatedHeader { .. } => {
                "no forge sends that by itself: look who else can reach the address, and what is in between"
                    .to_owned()
            }
        })
    }
}

impl fmt::Display for DeliveryRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AuditFailed => formatter.write_str("the audit could not be written"),
            Self::BodyTooLarge => formatter.write_str("its body has more than 25 MiB"),
            Self::Clock { seconds, tolerance } => {
                let (apart, side) = (
                    seconds.unsigned_abs(),
                    if *seconds < 0 { "behind" } else { "ahead" },
                );
                write!(
                    formatter,
                    "the clocks differ by {apart} s: its time is {side}, and {tolerance} s are allowed"
                )
            }
            Self::HeadersTooLarge => formatter.write_str("its headers are too many or too long"),
            Self::Malformed { header } => write!(formatter, "`{header}` cannot be read"),
            Self::Mismatch { header } => write!(
                formatter,
                "`{header}` was not made with a secret of the connection"
            ),
            Self::Missing { headers } => {
                let names: Vec<_> = headers.iter().map(|name| format!("`{name}`")).collect();
                write!(formatter, "it has no {}", names.join(" and no "))
            }
            Self::NoSecret {
                secret: Some(secret),
            } => write!(
                formatter,
                "the connection has no secret `{secret}` to verify it with"
            ),
            Self::NoSecret { secret: None } => {
                formatter.write_str("nothing says that it comes from the forge")
            }
            Self::RepeatedHeader { header } => write!(formatter, "`{header}` is there twice"),
        }
    }
}
