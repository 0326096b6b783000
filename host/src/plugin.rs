//! A plugin: loaded, checked and compiled, apart from any connection.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use code_source_egress::{Manifest, Profile};
use sha2::{Digest, Sha256};
use wasmtime::component::Component;

use crate::engine::Engine;
use crate::error::Error;
use crate::exports::{ExportsPre, OptionalInterface};
use crate::{cache, linker, provider};

/// A component that is ready to be called. Clones are the same plugin.
#[derive(Clone)]
pub struct Plugin {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    description: PluginDescription,
    pre: ExportsPre,
}

/// What a plugin says of itself: read from its bytes, with nothing compiled and nothing run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PluginDescription {
    /// SHA-256 of the component, in lower-case hexadecimal.
    pub digest: String,
    /// What it says that it needs.
    pub manifest: Manifest,
    /// What a plugin for that forge can be granted at most.
    pub profile: Profile,
}

impl PluginDescription {
    /// What the plugin in `bytes` says of itself.
    ///
    /// # Errors
    ///
    /// [`Error::NotAComponent`], [`Error::NoManifest`], [`Error::Manifest`], [`Error::Contract`]
    /// and [`Error::Provider`] if it is nothing that can be used.
    pub fn of(bytes: &[u8]) -> Result<Self, Error> {
        check_form(bytes)?;
        let manifest = read_manifest(bytes)?;
        Ok(Self {
            digest: digest(bytes),
            profile: provider::profile(manifest.provider())?,
            manifest,
        })
    }
}

impl Plugin {
    /// The plugin that this library was built with.
    ///
    /// # Errors
    ///
    /// [`Error::NoEmbeddedPlugin`] without the feature `embedded-plugin`.
    pub fn embedded(engine: &Engine) -> Result<Self, Error> {
        match EMBEDDED {
            Some(bytes) => Self::from_bytes(engine, bytes, None),
            None => Err(Error::NoEmbeddedPlugin),
        }
    }

    /// The bytes of the plugin that this library was built with, for whoever passes it on.
    #[must_use]
    pub fn embedded_bytes() -> Option<&'static [u8]> {
        EMBEDDED
    }

    /// The plugin in a file, which must have this SHA-256 where one is given.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if it cannot be read, and as [`Plugin::from_bytes`].
    pub fn from_file(engine: &Engine, path: &Path, pinned: Option<&str>) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(|source| Error::File {
            action: "read the plugin",
            path: path.to_owned(),
            source,
        })?;
        Self::from_bytes(engine, &bytes, pinned)
    }

    /// The plugin in `bytes`, which must have this SHA-256 (hexadecimal) where one is given.
    ///
    /// # Errors
    ///
    /// [`Error::Digest`] if it has another, [`Error::NotAComponent`], [`Error::NoManifest`],
    /// [`Error::Manifest`], [`Error::Contract`], [`Error::Provider`] and [`Error::Import`] if it
    /// is nothing that can be used.
    pub fn from_bytes(engine: &Engine, bytes: &[u8], pinned: Option<&str>) -> Result<Self, Error> {
        let digest = digest(bytes);
        if let Some(pinned) = pinned
            && !pinned.eq_ignore_ascii_case(&digest)
        {
            return Err(Error::Digest {
                found: digest,
                pinned: pinned.to_owned(),
            });
        }
        let description = PluginDescription::of(bytes)?;
        let component = cache::component(engine, bytes, &digest)?;
        linker::check_imports(&component)?;
        let pre = prepare(engine, &component)?;
        let inner = Inner {
            engine: engine.clone(),
            description,
            pre,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// SHA-256 of the component, in lower-case hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.inner.description.digest
    }

    /// What the plugin says that it needs.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.inner.description.manifest
    }

    /// What a plugin for that forge can be granted at most.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.inner.description.profile
    }

    /// Whether the plugin has an interface that it may leave out.
    #[must_use]
    pub fn offers(&self, interface: OptionalInterface) -> bool {
        self.inner.pre.offers(interface)
    }

    /// What the plugin imports, in the order of the component.
    #[must_use]
    pub fn imports(&self) -> Vec<String> {
        let component = self.inner.pre.component();
        let runtime = self.inner.engine.runtime();
        let imports = component.component_type();
        let imports = imports.imports(runtime).map(|(name, _)| name.to_owned());
        imports.collect()
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    pub(crate) fn pre(&self) -> &ExportsPre {
        &self.inner.pre
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Plugin")
            .field("name", &self.manifest().name())
            .field("digest", &self.digest())
            .finish_non_exhaustive()
    }
}

fn prepare(engine: &Engine, component: &Component) -> Result<ExportsPre, Error> {
    let unusable = |error: wasmtime::Error| Error::NotAComponent {
        problem: format!("it does not fit the contract: {error:#}"),
    };
    let pre = engine
        .linker()
        .instantiate_pre(component)
        .map_err(unusable)?;
    ExportsPre::new(pre).map_err(unusable)
}

/// Say what was loaded instead, where it is one of the usual mistakes.
fn check_form(bytes: &[u8]) -> Result<(), Error> {
    let problem = match bytes {
        [0, b'a', b's', b'm', 0x0d, 0, 1, 0, ..] => return Ok(()),
        [0, b'a', b's', b'm', 1, 0, 0, 0, ..] => {
            "it is a core module; a component is built with the target wasm32-wasip2"
        }
        [] => "it is empty",
        [0x7f, b'E', b'L', b'F', ..] => "it is a native program, or code compiled already",
        _ => "it does not begin as one does",
    };
    Err(Error::NotAComponent {
        problem: problem.to_owned(),
    })
}

/// The manifest is read without running the component.
fn read_manifest(bytes: &[u8]) -> Result<Manifest, Error> {
    let section = custom_section(bytes, Manifest::SECTION).ok_or(Error::NoManifest {
        section: Manifest::SECTION,
    })?;
    let manifest = Manifest::parse(section).map_err(Error::Manifest)?;
    if manifest.contract() == CONTRACT {
        Ok(manifest)
    } else {
        Err(Error::Contract {
            found: manifest.contract().to_owned(),
            spoken: CONTRACT,
        })
    }
}

/// The first custom section of that name, in the component itself or in one of its core modules:
/// a linker puts a library's sections into the module that it makes.
fn custom_section<'b>(bytes: &'b [u8], name: &str) -> Option<&'b [u8]> {
    let mut rest = bytes.get(PREAMBLE..)?;
    while let [id, after @ ..] = rest {
        let (size, after) = leb128(after)?;
        let body = after.get(..size)?;
        let found = match *id {
            CUSTOM => {
                let (length, text) = leb128(body)?;
                (text.get(..length)? == name.as_bytes()).then(|| &text[length..])
            }
            CORE_MODULE if bytes[4..PREAMBLE] == COMPONENT_VERSION => custom_section(body, name),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
        rest = &after[size..];
    }
    None
}

/// An unsigned number as WebAssembly writes lengths, and what follows it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_usize;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The contract that this host speaks.
pub(crate) const CONTRACT: &str = "jitera:code-source@0.1.0";

const PREAMBLE: usize = 8;
const COMPONENT_VERSION: [u8; 4] = [0x0d, 0, 1, 0];
const CUSTOM: u8 = 0;
const CORE_MODULE: u8 = 1;

#[cfg(feature = "embedded-plugin")]
const EMBEDDED: Option<&[u8]> = Some(include_bytes!(concat!(env!("OUT_DIR"), "/plugin.wasm")));
#[cfg(not(feature = "embedded-plugin"))]
const EMBEDDED: Option<&[u8]> = None;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_inside_a_core_module_is_found() {
        let module = [b"\0asm\x01\0\0\0".as_slice(), b"\0\x05\x02m!{}"].concat();
        let mut component = b"\0asm\x0d\0\x01\0".to_vec();
        component.extend([1, u8::try_from(module.len()).unwrap()]);
        component.extend(&module);
        assert_eq!(custom_section(&component, "m!"), Some(b"{}".as_slice()));
        assert_eq!(custom_section(&component, "m?"), None);
    }

    #[test]
    fn cut_sections_end_the_search() {
        for bytes in [
            b"\0asm\x0d\0\x01\0\0\xff\xff".as_slice(),
            b"\0asm\x0d\0\x01\0\0\x09\x02m!",
            b"",
        ] {
            assert_eq!(custom_section(bytes, "m!"), None);
        }
    }

    #[test]
    fn usual_mistakes_are_named() {
        let message = |bytes: &[u8]| check_form(bytes).unwrap_err().to_string();
        assert!(message(b"\0asm\x01\0\0\0").contains("core module"));
        assert!(message(b"").contains("empty"));
        assert!(message(b"#!/bin/sh").contains("does not begin"));
    }
}
