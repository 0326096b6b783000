//! Text that came from the network, made harmless; apart so that nothing is quoted in another way.

/// Cut to 200 characters, without control characters and without those that reorder text.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::new();
    for (count, character) in text.trim().chars().enumerate() {
        if count == LONGEST {
            quoted.push('…');
            break;
        }
        quoted.push(match is_harmful(character) {
            true => '\u{FFFD}',
            false => character,
        });
    }
    quoted
}

/// Controls drive terminals; the bidirectional ones make text read as something else.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

const LONGEST: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_pass() {
        assert_eq!(
            quote("a\u{1b}[31mb\nc\u{202e}"),
            "a\u{FFFD}[31mb\u{FFFD}c\u{FFFD}"
        );
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let quoted = quote(&"ä".repeat(1000));
        assert_eq!(quoted.chars().count(), 201);
        assert!(quoted.ends_with('…'));
    }
}
