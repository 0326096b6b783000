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
    /// Those that were met where they looked like names. They may be words elsewhere.
    met: Vec<(String, String)>,
    counts: BTreeMap<&'static str, usize>,
    /// Words of the forge's own that say nothing of whose it is, such as scopes.
    common: Vec<String>,
}

impl StandIns {
    /// Stand-ins for everything that the examination took for a name.
    pub(super) fn new(diagnosis: &Diagnosis) -> Self {
        let mut stand_ins = Self {
            known: Vec::new(),
            met: Vec::new(),
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
        stand_ins.longest_first();
        stand_ins
    }

    fn longest_first(&mut self) {
        self.known
            .sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    }

    /// Put them into every text of a value.
    pub(super) fn replace_in(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.replaced(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.replace_in(item)),
            Value::Object(map) => map
                .iter_mut()
                .filter(|(key, _)| !OWN_KEYS.contains(&key.as_str()))
                .for_each(|(_, item)| self.replace_in(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn replaced(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, stand_in) in &self.known {
            text = replace_words(&text, name, stand_in);
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
        let is_known = self.known.iter().any(|(known, _)| known == name);
        if !name.trim().is_empty() && !is_known {
            let stand_in = self.next(kind);
            self.known.push((name.to_owned(), stand_in));
        }
    }

    /// The stand-in of a name that was met, which is the same each time.
    fn stand_in(&mut self, kind: &'static str, name: &str) -> String {
        if let Some((_, stand_in)) = self.met.iter().find(|(met, _)| met == name) {
            return stand_in.clone();
        }
        let stand_in = self.next(kind);
        self.met.push((name.to_owned(), stand_in.clone()));
        stand_in
    }

    fn next(&mut self, kind: &'static str) -> String {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        format!("{kind}-{count}")
    }
}

/// Put a stand-in where a name stands by itself, and not within a word.
fn replace_words(text: &str, name: &str, stand_in: &str) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some(position) = rest.find(name) {
        let (before, from) = rest.split_at(position);
        let after = &from[name.len()..];
        let is_within = |one: Option<char>, edge: Option<char>| {
            one.is_some_and(char::is_alphanumeric) && edge.is_some_and(char::is_alphanumeric)
        };
        let begins_within = is_within(
            before.chars().next_back().or(replaced.chars().next_back()),
            name.chars().next(),
        );
        let ends_within = is_within(after.chars().next(), name.chars().next_back());
        replaced.push_str(before);
        replaced.push_str(match begins_within || ends_within {
            true => name,
            false => stand_in,
        });
        rest = after;
    }
    replaced.push_str(rest);
    replaced
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

/// Keys whose values are words of ours.
const OWN_KEYS: [&str; 6] = ["code", "name", "remedied-by", "state", "station", "status"];

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

#[cfg(test)]
mod tests {
    use super::*;

    fn stand_ins(names: &[(&'static str, &str)]) -> StandIns {
        let mut stand_ins = StandIns {
            known: Vec::new(),
            met: Vec::new(),
            counts: BTreeMap::new(),
            common: vec!["api".to_owned()],
        };
        for (kind, name) in names {
            stand_ins.add(kind, name);
        }
        stand_ins.longest_first();
        stand_ins
    }

    #[test]
    fn the_same_name_has_the_same_stand_in_and_the_longer_name_comes_first() {
        let mut stand_ins = stand_ins(&[("host", "acme.example"), ("host", "git.acme.example")]);
        let text = "git.acme.example and acme.example, git.acme.example";
        assert_eq!(stand_ins.replaced(text), "host-2 and host-1, host-2");
    }

    #[test]
    fn a_name_within_a_word_is_none() {
        let mut stand_ins = stand_ins(&[("account", "bot"), ("repository", "web/shop")]);
        let text = "bot and both, `bot`; robot at web/shop/tree, web/shopping";
        assert_eq!(
            stand_ins.replaced(text),
            "account-1 and both, `account-1`; robot at repository-1/tree, web/shopping"
        );
        let mut value = serde_json::json!({ "code": "bot", "message": ["bot"] });
        stand_ins.replace_in(&mut value);
        let expected = serde_json::json!({ "code": "bot", "message": ["account-1"] });
        assert_eq!(value, expected);
    }

    #[test]
    fn what_nobody_noted_is_replaced_where_it_looks_like_a_name() {
        let mut stand_ins = stand_ins(&[("host", "git.acme.example")]);
        for (text, replaced) in [
            (
                "see https://git.acme.example:8443/web/shop.",
                "see https://host-1:8443/…",
            ),
            ("at 10.1.2.3: refused", "at address-1: refused"),
            ("at [fd00::7]:443", "at [address-2]:443"),
            ("through the group `web`", "through the group `said-1`"),
            (
                "the scope `api`, not `web`",
                "the scope `api`, not `said-1`",
            ),
            (
                "version 16.8.0 of 2026-01-01",
                "version 16.8.0 of 2026-01-01",
            ),
            (
                "`ca-file = \"…\"` or `--ca-file FILE`",
                "`ca-file = \"…\"` or `--ca-file FILE`",
            ),
        ] {
            assert_eq!(stand_ins.replaced(text), replaced);
        }
        let other = stand_ins.replaced("leads to https://sso.acme.example/login?x=1");
        assert_eq!(other, "leads to https://host-2/…");
    }
}
