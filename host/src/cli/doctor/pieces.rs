//! Taking a text apart into what may be a name and what stands around it: apart because what has
//! taken the place of a name must not be taken for one again.

use std::net::{IpAddr, SocketAddr};

/// A piece of a text.
pub(super) enum Piece {
    /// Nothing was found in it yet.
    Raw(String),
    /// It is to stay as it is.
    Settled(String),
}

impl Piece {
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Raw(text) | Self::Settled(text) => text,
        }
    }

    fn raw(text: &str) -> Self {
        Self::Raw(text.to_owned())
    }
}

/// Take apart further what is not settled yet.
pub(super) fn each(pieces: Vec<Piece>, mut part: impl FnMut(&str) -> Vec<Piece>) -> Vec<Piece> {
    let parts = pieces.into_iter().flat_map(|piece| match piece {
        Piece::Raw(text) => part(&text),
        settled @ Piece::Settled(_) => vec![settled],
    });
    parts.collect()
}

/// Of a URL, only its scheme, what stands for its host and its port are left.
pub(super) fn urls(text: &str, stand_in: &mut dyn FnMut(&str) -> String) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(position) = rest.find("://") {
        let (before, from) = rest.split_at(position + 3);
        let is_end = |one: char| one.is_whitespace() || "`\"',;)}".contains(one);
        let (url, after) = from.split_at(from.find(is_end).unwrap_or(from.len()));
        let (authority, path) = url.split_at(url.find(['/', '?', '#']).unwrap_or(url.len()));
        let (_, socket) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (host, port) = match socket.rsplit_once(':') {
            Some((host, port)) if is_number(port) || port == "PORT" => (host, format!(":{port}")),
            _ => (socket, String::new()),
        };
        let path = if path.is_empty() { "" } else { "/…" };
        pieces.push(Piece::raw(before));
        pieces.push(Piece::Settled(format!("{}{port}{path}", stand_in(host))));
        rest = after;
    }
    pieces.push(Piece::raw(rest));
    pieces
}

/// Every address of the internet.
pub(super) fn addresses(text: &str, stand_in: &mut dyn FnMut(&str) -> String) -> Vec<Piece> {
    let is_part = |one: char| one.is_ascii_hexdigit() || ".:".contains(one);
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|one| !is_part(one)).unwrap_or(from.len()));
        let is_within = before.ends_with(char::is_alphanumeric);
        pieces.push(Piece::raw(before));
        match address(word).filter(|_| !is_within) {
            Some(address) => {
                pieces.push(Piece::Settled(stand_in(address)));
                pieces.push(Piece::raw(&word[address.len()..]));
            }
            None => pieces.push(Piece::raw(word)),
        }
        rest = after;
    }
    pieces.push(Piece::raw(rest));
    joined(pieces)
}

/// The address that a word begins with, before a port or the end of a sentence.
pub(super) fn address(word: &str) -> Option<&str> {
    let candidates = [word, word.trim_end_matches(['.', ':'])];
    for candidate in candidates {
        if candidate.parse::<IpAddr>().is_ok() {
            return Some(candidate);
        }
        if candidate.parse::<SocketAddr>().is_ok() {
            return candidate.rsplit_once(':').map(|(address, _)| address);
        }
    }
    None
}

/// A name that is known, wherever it stands by itself. It is in lower case.
pub(super) fn phrase(text: &str, name: &str, stand_in: &str) -> Vec<Piece> {
    // The same length in bytes, so that what is found in one is found in the other.
    let lower = text.to_ascii_lowercase();
    let mut pieces = Vec::new();
    let mut done = 0;
    for (at, _) in lower.match_indices(name) {
        let end = at + name.len();
        if stands_alone(&lower[..at], &lower[end..]) {
            pieces.push(Piece::raw(&text[done..at]));
            pieces.push(Piece::Settled(stand_in.to_owned()));
            done = end;
        }
    }
    pieces.push(Piece::raw(&text[done..]));
    pieces
}

/// Each word, whole: paths, hosts and addresses of mail are words.
pub(super) fn words(text: &str, stand_in: &mut dyn FnMut(&str) -> Option<String>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_in_word) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|one| !is_in_word(one)).unwrap_or(from.len());
        // A sentence may end behind a name, and a path with a stroke.
        let word = from[..end].trim_end_matches(['.', '-', '/']);
        pieces.push(Piece::raw(before));
        pieces.push(match stand_in(word).filter(|_| !word.is_empty()) {
            Some(stand_in) => Piece::Settled(stand_in),
            None => Piece::raw(word),
        });
        pieces.push(Piece::raw(&from[word.len()..end]));
        rest = &from[end..];
    }
    pieces.push(Piece::raw(rest));
    pieces
}

/// Whether what stands before and behind a text is no part of it.
pub(super) fn stands_alone(before: &str, behind: &str) -> bool {
    !before.ends_with(char::is_alphanumeric) && !behind.starts_with(char::is_alphanumeric)
}

pub(super) fn is_in_word(one: char) -> bool {
    one.is_alphanumeric() || "-_./@%~+".contains(one)
}

pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|one| one.is_ascii_digit())
}

/// What is next to each other and not settled is one text again, so that its words are whole.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (joined.last_mut(), piece) {
            (Some(Piece::Raw(last)), Piece::Raw(text)) => last.push_str(&text),
            (_, piece) => joined.push(piece),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_from_what_only_begins_like_one() {
        for (word, found) in [
            ("10.1.2.3", Some("10.1.2.3")),
            ("10.1.2.3:443", Some("10.1.2.3")),
            ("10.1.2.3:", Some("10.1.2.3")),
            ("fd00::", Some("fd00::")),
            ("16.8.0", None),
            ("cafe", None),
        ] {
            assert_eq!(address(word), found, "{word}");
        }
    }
}
