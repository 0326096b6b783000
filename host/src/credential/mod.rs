//! The credential: read, held, put into a header, and looked for in what comes back. Apart so that
//! no other file touches its bytes.

mod rotating;
mod secret;
mod source;

use std::collections::BTreeMap;
use std::sync::Mutex;

use code_source_egress::MaskPatterns;
use http::HeaderValue;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::exchange::lock;

pub(crate) use self::rotating::Rotating;
pub use self::secret::Secret;
pub(crate) use self::source::Form;
pub use self::source::TokenSource;

/// All the secrets of a connection: its token, in the form that the provider asks for, and those
/// that are put in where a plugin names them.
pub(crate) struct Credential {
    token: Rotating,
    template: String,
    secrets: BTreeMap<String, Rotating>,
    known: Mutex<Known>,
}

/// Secrets that must not come back, and what to look for.
struct Known {
    /// The newest last. Those that were exchanged stay for a while: an answer that is under way may
    /// still hold them.
    secrets: Vec<Secret>,
    patterns: Patterns,
}

/// What to look for in answers.
#[derive(Clone)]
pub(crate) struct Patterns {
    /// The secrets, in every usual encoding.
    pub(crate) text: MaskPatterns,
    /// The same for names of headers, which arrive in lower case.
    pub(crate) names: MaskPatterns,
}

impl Credential {
    /// Read the secrets. `template` is the header's value with `{token}` in it.
    pub(crate) fn new(
        token: TokenSource,
        template: &str,
        secrets: BTreeMap<String, TokenSource>,
    ) -> Result<Self, Error> {
        let rotating = |source| Rotating::new(source, Form::Token);
        let credential = Self {
            token: rotating(token)?,
            template: template.to_owned(),
            secrets: secrets
                .into_iter()
                .map(|(name, source)| Ok((name, rotating(source)?)))
                .collect::<Result<_, Error>>()?,
            known: Mutex::new(Known {
                secrets: Vec::new(),
                patterns: Patterns::new(template, &[]),
            }),
        };
        credential.header()?;
        let names: Vec<_> = credential.secrets.keys().cloned().collect();
        for name in names {
            credential.secret(&name)?;
        }
        Ok(credential)
    }

    /// The header's value, from the newest token.
    pub(crate) fn header(&self) -> Result<HeaderValue, Error> {
        let token = self.token.current()?;
        self.remember(&token);
        let text = Zeroizing::new(self.template.replace("{token}", token.expose()));
        let mut value = HeaderValue::from_str(&text)
            .map_err(|_| self.token.problem("it does not fit into a header"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The newest reading of a secret that a plugin names; `None` where the connection has none of
    /// that name.
    pub(crate) fn secret(&self, name: &str) -> Result<Option<Secret>, Error> {
        let Some(rotating) = self.secrets.get(name) else {
            return Ok(None);
        };
        let secret = rotating.current()?;
        self.remember(&secret);
        Ok(Some(secret))
    }

    /// What to look for in answers from now on.
    pub(crate) fn patterns(&self) -> Patterns {
        lock(&self.known).patterns.clone()
    }

    /// Nothing leaves before what it carries is looked for in answers.
    fn remember(&self, secret: &Secret) {
        let mut known = lock(&self.known);
        let is_known = |one: &Secret| one.expose() == secret.expose();
        if known.secrets.iter().any(is_known) {
            return;
        }
        known.secrets.push(secret.clone());
        // Those in use are asked for with every request, and come back if they were the oldest.
        let most = self.secrets.len() + 1 + EXCHANGED;
        if known.secrets.len() > most {
            known.secrets.remove(0);
        }
        known.patterns = Patterns::new(&self.template, &known.secrets);
    }
}

impl Patterns {
    fn new(template: &str, secrets: &[Secret]) -> Self {
        let rendered: Vec<_> = secrets
            .iter()
            .map(|secret| Zeroizing::new(template.replace("{token}", secret.expose())))
            .collect();
        let lower: Vec<_> = secrets
            .iter()
            .map(|secret| Zeroizing::new(secret.expose().to_ascii_lowercase()))
            .collect();
        let plain = secrets.iter().map(|secret| secret.expose().as_bytes());
        let rendered = rendered.iter().map(|text| text.as_bytes());
        Self {
            text: MaskPatterns::new(plain.chain(rendered)),
            names: MaskPatterns::new(lower.iter().map(|text| text.as_bytes())),
        }
    }
}

/// How many secrets that were exchanged are still looked for.
const EXCHANGED: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "acmepat-0123456789abcdef";
    const NEXT: &str = "acmepat-fedcba9876543210";

    fn credential(source: TokenSource, template: &str) -> Credential {
        Credential::new(source, template, BTreeMap::new()).unwrap()
    }

    #[test]
    fn debug_and_display_show_nothing_of_a_secret() {
        let secret = Secret::new(TOKEN);
        assert_eq!(format!("{secret:?} {secret}"), "Secret(…) …");
        let source = TokenSource::Value(secret);
        assert!(!format!("{source:?}").contains("0123"));
        let value = credential(source, "{token}").header().unwrap();
        assert_eq!(format!("{value:?}"), "Sensitive");
    }

    #[test]
    fn a_token_that_was_exchanged_is_still_looked_for() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), TOKEN).unwrap();
        let credential = credential(TokenSource::File(file.path().to_owned()), "Bearer {token}");
        std::fs::write(file.path(), format!("{NEXT}\n")).unwrap();
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
        file.as_file().set_modified(later).unwrap();
        assert_eq!(credential.header().unwrap(), format!("Bearer {NEXT}"));
        let patterns = credential.patterns();
        for token in [TOKEN, NEXT] {
            assert!(patterns.text.is_in(token.as_bytes()));
            assert!(patterns.names.is_in(format!("x-{token}").as_bytes()));
        }
    }

    #[test]
    fn secrets_are_looked_for_as_the_token_is() {
        let webhook = "a-webhooks-own-secret";
        let secrets = [(
            "webhook".to_owned(),
            TokenSource::Value(Secret::new(webhook)),
        )];
        let token = TokenSource::Value(Secret::new(TOKEN));
        let credential = Credential::new(token, "{token}", secrets.into()).unwrap();
        assert!(credential.secret("other").unwrap().is_none());
        let held = credential.secret("webhook").unwrap().unwrap();
        assert_eq!(held.expose(), webhook);
        assert!(credential.patterns().text.is_in(webhook.as_bytes()));
    }
}
