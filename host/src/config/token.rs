//! Where a secret is, as the file says it: apart because one that stands in the file itself must
//! be refused without being shown.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::credential::TokenSource;

/// `{ file = "…" }` or `{ env = "…" }`.
#[derive(Clone)]
pub(super) enum TokenEntry {
    Environment(String),
    File(PathBuf),
}

impl TokenEntry {
    pub(super) fn source(&self) -> TokenSource {
        match self {
            Self::Environment(name) => TokenSource::Environment(name.clone()),
            Self::File(path) => TokenSource::File(path.clone()),
        }
    }

    pub(super) fn file(&mut self) -> Option<&mut PathBuf> {
        match self {
            Self::File(path) => Some(path),
            Self::Environment(_) => None,
        }
    }
}

// A token may stand where its variable should be named, and the source takes care of that.
impl fmt::Debug for TokenEntry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source().fmt(formatter)
    }
}

impl<'de> Deserialize<'de> for TokenEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Place)
    }
}

struct Place;

impl<'de> Visitor<'de> for Place {
    type Value = TokenEntry;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(PLACES)
    }

    // Serde's own refusal of a text would repeat it.
    fn visit_str<E: Error>(self, _: &str) -> Result<TokenEntry, E> {
        Err(E::custom(format!(
            "a secret may not stand in this file: say where it is, with {PLACES}"
        )))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TokenEntry, A::Error> {
        let places = Places::deserialize(MapAccessDeserializer::new(map))?;
        match (places.file, places.env) {
            (Some(file), None) => Ok(TokenEntry::File(file)),
            (None, Some(name)) => Ok(TokenEntry::Environment(name)),
            _ => Err(A::Error::custom(format!(
                "a secret is in exactly one place: {PLACES}"
            ))),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Places {
    file: Option<PathBuf>,
    env: Option<String>,
}

const PLACES: &str = "`{ file = \"…\" }` or `{ env = \"…\" }`";
