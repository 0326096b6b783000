//! Addresses below the API's root; apart because one byte encoded wrongly is another endpoint.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{bindings::types::RepositoryId, error::Failure};

/// A path with its query, built from literal parts and encoded values.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    text: String,
    has_query: bool,
}

impl Target {
    /// Begin with a literal path, such as `/projects`.
    pub(crate) fn new(literal: &str) -> Self {
        Self {
            text: literal.to_owned(),
            has_query: false,
        }
    }

    /// Begin with the repository's own path, followed by a literal one.
    pub(crate) fn repository(project: &Project, literal: &str) -> Self {
        Self::new("/projects").segment(&project.0).literal(literal)
    }

    /// Append a value as one segment, whatever it contains.
    pub(crate) fn segment(mut self, value: &str) -> Self {
        self.text.push('/');
        self.text.extend(encode(value));
        self
    }

    /// Append a literal path.
    pub(crate) fn literal(mut self, literal: &str) -> Self {
        self.text.push_str(literal);
        self
    }

    /// Append a query parameter. The key is literal.
    pub(crate) fn query(mut self, key: &str, value: &str) -> Self {
        self.text.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        self.text.push_str(key);
        self.text.push('=');
        self.text.extend(encode(value));
        self
    }

    /// Append a query parameter that is a number.
    pub(crate) fn number(self, key: &str, value: u64) -> Self {
        self.query(key, &value.to_string())
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.text
    }
}

/// A repository in an address: GitLab's numeric id, checked.
///
/// The number is used even where a path is known: proxies that decode `%2F` do not touch it, and it
/// does not change when the project moves.
#[derive(Clone, Debug)]
pub(crate) struct Project(String);

impl Project {
    pub(crate) fn new(id: &RepositoryId) -> Result<Self, Failure> {
        let is_number = !id.is_empty() && id.len() <= 19 && id.bytes().all(|b| b.is_ascii_digit());
        if is_number {
            return Ok(Self(id.clone()));
        }
        Err(Failure::invalid("repository: its identity is a number"))
    }

    pub(crate) fn id(&self) -> &str {
        &self.0
    }
}

/// Percent-encode everything but unreserved characters.
pub(crate) fn encode(value: &str) -> percent_encoding::PercentEncode<'_> {
    utf8_percent_encode(value, RESERVED)
}

/// The address for people of a file at a commit.
pub(crate) fn file_page(
    base_url: &str,
    repository_path: &str,
    commit: &str,
    path: &str,
    lines: Option<(u32, u32)>,
) -> String {
    let mut address = base_url.trim_end_matches('/').to_owned();
    append_segments(&mut address, repository_path);
    address.push_str("/-/blob/");
    address.push_str(commit);
    append_segments(&mut address, path);
    if let Some((first, last)) = lines {
        let written = match first == last {
            true => write!(address, "#L{first}"),
            false => write!(address, "#L{first}-{last}"),
        };
        debug_assert!(written.is_ok());
    }
    address
}

fn append_segments(address: &mut String, path: &str) {
    for segment in path.split('/') {
        address.push('/');
        address.extend(encode(segment));
    }
}

/// RFC 3986 calls letters, digits and these four unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;

    use super::*;

    #[test]
    fn a_value_is_one_segment_whatever_it_contains() {
        for value in [
            "a/b", "a b+c", "100%", "#?&=;", "ä/ß", "..", "a\\b", "%2F", "~-._",
        ] {
            let target = String::from(Target::new("/x").segment(value).literal("/y"));
            let segment = target
                .strip_prefix("/x/")
                .and_then(|rest| rest.strip_suffix("/y"))
                .expect("the literal parts are there");
            assert!(!segment.contains('/'), "{segment}");
            assert_eq!(
                percent_decode_str(segment).decode_utf8().expect("is text"),
                value
            );
        }
    }

    #[test]
    fn unreserved_characters_stay_and_hexadecimal_digits_are_upper_case() {
        let target = String::from(Target::new("/x").segment("lib/class.rb~1_-é"));
        assert_eq!(target, "/x/lib%2Fclass.rb~1_-%C3%A9");
    }

    #[test]
    fn query_parameters_are_separated_and_encoded() {
        let target = Target::new("/x").query("ref", "a&b=c d").number("page", 2);
        assert_eq!(String::from(target), "/x?ref=a%26b%3Dc%20d&page=2");
    }

    #[test]
    fn only_a_number_names_a_repository() {
        assert!(Project::new(&"42".to_owned()).is_ok());
        for id in [
            "",
            "web/shop",
            "4 2",
            "-1",
            "+1",
            "١",
            "42?x",
            "99999999999999999999",
        ] {
            assert!(Project::new(&id.to_owned()).is_err(), "{id}");
        }
    }

    #[test]
    fn a_page_keeps_slashes_and_marks_lines() {
        let page = |lines| file_page("https://h/gitlab", "web/shop", "abc", "a b/#1.rs", lines);
        assert_eq!(
            page(None),
            "https://h/gitlab/web/shop/-/blob/abc/a%20b/%231.rs"
        );
        assert!(page(Some((1, 2))).ends_with("#L1-2"));
        assert!(page(Some((7, 7))).ends_with("#L7"));
    }
}
