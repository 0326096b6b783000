//! Whether a text may be a secret: apart from reading one, because people give a secret wherever they
//! are asked for the place of it, and what is not known to be none is not repeated.
//!
//! Two guesses, because being wrong costs differently. What only [`looks_secret`] is not shown, and
//! goes on to be used; what [`is_no_name`] is refused, so that no name that people give may be.

use super::source::SHORTEST;

/// Whether what stands in the place of a name, or of an address, may be a token. A host ends in a word,
/// and is none whatever stands before that. It is a guess: no form of token is known here.
pub(crate) fn is_no_name(text: &str) -> bool {
    let text = text.trim();
    let is_host = text.rsplit_once('.').is_some_and(|(_, last)| {
        last.len() > 1 && last.chars().all(|one| one.is_ascii_alphabetic())
    });
    // Some tokens have `-` and `_` among their characters.
    let joined: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut runs = text.split(|one: char| !one.is_ascii_alphanumeric());
    let is_drawn = runs.any(is_drawn_by_lot) || has_all_kinds(&joined) && is_drawn_by_lot(&joined);
    !is_host && !text.contains("://") && is_drawn
}

fn has_all_kinds(text: &str) -> bool {
    text.len() >= SHORTEST
        && text.contains(|one: char| one.is_ascii_digit())
        && text.contains(|one: char| one.is_ascii_uppercase())
        && text.contains(|one: char| one.is_ascii_lowercase())
}

/// Whether letters of both cases and digits follow one another as in no word, however many words are
/// written as one.
fn is_drawn_by_lot(run: &str) -> bool {
    let kind = |one: char| (one.is_ascii_digit(), one.is_ascii_uppercase());
    let changes = run.chars().zip(run.chars().skip(1));
    let changes = changes
        .filter(|(one, next)| kind(*one) != kind(*next))
        .count();
    let has_digit = run.contains(|one: char| one.is_ascii_digit());
    let is_mixed = changes * 3 >= if has_digit { run.len() } else { run.len() * 2 };
    let is_digest = run.len() >= SHORTEST_DIGEST && has_digit && changes > 0;
    run.len() >= SHORTEST_RUN && (is_mixed || is_digest)
}

/// Characters of a token that stand together, at least.
const SHORTEST_RUN: usize = 12;

/// Characters of a digest in hexadecimal, at least.
const SHORTEST_DIGEST: usize = 32;

/// Whether a text is as long as a secret, and a part of it is drawn by lot: names are made of words,
/// which are of one case, and have their digits apart or at the end of something short.
pub(crate) fn looks_secret(text: &str) -> bool {
    let text = text.trim();
    let is_part = |one: char| one.is_ascii_alphanumeric() || "-_.=+".contains(one);
    let is_drawn = |run: &str| {
        let kinds = [
            run.contains(|one: char| one.is_ascii_lowercase()),
            run.contains(|one: char| one.is_ascii_uppercase()),
            run.contains(|one: char| one.is_ascii_digit()),
        ];
        run.len() >= SHORTEST / 2 && kinds.into_iter().filter(|kind| *kind).count() > 1
    };
    let mut runs = text.split(|one: char| !one.is_ascii_alphanumeric());
    text.len() >= SHORTEST && text.chars().all(is_part) && runs.any(is_drawn) && !has_suffix(text)
}

/// Whether a name ends as names of files do, such as in `.txt`.
fn has_suffix(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(before, suffix)| {
        let is_short = (1..=LONGEST_SUFFIX).contains(&suffix.len());
        !before.is_empty() && is_short && suffix.bytes().all(|byte| byte.is_ascii_lowercase())
    })
}

/// Parts of a token behind a dot are longer, or have digits.
const LONGEST_SUFFIX: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_no_name_and_a_name_is_none_of_a_token() {
        for token in [
            "acmepat-Ab3_xY-9zKq0LmN5oPrs",
            "acmepat-Ab3xY9zKq0_LmN5oPrs7w",
            "acmepat-x7-Qd_3fZ-uK_9bTe-4Ma",
            "acmepat-kR7vQ2mXz9Lw.01.1a2b3c4d5",
            " acmepat-kR7vQ2mXz9Lw\t",
            "0123456789abcdef0123456789abcdef01234567",
            "a0b1c2d3e4f5a6b7c8d9",
            "QwErTyUiOpAsDfGhJkLz",
        ] {
            assert!(is_no_name(token), "{token}");
        }
        for name in [
            "Production-GitOps",
            "Production-EU-2024-Git",
            "eu1-k8s-staging-2",
            "AcmeProductionForge",
            "AcmeProduction2024Forge",
            "acme2024production1",
            "git-server01-prod",
            "https://git-a0b1c2d3e4f5a6b7c8d9",
            "d3k9xq2l1m0p7z.cdn.example",
            "10.20.30.40",
            "",
        ] {
            assert!(!is_no_name(name), "{name}");
        }
    }
}
