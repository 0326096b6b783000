//! The headers of a delivery, and its signature; apart, because a receiver trusts nothing else.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

use super::{Parcel, now};
use crate::{shared::Shared, state::HookRecord};

/// The headers in the order in which GitLab sends them.
pub(super) fn headers(
    shared: &Shared,
    hook: &HookRecord,
    parcel: &Parcel,
    body: &str,
) -> Vec<(String, String)> {
    let version = &shared.version;
    let id = shared.courier.name();
    let mut headers = Vec::new();
    let mut add = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
    add("Content-Type", "application/json");
    add("User-Agent", &format!("GitLab/{version}"));
    if version.at_least(17, 4) {
        add("Idempotency-Key", &id);
    }
    add("X-Gitlab-Event", parcel.trigger.header());
    add("X-Gitlab-Webhook-UUID", &hook.uuid);
    add("X-Gitlab-Instance", &shared.external_origin);
    add("X-Gitlab-Event-UUID", &parcel.event_id);
    if let Some(token) = &hook.token {
        add("X-Gitlab-Token", token);
    }
    if version.at_least(19, 0) {
        let moment = now().to_string();
        add("webhook-id", &id);
        add("webhook-timestamp", &moment);
        if let Some(key) = hook.signing_token.as_deref().and_then(key) {
            let text = format!("{id}.{moment}.{body}");
            let signature = STANDARD.encode(hmac_sha256(&key, text.as_bytes()));
            add("webhook-signature", &format!("v1,{signature}"));
        }
    }
    for (name, value) in &hook.custom_headers {
        add(name, value);
    }
    headers
}

/// The bytes that a signing token stands for.
pub(crate) fn key(token: &str) -> Option<Vec<u8>> {
    STANDARD.decode(token.strip_prefix("whsec_")?).ok()
}

/// A name in the form of a UUID, the same for the same number.
pub(crate) fn unique(kind: &str, number: u64) -> String {
    let digest = Sha256::digest(format!("{kind} {number}"));
    let text: String = digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!(
        "{}-{}-4{}-8{}-{}",
        &text[..8],
        &text[8..12],
        &text[13..16],
        &text[17..20],
        &text[20..]
    )
}

/// RFC 2104, written out: the host verifies with a library, which must not vouch for itself.
fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0; 64];
    match key.len() {
        0..=64 => block[..key.len()].copy_from_slice(key),
        _ => block[..32].copy_from_slice(&Sha256::digest(key)),
    }
    let keyed = |pad: u8, parts: &[u8]| -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(block.map(|byte| byte ^ pad));
        hasher.update(parts);
        hasher.finalize().into()
    };
    keyed(0x5c, &keyed(0x36, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_rfc_4231() {
        let known = [
            (
                b"Jefe".to_vec(),
                b"what do ya want for nothing?".as_slice(),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                vec![0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ];
        for (key, message, expected) in known {
            let digest = hmac_sha256(&key, message);
            let text: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn names_have_the_form_of_a_uuid() {
        let name = unique("hook", 1);
        assert_eq!(name.len(), 36);
        assert_ne!(name, unique("hook", 2));
        assert_eq!(name.match_indices('-').count(), 4);
    }
}
