//! The proxy as the file says it: apart because it is a text where that is enough, and a table
//! where the proxy asks who comes.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::token::TokenEntry;
use crate::transport::Proxy;

/// `"http://…"` or `{ url = "http://…", credentials = { file = "…" } }`.
#[derive(Clone, Debug)]
pub(super) struct ProxyEntry {
    pub(super) url: String,
    /// Whether it is a table, so that its URL has a place of its own.
    pub(super) is_table: bool,
    credentials: Option<TokenEntry>,
}

impl ProxyEntry {
    pub(super) fn proxy(&self) -> Proxy {
        let proxy = Proxy::new(&self.url);
        match &self.credentials {
            Some(credentials) => proxy.credentials(credentials.source()),
            None => proxy,
        }
    }

    #[cfg(feature = "cli")]
    pub(super) fn credentials(&self) -> Option<&TokenEntry> {
        self.credentials.as_ref()
    }

    pub(super) fn file(&mut self) -> Option<&mut PathBuf> {
        self.credentials.as_mut()?.file()
    }
}

impl<'de> Deserialize<'de> for ProxyEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Form)
    }
}

struct Form;

impl<'de> Visitor<'de> for Form {
    type Value = ProxyEntry;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("`\"http://…\"` or `{ url = \"http://…\", credentials = … }`")
    }

    fn visit_str<E: Error>(self, url: &str) -> Result<ProxyEntry, E> {
        Ok(ProxyEntry {
            url: url.to_owned(),
            is_table: false,
            credentials: None,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ProxyEntry, A::Error> {
        let table = Table::deserialize(MapAccessDeserializer::new(map))?;
        Ok(ProxyEntry {
            url: table.url,
            is_table: true,
            credentials: table.credentials,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    url: String,
    credentials: Option<TokenEntry>,
}
