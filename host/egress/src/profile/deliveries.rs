//! How a delivery of a webhook can be known to come from the forge.
//!
//! It is apart because a delivery is no request: nothing here is granted, and the host verifies.

use serde::Deserialize;

use crate::profile::ProfileError;

/// How a delivery of a webhook can be known to come from the forge.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Deliveries {
    signature: Option<SignatureForm>,
    token: Option<TokenForm>,
}

/// A signature as [Standard Webhooks](https://www.standardwebhooks.com) describes it: HMAC-SHA256,
/// in base64, over the delivery's id, its timestamp and its body with a `.` between them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SignatureForm {
    /// Name of the header that holds the delivery's id.
    pub id: Box<str>,
    /// Name of the header that holds the time in seconds since 1970.
    pub timestamp: Box<str>,
    /// Name of the header that holds the signatures, with spaces between them.
    pub signature: Box<str>,
    /// What stands before a signature of this form, and a comma.
    pub version: Box<str>,
    /// What stands before the key in the secret. The rest of it is the key in base64.
    pub key_prefix: Box<str>,
    /// How many seconds the clocks of the forge and of the host may differ by.
    pub tolerance_seconds: u32,
    /// Name of the secret.
    pub secret: Box<str>,
}

/// A shared secret that a delivery carries.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct TokenForm {
    /// Name of the header that holds it.
    pub header: Box<str>,
    /// Name of the secret.
    pub secret: Box<str>,
}

impl Deliveries {
    /// How a delivery is signed, where the forge signs.
    pub fn signature(&self) -> Option<&SignatureForm> {
        self.signature.as_ref()
    }

    /// How a delivery carries a shared secret, where the forge sends one.
    pub fn token(&self) -> Option<&TokenForm> {
        self.token.as_ref()
    }

    /// Names of the headers that are looked at to verify a delivery.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        let signature = self.signature.iter();
        let signed = signature.flat_map(|form| [&form.id, &form.timestamp, &form.signature]);
        let shared = self.token.iter().map(|form| &form.header);
        signed.chain(shared).map(AsRef::as_ref)
    }

    /// Names of the secrets that verify a delivery.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let signing = self.signature.iter().map(|form| &form.secret);
        let shared = self.token.iter().map(|form| &form.secret);
        signing.chain(shared).map(AsRef::as_ref)
    }

    pub(super) fn check(&self) -> Result<(), ProfileError> {
        let refuse = |problem| {
            let key = "deliveries";
            Err(ProfileError::Setting { key, problem })
        };
        let headers: Vec<_> = self.headers().map(str::to_ascii_lowercase).collect();
        if headers.is_empty() {
            return refuse("says neither `signature` nor `token`");
        }
        let is_name = |name: &String| {
            let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            !name.is_empty() && name.bytes().all(inside)
        };
        if !headers.iter().all(is_name) || has_twice(&headers) {
            return refuse("does not name different headers");
        }
        let secrets: Vec<_> = self.secrets().collect();
        if secrets.contains(&"") || has_twice(&secrets) {
            return refuse("does not name different secrets");
        }
        let Some(form) = &self.signature else {
            return Ok(());
        };
        if form.version.is_empty() || form.version.contains([',', ' ']) {
            return refuse("has a `version` that cannot stand before a signature");
        }
        if form.tolerance_seconds > LONGEST_TOLERANCE {
            return refuse("lets the clocks differ by more than an hour");
        }
        Ok(())
    }
}

fn has_twice<T: PartialEq>(names: &[T]) -> bool {
    (1..names.len()).any(|index| names[..index].contains(&names[index]))
}

/// For as long, what was overheard could be sent once more.
const LONGEST_TOLERANCE: u32 = 3600;
