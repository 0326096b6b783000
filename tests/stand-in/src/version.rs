//! Which GitLab is played; apart, because every behaviour that changed with a version asks here.

use std::{fmt, str::FromStr};

/// A GitLab version, such as `16.8.0` or `18.6.0-ee`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Version {
    text: String,
    major: u32,
    minor: u32,
}

impl Version {
    /// Whether this version is `major.minor` or came after it.
    pub fn at_least(&self, major: u32, minor: u32) -> bool {
        (self.major, self.minor) >= (major, minor)
    }

    /// Whether it is the edition that calls itself enterprise.
    pub fn is_enterprise(&self) -> bool {
        self.text.ends_with("-ee")
    }
}

impl FromStr for Version {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.split('-').next().unwrap_or_default();
        let mut parts = number.split('.').map(str::parse::<u32>);
        let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next()) else {
            return Err(InvalidVersion(text.to_owned()));
        };
        let text = match number.split('.').count() {
            2 => text.replacen(number, &format!("{number}.0"), 1),
            _ => text.to_owned(),
        };
        Ok(Self { text, major, minor })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// The text is not a version.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a version such as `18.6.0`")]
pub struct InvalidVersion(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number_and_not_by_text() {
        let version: Version = "17.10.2-ee".parse().unwrap();
        assert!(version.at_least(17, 7) && !version.at_least(18, 0));
        assert!(version.is_enterprise());
    }

    #[test]
    fn a_short_version_is_completed() {
        assert_eq!("17.0".parse::<Version>().unwrap().to_string(), "17.0.0");
        assert!("latest".parse::<Version>().is_err());
    }
}
