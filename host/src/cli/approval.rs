//! Whether a plugin is the one that somebody looked at: apart from loading it, because nothing of
//! a plugin runs, or is compiled, before this is settled.

use std::io;
use std::path::{Path, PathBuf};

use code_source_egress::{DeclaredChange, Manifest, ManifestDifference, encode_segment, widened};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::failure::CommandError;
use super::notes::Notes;
use crate::config::PluginFile;
use crate::config::replace::replace;
use crate::error::Error;
use crate::plugin::PluginDescription;

/// What was approved for a connection. It is kept beside the configuration file.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) sha256: String,
    pub(crate) manifest: Manifest,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    sha256: String,
    manifest: Value,
}

impl Record {
    /// The file for a connection of a configuration file: `FILE.approved/CONNECTION.json`.
    pub(crate) fn file(configuration: &Path, connection: &str) -> PathBuf {
        let mut directory = configuration.as_os_str().to_owned();
        directory.push(".approved");
        // A name may hold whatever TOML can quote, and a file's name may not.
        Path::new(&directory).join(format!("{}.json", encode_segment(connection)))
    }

    /// What the file says; nothing where there is none.
    pub(crate) fn read(file: &Path) -> Result<Option<Self>, CommandError> {
        let text = match std::fs::read(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(CommandError::File {
                    action: "read the record of what was approved in",
                    path: file.to_owned(),
                    source,
                });
            }
        };
        match Self::parse(&text) {
            Some(record) => Ok(Some(record)),
            None => Err(CommandError::Record {
                path: file.to_owned(),
            }),
        }
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let document: Document = serde_json::from_slice(text).ok()?;
        let manifest = document.manifest.to_string();
        Some(Self {
            sha256: document.sha256,
            manifest: Manifest::parse(manifest.as_bytes()).ok()?,
        })
    }

    /// Keep the record in the file.
    pub(crate) fn write(&self, file: &Path) -> Result<(), CommandError> {
        let document = Document {
            sha256: self.sha256.clone(),
            manifest: manifest_json(&self.manifest),
        };
        let unwritable = |source| CommandError::File {
            action: "keep the record of what was approved in",
            path: file.to_owned(),
            source,
        };
        let mut text =
            serde_json::to_string_pretty(&document).map_err(|error| unwritable(error.into()))?;
        text.push('\n');
        if let Some(directory) = file.parent() {
            std::fs::create_dir_all(directory).map_err(unwritable)?;
        }
        replace(file, text.as_bytes()).map_err(unwritable)
    }
}

/// A manifest in the form in which a plugin has it.
fn manifest_json(manifest: &Manifest) -> Value {
    let operations = manifest.operations().map(|(name, endpoints)| {
        let endpoints = endpoints
            .iter()
            .map(|one| json!({ "endpoint": one.endpoint().to_string(), "why": one.why() }));
        (name.to_owned(), endpoints.collect())
    });
    let mut document = json!({
        "name": manifest.name(),
        "version": manifest.version(),
        "provider": manifest.provider(),
        "contract": manifest.contract(),
        "operations": operations.collect::<serde_json::Map<_, _>>(),
    });
    if let Some(documentation) = manifest.documentation() {
        document["documentation"] = documentation.into();
    }
    document
}

/// How a manifest differs from the approved one; where none was approved, by all that it asks for.
pub(crate) fn difference(approved: Option<&Manifest>, new: &Manifest) -> ManifestDifference {
    if let Some(approved) = approved {
        return widened(approved, new);
    }
    let added = new.operations().flat_map(|(operation, endpoints)| {
        endpoints.iter().map(move |one| DeclaredChange {
            operation: operation.into(),
            endpoint: one.endpoint().clone(),
            why: one.why().into(),
        })
    });
    ManifestDifference {
        added: added.collect(),
        ..ManifestDifference::default()
    }
}

/// The bytes of a configured plugin, if it is the one that was approved.
pub(crate) fn approved_bytes(
    plugin: &PluginFile,
    configuration: &Path,
    connection: &str,
    notes: Notes,
) -> Result<Vec<u8>, CommandError> {
    let bytes = read_plugin(&plugin.path).map_err(|error| unusable(connection, error))?;
    let record = Record::read(&Record::file(configuration, connection))?;
    let is_pinned = plugin.sha256.is_some() || record.is_some();
    check(plugin, &bytes, record, connection)?;
    if !is_pinned {
        notes.note(&format!(
            "the plugin of the connection `{connection}` is not pinned, and could be exchanged: `code-source plugin approve` pins it"
        ));
    }
    Ok(bytes)
}

/// The bytes of a plugin's file.
pub(crate) fn read_plugin(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::File {
        action: "read the plugin",
        path: path.to_owned(),
        source,
    })
}

fn check(
    plugin: &PluginFile,
    bytes: &[u8],
    record: Option<Record>,
    connection: &str,
) -> Result<(), CommandError> {
    let found = crate::plugin::digest(bytes);
    let recorded = record.as_ref().map(|record| record.sha256.as_str());
    // Where the configuration names no digest, the one that was approved stands for it.
    let pinned = plugin.sha256.as_deref().or(recorded);
    let is_pinned = pinned.is_none_or(|pinned| pinned.eq_ignore_ascii_case(&found));
    let is_recorded = recorded.is_none_or(|recorded| recorded.eq_ignore_ascii_case(&found));
    if is_pinned && is_recorded {
        return Ok(());
    }
    // What is no plugin at all is told as that, unless it is another than the pinned one.
    let description = match PluginDescription::of(bytes) {
        Ok(description) => Some(description),
        Err(_) if !is_pinned => None,
        Err(source) => return Err(unusable(connection, source)),
    };
    let difference = match (&description, &record) {
        (Some(description), Some(record)) => widened(&record.manifest, &description.manifest),
        _ => ManifestDifference::default(),
    };
    if is_pinned && !difference.is_wider() {
        return Ok(());
    }
    Err(CommandError::NotApproved(Box::new(NotApproved {
        connection: connection.to_owned(),
        path: plugin.path.clone(),
        pinned: (!is_pinned).then(|| pinned.unwrap_or_default().to_owned()),
        found,
        difference,
    })))
}

fn unusable(connection: &str, source: Error) -> CommandError {
    CommandError::Open {
        tried: format!("open the connection `{connection}`"),
        source,
        at: None,
    }
}

/// A plugin that nobody has approved.
#[derive(Debug)]
pub(crate) struct NotApproved {
    pub(crate) connection: String,
    pub(crate) path: PathBuf,
    pub(crate) found: String,
    /// The digest that was expected, where it is another one.
    pub(crate) pinned: Option<String>,
    pub(crate) difference: ManifestDifference,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(endpoints: &str) -> Manifest {
        let text = format!(
            "{{\"name\":\"forge\",\"version\":\"1.0.0\",\"provider\":\"acme\",\"contract\":\"x:y@0.1.0\",\
             \"documentation\":\"https://a.example\",\"operations\":{{\"git.link\":[{endpoints}]}}}}"
        );
        Manifest::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_record_says_what_was_approved() {
        let folder = tempfile::tempdir().unwrap();
        let configuration = folder.path().join("config.toml");
        let file = Record::file(&configuration, "acme");
        assert_eq!(file, folder.path().join("config.toml.approved/acme.json"));
        assert!(Record::read(&file).unwrap().is_none());
        let record = Record {
            sha256: "00ff".into(),
            manifest: manifest(r#"{"endpoint":"GET /a","why":"to see"}"#),
        };
        record.write(&file).unwrap();
        let read = Record::read(&file).unwrap().unwrap();
        assert_eq!(read.sha256, "00ff");
        assert_eq!(
            manifest_json(&read.manifest),
            manifest_json(&record.manifest)
        );
    }

    /// A component that is nothing but a manifest.
    fn plugin(endpoints: &str) -> Vec<u8> {
        let manifest = format!(
            r#"{{"name":"f","version":"1","provider":"{}","contract":"{}","operations":{{"git.link":[{endpoints}]}}}}"#,
            crate::provider::any(),
            crate::plugin::CONTRACT
        );
        let name = Manifest::SECTION.as_bytes();
        let length = |text: &[u8]| {
            let length = u16::try_from(text.len()).unwrap();
            // Two bytes hold every length that stands here, as WebAssembly writes it.
            let high = u8::try_from(length >> 7).unwrap();
            [u8::try_from(length & 0x7f).unwrap() | 0x80, high]
        };
        let body = [&length(name), name, manifest.as_bytes()].concat();
        [b"\0asm\x0d\0\x01\0\0".as_slice(), &length(&body), &body].concat()
    }

    #[test]
    fn only_the_pinned_plugin_is_loaded_and_none_that_asks_for_more() {
        let narrow = plugin(r#"{"endpoint":"GET /version","why":"x"}"#);
        let wide = plugin(
            r#"{"endpoint":"GET /version","why":"x"},{"endpoint":"GET /user","why":"to see"}"#,
        );
        let record = |bytes: &[u8]| {
            let PluginDescription {
                digest, manifest, ..
            } = PluginDescription::of(bytes).unwrap();
            let sha256 = digest;
            Some(Record { sha256, manifest })
        };
        let digest = crate::plugin::digest;
        for (pinned, bytes, record, expected) in [
            (None, &wide, None, None),
            (Some(digest(&wide).to_uppercase()), &wide, None, None),
            (Some(digest(&wide)), &wide, record(&wide), None),
            (None, &wide, record(&wide), None),
            // What was approved is the pin where there is no other.
            (None, &narrow, record(&wide), Some(0)),
            (None, &wide, record(&narrow), Some(1)),
            // Pinned by hand, less than was approved needs nobody's word.
            (Some(digest(&narrow)), &narrow, record(&wide), None),
            (Some(digest(&wide)), &wide, record(&narrow), Some(1)),
            (Some(digest(&narrow)), &wide, record(&narrow), Some(1)),
            // Another file is another plugin, even where it asks for less.
            (Some(digest(&wide)), &narrow, record(&wide), Some(0)),
            (Some(digest(&wide)), &narrow, None, Some(0)),
        ] {
            let file = PluginFile {
                path: "forge.wasm".into(),
                sha256: pinned,
            };
            let refused = match check(&file, bytes, record, "acme") {
                Ok(()) => None,
                Err(CommandError::NotApproved(plugin)) => Some(plugin.difference.added.len()),
                Err(error) => panic!("{error:?}"),
            };
            assert_eq!(refused, expected, "{file:?}");
        }
    }

    #[test]
    fn the_name_of_a_connection_leads_nowhere_else() {
        let file = Record::file(Path::new("/etc/c.toml"), "../../above/x");
        assert_eq!(
            file,
            Path::new("/etc/c.toml.approved/..%2F..%2Fabove%2Fx.json")
        );
    }

    #[test]
    fn a_record_that_is_not_understood_is_no_approval() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("acme.json");
        for text in ["", "{}", "{\"sha256\":\"00\",\"manifest\":{}}"] {
            std::fs::write(&file, text).unwrap();
            let error = Record::read(&file).unwrap_err();
            assert_eq!(error.describe().exit_status, 37, "{text}");
        }
    }
}
