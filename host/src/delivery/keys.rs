//! The secrets that a delivery is verified with: apart because they are read anew for each one, as
//! they are exchanged while deliveries come.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use code_source_egress::{Deliveries, SignatureForm};
use zeroize::Zeroizing;

use crate::credential::{Age, Credential, Secret};
use crate::error::Error;

/// The newest reading of the secrets, each of them the current one and the previous one.
#[derive(Default)]
pub(crate) struct Keys {
    /// Keys of signatures.
    pub(super) signing: Vec<(Age, Zeroizing<Vec<u8>>)>,
    /// Secrets that deliveries carry.
    pub(super) shared: Vec<(Age, Secret)>,
}

impl Keys {
    /// Read them.
    pub(crate) fn read(form: &Deliveries, credential: &Credential) -> Result<Self, Error> {
        let mut keys = Self::default();
        for age in [Age::Current, Age::Previous] {
            if let Some(form) = form.signature()
                && let Some(secret) = credential.secret_of(&form.secret, age)?
            {
                let key = signing_key(form, &secret);
                let problem = format!("it is not `{}` and a key in base64", form.key_prefix);
                let key = key.ok_or_else(|| credential.problem(&form.secret, age, &problem))?;
                keys.signing.push((age, key));
            }
            if let Some(form) = form.token()
                && let Some(secret) = credential.secret_of(&form.secret, age)?
            {
                keys.shared.push((age, secret));
            }
        }
        Ok(keys)
    }
}

fn signing_key(form: &SignatureForm, secret: &Secret) -> Option<Zeroizing<Vec<u8>>> {
    let text = secret.expose().strip_prefix(&*form.key_prefix)?;
    let key = Zeroizing::new(STANDARD.decode(text).ok()?);
    (!key.is_empty()).then_some(key)
}
