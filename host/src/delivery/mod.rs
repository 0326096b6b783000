//! Deliveries of webhooks: verified here, before a plugin reads them, because whoever knows the
//! address can send something there.
//!
//! The provider's profile says how a delivery can be known to come from the forge: by a signature,
//! or by a secret that it carries. One that carries a signature is judged by that alone.

mod headers;
mod keys;
mod refusal;
mod verify;

use std::fmt;

pub(crate) use self::headers::is_shown;
pub(crate) use self::keys::Keys;
pub use self::refusal::DeliveryRefusal;
pub(crate) use self::verify::verify;
use crate::contract::webhooks::Delivery;

/// A delivery as it came in, before anybody has looked at it.
#[derive(Clone)]
pub struct RawDelivery {
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl RawDelivery {
    /// Bytes that a body can have.
    pub const MAX_BODY_BYTES: usize = 25 << 20;

    /// Take the header's fields, each as often as it came, and the body as it came: a signature
    /// covers every byte of it.
    pub fn new<N: Into<String>, V: Into<Vec<u8>>>(
        headers: impl IntoIterator<Item = (N, V)>,
        body: impl Into<Vec<u8>>,
    ) -> Self {
        let headers = headers.into_iter();
        Self {
            headers: headers
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            body: body.into(),
        }
    }
}

/// How much there is of it: a header may hold a secret, and a body what is nobody's business.
impl fmt::Debug for RawDelivery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RawDelivery")
            .field("headers", &self.headers.len())
            .field("body", &self.body.len())
            .finish()
    }
}

/// A delivery that the host has verified and the plugin has read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifiedDelivery {
    /// What it says.
    pub delivery: Delivery,
    /// How it was verified.
    pub verification: Verification,
}

/// How a delivery is known to come from the forge.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Verification {
    /// It is signed with the secret.
    Signature {
        /// Whether with the [previous](crate::Connection::previous_secret) one.
        by_previous: bool,
    },
    /// It carries the shared secret.
    Token {
        /// Whether the [previous](crate::Connection::previous_secret) one.
        by_previous: bool,
    },
    /// It is not known: the connection has no secret, and
    /// [allows that](crate::Connection::allow_unauthenticated_deliveries).
    Unauthenticated,
}

impl Verification {
    /// Its stable name, as the audit has it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Signature { by_previous: false } => "signature",
            Self::Signature { by_previous: true } => "previous-signature",
            Self::Token { by_previous: false } => "token",
            Self::Token { by_previous: true } => "previous-token",
            Self::Unauthenticated => "unauthenticated",
        }
    }
}
