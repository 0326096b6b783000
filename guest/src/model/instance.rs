//! The instance, the account and the token as GitLab writes them; apart because only `check` asks.

use serde::Deserialize;

use super::lenient;

/// What `/version` tells.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Version {
    pub(crate) version: Option<String>,
    pub(crate) enterprise: Option<bool>,
}

impl Version {
    /// Major and minor of forms such as `16.8.0-ee` and `19.0.0-pre`.
    pub(crate) fn number(&self) -> Option<(u32, u32)> {
        let mut parts = self.version.as_deref()?.split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?;
        let digits = minor
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(minor.len());
        Some((major, minor[..digits].parse().ok()?))
    }

    /// Whether there is a text, whatever it says.
    pub(crate) fn is_told(&self) -> bool {
        self.version.as_ref().is_some_and(|text| !text.is_empty())
    }

    /// The edition, from the flag or from the end of the version.
    pub(crate) fn edition(&self) -> Option<String> {
        let suffix = self.version.as_deref().unwrap_or_default();
        let is_enterprise = match self.enterprise {
            Some(is_enterprise) => is_enterprise,
            None if suffix.ends_with("-ee") => true,
            None => return None,
        };
        let edition = match is_enterprise {
            true => "enterprise",
            false => "community",
        };
        Some(edition.to_owned())
    }
}

/// What `/user` tells.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct User {
    #[serde(deserialize_with = "lenient")]
    pub(crate) username: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) name: String,
    #[serde(deserialize_with = "lenient")]
    pub(crate) state: String,
    /// There only for administrators: whether the credential acts as one is another matter, where the
    /// instance has an admin mode.
    #[serde(deserialize_with = "lenient")]
    pub(crate) is_admin: bool,
    /// Whether GitLab shows it only what it is a member of, and what is public.
    #[serde(deserialize_with = "lenient")]
    pub(crate) external: bool,
    /// Whether GitLab made the account for a token.
    #[serde(deserialize_with = "lenient")]
    pub(crate) bot: bool,
    #[serde(deserialize_with = "lenient")]
    pub(crate) web_url: String,
}

/// What `/personal_access_tokens/self` tells.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Token {
    pub(crate) name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(crate) scopes: Vec<String>,
    /// A day, or null.
    pub(crate) expires_at: Option<String>,
    /// Whether it has permissions one by one, from 18.x on.
    #[serde(deserialize_with = "lenient")]
    pub(crate) granular: bool,
}

impl User {
    /// Whether it is none: every account of GitLab's has a name.
    pub(crate) fn is_nameless(&self) -> bool {
        self.username.is_empty()
    }
}

impl Token {
    /// Whether it is none: GitLab makes no token without a scope.
    pub(crate) fn is_blank(&self) -> bool {
        self.scopes.is_empty() && !self.granular
    }

    pub(crate) fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|one| one == scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(json: &str) -> Version {
        serde_json::from_str(json).expect("is one")
    }

    #[test]
    fn versions_are_read_in_all_their_forms() {
        for (text, number) in [
            ("16.8.0-ee", Some((16, 8))),
            ("19.0.0-pre", Some((19, 0))),
            ("17.11", Some((17, 11))),
            ("18.3-rc42", Some((18, 3))),
            ("unknown", None),
            ("", None),
        ] {
            let read = version(&format!(
                r#"{{"version":"{text}","kas":{{"enabled":null}}}}"#
            ));
            assert_eq!(read.number(), number, "{text}");
        }
        assert_eq!(version("{}").number(), None);
    }

    #[test]
    fn the_edition_is_told_by_the_flag_or_by_the_version() {
        let edition = |json| version(json).edition();
        assert_eq!(
            edition(r#"{"enterprise":true}"#).as_deref(),
            Some("enterprise")
        );
        assert_eq!(
            edition(r#"{"enterprise":false}"#).as_deref(),
            Some("community")
        );
        assert_eq!(
            edition(r#"{"version":"16.8.0-ee"}"#).as_deref(),
            Some("enterprise")
        );
        assert_eq!(edition(r#"{"version":"16.8.0"}"#), None);
    }
}
