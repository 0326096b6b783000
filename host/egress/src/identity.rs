//! Who a repository is, read from the forge's own answer.
//!
//! It is apart because the host reads it itself, from the bytes on the wire: a plugin could lie
//! about which repository it was given.

use serde_json::Value;

use crate::{
    json,
    profile::Identity,
    repository::{ConnectedRepository, RepositoryArgument, check_full_path, check_id},
};

/// Reads identity and path from an answer of the identity endpoint.
///
/// # Errors
///
/// An answer that could be read in two ways, or whose fields cannot be what they are called.
pub fn read_identity(
    identity: &Identity,
    body: &[u8],
) -> Result<ConnectedRepository, IdentityError> {
    if body.len() > MAX_BYTES {
        return Err(IdentityError::TooLarge);
    }
    let answer = json::parse(body).map_err(|error| IdentityError::Json(error.into()))?;
    let field = |name: &str| {
        answer
            .get(name)
            .ok_or_else(|| IdentityError::Field(name.into()))
    };
    let invalid = |name: &str| IdentityError::Field(name.into());
    let id = read_id(field(identity.id_field())?).ok_or_else(|| invalid(identity.id_field()))?;
    let path = field(identity.path_field())?.as_str();
    let path = path.filter(|path| check_full_path(path).is_ok());
    let path = path
        .ok_or_else(|| invalid(identity.path_field()))?
        .to_owned();
    Ok(ConnectedRepository { id, path })
}

/// Holds an identity against what a call named: an id byte for byte, a path whatever its case.
///
/// Forges find `WEB/shop` where `web/shop` is. That is safe because the forge itself decided which
/// repository it is, and everything after this is bound to the id that it told, not to the path.
///
/// # Errors
///
/// Any other difference.
pub fn confirm_identity(
    expected: RepositoryArgument<'_>,
    actual: &ConnectedRepository,
) -> Result<(), IdentityError> {
    let (found, is_it) = match expected {
        RepositoryArgument::Id(id) => (&actual.id, id == actual.id),
        RepositoryArgument::Path(path) => {
            let is_it = path.to_lowercase() == actual.path.to_lowercase();
            (&actual.path, is_it)
        }
    };
    if is_it {
        return Ok(());
    }
    Err(IdentityError::Other {
        expected: expected.text().into(),
        found: found.as_str().into(),
    })
}

/// Why an identity is not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// A field that is missing, or that cannot be what it is called.
    #[error("the answer's field `{0}` is missing or not valid")]
    Field(Box<str>),
    /// Not JSON with one meaning.
    #[error("the answer is not JSON with one meaning")]
    Json(#[source] serde_json::Error),
    /// Another repository.
    #[error("the answer is about {found:?}, and the call named {expected:?}")]
    Other {
        /// What the call named.
        expected: Box<str>,
        /// What the answer is about.
        found: Box<str>,
    },
    /// More than an answer about one repository needs.
    #[error("the answer is larger than {MAX_BYTES} bytes")]
    TooLarge,
}

/// A whole number as its exact decimal text, or a text that is an identity already.
fn read_id(value: &Value) -> Option<String> {
    let id = match value {
        Value::Number(number) => number.as_u64()?.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    check_id(&id).is_ok().then_some(id)
}

const MAX_BYTES: usize = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acme;

    fn read(body: &str) -> Result<ConnectedRepository, IdentityError> {
        read_identity(acme::profile().identity(), body.as_bytes())
    }

    #[test]
    fn a_number_is_read_as_its_exact_decimal_text() {
        let read =
            read(r#"{"number":18446744073709551615,"full_name":"web/shop","owner":{"number":7}}"#)
                .unwrap();
        assert_eq!(read.id, "18446744073709551615");
        assert_eq!(read.path, "web/shop");
    }

    #[test]
    fn answers_with_two_meanings_or_none_are_refused() {
        for body in [
            "",
            "[]",
            "<html>",
            r#"{"full_name":"web/shop"}"#,
            r#"{"number":42}"#,
            r#"{"number":42,"number":43,"full_name":"web/shop"}"#,
            r#"{"number":42.0,"full_name":"web/shop"}"#,
            r#"{"number":4e1,"full_name":"web/shop"}"#,
            r#"{"number":-42,"full_name":"web/shop"}"#,
            r#"{"number":184467440737095516150,"full_name":"web/shop"}"#,
            r#"{"number":null,"full_name":"web/shop"}"#,
            r#"{"number":"4/2","full_name":"web/shop"}"#,
            r#"{"number":42,"full_name":"web/../shop"}"#,
            r#"{"number":42,"full_name":"web/shop\n"}"#,
            r#"{"number":42,"full_name":7}"#,
        ] {
            assert!(read(body).is_err(), "{body}");
        }
    }

    #[test]
    fn an_answer_about_one_repository_is_bounded() {
        let of = |length: usize| {
            let body = r#"{"number":42,"full_name":"web/shop"}"#;
            read(&format!("{body}{}", " ".repeat(length - body.len())))
        };
        assert!(of(4_194_304).is_ok());
        assert!(matches!(of(4_194_305), Err(IdentityError::TooLarge)));
    }

    #[test]
    fn an_id_is_confirmed_byte_for_byte_and_a_path_whatever_its_case() {
        let actual = ConnectedRepository {
            id: "42a".into(),
            path: "web/Shöp".into(),
        };
        for same in [
            RepositoryArgument::Id("42a"),
            RepositoryArgument::Path("web/Shöp"),
            RepositoryArgument::Path("WEB/SHÖP"),
        ] {
            assert!(confirm_identity(same, &actual).is_ok(), "{same:?}");
        }
        for other in [
            RepositoryArgument::Id("042a"),
            RepositoryArgument::Id("42A"),
            RepositoryArgument::Id("web/Shöp"),
            RepositoryArgument::Path("web/shop"),
            RepositoryArgument::Path("42"),
        ] {
            assert!(confirm_identity(other, &actual).is_err(), "{other:?}");
        }
    }
}
