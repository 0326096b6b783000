//! Which keys a request's query may hold.
//!
//! It is apart because the query is where a credential or another account can be smuggled in, and
//! because its keys are judged, and its values are data but where a rule lists them.

use std::collections::BTreeMap;

use crate::{
    denial::{Denial, Layer, Reason},
    path::{Decoded, digit, is_unreserved},
};

/// The keys that a rule lets through.
#[derive(Clone, Debug, Default)]
pub struct QueryKeys {
    once: Vec<Box<str>>,
    lists: Vec<Box<str>>,
    /// Of keys that may stand once, the only values that they may have.
    values: BTreeMap<Box<str>, Box<[Box<str>]>>,
}

impl QueryKeys {
    /// Takes keys that may stand once, and keys that may be repeated.
    pub(crate) fn new(once: Vec<Box<str>>, lists: Vec<Box<str>>) -> Result<Self, &'static str> {
        if once.len() > MAX_KEYS {
            return Err("has too many query keys");
        }
        if !once.iter().chain(&lists).all(|key| is_key(key)) {
            return Err("has a query key that is no key");
        }
        if once.iter().any(|key| lists.contains(key)) {
            return Err("has a query key both once and as a list");
        }
        Ok(Self {
            once,
            lists,
            values: BTreeMap::new(),
        })
    }

    /// Lets keys that may stand once have these values alone.
    pub(crate) fn with_values(
        self,
        values: BTreeMap<Box<str>, Box<[Box<str>]>>,
    ) -> Result<Self, &'static str> {
        if !values.keys().all(|key| self.once.contains(key)) {
            return Err("lists values of a query key that may not stand once");
        }
        // These have one spelling in a query, so that their bytes can be compared.
        let is_plain = |value: &str| !value.is_empty() && value.bytes().all(is_unreserved);
        let are_plain = |all: &[Box<str>]| !all.is_empty() && all.iter().all(|one| is_plain(one));
        if !values.values().all(|all| are_plain(all)) {
            return Err(
                "lists values of a query key that are none, or could be spelled in two ways",
            );
        }
        Ok(Self { values, ..self })
    }

    /// The keys that may stand in a query once.
    pub fn once(&self) -> impl Iterator<Item = &str> {
        self.once.iter().map(AsRef::as_ref)
    }

    /// The keys that may be repeated.
    pub fn lists(&self) -> impl Iterator<Item = &str> {
        self.lists.iter().map(AsRef::as_ref)
    }

    /// Checks a query as the plugin sent it, without the `?`.
    ///
    /// # Errors
    ///
    /// The first thing that is not allowed.
    pub fn check<'q>(&self, query: &'q str) -> Result<(), QueryError<'q>> {
        if query.is_empty() {
            return Ok(());
        }
        let mut seen = 0_u64;
        for pair in query.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            check_form(key, Part::Key)?;
            check_form(value, Part::Value)?;
            if let Some(index) = self.once.iter().position(|known| is_same(key, known)) {
                if seen & (1 << index) != 0 {
                    return Err(QueryError::Repeated(key));
                }
                seen |= 1 << index;
                if !self.may_be(index, value) {
                    return Err(QueryError::Value(key));
                }
            } else if !self.lists.iter().any(|known| is_same(key, known)) {
                return Err(QueryError::Key(key));
            }
        }
        Ok(())
    }

    /// Whether the key at this place, of those that may stand once, may have the value.
    fn may_be(&self, index: usize, value: &str) -> bool {
        let listed = self.values.get(&*self.once[index]);
        listed.is_none_or(|all| all.iter().any(|one| **one == *value))
    }
}

/// Why a query is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError<'q> {
    /// A byte or an encoding that no query may hold.
    #[error("the query is not in its canonical form")]
    Form,
    /// A key that the rule does not list.
    #[error("the query key `{0}` is not allowed here")]
    Key(&'q str),
    /// A key that may stand there once.
    #[error("the query key `{0}` stands there twice")]
    Repeated(&'q str),
    /// A semicolon, which some servers take for a separator.
    #[error("the query holds a `;`")]
    Semicolon,
    /// A key with a value that the rule does not list.
    #[error("the query key `{0}` has a value that is not allowed here")]
    Value(&'q str),
}

impl QueryError<'_> {
    pub(crate) fn into_denial(self) -> Denial {
        let reason = match self {
            Self::Key(_) => Reason::QueryKeyRefused,
            Self::Repeated(_) => Reason::QueryKeyRepeated,
            Self::Form | Self::Semicolon => Reason::QueryMalformed,
            Self::Value(_) => Reason::QueryValueRefused,
        };
        Denial::new(Layer::Query, reason, self.to_string())
    }
}

/// Whether `key` is one of the forms that keys have: `name`, `name[]`, `name[part]`.
pub(crate) fn is_key(key: &str) -> bool {
    let is_word = |word: &str| {
        word.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let (name, rest) = key.split_at(key.find('[').unwrap_or(key.len()));
    let part = rest
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    !name.is_empty() && is_word(name) && (rest.is_empty() || part.is_some_and(is_word))
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Part {
    Key,
    Value,
}

/// Brackets may stand in a key as they are or encoded: clients differ, servers do not.
fn is_same(key: &str, known: &str) -> bool {
    Decoded::new(key.bytes()).eq(known.bytes())
}

fn check_form(text: &str, part: Part) -> Result<(), QueryError<'_>> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b';' => return Err(QueryError::Semicolon),
            b'%' => {
                let (high, low) = (bytes.next().and_then(digit), bytes.next().and_then(digit));
                let (Some(high), Some(low)) = (high, low) else {
                    return Err(QueryError::Form);
                };
                if part == Part::Key && is_unreserved(high << 4 | low) {
                    return Err(QueryError::Form);
                }
            }
            b'[' | b']' if part == Part::Key => {}
            byte if is_unreserved(byte) || b"!$'()*+,=:@/?".contains(&byte) => {}
            _ => return Err(QueryError::Form),
        }
    }
    Ok(())
}

/// So that a check needs one word to remember what it has seen.
const MAX_KEYS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> QueryKeys {
        let own = |keys: &[&str]| keys.iter().map(|key| (*key).into()).collect();
        QueryKeys::new(own(&["page", "per_page", "range[start]"]), own(&["refs[]"])).unwrap()
    }

    #[test]
    fn listed_keys_pass_in_either_spelling_of_brackets() {
        for query in [
            "",
            "page=2",
            "page=2&per_page=100",
            "page",
            "page=a%2Fb+c%7E%c3%a9",
            "page=eyJ9==",
            "page=!",
            "refs[]=a&refs[]=b",
            "refs%5B%5D=a&refs%5b%5d=b&range%5Bstart%5D=1",
        ] {
            assert_eq!(keys().check(query), Ok(()), "{query}");
        }
    }

    #[test]
    fn keys_that_carry_a_credential_or_another_account_cannot_pass() {
        for key in [
            "private_token",
            "access_token",
            "bearer_token",
            "job_token",
            "sudo",
            "sudo[]",
            "private_token[]",
            "private_token[x]",
            "page[]",
            "Page",
            "page ",
            "",
        ] {
            let query = format!("page=1&{key}=x");
            assert!(keys().check(&query).is_err(), "{query}");
        }
    }

    #[test]
    fn what_servers_read_differently_is_refused() {
        use QueryError::*;
        for (query, error) in [
            ("page=1;sudo=root", Semicolon),
            ("page=1&page=2", Repeated("page")),
            (
                "range[start]=1&range%5Bstart%5D=2",
                Repeated("range%5Bstart%5D"),
            ),
            ("%70rivate_token=x", Form),
            ("per%5Fpage=1", Form),
            ("page=1&&per_page=1", Key("")),
            ("page=1&", Key("")),
            ("page=%", Form),
            ("page=%zz", Form),
            ("page=a b", Form),
            ("page=a#b", Form),
            ("page=é", Form),
            ("page=1\r\nHost:x", Form),
            ("page%00=1", Key("page%00")),
        ] {
            assert_eq!(keys().check(query), Err(error), "{query}");
        }
    }

    fn with_values(key: &str, values: &[&str]) -> Result<QueryKeys, &'static str> {
        let values = values.iter().map(|value| (*value).into()).collect();
        keys().with_values([(key.into(), values)].into())
    }

    #[test]
    fn a_value_is_one_of_those_that_are_listed_byte_for_byte() {
        let keys = with_values("page", &["first", "last_one"]).unwrap();
        for query in ["", "page=first", "per_page=any&page=last_one", "refs[]=x"] {
            assert_eq!(keys.check(query), Ok(()), "{query}");
        }
        for query in [
            "page",
            "page=",
            "page=second",
            "page=First",
            "page=first+",
            "page=first%20",
            "page=%66irst",
            "page=last%5Fone",
            "page=first=",
            "per_page=first&page=firs",
        ] {
            assert_eq!(keys.check(query), Err(QueryError::Value("page")), "{query}");
        }
        let denial = QueryError::Value("page").into_denial();
        assert_eq!(denial.layer(), Layer::Query);
        assert_eq!(denial.reason(), Reason::QueryValueRefused);
    }

    #[test]
    fn values_are_listed_of_a_key_that_stands_once_in_one_spelling() {
        for key in ["refs[]", "sudo", ""] {
            assert!(with_values(key, &["x"]).is_err(), "{key}");
        }
        for values in [&[][..], &[""], &["a b"], &["x", "a+b"], &["a%20b"], &["é"]] {
            assert!(with_values("page", values).is_err(), "{values:?}");
        }
    }

    #[test]
    fn a_rule_has_as_many_keys_as_a_check_can_remember() {
        let keys = |count: usize| {
            (0..count)
                .map(|index| "a".repeat(index + 1).into())
                .collect()
        };
        let full = QueryKeys::new(keys(64), Vec::new()).unwrap();
        let last = "a".repeat(64);
        assert_eq!(full.check(&format!("{last}=1&a=1")), Ok(()));
        let twice = format!("{last}=1&{last}=1");
        assert_eq!(full.check(&twice), Err(QueryError::Repeated(&last)));
        assert!(QueryKeys::new(keys(65), Vec::new()).is_err());
        assert!(QueryKeys::new(keys(2), keys(1)).is_err());
    }

    #[test]
    fn only_words_and_bracketed_words_are_keys() {
        for key in ["page", "refs[]", "range[start]", "per_page"] {
            assert!(is_key(key), "{key}");
        }
        for key in [
            "", "[]", "Page", "a-b", "a[", "a]", "a[b][c]", "a[b]c", "a1",
        ] {
            assert!(!is_key(key), "{key}");
        }
    }
}
