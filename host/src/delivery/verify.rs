//! Whether a delivery comes from the forge: pure, and apart so that nothing else decides it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use code_source_egress::{Deliveries, SignatureForm, TokenForm};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::headers::Checked;
use super::keys::Keys;
use super::refusal::DeliveryRefusal;
use super::{RawDelivery, Verification};
use crate::credential::Age;

/// Find out whether a delivery comes from the forge. `now` is in seconds since 1970.
///
/// Without any secret nothing can be known, and `allow_unauthenticated` decides. What carries a
/// signature is judged by it alone. What carries none is judged by the shared secret, if the
/// connection has one: as long as it does, whoever knows that secret can do without a signature.
pub(crate) fn verify(
    form: Option<&Deliveries>,
    keys: &Keys,
    allow_unauthenticated: bool,
    delivery: &RawDelivery,
    now: i64,
) -> Result<Verification, DeliveryRefusal> {
    if delivery.body.len() > RawDelivery::MAX_BODY_BYTES {
        return Err(DeliveryRefusal::BodyTooLarge);
    }
    let has_key = !keys.signing.is_empty() || !keys.shared.is_empty();
    let Some(form) = form else {
        return open(allow_unauthenticated, None);
    };
    let checked = Checked::new(form, &delivery.headers)?;
    if !has_key {
        return open(allow_unauthenticated, form.secrets().last());
    }
    let signed = form
        .signature()
        .and_then(|form| Some((form, checked.get(&form.signature)?)));
    if let Some((form, signatures)) = signed {
        return by_signature(form, keys, &checked, signatures, &delivery.body, now);
    }
    let shared = form.token().filter(|_| !keys.shared.is_empty());
    let carried = shared.and_then(|form| Some((form, checked.get(&form.header)?)));
    if let Some((form, token)) = carried {
        return by_token(form, keys, token);
    }
    // Only what would be accepted is asked for.
    let signature = form.signature().filter(|_| !keys.signing.is_empty());
    let headers = signature.map(|form| &form.signature).into_iter();
    let headers = headers.chain(shared.map(|form| &form.header));
    Err(DeliveryRefusal::Missing {
        headers: headers.map(|name| name.to_string()).collect(),
    })
}

fn open(allow: bool, secret: Option<&str>) -> Result<Verification, DeliveryRefusal> {
    match allow {
        true => Ok(Verification::Unauthenticated),
        false => Err(DeliveryRefusal::NoSecret {
            secret: secret.map(str::to_owned),
        }),
    }
}

fn by_signature(
    form: &SignatureForm,
    keys: &Keys,
    checked: &Checked<'_>,
    signatures: &[u8],
    body: &[u8],
    now: i64,
) -> Result<Verification, DeliveryRefusal> {
    if keys.signing.is_empty() {
        return Err(DeliveryRefusal::NoSecret {
            secret: Some(form.secret.to_string()),
        });
    }
    let part = |name: &str| {
        let headers = vec![name.to_owned()];
        checked
            .get(name)
            .ok_or(DeliveryRefusal::Missing { headers })
    };
    let malformed = |name: &str| DeliveryRefusal::Malformed {
        header: name.to_owned(),
    };
    let (id, timestamp) = (part(&form.id)?, part(&form.timestamp)?);
    let time = seconds(timestamp).ok_or_else(|| malformed(&form.timestamp))?;
    let offered = signatures_of(form, signatures);
    if offered.is_empty() {
        return Err(malformed(&form.signature));
    }
    let by_previous = keys.signing.iter().find_map(|(age, key)| {
        let expected = sign(key, id, timestamp, body)?;
        let is_it = |signature: &Vec<u8>| bool::from(signature.ct_eq(&expected));
        // All of them are looked at, whichever is right.
        let hits = offered.iter().filter(|signature| is_it(signature)).count();
        (hits > 0).then_some(*age == Age::Previous)
    });
    let Some(by_previous) = by_previous else {
        return Err(DeliveryRefusal::Mismatch {
            header: form.signature.to_string(),
        });
    };
    // Only of what the forge has signed is the time worth anything.
    let apart = time.saturating_sub(now);
    if apart.unsigned_abs() > u64::from(form.tolerance_seconds) {
        return Err(DeliveryRefusal::Clock {
            seconds: apart,
            tolerance: form.tolerance_seconds,
        });
    }
    Ok(Verification::Signature { by_previous })
}

/// The bytes of the signatures of this form. There may be others beside them.
fn signatures_of(form: &SignatureForm, text: &[u8]) -> Vec<Vec<u8>> {
    let ours = |one: &[u8]| {
        let rest = one.strip_prefix(form.version.as_bytes())?;
        STANDARD.decode(rest.strip_prefix(b",")?).ok()
    };
    let all = text.split(|byte| *byte == b' ');
    all.filter_map(ours).collect()
}

fn sign(key: &[u8], id: &[u8], timestamp: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    for part in [id, b".", timestamp, b".", body] {
        mac.update(part);
    }
    Some(mac.finalize().into_bytes().to_vec())
}

/// Digits alone, few enough for a time that can be meant.
fn seconds(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let is_plain = text.len() <= DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

fn by_token(form: &TokenForm, keys: &Keys, token: &[u8]) -> Result<Verification, DeliveryRefusal> {
    // Digests are as long as each other, so that not even the length of the secret shows.
    let found = Sha256::digest(token);
    let matching = keys.shared.iter().find(|(_, secret)| {
        let expected = Sha256::digest(secret.expose());
        bool::from(found.as_slice().ct_eq(expected.as_slice()))
    });
    match matching {
        Some((age, _)) => Ok(Verification::Token {
            by_previous: *age == Age::Previous,
        }),
        None => Err(DeliveryRefusal::Mismatch {
            header: form.header.to_string(),
        }),
    }
}

/// Of a time in seconds: enough for some thirty thousand years.
const DIGITS: usize = 12;

#[cfg(test)]
mod tests;
