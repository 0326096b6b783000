//! Which credential goes with an origin and a path: exactly one, or none at all.
//!
//! It is apart because it looks at several connections at once, and because a credential that is
//! picked by a guess is a credential that was given away.

use crate::{
    authority::Origin,
    base_url::BaseUrl,
    denial::{Denial, Layer, Reason},
};

/// A credential's name, and the forge that it is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Binding {
    /// The name, which is never the credential.
    pub name: String,
    /// The forge.
    pub base: BaseUrl,
}

/// The credentials that there are, by the forges that they are for.
#[derive(Clone, Debug, Default)]
pub struct Bindings(Vec<Binding>);

impl Bindings {
    /// Takes the credentials that there are.
    pub fn new(bindings: Vec<Binding>) -> Self {
        Self(bindings)
    }

    /// The one credential for a canonical path at an origin.
    ///
    /// # Errors
    ///
    /// None that fits, or more than one: the longer path does not win, because who wrote the
    /// shorter one did not mean part of a forge to be somebody else's.
    pub fn select(&self, origin: &Origin, path: &str) -> Result<&Binding, Denial> {
        let mut fitting = self.0.iter().filter(|one| one.fits(origin, path));
        let deny = |reason, detail| Err(Denial::new(Layer::Credential, reason, detail));
        match (fitting.next(), fitting.next()) {
            (Some(one), None) => Ok(one),
            (None, _) => {
                let detail = format!("no credential is for `{origin}` at that path");
                deny(Reason::CredentialMissing, detail)
            }
            (Some(one), Some(other)) => {
                let detail = format!(
                    "the credentials of `{}` and `{}` are both for `{origin}` at that path",
                    one.name, other.name
                );
                deny(Reason::CredentialAmbiguous, detail)
            }
        }
    }
}

impl Binding {
    fn fits(&self, origin: &Origin, path: &str) -> bool {
        let below = path.strip_prefix(self.base.path());
        self.base.origin() == origin && below.is_some_and(|rest| rest.starts_with('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bindings(entries: &[(&str, &str)]) -> Bindings {
        let binding = |(name, base): &(&str, &str)| Binding {
            name: (*name).to_owned(),
            base: BaseUrl::parse(base).unwrap(),
        };
        Bindings::new(entries.iter().map(binding).collect())
    }

    fn select(bindings: &Bindings, authority: &str, path: &str) -> Result<String, Reason> {
        let origin = Origin::parse("https", authority).unwrap();
        let selected = bindings.select(&origin, path);
        selected
            .map(|one| one.name.clone())
            .map_err(|denial| denial.reason())
    }

    #[test]
    fn a_credential_goes_to_its_own_origin_and_path_and_nowhere_else() {
        let bindings = bindings(&[("a", "a.example"), ("b", "https://b.example:8443/forge")]);
        let missing = Err(Reason::CredentialMissing);
        assert_eq!(select(&bindings, "a.example", "/x"), Ok("a".to_owned()));
        assert_eq!(
            select(&bindings, "b.example:8443", "/forge/x"),
            Ok("b".to_owned())
        );
        for (authority, path) in [
            ("a.example:8443", "/x"),
            ("sub.a.example", "/x"),
            ("b.example", "/forge/x"),
            ("b.example:8443", "/x"),
            ("b.example:8443", "/forge"),
            ("b.example:8443", "/forger/x"),
        ] {
            assert_eq!(
                select(&bindings, authority, path),
                missing,
                "{authority}{path}"
            );
        }
        let plain = Origin::parse("http", "a.example").unwrap();
        assert!(bindings.select(&plain, "/x").is_err());
    }

    #[test]
    fn of_two_credentials_that_fit_neither_is_taken() {
        let twice = bindings(&[("a", "a.example"), ("b", "A.example:443")]);
        let nested = bindings(&[("whole", "a.example"), ("part", "a.example/forge")]);
        let ambiguous = Err(Reason::CredentialAmbiguous);
        assert_eq!(select(&twice, "a.example", "/x"), ambiguous);
        assert_eq!(select(&nested, "a.example", "/forge/x"), ambiguous);
        assert_eq!(select(&nested, "a.example", "/x"), Ok("whole".to_owned()));
        let origin = Origin::parse("https", "a.example").unwrap();
        let denial = twice.select(&origin, "/x").unwrap_err();
        assert_eq!(denial.layer(), Layer::Credential);
        assert!(denial.detail().contains("`a` and `b`"));
    }
}
