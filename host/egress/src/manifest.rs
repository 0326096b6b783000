//! A plugin's manifest: which endpoints each of its functions says that it needs.
//!
//! It is apart because it comes from the plugin: it is read strictly, quoted carefully, and can
//! only narrow what the profile grants.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use crate::{
    endpoint::{Endpoint, EndpointError},
    json,
};

/// What a plugin says of itself.
#[derive(Clone, Debug)]
pub struct Manifest {
    document: Document,
    operations: Vec<(Box<str>, Vec<DeclaredEndpoint>)>,
}

impl Manifest {
    /// Name of the component's custom section that holds the manifest.
    pub const SECTION: &str = "code-source-manifest";

    /// The largest manifest in bytes.
    pub const MAX_BYTES: usize = 256 * 1024;

    /// Parses a manifest.
    ///
    /// # Errors
    ///
    /// Besides what is no manifest, one is refused that could be read in two ways: with a key
    /// twice, or with keys that nobody knows.
    pub fn parse(text: &[u8]) -> Result<Self, ManifestError> {
        if text.len() > Self::MAX_BYTES {
            return Err(ManifestError::TooLarge);
        }
        let value = json::parse(text).map_err(|error| ManifestError::Syntax(error.into()))?;
        let mut document = Document::deserialize(value).map_err(ManifestError::Syntax)?;
        document.check()?;
        let operations = std::mem::take(&mut document.operations);
        let mut operations = operations
            .into_iter()
            .map(parse_operation)
            .collect::<Result<Vec<_>, _>>()?;
        // Objects come in an order that depends on how the JSON crate was built.
        operations.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(Self {
            document,
            operations,
        })
    }

    /// The plugin's name.
    pub fn name(&self) -> &str {
        &self.document.name
    }

    /// The plugin's version.
    pub fn version(&self) -> &str {
        &self.document.version
    }

    /// The provider whose profile is the ceiling.
    pub fn provider(&self) -> &str {
        &self.document.provider
    }

    /// The contract that the plugin implements, with its version.
    pub fn contract(&self) -> &str {
        &self.document.contract
    }

    /// Where people read about the plugin.
    pub fn documentation(&self) -> Option<&str> {
        self.document.documentation.as_deref()
    }

    /// The exported functions in the order of their names, each with the endpoints that it needs.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &[DeclaredEndpoint])> {
        self.operations
            .iter()
            .map(|(name, endpoints)| (&**name, endpoints.as_slice()))
    }
}

/// An endpoint that a function needs, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeclaredEndpoint {
    endpoint: Endpoint,
    why: Box<str>,
}

impl DeclaredEndpoint {
    /// The endpoint.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Why the function needs it, in the plugin's words.
    pub fn why(&self) -> &str {
        &self.why
    }
}

/// Why a manifest is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// A text that is no endpoint.
    #[error("{endpoint:?} of the operation `{operation}` is no endpoint")]
    Endpoint {
        /// The operation.
        operation: Box<str>,
        /// The text.
        endpoint: Box<str>,
        /// What is wrong with it.
        #[source]
        source: EndpointError,
    },
    /// A text that is no operation.
    #[error("{0:?} is no operation, which is written `interface.function`")]
    Operation(Box<str>),
    /// One endpoint twice for one operation.
    #[error("the operation `{operation}` declares `{endpoint}` twice")]
    Repeated {
        /// The operation.
        operation: Box<str>,
        /// The endpoint.
        endpoint: Endpoint,
    },
    /// Not JSON, or not of a manifest's form.
    #[error("the manifest is not JSON of a manifest's form")]
    Syntax(#[source] serde_json::Error),
    /// A text that is empty, too long, or holds control characters.
    #[error("`{0}` is empty, too long, or holds a control character")]
    Text(&'static str),
    /// More than a manifest needs.
    #[error("the manifest is larger than {max} bytes", max = Manifest::MAX_BYTES)]
    TooLarge,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: Box<str>,
    version: Box<str>,
    provider: Box<str>,
    contract: Box<str>,
    documentation: Option<Box<str>>,
    operations: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointDocument {
    endpoint: Box<str>,
    why: Box<str>,
}

impl Document {
    fn check(&self) -> Result<(), ManifestError> {
        let documentation = self.documentation.as_deref().unwrap_or("none");
        for (key, text) in [
            ("name", &*self.name),
            ("version", &self.version),
            ("provider", &self.provider),
            ("contract", &self.contract),
            ("documentation", documentation),
        ] {
            check_text(key, text)?;
        }
        Ok(())
    }
}

fn parse_operation(
    (name, endpoints): (String, Value),
) -> Result<(Box<str>, Vec<DeclaredEndpoint>), ManifestError> {
    if !is_operation(&name) {
        return Err(ManifestError::Operation(
            name.chars().take(MAX_TEXT).collect(),
        ));
    }
    let name: Box<str> = name.into();
    let documents =
        Vec::<EndpointDocument>::deserialize(endpoints).map_err(ManifestError::Syntax)?;
    let mut seen = BTreeSet::new();
    let mut declared = Vec::with_capacity(documents.len());
    for document in documents {
        let one = document.parse(&name)?;
        if !seen.insert(one.endpoint.clone()) {
            let endpoint = one.endpoint;
            return Err(ManifestError::Repeated {
                operation: name,
                endpoint,
            });
        }
        declared.push(one);
    }
    Ok((name, declared))
}

impl EndpointDocument {
    fn parse(self, operation: &str) -> Result<DeclaredEndpoint, ManifestError> {
        check_text("why", &self.why)?;
        match self.endpoint.parse() {
            Ok(endpoint) => Ok(DeclaredEndpoint {
                endpoint,
                why: self.why,
            }),
            Err(source) => Err(ManifestError::Endpoint {
                operation: operation.into(),
                endpoint: self.endpoint,
                source,
            }),
        }
    }
}

/// Two words in kebab case with a dot between them.
fn is_operation(name: &str) -> bool {
    let is_word = |word: &str| {
        let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        word.starts_with(|first: char| first.is_ascii_lowercase()) && word.bytes().all(inside)
    };
    name.len() <= MAX_TEXT
        && name
            .split_once('.')
            .is_some_and(|(one, two)| is_word(one) && is_word(two))
}

fn check_text(key: &'static str, text: &str) -> Result<(), ManifestError> {
    let fits =
        !text.trim().is_empty() && text.len() <= MAX_TEXT && !text.contains(char::is_control);
    fits.then_some(()).ok_or(ManifestError::Text(key))
}

const MAX_TEXT: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(operations: &str) -> Result<Manifest, ManifestError> {
        let text = format!(
            r#"{{"name":"plugin","version":"1.0.0","provider":"acme","contract":"x:y@0.1.0","operations":{operations}}}"#
        );
        Manifest::parse(text.as_bytes())
    }

    #[test]
    fn a_manifest_says_which_function_needs_what() {
        let operations =
            r#"{"git.read-file":[{"endpoint":"GET /a/{b}","why":"it reads"}],"git.link":[]}"#;
        let manifest = manifest(operations).unwrap();
        assert_eq!((manifest.name(), manifest.version()), ("plugin", "1.0.0"));
        assert_eq!(
            (manifest.provider(), manifest.contract()),
            ("acme", "x:y@0.1.0")
        );
        assert_eq!(manifest.documentation(), None);
        let read = manifest
            .operations()
            .find(|(name, _)| *name == "git.read-file")
            .unwrap()
            .1;
        assert_eq!(read[0].endpoint().to_string(), "GET /a/{b}");
        assert_eq!(read[0].why(), "it reads");
        assert_eq!(manifest.operations().count(), 2);
    }

    #[test]
    fn a_manifest_with_two_meanings_is_refused() {
        for operations in [
            r#"{"git.link":[],"git.link":[]}"#,
            r#"{"git.link":[{"endpoint":"GET /a","why":"x","why":"y"}]}"#,
            r#"{"git.link":[{"endpoint":"GET /a","why":"x","access":"read"}]}"#,
            r#"{"git.link":[{"endpoint":"GET /a"}]}"#,
            r#"{"git.link":["GET /a"]}"#,
            r#"[]"#,
            r#"{},"name":"other""#,
            r#"{},"extra":1"#,
        ] {
            assert!(
                matches!(manifest(operations), Err(ManifestError::Syntax(_))),
                "{operations}"
            );
        }
    }

    #[test]
    fn an_endpoint_that_matches_everything_is_refused() {
        let error = manifest(r#"{"git.link":[{"endpoint":"GET /**","why":"x"}]}"#).unwrap_err();
        let wildcard = matches!(
            error,
            ManifestError::Endpoint {
                source: EndpointError::Wildcard,
                ..
            }
        );
        assert!(wildcard, "{error}");
        let twice =
            r#"{"git.link":[{"endpoint":"GET /a","why":"x"},{"endpoint":"GET /a","why":"y"}]}"#;
        assert!(matches!(
            manifest(twice),
            Err(ManifestError::Repeated { .. })
        ));
    }

    #[test]
    fn names_that_could_mislead_are_refused() {
        for name in [
            "link",
            "git.",
            ".link",
            "git.link.x",
            "Git.link",
            "git.read_file",
            "git link",
        ] {
            let operations = format!(r#"{{"{name}":[]}}"#);
            assert!(
                matches!(manifest(&operations), Err(ManifestError::Operation(_))),
                "{name}"
            );
        }
        for why in ["", " ", r"a\u001b[2J"] {
            let operations = format!(r#"{{"git.link":[{{"endpoint":"GET /a","why":"{why}"}}]}}"#);
            assert!(
                matches!(manifest(&operations), Err(ManifestError::Text("why"))),
                "{why}"
            );
        }
    }

    #[test]
    fn every_text_of_a_manifest_is_one_short_line() {
        let fits = r#"{"name":"plugin","version":"1.0.0","provider":"acme","contract":"x:y@0.1.0",
            "documentation":"https://acme.example","operations":{}}"#;
        assert!(Manifest::parse(fits.as_bytes()).is_ok());
        let long = "x".repeat(MAX_TEXT + 1);
        for (key, value) in [
            ("name", "plugin"),
            ("version", "1.0.0"),
            ("provider", "acme"),
            ("contract", "x:y@0.1.0"),
            ("documentation", "https://acme.example"),
        ] {
            for refused in ["", " ", r"a\u001b[2J", r"a\nb", r"a\u0085", &long] {
                let from = format!(r#""{key}":"{value}""#);
                let text = fits.replace(&from, &format!(r#""{key}":"{refused}""#));
                let found = Manifest::parse(text.as_bytes());
                assert!(
                    matches!(found, Err(ManifestError::Text(text)) if text == key),
                    "{key}: {refused:.20}"
                );
            }
        }
    }

    #[test]
    fn a_manifest_is_bounded() {
        let with = |length: usize| {
            let why = "x".repeat(length);
            manifest(&format!(
                r#"{{"git.link":[{{"endpoint":"GET /a","why":"{why}"}}]}}"#
            ))
        };
        assert!(with(MAX_TEXT).is_ok());
        assert!(matches!(
            with(MAX_TEXT + 1),
            Err(ManifestError::Text("why"))
        ));
        let text = vec![b' '; Manifest::MAX_BYTES + 1];
        assert!(matches!(
            Manifest::parse(&text),
            Err(ManifestError::TooLarge)
        ));
    }
}
