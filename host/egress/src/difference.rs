//! What a plugin's new manifest asks for that its old one did not.
//!
//! It is apart because it is asked when a plugin is replaced, and by nothing that sends a request.

use std::collections::BTreeMap;

use crate::{
    endpoint::Endpoint,
    manifest::{DeclaredEndpoint, Manifest},
};

/// How two manifests differ.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ManifestDifference {
    /// What functions declare that they did not.
    pub added: Vec<DeclaredChange>,
    /// What functions declare no longer.
    pub removed: Vec<DeclaredChange>,
    /// What a plugin says of itself in other words than before.
    pub changed: Vec<ChangedText>,
}

/// An endpoint that a function declares in one of two manifests.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeclaredChange {
    /// The function.
    pub operation: Box<str>,
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Why the function needs it, in the plugin's words.
    pub why: Box<str>,
}

/// A text of a manifest that changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChangedText {
    /// Its key in the manifest; `why` for the reason of an endpoint.
    pub key: &'static str,
    /// What it was, in the plugin's words.
    pub old: Box<str>,
    /// What it is, in the plugin's words.
    pub new: Box<str>,
}

impl ManifestDifference {
    /// Whether the new manifest may do more than the old one: what only narrows needs nobody's
    /// word.
    pub fn is_wider(&self) -> bool {
        // Another provider is another ceiling.
        !self.added.is_empty() || self.changed.iter().any(|one| one.key == "provider")
    }

    /// Whether the manifests say the same.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// What a plugin's new manifest asks for that its old one did not, and how else the two differ.
pub fn widened(old: &Manifest, new: &Manifest) -> ManifestDifference {
    let (before, after) = (endpoints(old), endpoints(new));
    let mut difference = ManifestDifference {
        added: missing(&before, &after),
        removed: missing(&after, &before),
        changed: changed_texts(old, new),
    };
    for (key, one) in &after {
        let other = before.get(key).map_or(one.why(), |before| before.why());
        difference.changed.extend(changed("why", other, one.why()));
    }
    difference
}

/// Endpoints by the function that declares them.
type Endpoints<'m> = BTreeMap<(&'m str, &'m Endpoint), &'m DeclaredEndpoint>;

fn endpoints(manifest: &Manifest) -> Endpoints<'_> {
    let operations = manifest.operations();
    let declared = operations.flat_map(|(name, endpoints)| {
        let named = move |one| (name, one);
        endpoints.iter().map(named)
    });
    declared
        .map(|(name, one): (_, &DeclaredEndpoint)| ((name, one.endpoint()), one))
        .collect()
}

/// What is in `there` and not in `here`.
fn missing(here: &Endpoints<'_>, there: &Endpoints<'_>) -> Vec<DeclaredChange> {
    let absent = there.iter().filter(|(key, _)| !here.contains_key(*key));
    let change =
        |((operation, endpoint), one): (&(&str, &Endpoint), &&DeclaredEndpoint)| DeclaredChange {
            operation: (*operation).into(),
            endpoint: (*endpoint).clone(),
            why: one.why().into(),
        };
    absent.map(change).collect()
}

fn changed_texts(old: &Manifest, new: &Manifest) -> Vec<ChangedText> {
    let documentation = |manifest: &Manifest| manifest.documentation().unwrap_or("").to_owned();
    let texts = [
        changed("name", old.name(), new.name()),
        changed("version", old.version(), new.version()),
        changed("provider", old.provider(), new.provider()),
        changed("contract", old.contract(), new.contract()),
        changed("documentation", &documentation(old), &documentation(new)),
    ];
    texts.into_iter().flatten().collect()
}

fn changed(key: &'static str, old: &str, new: &str) -> Option<ChangedText> {
    (old != new).then(|| ChangedText {
        key,
        old: old.into(),
        new: new.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(version: &str, operations: &str) -> Manifest {
        let text = format!(
            r#"{{"name":"plugin","version":"{version}","provider":"acme","contract":"x:y@0.1.0","operations":{operations}}}"#
        );
        Manifest::parse(text.as_bytes()).unwrap()
    }

    const OLD: &str = r#"{
        "git.read-file": [{"endpoint":"GET /a/{b}","why":"it reads"}],
        "git.list-tree": [{"endpoint":"GET /c","why":"it lists"}]
    }"#;

    #[test]
    fn the_same_manifest_differs_in_nothing() {
        let old = manifest("1.0.0", OLD);
        assert!(widened(&old, &old).is_empty());
        assert!(!widened(&old, &old).is_wider());
    }

    #[test]
    fn an_endpoint_that_moves_to_another_function_is_wider() {
        let moved = OLD.replace(
            r#"[{"endpoint":"GET /c","why":"it lists"}]"#,
            r#"[{"endpoint":"GET /c","why":"it lists"},{"endpoint":"GET /a/{b}","why":"both"}]"#,
        );
        let difference = widened(&manifest("1.0.0", OLD), &manifest("1.0.0", &moved));
        assert!(difference.is_wider());
        let [added] = &difference.added[..] else {
            panic!("{difference:?}");
        };
        assert_eq!(&*added.operation, "git.list-tree");
        assert_eq!(added.endpoint.to_string(), "GET /a/{b}");
        assert_eq!(&*added.why, "both");
        assert!(difference.removed.is_empty() && difference.changed.is_empty());
    }

    #[test]
    fn less_and_other_words_are_not_wider() {
        let less = r#"{"git.read-file": [{"endpoint":"GET /a/{b}","why":"it reads more"}]}"#;
        let difference = widened(&manifest("1.0.0", OLD), &manifest("1.1.0", less));
        assert!(!difference.is_wider() && !difference.is_empty());
        assert_eq!(&*difference.removed[0].operation, "git.list-tree");
        let keys: Vec<_> = difference.changed.iter().map(|one| one.key).collect();
        assert_eq!(keys, ["version", "why"]);
        assert_eq!(
            (&*difference.changed[1].old, &*difference.changed[1].new),
            ("it reads", "it reads more")
        );
    }

    #[test]
    fn another_provider_is_wider() {
        let old = manifest("1.0.0", OLD);
        let text = r#"{"name":"plugin","version":"1.0.0","provider":"other","contract":"x:y@0.1.0","operations":{}}"#;
        let difference = widened(&old, &Manifest::parse(text.as_bytes()).unwrap());
        assert!(difference.is_wider());
        assert_eq!(difference.removed.len(), 2);
    }
}
