//! Stand-ins for names: apart because a report that is sent to somebody must not say whose it is,
//! and must still say where two things are the same.

use std::collections::BTreeMap;

use super::nobodys::{is_own, without_answer, without_numbers};
use super::pieces::{self, Piece};
use crate::doctor::{Diagnosis, Fact};

/// Which stand-in takes the place of which name.
pub(super) struct StandIns {
    /// Those that the examination took for names, the longest first: one may be part of another.
    known: Vec<Known>,
    /// Those that were met where they looked like names. They may be words elsewhere.
    met: Vec<(String, String)>,
    counts: BTreeMap<&'static str, usize>,
    /// Words of the forge's own that say nothing of whose it is, such as scopes.
    common: Vec<String>,
}

/// A name that is known as one.
struct Known {
    kind: &'static str,
    /// In its one form.
    name: String,
    stand_in: String,
}

impl StandIns {
    /// Stand-ins for everything that the examination took for a name, each as it stands in the
    /// report: `masked` takes out of it what must not.
    pub(super) fn new(diagnosis: &Diagnosis, masked: impl Fn(&str) -> String) -> Self {
        let mut stand_ins = Self {
            known: Vec::new(),
            met: Vec::new(),
            counts: BTreeMap::new(),
            common: facts(diagnosis, &["scopes"]),
        };
        for name in &diagnosis.names {
            stand_ins.add(name.kind, &masked(&name.text));
        }
        for place in facts(diagnosis, &["from", "place"]) {
            // Such as "the file `/run/secrets/token`".
            let kind = match place.contains("variable") {
                true => "variable",
                false => "file",
            };
            if let Some(quoted) = place.split('`').nth(1) {
                stand_ins.add(kind, &masked(quoted));
            }
        }
        stand_ins.longest_first();
        stand_ins
    }

    fn longest_first(&mut self) {
        self.known
            .sort_by_key(|known| std::cmp::Reverse(known.name.len()));
    }

    /// A text with stand-ins for its names. `key` is that of the fact which it is.
    pub(super) fn replaced(&mut self, key: Option<&str>, text: &str) -> String {
        match key {
            Some("called") => self.of_whole("token-name", text),
            Some("ca-file") => self.of_whole("file", text),
            Some("connection") => self.of_whole("connection", text),
            Some("username") => self.of_whole("account", text),
            // Of the tool and of the plugin, and the same for everybody.
            Some("contract" | "plugin-sha256") => text.to_owned(),
            Some("repositories") => self.in_text(&without_numbers(text)),
            _ => self.in_text(without_answer(text)),
        }
    }

    /// What stands between backticks may be somebody's, unless it is known to be nobody's.
    fn in_text(&mut self, text: &str) -> String {
        let parts: Vec<_> = text.split('`').collect();
        // An odd number of them quotes nothing that can be told: all that follows may be a name.
        if parts.len() % 2 == 0 {
            let (plain, rest) = text.split_once('`').unwrap_or((text, ""));
            let stand_in = self.stand_in("said", rest);
            return format!("{}`{stand_in}`", self.in_plain(plain));
        }
        let parts = parts.into_iter().enumerate();
        let replaced: Vec<_> = parts
            .map(|(index, part)| match index % 2 {
                0 => self.in_plain(part),
                _ => self.quoted(part),
            })
            .collect();
        replaced.join("`")
    }

    fn quoted(&mut self, text: &str) -> String {
        if text.is_empty() || self.common.iter().any(|word| word == text) {
            return text.to_owned();
        }
        if let Some(known) = self.known(text) {
            return known.stand_in.clone();
        }
        if is_own(text) || text.contains("://") && !text.contains(char::is_whitespace) {
            return self.in_plain(text);
        }
        match self.socket(text) {
            Some(replaced) => replaced,
            None => self.stand_in("said", text),
        }
    }

    /// An address, or a host that is known, with or without a port.
    fn socket(&mut self, text: &str) -> Option<String> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if pieces::is_number(port) => (host, format!(":{port}")),
            _ => (text, String::new()),
        };
        if let Some(known) = self.known(host) {
            return Some(format!("{}{port}", known.stand_in));
        }
        let address = pieces::address(text)?;
        let port = text.strip_prefix(address).unwrap_or_default();
        Some(format!("{}{port}", self.of_whole("address", address)))
    }

    /// Text in which nothing is quoted.
    fn in_plain(&mut self, text: &str) -> String {
        let pieces = vec![Piece::Raw(text.to_owned())];
        let pieces = pieces::each(pieces, |raw| pieces::urls(raw, &mut |one| self.host(one)));
        let pieces = pieces::each(pieces, |raw| {
            pieces::addresses(raw, &mut |one| self.of_whole("address", one))
        });
        let pieces = pieces::each(pieces, |raw| self.phrases(raw));
        let pieces = pieces::each(pieces, |raw| pieces::words(raw, &mut |one| self.word(one)));
        pieces.into_iter().map(Piece::into_text).collect()
    }

    /// A host of a URL.
    fn host(&mut self, host: &str) -> String {
        match host {
            "" | "HOST" => host.to_owned(),
            _ => self.of_whole("host", host),
        }
    }

    /// Names that are several words, or hold signs that words do not.
    fn phrases(&self, text: &str) -> Vec<Piece> {
        let is_phrase = |known: &&Known| !known.name.chars().all(pieces::is_in_word);
        let known = self.known_in_text().filter(is_phrase);
        known.fold(vec![Piece::Raw(text.to_owned())], |found, known| {
            pieces::each(found, |raw| {
                pieces::phrase(raw, &known.name, &known.stand_in)
            })
        })
    }

    /// The stand-in of a word that is a name, or that is more than one: what stands around a name
    /// may be another's, such as `web/shop-of-another`.
    fn word(&mut self, word: &str) -> Option<String> {
        let form = form(word);
        let is_it = |known: &&Known| known.name == form && !is_short(form.as_str());
        if let Some(known) = self.known_in_text().find(is_it) {
            return Some(known.stand_in.clone());
        }
        if word.contains('@') {
            return Some(self.stand_in("account", word));
        }
        let kind = self
            .known_in_text()
            .find(|known| known.is_within(&form))?
            .kind;
        Some(self.stand_in(kind, word))
    }

    /// Names that a sentence may hold without backticks. What a person called a connection stands
    /// between them always, and is often a word of the tool's, of the forge's or of the plugin's.
    fn known_in_text(&self) -> impl Iterator<Item = &Known> {
        self.known.iter().filter(|known| known.kind != "connection")
    }

    fn known(&self, name: &str) -> Option<&Known> {
        let form = form(name);
        self.known.iter().find(|known| known.name == form)
    }

    /// The stand-in of all that is a name, whatever its length.
    fn of_whole(&mut self, kind: &'static str, name: &str) -> String {
        match self.known(name) {
            Some(known) => known.stand_in.clone(),
            None => self.stand_in(kind, name),
        }
    }

    fn add(&mut self, kind: &'static str, name: &str) {
        if !name.trim().is_empty() && self.known(name).is_none() {
            let stand_in = self.next(kind);
            let name = form(name);
            self.known.push(Known {
                kind,
                name,
                stand_in,
            });
        }
    }

    /// The stand-in of a name that was met, which is the same each time.
    fn stand_in(&mut self, kind: &'static str, name: &str) -> String {
        let form = form(name);
        if let Some((_, stand_in)) = self.met.iter().find(|(met, _)| *met == form) {
            return stand_in.clone();
        }
        let stand_in = self.next(kind);
        self.met.push((form, stand_in.clone()));
        stand_in
    }

    fn next(&mut self, kind: &'static str) -> String {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        format!("{kind}-{count}")
    }
}

impl Known {
    /// Whether a longer word holds it. A host or a path is one wherever it stands; what looks like
    /// a word is part of many.
    fn is_within(&self, word: &str) -> bool {
        let is_distinct = self.name.contains(['/', '.']);
        let mut places = word.match_indices(&self.name);
        !is_short(&self.name)
            && places.any(|(at, name)| {
                is_distinct || pieces::stands_alone(&word[..at], &word[at + name.len()..])
            })
    }
}

/// A letter or two would be found everywhere.
fn is_short(name: &str) -> bool {
    name.chars().count() <= SHORTEST
}

/// A name in its one form: hosts and paths are the same whatever the case, and a path may stand
/// within a path.
fn form(name: &str) -> String {
    name.to_ascii_lowercase().replace("%2f", "/")
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

const SHORTEST: usize = 2;

#[cfg(test)]
mod tests;
