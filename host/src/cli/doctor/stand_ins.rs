//! Stand-ins for names: apart because a report that is sent to somebody must not say whose it is,
//! and must still say where two things are the same.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::Value;

use crate::doctor::{Diagnosis, Fact};

/// Which stand-in takes the place of which name.
pub(super) struct StandIns {
    /// The longest first: a name may be part of another.
    known: Vec<(String, String)>,
    counts: BTreeMap<&'static str, usize>,
    /// Words of the forge's own that say nothing of whose it is, such as scopes.
    common: Vec<String>,
}

impl StandIns {
    /// Stand-ins for everything that the examination took for a name.
    pub(super) fn new(diagnosis: &Diagnosis) -> Self {
        let mut stand_ins = Self {
            known: Vec::new(),
            counts: BTreeMap::new(),
            common: facts(diagnosis, &["scopes"]),
        };
        for name in &diagnosis.names {
            stand_ins.add(name.kind, &name.text);
        }
        let places = facts(diagnosis, &["from", "place", "ca-file"]);
        for place in places {
            // Such as "the file `/run/secrets/token`".
            let quoted = place.split('`').nth(1).map(str::to_owned);
            let kind = match place.contains("variable") {
                true => "variable",
                false => "file",
            };
            match quoted {
                Some(quoted) => stand_ins.add(kind, &quoted),
                None if place.contains('/') => stand_ins.add(kind, &place),
                None => {}
            }
        }
        stand_ins
            .known
            .sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        stand_ins
    }

    /// Put them into every text of a value.
    pub(super) fn replace_in(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.replaced(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.replace_in(item)),
            Value::Object(map) => map.values_mut().for_each(|item| self.replace_in(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn replaced(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, stand_in) in &self.known {
            text = text.replace(name.as_str(), stand_in);
        }
        let text = self.without_urls(&text);
        let text = self.without_addresses(&text);
        self.without_quotations(&text)
    }

    /// What stands between backticks may be somebody's, unless it is known to be nobody's.
    fn without_quotations(&mut self, text: &str) -> String {
        let parts: Vec<_> = text.split('`').collect();
        // An odd number of backticks quotes nothing that can be told.
        if parts.len() % 2 == 0 {
            return text.to_owned();
        }
        let mut replaced = String::new();
        for (index, part) in parts.iter().enumerate() {
            let is_quoted = index % 2 == 1;
            if index > 0 {
                replaced.push('`');
            }
            match is_quoted && !self.is_harmless(part) {
                true => replaced.push_str(&self.stand_in("said", part)),
                false => replaced.push_str(part),
            }
        }
        replaced
    }

    fn is_harmless(&self, quoted: &str) -> bool {
        let is_stand_in = self
            .known
            .iter()
            .any(|(_, stand_in)| quoted.contains(stand_in));
        let is_setting = OWN_WORDS.iter().any(|word| quoted.starts_with(word));
        is_stand_in || is_setting || self.common.iter().any(|word| word == quoted)
    }

    /// Addresses that nobody has noted.
    fn without_addresses(&mut self, text: &str) -> String {
        let is_part = |character: char| character.is_ascii_hexdigit() || ".:".contains(character);
        let mut replaced = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(is_part) {
            let (before, from) = rest.split_at(start);
            let end = from.find(|one| !is_part(one)).unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            let trimmed = word.trim_end_matches(['.', ':']);
            replaced.push_str(before);
            match trimmed.parse::<IpAddr>() {
                Ok(_) => {
                    replaced.push_str(&self.stand_in("address", trimmed));
                    replaced.push_str(&word[trimmed.len()..]);
                }
                Err(_) => replaced.push_str(word),
            }
            rest = after;
        }
        replaced.push_str(rest);
        replaced
    }

    /// Of a URL, only its scheme and a host that has a stand-in are left.
    fn without_urls(&mut self, text: &str) -> String {
        let mut replaced = String::new();
        let mut rest = text;
        while let Some(position) = rest.find("://") {
            let (before, from) = rest.split_at(position + 3);
            replaced.push_str(before);
            let is_end =
                |character: char| character.is_whitespace() || "`\"',;)]}".contains(character);
            let end = from.find(is_end).unwrap_or(from.len());
            let (url, after) = from.split_at(end);
            let authority = url.split(['/', '?', '#']).next().unwrap_or_default();
            let is_known = self.known.iter().any(|(_, stand_in)| {
                authority == stand_in || authority.starts_with(&format!("{stand_in}:"))
            });
            match is_known || authority.is_empty() || authority == "HOST:PORT" {
                true => replaced.push_str(authority),
                false => replaced.push_str(&self.stand_in("host", authority)),
            }
            if url.len() > authority.len() {
                replaced.push_str("/…");
            }
            rest = after;
        }
        replaced.push_str(rest);
        replaced
    }

    fn add(&mut self, kind: &'static str, name: &str) {
        if !name.trim().is_empty() {
            self.stand_in(kind, name);
        }
    }

    /// The stand-in of a name, which is the same each time.
    fn stand_in(&mut self, kind: &'static str, name: &str) -> String {
        if let Some((_, stand_in)) = self.known.iter().find(|(known, _)| known == name) {
            return stand_in.clone();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let stand_in = format!("{kind}-{count}");
        self.known.push((name.to_owned(), stand_in.clone()));
        stand_in
    }
}

/// The texts of these facts.
fn facts(diagnosis: &Diagnosis, keys: &[&str]) -> Vec<String> {
    let facts = diagnosis.stations.iter().flat_map(|one| &one.facts);
    let wanted = facts.filter(|(key, _)| keys.contains(key));
    wanted
        .flat_map(|(_, fact)| match fact {
            Fact::Text(text) => vec![text.clone()],
            Fact::List(texts) => texts.clone(),
        })
        .collect()
}

/// What begins like these is a setting, an option or a command of ours, and not somebody's name.
const OWN_WORDS: [&str; 16] = [
    "--",
    "allow-plain-http",
    "audit-file",
    "ca-file",
    "chmod",
    "client-certificate",
    "code-source",
    "CONNECT",
    "Bearer",
    "first-byte",
    "http",
    "private-addresses",
    "proxy",
    "sha256",
    "token",
    "user:password",
];
