//! The credential: read, held, put into a header, and looked for in what comes back. Apart so that
//! no other file touches its bytes.

mod inspection;
mod likeness;
mod rotating;
mod secret;
mod source;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use code_source_egress::MaskPatterns;
use http::HeaderValue;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::exchange::lock;

pub(crate) use self::inspection::{Held, Inspection, TokenProblemKind};
pub(crate) use self::likeness::is_no_name;
#[cfg(feature = "cli")]
pub(crate) use self::likeness::looks_secret;
pub(crate) use self::rotating::Rotating;
pub use self::secret::Secret;
pub(crate) use self::source::Form;
pub use self::source::TokenSource;
#[cfg(feature = "cli")]
pub(crate) use self::source::is_no_variable;

/// All the secrets of a connection: its token, in the form that the provider asks for, and those
/// that are put in where a plugin names them.
pub(crate) struct Credential {
    token: Rotating,
    template: String,
    secrets: BTreeMap<(String, Age), Rotating>,
    known: Mutex<Known>,
}

/// Which of the two secrets of one name: those who hold it do not exchange it at the same moment.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Age {
    /// The one that is handed out.
    Current,
    /// The one before it, which still is accepted.
    Previous,
}

/// Secrets that must not come back, and what to look for.
struct Known {
    /// The newest reading of each secret, the token's under no name.
    current: BTreeMap<Option<(String, Age)>, Secret>,
    /// Those that were exchanged, the newest last: an answer that is under way may still hold them.
    exchanged: VecDeque<Secret>,
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
        secrets: BTreeMap<(String, Age), TokenSource>,
    ) -> Result<Self, Error> {
        let secret = |source| Rotating::new(source, Form::Secret);
        let credential = Self {
            token: Rotating::new(token, Form::Token)?,
            template: template.to_owned(),
            secrets: secrets
                .into_iter()
                .map(|(name, source)| Ok((name, secret(source)?)))
                .collect::<Result<_, Error>>()?,
            known: Mutex::new(Known {
                current: BTreeMap::new(),
                exchanged: VecDeque::new(),
                patterns: Patterns::new(template, &[]),
            }),
        };
        credential.header()?;
        let names: Vec<_> = credential.secrets.keys().cloned().collect();
        for (name, age) in names {
            credential.secret_of(&name, age)?;
        }
        Ok(credential)
    }

    /// The header's value, from the newest token.
    pub(crate) fn header(&self) -> Result<HeaderValue, Error> {
        let token = self.token.current()?;
        self.remember(None, &token);
        let text = Zeroizing::new(self.template.replace("{token}", token.expose()));
        let mut value = HeaderValue::from_str(&text)
            .map_err(|_| self.token.problem("it does not fit into a header"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The newest reading of a secret that a plugin names; `None` where the connection has none of
    /// that name.
    pub(crate) fn secret(&self, name: &str) -> Result<Option<Secret>, Error> {
        self.secret_of(name, Age::Current)
    }

    /// The same for one that may have been exchanged.
    pub(crate) fn secret_of(&self, name: &str, age: Age) -> Result<Option<Secret>, Error> {
        let slot = (name.to_owned(), age);
        let Some(rotating) = self.secrets.get(&slot) else {
            return Ok(None);
        };
        let secret = rotating.current()?;
        self.remember(Some(slot), &secret);
        Ok(Some(secret))
    }

    /// What is wrong with a secret, in words that say where it is.
    pub(crate) fn problem(&self, name: &str, age: Age, problem: &str) -> Error {
        let rotating = self.secrets.get(&(name.to_owned(), age));
        rotating.unwrap_or(&self.token).problem(problem)
    }

    /// What to look for in answers from now on.
    pub(crate) fn patterns(&self) -> Patterns {
        lock(&self.known).patterns.clone()
    }

    /// Nothing leaves before what it carries is looked for in answers.
    fn remember(&self, slot: Option<(String, Age)>, secret: &Secret) {
        let mut known = lock(&self.known);
        let before = known.current.insert(slot, secret.clone());
        match before {
            Some(before) if before.expose() == secret.expose() => return,
            Some(before) => known.exchanged.push_back(before),
            None => {}
        }
        if known.exchanged.len() > EXCHANGED {
            known.exchanged.pop_front();
        }
        let all: Vec<_> = known.current.values().chain(&known.exchanged).collect();
        known.patterns = Patterns::new(&self.template, &all);
    }
}

/// What to look for where none of these secrets may stand, be they usable or not.
#[cfg(feature = "cli")]
pub(crate) fn patterns_of<'a>(
    sources: impl IntoIterator<Item = &'a TokenSource>,
    held: Option<&Held>,
) -> MaskPatterns {
    let pieces = sources.into_iter().flat_map(TokenSource::pieces);
    let pieces: Vec<_> = pieces
        .chain(held.map_or_else(Vec::new, Held::pieces))
        .collect();
    MaskPatterns::new(pieces.iter().map(|piece| piece.as_slice()))
}

impl Patterns {
    fn new(template: &str, secrets: &[&Secret]) -> Self {
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
    fn a_secret_in_use_is_looked_for_however_often_another_is_exchanged() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), TOKEN).unwrap();
        let webhook = "a-webhooks-own-secret";
        let secrets = [(
            ("webhook".to_owned(), Age::Current),
            TokenSource::Value(Secret::new(webhook)),
        )];
        let token = TokenSource::File(file.path().to_owned());
        let credential = Credential::new(token, "{token}", secrets.into()).unwrap();
        for round in 0..50_u64 {
            std::fs::write(file.path(), format!("acmepat-of-round-{round:04}")).unwrap();
            let later = std::time::SystemTime::now() + std::time::Duration::from_secs(round + 5);
            file.as_file().set_modified(later).unwrap();
            credential.header().unwrap();
        }
        let patterns = credential.patterns();
        for held in [webhook, "acmepat-of-round-0049", "acmepat-of-round-0042"] {
            assert!(patterns.text.is_in(held.as_bytes()), "{held}");
        }
        assert!(!patterns.text.is_in(b"acmepat-of-round-0020"));
    }

    #[test]
    fn secrets_are_looked_for_as_the_token_is() {
        let webhook = "a-webhooks-own-secret";
        let secrets = [(
            ("webhook".to_owned(), Age::Current),
            TokenSource::Value(Secret::new(webhook)),
        )];
        let token = TokenSource::Value(Secret::new(TOKEN));
        let credential = Credential::new(token, "{token}", secrets.into()).unwrap();
        assert!(credential.secret("other").unwrap().is_none());
        let held = credential.secret("webhook").unwrap().unwrap();
        assert_eq!(held.expose(), webhook);
        assert!(credential.patterns().text.is_in(webhook.as_bytes()));
    }
    #[test]
    fn the_secret_before_is_looked_for_as_well_and_never_handed_out() {
        let secrets = [
            (Age::Current, "a-webhooks-own-secret"),
            (Age::Previous, "a-webhooks-old-secret"),
        ];
        let secrets = secrets.map(|(age, text)| {
            let source = TokenSource::Value(Secret::new(text));
            (("webhook".to_owned(), age), source)
        });
        let token = TokenSource::Value(Secret::new(TOKEN));
        let credential = Credential::new(token, "{token}", secrets.into()).unwrap();
        let held = credential.secret("webhook").unwrap().unwrap();
        assert_eq!(held.expose(), "a-webhooks-own-secret");
        for text in ["a-webhooks-own-secret", "a-webhooks-old-secret"] {
            assert!(credential.patterns().text.is_in(text.as_bytes()), "{text}");
        }
    }
}
